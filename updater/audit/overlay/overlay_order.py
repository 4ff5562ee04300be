"""The order of the overlays in the list of flake.nix or default.nix."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from updater.audit.overlay.base import ProjectRule
from updater.errors import PatchError
from updater.model.finding import FileEdit, Fix
from updater.overlay.editing.registering import moved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.audit.overlay.project import AuditedEntry, AuditedProject
    from updater.model.finding import Finding, FixSafety
    from updater.overlay.reading.registers import ListedOverlay


class OverlayOrder(ProjectRule):
    """An overlay that stands before one that it uses, or a patch that does not stand last."""

    name: ClassVar[str] = "overlay-order"
    title: ClassVar[str] = "An overlay comes after those that it uses, patches come last."
    why: ClassVar[str] = (
        "Each overlay sees in `super` only what those before it made. One that stands before what "
        "it uses works only as long as every mention goes through `self`, and the first "
        "`super.NAME` that somebody writes fails. A patch of an existing package in the middle of "
        "the list makes `super` mean two things: the patched package behind it, and the plain one "
        "before it."
    )
    bad: ClassVar[str] = """\
nekoOverlays = [
  (import ./overlays/f5-tts.nix) # uses vocos
  (import ./overlays/vocos.nix)
];
"""
    good: ClassVar[str] = """\
nekoOverlays = [
  (import ./overlays/vocos.nix)
  (import ./overlays/f5-tts.nix) # uses vocos
];
"""
    fix: ClassVar[FixSafety | None] = "safe"
    exceptions: ClassVar[str] = (
        "Overlays that use nothing of each other may stand in any order, and so may a patch of "
        "what no overlay uses. Overlays that use each other in a circle have no order, and the "
        "entry is not moved."
    )

    def findings(self, project: AuditedProject) -> Iterator[Finding]:
        """Yield each entry that stands too early."""
        for entry in project.entries:
            for listed in entry.register.lists:
                places = {
                    file: index for index, own in enumerate(listed.entries) for file in own.files
                }
                for index, own in enumerate(listed.entries):
                    if len(own.files) == 1 and own.path is not None:
                        yield from self._entry(project, entry, own, places, index)

    def _entry(
        self,
        project: AuditedProject,
        entry: AuditedEntry,
        own: ListedOverlay,
        places: dict[str, int],
        index: int,
    ) -> Iterator[Finding]:
        (file,) = own.files
        if file in project.patches:
            users = [
                user
                for user, used in project.file_uses.items()
                if file in used and places.get(user, -1) > index
            ]
            if not users:
                return
            message = f"{file} patches an existing package, and {users[0]} behind it uses that"
        else:
            later = {
                used: name
                for used, name in project.file_uses.get(file, {}).items()
                if places.get(used, -1) > index and used not in project.patches
            }
            if not later:
                return
            used, name = next(iter(later.items()))
            message = f"{file} uses {name}, which {used} adds further down"
        fix = self._fix(project, entry, file)
        yield self.finding(
            entry.file,
            own.span,
            message,
            next((p for p in project.looked.overlays.packages if p.file == file), ""),
            fix=fix,
            advice="" if fix is not None else _reason(project, file),
        )

    @staticmethod
    def _fix(project: AuditedProject, entry: AuditedEntry, file: str) -> Fix | None:
        try:
            edits = moved(entry.text, file, project.neighbours(file))
        except PatchError:
            return None
        if not edits:
            return None
        return Fix(
            "safe",
            f"move {file} to its place",
            tuple(FileEdit(entry.file, edit) for edit in edits),
        )


def _reason(project: AuditedProject, file: str) -> str:
    """Say why no move of one entry alone is right."""
    waiting, seen = list(project.file_uses.get(file, {})), set[str]()
    while waiting:
        used = waiting.pop()
        if used == file:
            return "the overlays use each other: no order is right"
        if used not in seen:
            seen.add(used)
            waiting += project.file_uses.get(used, {})
    return "what stands around it must be moved first"


KIND = OverlayOrder()
