"""What a package says of itself to people: description, homepage, licence and platforms.

Source: Nixpkgs manual, "Meta-attributes".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from updater.audit.overlay.base import TextRule
from updater.audit.overlay.project import first_line
from updater.overlay.reading import syntax
from updater.overlay.reading.scope import AttributeScope, Scope
from updater.overlay.reading.shape import outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.audit.overlay.overlay_text import OverlayText
    from updater.model import Package
    from updater.model.finding import Finding, Severity

_WANTED = ("description", "homepage", "license", "platforms")
_OVERRIDES = ("override", "overrideAttrs", "overridePythonAttrs", "overrideDerivation")


class Metadata(TextRule):
    """A package without what its ``meta`` should say."""

    name: ClassVar[str] = "metadata"
    title: ClassVar[str] = "A package has a description, a homepage, a license and platforms."
    why: ClassVar[str] = (
        "Nix refuses unfree packages by their license, and builds on other systems are skipped by "
        "their platforms. Without them nobody is warned. The homepage is where a reviewer begins, "
        "and the description is what search shows."
    )
    bad: ClassVar[str] = """\
meta.description = "Exponential moving average of a module";
"""
    good: ClassVar[str] = """\
meta = with super.lib; {
  description = "Exponential moving average of a module";
  homepage = "https://github.com/lucidrains/ema-pytorch";
  license = licenses.mit;
  platforms = platforms.unix;
};
"""
    severity: ClassVar[Severity] = "note"
    exceptions: ClassVar[str] = (
        "An override of a package keeps that package's own `meta`. A `meta` that is computed or "
        "taken from another package is not judged."
    )

    def findings(self, overlay: OverlayText) -> Iterator[Finding]:
        """Yield each package that lacks some, at its ``meta`` or else its name."""
        for package in overlay.packages:
            if package.problem or _is_override(package) or not _is_built(package):
                continue
            place = _Meta(overlay, package)
            missing = place.missing()
            if missing:
                listed = " or ".join(filter(None, (", ".join(missing[:-1]), missing[-1])))
                yield self.finding(
                    overlay.file,
                    place.where,
                    f"{package.name} has no {listed}",
                    package,
                    advice="add it to `meta`",
                )


class _Meta:
    """The ``meta`` of one package."""

    def __init__(self, overlay: OverlayText, package: Package) -> None:
        self._data = overlay.data
        own = overlay.statements(package)
        self._statements = [one for one in own if one.names[0] == "meta"]
        place = overlay.place(package)
        self._readable = place is not None
        if place is not None and "meta" in place.attributes:
            binding = place.attributes.get("meta")
            self._readable = binding is not None and not binding.inherited
        first = self._statements[0].node if self._statements else None
        self.where = (
            syntax.span(first)
            if first is not None
            else first_line(overlay.data, package.span.start)
        )

    def missing(self) -> tuple[str, ...]:
        """Return what is not there; nothing where that cannot be read."""
        if not self._readable:
            return ()
        names: set[str] = set()
        for statement in self._statements:
            if len(statement.names) > 1:
                names.add(statement.names[1])
                continue
            node = outcome(statement.value)
            if node.type not in syntax.ATTRIBUTE_SETS:
                return ()
            attributes = AttributeScope(node, Scope(), self._data)
            names.update(attributes)
            names.update(inner.names[0] for inner in attributes.statements)
        if "license" in names or "licenses" in names:
            names.add("license")
        if "badPlatforms" in names:
            names.add("platforms")
        return tuple(name for name in _WANTED if name not in names)


def _is_override(package: Package) -> bool:
    return package.builder.rpartition(".")[2] in _OVERRIDES


def _is_built(package: Package) -> bool:
    """Tell whether it is a package of its own, not the problem or the call of one."""
    return package.version is not None or package.source is not None


KIND = Metadata()
