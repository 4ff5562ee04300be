"""A source that comes from another place than before: a fork, a new name, or an attack."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from updater.audit.change.base import ChangeRule

if TYPE_CHECKING:
    from updater.audit.change.base import Step


class OtherProject(ChangeRule):
    """The source's upstream changes; only a person changes it, never a bump."""

    code: ClassVar[str] = "other-project"

    def finding(self, step: Step) -> str | None:
        """Say from which to which."""
        if step.projects is None or step.projects[0] == step.projects[1]:
            return None
        old, new = step.projects
        return f"the source comes from another project: {old} -> {new}"


KIND = OtherProject()
