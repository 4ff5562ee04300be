"""A version below the one that is written: asked for with ``--to``, or a false label corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from updater.audit.change.base import ChangeRule
from updater.model.labels import is_newer, is_older_to_nix, ordered

if TYPE_CHECKING:
    from updater.audit.change.base import Step


class Downgrade(ChangeRule):
    """The new version is the smaller one."""

    code: ClassVar[str] = "downgrade"

    def finding(self, step: Step) -> str | None:
        """Say from which to which, by PEP 440; else by Nix's order, which upgrades go by."""
        versions, new, label = step.versions, step.candidate.version, step.label
        if versions is not None and versions[1] < versions[0]:
            return f"the version goes down: {versions[0]} -> {versions[1]}"
        if label is None or is_newer(ordered(new), ordered(label)):
            return None
        if new == step.candidate.commit:  # as the label was: no order of ids means anything
            return None
        if not is_older_to_nix(new, label):
            return None
        return f"Nix takes {new} to be older than {label}, so nobody would be upgraded to it"


KIND = Downgrade()
