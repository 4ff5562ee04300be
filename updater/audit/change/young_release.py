"""A release so young that a withdrawn or malicious one might not have been noticed yet."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from updater.audit.change.base import ChangeRule

if TYPE_CHECKING:
    from updater.audit.change.base import Step

_YOUNG = timedelta(days=3)


class YoungRelease(ChangeRule):
    """Published within the last three days; unknown dates are no finding."""

    code: ClassVar[str] = "young-release"

    def finding(self, step: Step) -> str | None:
        """Say when it was published."""
        published = step.candidate.published
        if published is None or step.now - published >= _YOUNG:
            return None
        return f"released only on {published:%Y-%m-%d %H:%M} UTC"


KIND = YoungRelease()
