"""Inputs whose closure has a package twice: from source beside the wheel, or before its patch."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct
from msgspec.structs import replace

from updater.adapt.attributes import TORCH, project_name
from updater.audit.overlay.base import ProjectRule
from updater.audit.overlay.overlay_text import OverlayText
from updater.audit.overlay.project import is_in_python_set
from updater.model import Edit, Span, normalized_name
from updater.model.finding import FileEdit, Fix
from updater.overlay.editing.elements import select

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.audit.overlay.base import Need
    from updater.audit.overlay.mentions import Mention
    from updater.audit.overlay.project import AuditedProject
    from updater.building.offers import SetAnswer, SetOffer
    from updater.model import Package
    from updater.model.finding import Finding, FixSafety, Severity


class _Named(Struct, frozen=True):
    """An input as its package names it, and what the package set has under that name.

    Attributes:
        arguments: those that an `override` gives it; empty where they cannot be read, None
            where it is taken as it is.
        element: the whole of it, with its `override`.
    """

    file: str
    mention: Mention
    owner: Package
    offer: SetOffer
    arguments: tuple[str, ...] | None = None
    element: Span = Span(0, 0)


class TorchOverride(ProjectRule):
    """An input that brings another torch, or a package that an overlay replaces."""

    name: ClassVar[str] = "torch-override"
    title: ClassVar[str] = "Inputs are built with the torch, and the patched packages, of overlays."
    why: ClassVar[str] = (
        "`accelerate` of nixpkgs is built with `torch` from source. Beside `torch-bin` its closure "
        "has two packages of one module: nixpkgs stops the build, or whichever comes first on the "
        "path is loaded. So it is with a package that an overlay patches, such as `einops`."
    )
    bad: ClassVar[str] = """\
propagatedBuildInputs = with super.python3Packages; [ torch-bin accelerate ];
"""
    good: ClassVar[str] = """\
propagatedBuildInputs = with super.python3Packages; [
  torch-bin
  (accelerate.override { torch = super.python3Packages.torch-bin; })
];
"""
    severity: ClassVar[Severity] = "error"
    fix: ClassVar[FixSafety | None] = "built"
    needs: ClassVar[Need] = "nix"
    exceptions: ClassVar[str] = (
        "What only an extra of an input would bring is in no closure. A package of the overlays "
        "itself is passed over, and so is one whose `override` gives it that argument, or cannot "
        "be read."
    )

    def findings(self, project: AuditedProject) -> Iterator[Finding]:
        """Yield each plain input whose closure has what the overlays replace."""
        wheels = project.names({"torch-bin"})
        for file, mention in project.mentions():
            answer = project.answers.get(mention.owner)
            owner = project.packages.get(mention.owner)
            is_input = mention.is_input and mention.set and mention.rest in ((), ("override",))
            if answer is None or owner is None or not is_input or mention.name in project.added:
                continue
            offer = answer.offers.get(mention.name)
            written = project.text(file)[mention.span.start : mention.span.end]
            if offer is None:
                continue
            named = _Named(file, mention, owner, offer)
            if b".override" in written:
                named = _overridden(project, named)
            if named.arguments != ():
                yield from self._input(project, named, answer, wheels=wheels)

    def _input(
        self, project: AuditedProject, named: _Named, answer: SetAnswer, *, wheels: bool
    ) -> Iterator[Finding]:
        mention, offer = named.mention, named.offer
        for needed in offer.closure:
            name = normalized_name(needed.name)
            if name == project_name(mention.name):
                continue
            wheel = answer.offers.get(f"{name}-bin")
            is_torch = wheels and name in TORCH and wheel is not None and wheel.path != needed.path
            patched = project.patched.get(needed.name, ())
            if is_torch:
                what = f"{mention.name} brings {name} from source, and overlays use {name}-bin"
                replacement = f"{name}-bin"
            elif patched and is_in_python_set(patched[0]):
                what = f"{mention.name} brings {needed.name} without the patch of {patched[0].file}"
                replacement = needed.name
            else:
                continue
            is_direct = any(normalized_name(own.name) == name for own in offer.direct)
            is_plain = named.arguments is None
            if not is_plain and (not is_direct or {name, needed.name} & set(named.arguments or ())):
                continue
            fix = _fix(project, named, name, replacement, own=not is_torch) if is_direct else None
            yield self.finding(
                named.file,
                mention.span,
                what,
                named.owner,
                fix=fix,
                advice=f"write ({mention.name}.override {{ {name} = ...; }})"
                if is_plain
                else f"give it `{name} = ...;`, too",
            )


def _overridden(project: AuditedProject, named: _Named) -> _Named:
    """Return an input with the arguments of its `override`; none where it is another function."""
    data = project.text(named.file)
    lists = OverlayText(named.file, data, (named.owner,)).lists(named.owner)
    elements = (element for own in lists.values() for element in own.inputs)
    for element in elements:
        if named.mention.span in element.span:
            return replace(named, arguments=element.overridden, element=element.span)
    return replace(named, arguments=())


def _fix(
    project: AuditedProject, named: _Named, argument: str, replacement: str, *, own: bool
) -> Fix | None:
    """Return the fix that gives an input another package for one of its arguments."""
    file, mention, data = named.file, named.mention, project.text(named.file)
    sets = project.looked.looks[file].facts.sets
    role = "final" if own else "previous"
    root = next((name for name, each in sets.items() if each == role), "")
    if not root:
        return None
    value = select((root, f"{mention.set}Packages"), replacement)
    if named.arguments is not None:
        end = named.element.end - 1
        while end > named.element.start and data[end : end + 1] in (b")", b" ", b"\n", b"\t"):
            end -= 1
        if data[end : end + 1] != b"}":
            return None
        edit = Edit(Span(end, end), f"{argument} = {value}; ".encode())
    else:
        written = data[mention.span.start : mention.span.end].decode("utf-8", "replace")
        text = f"({written}.override {{ {argument} = {value}; }})"
        edit = Edit(mention.span, text.encode())
    return Fix("built", f"give it {replacement}", (FileEdit(file, edit),), "inputs")


KIND = TorchOverride()
