"""PyTorch from source in overlays that use the wheels of PyTorch elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from updater.audit.overlay.base import ProjectRule
from updater.audit.overlay.overlay_text import OverlayText
from updater.model import Edit, Span
from updater.model.finding import FileEdit, Fix
from updater.overlay.reading import syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.audit.overlay.mentions import Mention
    from updater.audit.overlay.project import AuditedEntry, AuditedProject
    from updater.model.finding import Finding, FixSafety, Severity
    from updater.overlay.reading.environments import Environment

# Those with another configuration are from source, too. A wheel is for CUDA: none is for ROCm.
_SOURCES = {name: f"{name}-bin" for name in ("torch", "torchvision", "torchaudio", "triton")} | {
    "torchWithCuda": "torch-bin",
    "torchWithoutCuda": "torch-bin",
}
_WHEELS = frozenset(_SOURCES.values())


class TorchBin(ProjectRule):
    """torch, torchvision, torchaudio or triton from source beside the same from wheels."""

    name: ClassVar[str] = "torch-bin"
    title: ClassVar[str] = "PyTorch and what belongs to it come from one place: the wheels."
    why: ClassVar[str] = (
        "`torch` and `torch-bin` install the same module. An environment with both does not "
        "build, or loads two libraries of one name. Compiling `torch` takes hours, and without a "
        "GPU-aware configuration it has no CUDA."
    )
    bad: ClassVar[str] = """\
propagatedBuildInputs = with super.python3Packages; [ torch torchvision ];
"""
    good: ClassVar[str] = """\
propagatedBuildInputs = with super.python3Packages; [ torch-bin torchvision-bin ];
"""
    severity: ClassVar[Severity] = "error"
    fix: ClassVar[FixSafety | None] = "built"
    exceptions: ClassVar[str] = (
        "A name that the file binds to `torch-bin` is fine, and so is the name of an argument of "
        "`override`. So is `torch` where an overlay makes it the wheel. Overlays that use no wheel "
        "of PyTorch anywhere are not told."
    )

    def findings(self, project: AuditedProject) -> Iterator[Finding]:
        """Yield each input, and each element of an environment, that is built from source."""
        if not self._uses_wheels(project):
            return
        aliases = _aliases(project)
        for file, mention in project.mentions_of(_SOURCES.keys()):
            if not mention.set or mention.is_lazy:
                continue
            if mention.name in aliases and mention.role != "previous":
                continue
            later = [project.order.get(own, -1) for own in aliases.get(mention.name, ())]
            if later and min(later) < project.order.get(file, 0):
                continue
            is_whole = not mention.rest or mention.rest[0].startswith("override")
            if mention.owner and is_whole:
                yield self._finding(project, file, mention)
        for entry in project.entries:
            for environment in entry.environments:
                yield from self._environment(entry, environment)

    @staticmethod
    def _uses_wheels(project: AuditedProject) -> bool:
        if project.names(_WHEELS):
            return True
        return any(
            element.name in _WHEELS
            for entry in project.entries
            for environment in entry.environments
            for literal in environment.literals
            for element in literal.inputs
        )

    def _finding(self, project: AuditedProject, file: str, mention: Mention) -> Finding:
        name, wheel = mention.name, _SOURCES[mention.name]
        written = project.text(file)[mention.span.start : mention.span.end]
        edit = _renamed(mention.span, written, name, wheel) if mention.way != "bound" else None
        return self.finding(
            file,
            mention.span,
            f"{name} is built from source here, and other overlays use {wheel}",
            mention.owner,
            fix=Fix("built", f"write {wheel}", (FileEdit(file, edit),), "inputs")
            if edit is not None
            else None,
            advice="" if edit is not None else f"bind the name to {wheel}",
        )

    def _environment(self, entry: AuditedEntry, environment: Environment) -> Iterator[Finding]:
        for literal in environment.literals:
            for element in literal.inputs:
                if element.name not in _SOURCES or not (environment.python or element.base):
                    continue
                wheel = _SOURCES[element.name]
                edit = _renamed(element.span, element.text.encode(), element.name, wheel)
                yield self.finding(
                    entry.file,
                    element.span,
                    f"{element.name} from source in an environment; overlays use {wheel}",
                    fix=Fix(
                        "built",
                        f"write {wheel}",
                        (FileEdit(entry.file, edit),),
                        environment=environment.name,
                    )
                    if edit is not None
                    else None,
                )


def _aliases(project: AuditedProject) -> dict[str, list[str]]:
    """Return the files that give the set the wheel under the source's name, by that name.

    Such as ``torch = super.python3Packages.torch-bin;``, right in an overlay's set.
    """
    aliases: dict[str, list[str]] = {}
    for file, mention in project.mentions_of(_WHEELS):
        if mention.owner or mention.way != "path" or mention.rest:
            continue
        overlay = OverlayText(file, project.text(file), ())
        node = overlay.binding_around(mention.span.start)
        around = node.parent.parent if node is not None and node.parent is not None else None
        name = mention.name.removesuffix("-bin")
        value = node.child_by_field_name("expression") if node is not None else None
        if node is None or value is None or around is None or around.type == "let_expression":
            continue
        path = node.child_by_field_name("attrpath")
        is_named = path is not None and syntax.text(path, overlay.data).endswith(name)
        if is_named and syntax.span(syntax.unwrap(value)) == mention.span:
            aliases.setdefault(name, []).append(file)
    return aliases


def _renamed(where: Span, written: bytes, name: str, wheel: str) -> Edit | None:
    """Return the edit of the last name of a path, with or without quotes, that it is alone."""
    bare = written.rstrip(b") \n\t")
    for last in (f'"{name}"', name):
        if bare.endswith(last.encode()):
            end = where.start + len(bare)
            start = end - len(last)
            before = bare[: len(bare) - len(last)]
            if before.strip(b"( ") and not before.rstrip().endswith(b"."):
                return None
            new = f'"{wheel}"' if last.startswith('"') else wheel
            return Edit(Span(start, end), new.encode())
    return None


KIND = TorchBin()
