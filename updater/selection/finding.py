"""Reading files: which packages they hold, and which further files they call."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from updater.effects import files
from updater.errors import ReadError
from updater.known_fetchers import FETCHERS
from updater.model import Package, Span
from updater.overlay.find import read_packages
from updater.selection.files import overlay_files
from updater.selection.found import Found, Read, assembled

if TYPE_CHECKING:
    from collections.abc import Iterable
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
    return assembled(read_all(config.root, overlay_files(config)))


def read_all(root: Path, named: Iterable[str]) -> list[Read]:
    """Read files, by their paths below the root, each followed by the files that it calls."""
    known: dict[str, Read] = {}
    for file in named:
        waiting = [file]
        while waiting:
            one = waiting.pop()
            if one not in known:
                known[one] = _read(root, one)
                waiting.extend(target for target, _ in known[one].calls)
    return list(known.values())


def _read(root: Path, file: str) -> Read:
    try:
        data = files.read(root / file, file)
    except ReadError as error:
        broken = Package(file, (), 1, _NOTHING, None, None, None, problem=str(error))
        return Read(file, None, (broken,))
    content = read_packages(data, file, _FUNCTIONS)
    packages = list(_packages(content, file))
    calls = []
    for called in content.files:
        target = _target(root, file, called.path)
        if target is not None:
            calls.append((target, called.attribute))
        else:
            why = f"it calls {called.path}, and there is no such file in this project"
            packages.append(
                Package(
                    file, called.attribute, called.line, called.span, None, None, None, skip=why
                )
            )
    return Read(file, data, tuple(packages), tuple(calls))


def _target(root: Path, file: str, path: str) -> str | None:
    """Return the file that a path in another one means, None where it lies outside the root."""
    target = os.path.normpath(os.path.join(os.path.dirname(file), path))  # noqa: PTH118, PTH120 - as text
    if target.startswith(("..", "/")):
        return None
    if (root / target).is_dir():
        target = f"{target}/default.nix"
    found = root / target
    inside = found.is_file() and found.resolve().is_relative_to(root.resolve())
    return target if inside else None


def found_in(texts: dict[str, bytes]) -> Found:
    """Return the packages of files that were read elsewhere."""
    packages = [one for file, data in texts.items() for one in read_file(data, file)]
    return Found(tuple(packages), texts)
