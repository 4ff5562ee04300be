"""What is to be proposed, with what its pull request tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from updater.model.research import NO_RESEARCH, Research

if TYPE_CHECKING:
    from updater.model import Package, Project, Updated
    from updater.model.proposal import Command
    from updater.pipeline.hash.planned import PlannedChange


class ProposedUpdate(Struct, frozen=True):
    """An update that is not written yet.

    Attributes:
        outcome: planned on the text that was read, as if it were the only one.
        planned: its change of any text, so that it can be made after those of others.
        requested_version: what ``--to`` named; empty where nobody asked.
        command: that finds it again, with the options that it takes.
        research: what upstream says about it.
    """

    outcome: Updated
    project: Project
    planned: PlannedChange
    requested_version: str = ""
    command: Command = "bump"
    research: Research = NO_RESEARCH

    @property
    def package(self) -> Package:
        """The package."""
        return self.outcome.package

    @property
    def common_fields(self) -> dict[str, Any]:
        """The fields that every outcome has, as `common_fields` of an outcome has them."""
        return self.outcome.common_fields
