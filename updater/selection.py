"""Which overlay files there are, which packages they hold, and which of them PKG arguments name."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from updater import fetchers
from updater.config import names_package
from updater.discover import kinds
from updater.effects import files, git
from updater.errors import AmbiguousName, ConfigError, NoSuchPackage, ReadError
from updater.fetchers.base import Fetcher
from updater.model import Package, Span
from updater.overlay.find import read_packages

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from updater.config import Config

FETCHERS: dict[str, Fetcher] = {
    function: kind
    for kind in kinds(fetchers, Fetcher)  # type: ignore[type-abstract]  # python/mypy#4717
    for function in sorted(kind.functions)
}
"""Nix function -> the kind that knows its arguments."""

_NOTHING = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Found:
    """All packages in the order of files and lines, and every file's bytes as they were read."""

    packages: tuple[Package, ...]
    texts: dict[str, bytes]


def read_file(data: bytes, file: str) -> tuple[Package, ...]:
    """Return the packages of one file; a place that cannot be parsed counts as one with a problem.

    A parse problem inside a package is that package's own.
    """
    content = read_packages(data, file, frozenset(FETCHERS))
    broken = tuple(
        Package(file, (), problem.line, problem.span, None, None, None, problem=str(problem))
        for problem in content.problems
    )
    return content.packages + broken


def find_packages(config: Config) -> Found:
    """Read every overlay file that the configuration names.

    Raises:
        ConfigError: an entry of ``overlays:`` names nothing.
    """
    packages: list[Package] = []
    texts: dict[str, bytes] = {}
    for path in _files(config):
        file = path.relative_to(config.root).as_posix()
        try:
            texts[file] = files.read(path, file)
        except ReadError as error:
            unread = Package(file, (), 1, _NOTHING, None, None, None, problem=str(error))
            packages.append(unread)
            continue
        packages.extend(read_file(texts[file], file))
    return Found(tuple(packages), texts)


def _files(config: Config) -> Iterable[Path]:
    found: dict[Path, None] = {}
    for entry in config.document.overlays:
        path = config.root / entry
        if path.is_dir():
            matches = sorted(path.rglob("*.nix"))
        elif path.is_file():
            matches = [path]
        else:
            matches = sorted(config.root.glob(entry)) if not entry.startswith("/") else []
            matches = [match for match in matches if match.is_file()]
        if not matches:
            raise ConfigError(
                f"{entry!r} names no .nix file in {config.root}",
                file=config.file or "config.yaml",
                key="overlays",
                hint="say where the overlays are: in config.yaml, `overlays: [FOLDER]`, or with -C",
            )
        found.update(dict.fromkeys(matches))
    return found


async def changed_packages(
    root: Path, revision: str, packages: Sequence[Package], found: Found
) -> tuple[Package, ...]:
    """Return the packages whose text is not what it was in a commit of the user's repository.

    Raises:
        UsageError: there is no such commit.
    """
    old: dict[str, bytes] = {}
    for file in dict.fromkeys(package.file for package in packages):
        data = await git.file_at(root, revision, file)
        if data is not None:
            old |= {one.identity: _text(one, data) for one in read_file(data, file)}
    return tuple(
        package
        for package in packages
        if old.get(package.identity) != _text(package, found.texts.get(package.file, b""))
    )


def _text(package: Package, data: bytes) -> bytes:
    return data[package.span.start : package.span.end]


def select(packages: Sequence[Package], names: Sequence[str]) -> tuple[Package, ...]:
    """Return the packages that PKG arguments name, all of them where there are none.

    Raises:
        NoSuchPackage: an argument matches nothing.
        AmbiguousName: a name, not a glob or a file, fits several packages.
    """
    if not names:
        return tuple(packages)
    chosen: set[str] = set()
    for name in names:
        matching = [package for package in packages if names_package(name, package)]
        if not matching:
            raise NoSuchPackage(name, closest=_closest(name, packages))
        identities = tuple(package.identity for package in matching)
        is_plain = name not in {package.file for package in matching} and not set("*?[") & set(name)
        if len(matching) > 1 and is_plain:
            raise AmbiguousName(name, identities)
        chosen.update(identities)
    return tuple(package for package in packages if package.identity in chosen)


def _closest(name: str, packages: Sequence[Package]) -> tuple[str, ...]:
    known = {package.name for package in packages} | {
        package.pname for package in packages if package.pname
    }
    return tuple(difflib.get_close_matches(name, sorted(known), n=3))
