"""Overlay files that nothing imports, and imports of files that are not there."""

from __future__ import annotations

import os.path
from typing import TYPE_CHECKING, ClassVar

from updater.audit.overlay.base import ProjectRule
from updater.audit.overlay.project import first_line
from updater.errors import PatchError
from updater.model.finding import FileEdit, Fix
from updater.overlay.editing.registering import registered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.audit.overlay.project import AuditedEntry, AuditedProject
    from updater.model.finding import Finding, FixSafety, Severity


class Registered(ProjectRule):
    """An overlay file that no list has, or an entry without its file."""

    name: ClassVar[str] = "registered"
    title: ClassVar[str] = (
        "Every overlay file is in the list of overlays, and every entry is there."
    )
    why: ClassVar[str] = (
        "A file that no list imports is dead: it is kept up to date, reviewed and never built. An "
        "import of a file that is not there stops Nix for every package."
    )
    bad: ClassVar[str] = """\
# overlays/ has cached-path.nix and vocos.nix
nekoOverlays = [ (import ./overlays/vocos.nix) ];
"""
    good: ClassVar[str] = """\
nekoOverlays = [
  (import ./overlays/cached-path.nix)
  (import ./overlays/vocos.nix)
];
"""
    severity: ClassVar[Severity] = "error"
    fix: ClassVar[FixSafety | None] = "safe"
    exceptions: ClassVar[str] = (
        "Helper files are passed over: those that are no `final: prev:`, and those that another "
        "file imports or calls. So is a folder of which every file is taken (`readDir`). Without "
        "a list of overlays in flake.nix or default.nix nothing is told. That a package is in no "
        "environment is what `unused` tells."
    )

    def findings(self, project: AuditedProject) -> Iterator[Finding]:
        """Yield both."""
        for entry in project.entries:
            yield from self._missing(entry)
        entries = [entry for entry in project.entries if any(entry.register.lists)]
        if not entries:
            return
        named = {
            file for entry in project.entries for file in (*entry.register.named, *entry.led_to)
        }
        for file, look in project.looked.looks.items():
            folder = file.rpartition("/")[0]
            for path in look.facts.paths:
                named.add(os.path.normpath(f"{folder}/{path}" if folder else path))
        for file, look in project.looked.looks.items():
            is_listed = any(
                file in entry.register or file.removesuffix("/default.nix") in entry.register
                for entry in project.entries
            )
            folder = file.removesuffix("/default.nix")
            if not look.facts.is_overlay or is_listed or {file, folder} & named:
                continue
            fix = self._fix(project, entries[0], file)
            yield self.finding(
                file,
                first_line(project.text(file), 0),
                f"no list of overlays imports this file: {entries[0].file} does not name it",
                next((p for p in project.looked.overlays.packages if p.file == file), ""),
                fix=fix,
                advice=f"add it to the overlays of {entries[0].file}, or remove it",
            )

    def _missing(self, entry: AuditedEntry) -> Iterator[Finding]:
        for listed in entry.register.lists:
            for own in listed.entries:
                for file in own.files:
                    if file in entry.missing:
                        yield self.finding(
                            entry.file,
                            own.span,
                            f"{file} is imported, and there is no such file",
                            advice="take the entry out, or bring the file back",
                        )

    @staticmethod
    def _fix(project: AuditedProject, entry: AuditedEntry, file: str) -> Fix | None:
        try:
            edits = registered(entry.text, file, project.neighbours(file))
        except PatchError:
            return None
        return Fix(
            "safe",
            f"add it to the overlays of {entry.file}",
            tuple(FileEdit(entry.file, edit) for edit in edits),
        )


KIND = Registered()
