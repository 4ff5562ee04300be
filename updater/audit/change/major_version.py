"""A step that Semantic Versioning lets break its users (2.0.0, items 4 and 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from updater.audit.change.base import ChangeRule

if TYPE_CHECKING:
    from updater.audit.change.base import Step


class MajorVersion(ChangeRule):
    """The first number changes, or the second one behind a zero."""

    code: ClassVar[str] = "major-version"

    def finding(self, step: Step) -> str | None:
        """Say which numbers."""
        versions = step.versions
        if versions is None or versions[1] <= versions[0]:
            return None
        old, new = versions
        if (old.epoch, old.major) != (new.epoch, new.major):
            return f"a new major version: {old} -> {new}"
        if old.major == 0 and old.minor != new.minor:
            return f"a new minor version below 1.0, which may break its users: {old} -> {new}"
        return None


KIND = MajorVersion()
