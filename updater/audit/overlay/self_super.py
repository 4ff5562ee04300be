"""Which of an overlay's two sets a package is taken from: ``self`` or ``super``.

Source: Nixpkgs manual, "Overlays": the second argument is the package set before this overlay, the
first is the result of all overlays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from updater.audit.overlay.base import ProjectRule
from updater.audit.overlay.mentions import place_in_set
from updater.audit.overlay.overlay_text import OverlayText, union_of
from updater.audit.overlay.project import is_patch
from updater.model import Edit, Span
from updater.model.finding import FileEdit, Fix
from updater.overlay.editing.elements import select

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.audit.overlay.mentions import Mention
    from updater.audit.overlay.project import AuditedProject
    from updater.model import Package
    from updater.model.finding import Finding, FixSafety, Severity

# What stands between the function of an override and its set: `(finalAttrs: old: `.
_NEAR = 60
# What of a package is there only once it has been made: its outputs, and it changed.
_NEEDED = frozenset(
    {
        *("out", "dev", "lib", "bin", "dist", "outPath", "drvPath", "override"),
        *("overrideAttrs", "overridePythonAttrs", "overrideDerivation"),
    }
)


class SelfSuper(ProjectRule):
    """``super`` for what is not there yet, or ``self`` for what the overlay overrides."""

    name: ClassVar[str] = "self-super"
    title: ClassVar[str] = (
        "`super` is for what was there before, `self` for what an overlay adds later."
    )
    why: ClassVar[str] = (
        "`super` is the package set before the overlay: what the overlay itself or a later one "
        "adds is not in it, and Nix stops with a missing attribute, or takes an older package of "
        "that name. `self` is the result of all overlays: an override that begins with `self` "
        "asks for itself, and Nix stops with infinite recursion."
    )
    bad: ClassVar[str] = """\
self: super: {
  python3Packages = super.python3Packages // {
    einops = self.python3Packages.einops.overridePythonAttrs (old: { doCheck = false; });
  };
}
"""
    good: ClassVar[str] = """\
self: super: {
  python3Packages = super.python3Packages // {
    einops = super.python3Packages.einops.overridePythonAttrs (old: { doCheck = false; });
  };
}
"""
    severity: ClassVar[Severity] = "error"
    fix: ClassVar[FixSafety | None] = "safe"
    exceptions: ClassVar[str] = (
        "`super` of a package that an earlier overlay adds is fine, and so is `super` of what the "
        "overlay overrides. What only `meta` or `passthru` name is not evaluated with the "
        "package. Where `super` is meant, `# updater: allow self-super REASON` says so. The fix "
        "is made only where `self` leads to no circle."
    )
    guide: ClassVar[str] = (
        "The guide says to use `self` for the packages of overlays, and takes them from `super` "
        "in its examples (`with super.python3Packages; [ cached-path ema-pytorch ]`), which works "
        "because those overlays come first in its list. Both are fine here: `super` is told only "
        "where the order shows that the package is not there yet. A patched package such as "
        "`einops` must come from `self`, since its overlay is the last. The guide's explanation "
        'of `self`, "avoid infinite recursion", is the wrong way round: it is `super` that '
        "avoids it."
    )

    def findings(self, project: AuditedProject) -> Iterator[Finding]:
        """Yield what is taken from the wrong set."""
        names = {*project.added, *project.patched}
        for file, mention in project.mentions_of(names):
            if mention.is_lazy:
                continue
            if mention.role == "previous" and mention.owner:
                yield from self._previous(project, file, mention)
            elif mention.role == "final":
                yield from self._final(project, file, mention)
        for file, look in project.looked.looks.items():
            if look.facts.is_circular:
                yield from self._unions(project, file, project.text(file))
                yield from self._overrides(project, file)

    def _previous(self, project: AuditedProject, file: str, mention: Mention) -> Iterator[Finding]:
        added = project.added.get(mention.name, ())
        if not added or any(package.file != added[0].file for package in added):
            return
        package, owner = added[0], project.packages.get(mention.owner)
        if owner is None or not _same_set(mention, package):
            return
        own, place = project.order.get(file), project.order.get(package.file)
        if package.file == file:
            when = "this overlay itself adds it"
        elif own is not None and place is not None and place > own:
            when = f"{package.file} adds it later"
        else:
            return
        yield self.finding(
            file,
            mention.span,
            f"{mention.name} is not in the set before this overlay: {when}",
            owner,
            fix=_to_final(project, file, mention, package),
            advice=_advice(project, file, owner, package),
        )

    def _final(self, project: AuditedProject, file: str, mention: Mention) -> Iterator[Finding]:
        named = (*project.patched.get(mention.name, ()), *project.added.get(mention.name, ()))
        for package in named:
            if package.file == file and _same_set(mention, package):
                is_builder = mention.span.end <= package.span.start < mention.span.end + _NEAR
                is_inside = package.identity == mention.owner and _is_built_for(mention)
                if is_inside or (is_builder and mention.rest[:1] and is_patch(package)):
                    yield self._endless(project, file, mention, package)

    def _endless(
        self, project: AuditedProject, file: str, mention: Mention, owner: Package
    ) -> Finding:
        previous = _root(project, file, "previous")
        fix = None
        is_own = mention.way == "path" and _is_of_whole(project, file, mention)
        if previous and is_own and mention.name not in project.added:
            edit = Edit(mention.root, previous.encode())
            fix = Fix("safe", f"take it from {previous}", (FileEdit(file, edit),), "inputs")
        return self.finding(
            file,
            mention.span,
            f"{mention.name} is made from itself: the final set has what this overlay makes",
            owner,
            fix=fix,
            advice="take it from the set before this overlay",
        )

    def _unions(self, project: AuditedProject, file: str, data: bytes) -> Iterator[Finding]:
        """Yield ``python3Packages = self.python3Packages // { ... }``, which has no end."""
        root = _root(project, file, "final")
        if not root:
            return
        previous = _root(project, file, "previous")
        for match in union_of(root).finditer(data):
            where = Span(match.start(2), match.end() - 2)
            edit = Edit(Span(*match.span(2)), previous.encode())
            name = match[1].decode()
            yield self.finding(
                file,
                Span(where.start, where.start + len(data[where.start : where.end].rstrip())),
                f"{name} is made from itself: the final set has what this overlay makes",
                fix=Fix("safe", f"take it from {previous}", (FileEdit(file, edit),))
                if previous
                else None,
                advice="take it from the set before this overlay",
            )

    def _overrides(self, project: AuditedProject, file: str) -> Iterator[Finding]:
        """Yield what an override of itself makes that is read as no package of the overlays."""
        root, previous = _root(project, file, "final"), _root(project, file, "previous")
        named = {package.name for package in project.packages.values() if package.file == file}
        overlay = OverlayText(file, project.text(file), ())
        for name, where, path in overlay.remade(root) if root else ():
            if name not in named:
                fix = Fix(
                    "safe",
                    f"take it from {previous}",
                    (FileEdit(file, Edit(where, previous.encode())),),
                )
                yield self.finding(
                    file,
                    path,
                    f"{name} is made from itself: the final set has what this overlay makes",
                    fix=fix if previous else None,
                    advice="take it from the set before this overlay",
                )


def _same_set(mention: Mention, package: Package) -> bool:
    """Tell whether a package is what a mention names, not an argument of another one."""
    return place_in_set(package.attribute) == (mention.set, mention.name, ())


def _is_built_for(mention: Mention) -> bool:
    """Tell whether a mention needs the package, not only a text of it as ``self.NAME.version``."""
    return not mention.rest or mention.rest[0] in _NEEDED


def _root(project: AuditedProject, file: str, role: str) -> str:
    """Return the name of the final or the previous set in a file."""
    sets = project.looked.looks[file].facts.sets if file in project.looked.looks else {}
    return next((name for name, own in sets.items() if own == role), "")


def _is_of_whole(project: AuditedProject, file: str, mention: Mention) -> bool:
    """Tell whether a path begins with a whole package set, not with that of one Python."""
    name = project.text(file)[mention.root.start : mention.root.end].decode()
    return name in project.looked.looks[file].facts.sets


def _advice(project: AuditedProject, file: str, owner: Package, package: Package) -> str:
    """Say what to do by hand about a package that is not there yet."""
    if _leads_to(package, owner.name, project):
        return f"{package.name} needs {owner.name}, too: one of them must do without the other"
    if package.file == file:
        return "take it from the final set"
    return "take it from the final set, or put the other overlay first"


def _to_final(
    project: AuditedProject,
    file: str,
    mention: Mention,
    package: Package,
) -> Fix | None:
    """Return the fix that takes a package from the final set, where that leads to no circle."""
    final = _root(project, file, "final")
    owner = project.packages[mention.owner]
    if not final or _leads_to(package, owner.name, project):
        return None
    if mention.way == "path":
        if not _is_of_whole(project, file, mention):
            return None
        edit = Edit(mention.root, final.encode())
    elif mention.way in ("with", "bound"):
        written = project.text(file)[mention.span.start : mention.span.end].decode()
        if written != mention.name:
            return None
        path = (final, f"{mention.set}Packages") if mention.set else (final,)
        edit = Edit(mention.span, f"({select(path, mention.name)})".encode())
    else:
        return None
    return Fix("safe", f"take {mention.name} from {final}", (FileEdit(file, edit),), "inputs")


def _leads_to(package: Package, name: str, project: AuditedProject) -> bool:
    """Tell whether a package uses one of a name, itself or through others."""
    waiting, seen = [package.name], set[str]()
    while waiting:
        current = waiting.pop()
        if current == name:
            return True
        if current in seen:
            continue
        seen.add(current)
        for other in (*project.added.get(current, ()), *project.patched.get(current, ())):
            waiting += project.uses.get(other.identity, ())
    return False


KIND = SelfSuper()
