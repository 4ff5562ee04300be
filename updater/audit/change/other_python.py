"""A source that says, once it is downloaded, that it needs another Python than is built for."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from updater.audit.change.base import ChangeRule

if TYPE_CHECKING:
    from updater.audit.change.base import Step


class OtherPython(ChangeRule):
    """What the source requires leaves out the configured Python."""

    code: ClassVar[str] = "other-python"
    stops: ClassVar[bool] = True

    def finding(self, step: Step) -> str | None:
        """Say which Python it needs, and which one is configured."""
        if step.pythons is None:
            return None
        needed, configured = step.pythons
        return (
            f"{step.candidate.version} declares that it needs Python {needed}, but "
            f"`python: {configured}` is set"
        )


KIND = OtherPython()
