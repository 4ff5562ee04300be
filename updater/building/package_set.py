"""How Nix takes a package from a tree: the set that is evaluated, and the expression in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from updater.building.expressions import FILE_SET, attribute_path, quoted, string, system
from updater.overlay.reading.closed import INPUTS, SYSTEM, TREE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.model import BuildPolicy, Package

SetForm = Literal["file", "installable", "flake"]

_OUTPUTS = "ref: (builtins.getFlake ref).outputs"

_FILE = """\
file:
let
  {TREE} = /. + builtins.dirOf file;
  {SYSTEM} = {system};
  {INPUTS} = {{ }};
in
{{
  root = {TREE};
  file = ({load}) file;
  composed = {composed};
}}"""

_FLAKE = """\
ref:
let
  flake = builtins.getFlake ref;
  {TREE} = flake.outPath;
  {SYSTEM} = {system};
  {INPUTS} = flake.inputs // {{ self = flake; }};
in
{{
  root = {TREE};
  packages = flake.outputs.packages.${{{SYSTEM}}} or {{ }};
  legacyPackages = flake.outputs.legacyPackages.${{{SYSTEM}}} or {{ }};
  composed = {composed};
}}"""


class Installable(Struct, frozen=True):
    """A package in a package set.

    Attributes:
        attribute: as messages name it, such as ``python3Packages.vocos``.
        select: the Nix expression for it, of ``set``.
    """

    set: PackageSet
    attribute: str
    select: str


class PackageSet(Struct, frozen=True):
    """How the package set of a tree is evaluated.

    Attributes:
        form: what ``place`` is: a Nix ``file``; a flake in which the command line finds an
            ``installable``; or a ``flake`` that is locked, so that any expression may take it.
        place: the file or the flake's folder, relative to the tree.
        load: the Nix function from the place, as a path or a locked reference, to the set.
        options: what Nix evaluates it with.
        parts: the names below which packages are looked for, in this order.
        lock: the flake.lock that a copy of the tree gets; None where it has its own.
    """

    form: SetForm
    place: str
    load: str
    options: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    lock: bytes | None = None

    @classmethod
    def surveyed(cls, policy: BuildPolicy, composed: str) -> PackageSet:
        """Return the set of a file or flake in which packages are looked for.

        Args:
            policy: names the file or the flake.
            composed: what the overlays make of nixpkgs; an empty string where there is none.
        """
        last = ("composed",) if composed else ()
        if policy.file:
            load, parts = _filled(_FILE, composed), ("file", *last)
            return cls("file", policy.file, load, policy.options, parts)
        load, parts = _filled(_FLAKE, composed), ("packages", "legacyPackages", *last)
        return cls("flake", policy.flake, load, policy.options, parts)

    @classmethod
    def outputs(cls, policy: BuildPolicy) -> PackageSet:
        """Return the outputs of a flake, which is to be locked."""
        return cls("flake", policy.flake, _OUTPUTS, policy.options)

    def paths(self, package: Package) -> tuple[tuple[str, ...], ...]:
        """Return where a package may be, likeliest first."""
        nested = _attributes(package)
        flat = ((package.name,), *nested)
        paths = (
            (part, *path)
            for part in self.parts
            for path in (flat if part == "packages" else nested)
        )
        return tuple(dict.fromkeys(paths))

    def installable(self, path: tuple[str, ...]) -> Installable:
        """Return the package at a path below the parts."""
        return Installable(self, shown(path), f"set.{_dotted(path)}")

    def changed(self, changes: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return what a scratch copy of the tree has new, besides a change."""
        if self.lock is None:
            return dict(changes)
        return {**changes, f"{self.place}/flake.lock": self.lock}


def configured(
    policy: BuildPolicy, package: Package, locked: PackageSet | None = None
) -> Installable:
    """Return a package as ``build: {attribute: ...}`` names it.

    Args:
        policy: names it, and its file or flake.
        package: the package.
        locked: the flake's outputs, where it is not left to the command line to find its inputs.
    """
    attribute = attribute_path(policy.attribute, package.name)
    if policy.file:
        package_set = PackageSet("file", policy.file, FILE_SET, policy.options)
        return Installable(package_set, attribute, f"set.{attribute}")
    # Where the command line looks, in its order.
    outputs = ("packages", "legacyPackages")
    own, legacy = (f"set.{output}.{system()}.{attribute}" for output in outputs)
    package_set = locked or PackageSet("installable", policy.flake, _OUTPUTS, policy.options)
    return Installable(package_set, attribute, f"{own} or ({legacy} or set.{attribute})")


def shown(path: tuple[str, ...]) -> str:
    """Write the path of a package below the parts of a set for a person."""
    part, *rest = path
    return _dotted((part, system(), *rest) if part in ("packages", "legacyPackages") else rest)


def _filled(template: str, composed: str) -> str:
    return template.format(
        TREE=TREE,
        SYSTEM=SYSTEM,
        INPUTS=INPUTS,
        system=string(system()),
        load=FILE_SET,
        composed=composed or "{ }",
    )


def _attributes(package: Package) -> tuple[tuple[str, ...], ...]:
    """Return the attribute paths at which a package may be in a package set, likeliest first."""
    paths = [package.attribute] if package.attribute else list(package.callers)
    named = (("python3Packages", package.name), (package.name,))
    return tuple(dict.fromkeys([*map(_in_the_set, filter(None, paths)), *named]))


def _in_the_set(path: tuple[str, ...]) -> tuple[str, ...]:
    """Return where an attribute path of an overlay ends up in the set.

    Source: Nixpkgs manual, "Python", Overriding Python packages.
    """
    match path:
        case ("pythonPackagesExtensions", *rest):
            return ("python3Packages", *rest)
        case ("packageOverrides", *rest):
            return ("python3", "pkgs", *rest)
        case _ if "packageOverrides" in path:
            at = path.index("packageOverrides")
            return (*path[:at], "pkgs", *path[at + 1 :])
        case _:
            return path


def _dotted(path: Sequence[str]) -> str:
    """Write an attribute path for Nix."""
    return ".".join(map(quoted, path))
