"""Which overlay files there are, which packages they hold, and which of them PKG arguments name."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass, replace
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
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from updater.config import Config
    from updater.model import Policy
    from updater.overlay.find import FileContent

FETCHERS: dict[str, Fetcher] = {
    function: kind
    for kind in kinds(fetchers, Fetcher)  # type: ignore[type-abstract]  # python/mypy#4717
    for function in sorted(kind.functions)
}
"""Nix function -> the kind that knows its arguments."""

_FUNCTIONS = frozenset(FETCHERS)

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


def skip_reason(package: Package, policy: Policy) -> str:
    """Return why a package cannot be followed although it is understood, or an empty string.

    Raises:
        ReadError: the policy names an upstream, and the source has one of its own, or none can be
            read from it.
    """
    source = package.source
    if source is None or package.skip:
        return package.skip
    fetcher = FETCHERS[source.fetcher]
    skip = fetcher.skip(package, source)
    if skip:
        return skip
    own = fetcher.tells_upstream(package, source)
    if own and policy.upstream:
        raise ReadError(
            f"{package.file}:{source.line}: the source of {package.name} is of "
            f"{fetcher.project(package, source)}, and config.yaml names the upstream "
            f"{policy.upstream}",
            hint="leave `upstream` out: it is for addresses that tell no upstream",
        )
    if not own and not policy.upstream:
        return (
            "its address tells no upstream: name it in config.yaml, "
            f"`packages: {{{package.name}: {{upstream: github:OWNER/REPO}}}}`"
        )
    return ""


def adopted(package: Package, method: str) -> Package:
    """Return a package whose source is the call of a function that no kind knows.

    Its arguments say what it is like: a repository's owner and name, a git address with a rev, or
    an address. That is enough to find versions; its hash is left to Nix.

    Args:
        package: one without a source, else nothing is done.
        method: how its hash is to be found; only ``build`` leaves it to Nix.
    """
    custom = package.custom
    if package.source is not None or custom is None or method != "build":
        return package
    if custom.get("owner") and custom.get("repo"):
        like = "fetchFromGitHub"
    elif custom.get("url"):
        like = "fetchgit" if custom.get("rev", "tag") else "fetchurl"
    else:
        return package
    return replace(package, source=replace(custom, fetcher=like), skip="")


def with_dependents(package: Package, names: Sequence[str]) -> Package:
    """Return a package whose hashes of these names change with its source."""
    named = [one for one in package.hashes if one.name in names]
    if not named:
        return package
    beside = sorted((*package.dependents, *named), key=lambda one: one.span)
    left = tuple(one for one in package.hashes if one not in named)
    return replace(package, dependents=tuple(beside), hashes=left)


def stale_dependents(package: Package) -> str:
    """Say which hashes beside the source a new one makes wrong."""
    names = " and ".join(f"{one.name} (line {one.line})" for one in package.dependents)
    return f"{names} must change with the source, and only a build can tell the new value"


async def changed_packages(
    root: Path, revision: str, packages: Sequence[Package], found: Found
) -> tuple[Package, ...]:
    """Return the packages that are not what they were in a commit of the user's repository.

    Its text counts, and so does what its pin reads: a name may stand outside of the package.

    Raises:
        UsageError: there is no such commit.
    """
    old = await packages_at(root, revision, tuple(package.file for package in packages))
    return tuple(
        package
        for package in packages
        if package.identity not in old.texts
        or old.texts[package.identity] != _text(package, found.texts.get(package.file, b""))
        or _pin(old.packages[package.identity]) != _pin(package)
    )


@dataclass(frozen=True, slots=True)
class Before:
    """The packages of a commit of the user's repository, and each one's text, by identity."""

    packages: dict[str, Package]
    texts: dict[str, bytes]


async def packages_at(root: Path, revision: str, files: Sequence[str]) -> Before:
    """Return what some files held in a commit of the user's repository.

    Raises:
        UsageError: there is no such commit.
    """
    before = Before({}, {})
    for file in dict.fromkeys(files):
        data = await git.file_at(root, revision, file)
        for one in read_file(data, file) if data is not None else ():
            before.packages[one.identity] = one
            before.texts[one.identity] = _text(one, data or b"")
    return before


def _text(package: Package, data: bytes) -> bytes:
    return data[package.span.start : package.span.end]


def _pin(package: Package) -> list[tuple[str, str | None]]:
    """Return what version and sources read."""
    sources = (*((package.source,) if package.source is not None else ()), *package.companions)
    fields = [*(field for source in sources for field in source.fields)]
    fields += [package.version] if package.version is not None else []
    return [(field.name, field.value) for field in fields]


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
