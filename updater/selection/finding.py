"""Which overlay files there are, and which packages they hold."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.effects import files
from updater.errors import ConfigError, ReadError
from updater.known_fetchers import FETCHERS
from updater.model import Package, Span
from updater.overlay.find import read_packages
from updater.selection.found import Found

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from updater.config import Config
    from updater.overlay.find import FileContent

_FUNCTIONS = frozenset(FETCHERS)

_NOTHING = Span(0, 0)


def read_file(data: bytes, file: str) -> tuple[Package, ...]:
    """Return the packages of one file; a place that cannot be parsed counts as one with a problem.

    A parse problem inside a package is that package's own.
    """
    return _packages(read_packages(data, file, _FUNCTIONS), file)


def _packages(content: FileContent, file: str) -> tuple[Package, ...]:
    return content.packages + tuple(
        Package(file, (), one.line, one.span, None, None, None, problem=str(one), hint=one.hint)
        for one in content.problems
    )


def find_packages(config: Config) -> Found:
    """Read every overlay file that the configuration names, and the package files they call.

    Raises:
        ConfigError: an entry of ``overlays:`` names nothing.
    """
    reading = _Reading(config.root)
    for file in _files(config):
        reading.read(file)
    return reading.found()


class _Reading:
    """Reads files once each, and follows ``callPackage ./package.nix { }`` from one to another."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._packages: dict[str, tuple[Package, ...]] = {}
        self._texts: dict[str, bytes] = {}
        self._callers: dict[str, tuple[tuple[str, ...], ...]] = {}

    def read(self, file: str) -> None:
        """Read a file, by its path below the root, and the files that it calls."""
        waiting = [file]
        while waiting:
            one = waiting.pop()
            if one not in self._packages:
                waiting.extend(self._read(one))

    def _read(self, file: str) -> Iterator[str]:
        try:
            data = files.read(self._root / file, file)
        except ReadError as error:
            broken = Package(file, (), 1, _NOTHING, None, None, None, problem=str(error))
            self._packages[file] = (broken,)
            return
        content = read_packages(data, file, _FUNCTIONS)
        self._texts[file] = data
        self._packages[file] = _packages(content, file)
        for called in content.files:
            target = self._target(file, called.path)
            if target is not None:
                self._callers[target] = (*self._callers.get(target, ()), called.attribute)
                yield target
            else:
                why = f"it calls {called.path}, and there is no such file in this project"
                lost = Package(
                    file, called.attribute, called.line, called.span, None, None, None, skip=why
                )
                self._packages[file] += (lost,)

    def _target(self, file: str, path: str) -> str | None:
        """Return the file that a path in another one means, None where it lies outside the root."""
        target = os.path.normpath(os.path.join(os.path.dirname(file), path))  # noqa: PTH118, PTH120 - as text
        if target.startswith(("..", "/")):
            return None
        if (self._root / target).is_dir():
            target = f"{target}/default.nix"
        found = self._root / target
        inside = found.is_file() and found.resolve().is_relative_to(self._root.resolve())
        return target if inside else None

    def found(self) -> Found:
        """Return all that was read."""
        packages = []
        for file, mine in self._packages.items():
            callers = self._callers.get(file, ())
            packages += [
                replace(one, callers=callers) if callers and not one.attribute else one
                for one in mine
            ]
        return Found(tuple(packages), self._texts)


def overlay_files(config: Config) -> tuple[str, ...]:
    """Return the overlay files that the configuration names, relative to the root.

    Raises:
        ConfigError: an entry of ``overlays:`` names nothing.
    """
    return tuple(_files(config))


def found_in(texts: dict[str, bytes]) -> Found:
    """Return the packages of files that were read elsewhere."""
    packages = [one for file, data in texts.items() for one in read_file(data, file)]
    return Found(tuple(packages), texts)


def _files(config: Config) -> Iterable[str]:
    """Return the overlay files, each once: of a link and its target, the target."""
    found: dict[str, None] = {}
    for entry in config.document.overlays:
        path = config.root / entry
        if path.is_dir():
            matches = sorted(_below(os.path.normpath(entry), config.root), key=_parts)
        elif path.is_file():
            matches = [os.path.normpath(entry)]
        else:
            globbed = sorted(config.root.glob(entry)) if not entry.startswith("/") else []
            matches = [one.relative_to(config.root).as_posix() for one in globbed if one.is_file()]
        if not matches:
            raise ConfigError(
                f"{entry!r} names no .nix file in {config.root}",
                file=config.file or "config.yaml",
                key="overlays",
                hint="say where the overlays are: in config.yaml, `overlays: [FOLDER]`, or with -C",
            )
        found.update(dict.fromkeys(matches))
    return _without_links(list(found), config.root)


def _without_links(found: list[str], root: Path) -> list[str]:
    links = {file for file in found if os.path.islink(root / file)}  # noqa: PTH114 - speed
    if not links:
        return found
    known = {os.path.realpath(root / file) for file in found if file not in links}
    kept = []
    for file in found:
        target = os.path.realpath(root / file)
        if file not in links or target not in known:
            kept.append(file)
            known.add(target)
    return kept


def _below(folder: str, root: Path) -> Iterator[str]:
    for inside, _, names in os.walk(root / folder):
        below = os.path.relpath(inside, root)
        start = "" if below == "." else f"{below}/"
        yield from (f"{start}{name}" for name in names if name.endswith(".nix"))


def _parts(file: str) -> list[str]:
    return file.split("/")
