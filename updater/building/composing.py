"""The package set that the overlays make of nixpkgs, where no output of the project has it."""

from __future__ import annotations

import os.path
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.building.expressions import quoted
from updater.overlay.reading.closed import SYSTEM, TREE, files_in
from updater.overlay.reading.listed import ImportedOverlay
from updater.overlay.reading.shape import is_overlay, is_package_function, paths_in
from updater.overlay.reading.uses import in_order, uses

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from updater.find.overlay_files import OverlayFiles
    from updater.model import Package
    from updater.overlay.reading.entry import EntryFile

_SET = """\
let
    # A file may have one overlay, a list of them, or a set.
    flat = each:
      if builtins.isList each then builtins.concatMap flat each
      else if builtins.isAttrs each then flat (builtins.attrValues each)
      else [ each ];
  in
  import {nixpkgs} {{
    system = {SYSTEM};
    overlays = flat [
{overlays}
    ];
    config.allowUnfree = true;
  }}"""

# What a file needs that only Python's packages have makes its package one of them.
_CALLED = """\
(final: prev:
  let
    files = {{ {files} }};
    needed = file:
      let arguments = builtins.functionArgs (import file); in
      builtins.filter (name: !arguments.${{name}}) (builtins.attrNames arguments);
    isPlain = file: builtins.all (name: prev ? ${{name}} || files ? ${{name}}) (needed file);
    plain = builtins.filter (name: isPlain files.${{name}}) (builtins.attrNames files);
    python = builtins.filter (name: !isPlain files.${{name}}) (builtins.attrNames files);
    called = scope: names: builtins.listToAttrs
      (map (name: {{ inherit name; value = scope.callPackage files.${{name}} {{ }}; }}) names);
  in
  called final plain // {{
    pythonPackagesExtensions = prev.pythonPackagesExtensions or [ ]
      ++ [ (scope: _: called scope python) ];
  }})"""


class Composition(Struct, frozen=True):
    """What a package set is made of.

    Attributes:
        nixpkgs: the expression that it is imported from.
        overlays: in the order in which they are applied.
        called: files that are called as packages, by their names.
    """

    nixpkgs: str
    overlays: tuple[ImportedOverlay, ...]
    called: Mapping[str, str]

    @property
    def expression(self) -> str:
        """The set, with the variables of `updater.overlay.reading.closed`; "" without nixpkgs."""
        if not self.nixpkgs:
            return ""
        overlays = [overlay.expression for overlay in self.overlays]
        if self.called:
            files = (f'{quoted(name)} = {TREE} + "/{file}";' for name, file in self.called.items())
            overlays.append(_CALLED.format(files=" ".join(files)))
        return _SET.format(nixpkgs=self.nixpkgs, SYSTEM=SYSTEM, overlays="\n".join(overlays))


class Composer(Struct, frozen=True):
    """Puts together what the entry file says and what the overlay files are.

    Attributes:
        folder: that of the entry file, relative to the root.
        project: all packages, and the texts of their files.
        read: returns a file's bytes by its path below the root, None where there is no such file.
    """

    folder: str
    project: OverlayFiles
    read: Callable[[str], bytes | None]

    def compose(self, entry: EntryFile) -> Composition:
        """Return the entry's overlays in their order, and behind them those that it leaves out.

        What it leaves out comes with dependencies first, unless it has a package that one of the
        others has, too.
        """
        certain = [overlay for overlay in entry.overlays if overlay.certain]
        covered = self._covered(
            file for overlay in certain for file in files_in(overlay.expression)
        )
        overlays: list[ImportedOverlay] = []
        for overlay in entry.overlays:
            file = self._above(overlay.file)
            if overlay.certain:
                overlays.append(overlay)
            elif file not in covered and self._is_overlay(file):
                overlays.append(overlay)
                covered |= self._covered([overlay.file])
        called: dict[str, str] = {}
        for package in self._missing(covered):
            data, below = self.project.texts[package.file], self._below(package.file)
            if is_overlay(data):
                overlays.append(ImportedOverlay.of_file(below, certain=False))
            elif is_package_function(data) and not (package.attribute or package.callers):
                called[package.name] = below
        return Composition(entry.nixpkgs, tuple(dict.fromkeys(overlays)), called)

    def _missing(self, covered: Collection[str]) -> Iterator[Package]:
        """Yield the packages of the folder's files that are not covered, dependencies first."""
        packages = self.project.packages
        attributes = {each.attribute for each in packages if each.file in covered} - {()}
        left_out = {each.file for each in packages if each.problem or each.attribute in attributes}
        by_identity = {package.identity: package for package in packages}
        for identity in in_order(uses(packages, self.project.texts)):
            package = by_identity[identity]
            inside = self.folder == "." or package.file.startswith(f"{self.folder}/")
            if inside and package.file not in covered and package.file not in left_out:
                yield package

    def _covered(self, files: Iterable[str]) -> set[str]:
        """Return files of the entry, and those that they name, by their paths below the root."""
        waiting = [self._above(file) for file in files]
        covered: set[str] = set()
        while waiting:
            file = waiting.pop()
            data = self._text(file)
            if data is None or file in covered:
                continue
            covered |= {file, f"{file}/default.nix"}
            folder = file if self.read(file) is None else os.path.dirname(file)  # noqa: PTH120 - as text
            waiting += (os.path.normpath(f"{folder}/{path}") for path in paths_in(data))
        return covered

    def _is_overlay(self, file: str) -> bool:
        data = self._text(file)
        return data is not None and is_overlay(data)

    def _text(self, file: str) -> bytes | None:
        """Return the text of a file, or of a folder's default.nix."""
        data = self.read(file)
        return data if data is not None else self.read(f"{file}/default.nix")

    def _above(self, file: str) -> str:
        """Return the path below the root of a path that is relative to the entry's folder."""
        return os.path.normpath(f"{self.folder}/{file}")

    def _below(self, file: str) -> str:
        """Return a path below the root as one below the entry's folder."""
        return file.removeprefix(f"{self.folder}/")
