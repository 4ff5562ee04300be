"""A version below the one that is written: asked for with ``--to``, or a false label corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from updater.audit.base import Rule

if TYPE_CHECKING:
    from updater.audit.base import Step


class Downgrade(Rule):
    """The new version is the smaller one."""

    code: ClassVar[str] = "downgrade"

    def finding(self, step: Step) -> str | None:
        """Say from which to which."""
        versions = step.versions
        if versions is None or versions[1] >= versions[0]:
            return None
        return f"the version goes down: {versions[0]} -> {versions[1]}"


KIND = Downgrade()
