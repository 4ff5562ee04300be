"""A release of which vulnerabilities are known already."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from updater.audit.change.base import ChangeRule

if TYPE_CHECKING:
    from updater.audit.change.base import Step

_SHOWN = 5


class Vulnerable(ChangeRule):
    """The source that is configured for it knows some; without one there is no finding."""

    code: ClassVar[str] = "vulnerable"

    def finding(self, step: Step) -> str | None:
        """Name them, as far as there are few."""
        ids = step.vulnerabilities
        if not ids:
            return None
        rest = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
        return (
            f"{step.candidate.version} has known vulnerabilities: {', '.join(ids[:_SHOWN])}{rest}"
        )


KIND = Vulnerable()
