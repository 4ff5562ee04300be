"""Another licence than before: whether it may still be used is a person's decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from updater.audit.change.base import ChangeRule

if TYPE_CHECKING:
    from updater.audit.change.base import Step


class LicenceChanged(ChangeRule):
    """The releases name different licences; one that names none is no finding."""

    code: ClassVar[str] = "licence-changed"

    def finding(self, step: Step) -> str | None:
        """Say from which to which."""
        if step.licences is None:
            return None
        old, new = step.licences
        return f"the licence changes: {old} -> {new}"


KIND = LicenceChanged()
