"""Whether an edit that a release needs beside its pin would break a rule of the audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.adapt.attributes import TORCH
from updater.audit.overlay.judging import judge, judged_rules
from updater.audit.overlay.looking import looks_of, text_rules
from updater.audit.overlay.project import AuditedProject, audited_entry
from updater.audit.overlay.ratchet import new_findings
from updater.config.place import ENTRIES
from updater.effects import files
from updater.errors import Bug, bugs_at
from updater.find.packages import found_in
from updater.model.adaptation import InputAddition
from updater.overlay.editing.list_places import EntryText
from updater.pipeline.audits import selected_rules

if TYPE_CHECKING:
    from pathlib import Path

    from updater.audit.overlay.base import Need
    from updater.audit.overlay.judging import Judgement
    from updater.audit.overlay.project import AuditedEntry
    from updater.config.load import Config
    from updater.find.overlay_files import OverlayFiles
    from updater.model.adaptation import Adaptation


class AdaptationAudit:
    """Judges a project with an edit and without it, as far as files tell.

    Where the edit concerns one file alone, only that is judged: of ten thousand overlays few name
    what is added.

    Args:
        config: selects the rules.
        overlays: all packages and texts as they were read.
    """

    def __init__(self, config: Config, overlays: OverlayFiles) -> None:
        self._root = config.root
        self._overlays = overlays
        needs: tuple[Need, ...] = ("text",)
        self._rules = judged_rules(selected_rules(config), needs)

    def broken(self, adaptation: Adaptation, file: str, before: bytes, after: bytes) -> str:
        """Return what an edit would break, with the rule's name, or an empty string.

        Args:
            adaptation: the edit.
            file: in which it is made.
            before: the file without it.
            after: the file with it.
        """
        if before == after:
            return ""
        whole = _concerns_others(adaptation)
        try:
            with bugs_at("audit"):
                then, now = (self._project(file, data, whole=whole) for data in (before, after))
                was, would_be = (judge(project, self._rules) for project in (then, now))
        except Bug:  # the audit itself tells it
            return ""
        return _first_new(would_be, was, now, then)

    def _project(self, file: str, data: bytes, *, whole: bool) -> AuditedProject:
        texts = {**self._overlays.texts, file: data} if whole else {file: data}
        overlays = found_in(lambda named: {f: texts[f] for f in named if f in texts}, list(texts))
        entries = _entries(self._root) if whole else ()
        names = [rule.name for rule in self._rules]
        return AuditedProject(looks_of(overlays, text_rules(names)), tuple(entries))


def _first_new(
    now: Judgement, then: Judgement, project: AuditedProject, earlier: AuditedProject
) -> str:
    added = new_findings(now.findings, then.findings, project.text, earlier.text)
    return f"{added[0].rule}: {added[0].message}" if added else ""


def _concerns_others(adaptation: Adaptation) -> bool:
    """Tell whether other files decide what an edit breaks: it names an overlay's package."""
    edit = adaptation.edit
    if not isinstance(edit, InputAddition):
        return False
    uses_own = edit.own or any(replacement.own for replacement in edit.replaced)
    return uses_own or edit.input.removesuffix("-bin") in TORCH


def _entries(root: Path) -> list[AuditedEntry]:
    return [
        audited_entry(
            EntryText(name, "flake" if name == "flake.nix" else "file", data),
            lambda file: files.exists(root / file),
        )
        for name in ENTRIES
        if files.is_inside(root, name) and (data := files.read_plain(root / name, name)) is not None
    ]
