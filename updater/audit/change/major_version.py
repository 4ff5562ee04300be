"""A step that Semantic Versioning lets break its users (2.0.0, items 4 and 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from updater.audit.change.base import ChangeRule
from updater.model.labels import base_of, comparable

if TYPE_CHECKING:
    from updater.audit.change.base import Step


class MajorVersion(ChangeRule):
    """The first number changes, or the second one behind a zero."""

    code: ClassVar[str] = "major-version"

    def finding(self, step: Step) -> str | None:
        """Say which numbers."""
        versions = comparable(step.old, step.candidate.version)
        if versions is None or versions[1] <= versions[0]:
            return None
        old, new = versions
        change = f"{base_of(step.old)} -> {base_of(step.candidate.version)}"
        if (old.epoch, old.major) != (new.epoch, new.major):
            return f"a new major version: {change}"
        if old.major == 0 and old.minor != new.minor:
            return f"a new minor version below 1.0, which may break its users: {change}"
        return None


KIND = MajorVersion()
