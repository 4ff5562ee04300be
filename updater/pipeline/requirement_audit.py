"""What another release requires that an overlay's conditions do not say any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.audit.overlay.judging import judge, judged_rules
from updater.audit.overlay.looking import looks_of
from updater.audit.overlay.project import AuditedProject
from updater.audit.overlay.ratchet import new_findings
from updater.audit.overlay.sources import PinnedSource
from updater.errors import StageError, bugs_at
from updater.find.packages import found_in
from updater.metadata import requirements
from updater.pipeline.audits import selected_names, warnings_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.audit.overlay.base import Need
    from updater.config.load import Config
    from updater.metadata.release import ReleaseMetadata
    from updater.metadata.requirements import Requirements
    from updater.model import Change, PinWarning
    from updater.pipeline.hash.ready import ReadyChange

_RULES = frozenset({"conditions"})
"""The rules that requirements alone decide, and that no edit beside a pin mends."""


class RequirementAudit:
    """Judges an overlay before and after its update, by what both releases require.

    Args:
        config: selects the rules.
    """

    def __init__(self, config: Config) -> None:
        needs: tuple[Need, ...] = ("upstream",)
        self._rules = judged_rules(selected_names(config) & _RULES, needs)

    def new(self, ready: ReadyChange, change: Change) -> tuple[PinWarning, ...]:
        """Return what an update breaks that was not broken before; nothing where nobody knows."""
        if ready.releases is None or not self._rules:
            return ()
        before, after = map(_required, (ready.releases.before, ready.releases.after))
        if before is None or after is None or before.needed == after.needed:
            return ()
        if b"optional" not in change.before:  # no list has a condition
            return ()
        try:
            with bugs_at("audit"):
                then = self._project(change, change.before, before)
                now = self._project(change, change.after, after)
                was, would_be = (judge(project, self._rules).findings for project in (then, now))
        except StageError:  # the audit itself tells it
            return ()
        return warnings_of(new_findings(would_be, was, now.text, then.text), change.after)

    def _project(self, change: Change, data: bytes, requires: Requirements) -> AuditedProject:
        file, identity = change.package.file, change.package.identity
        overlays = found_in(lambda files: {name: data for name in files if name == file}, [file])
        source = PinnedSource({"PKG-INFO": requirements.as_metadata(requires)})
        return AuditedProject(looks_of(overlays, ()), (), {identity: source})


def _required(releases: Sequence[ReleaseMetadata]) -> Requirements | None:
    """Return what a release requires, of the best source that says it."""
    known = (own.requirements for own in releases if own.requirements is not None)
    return next(known, None)
