"""Which packages differ from a commit of the user's repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.effects.files import real
from updater.effects.git import own as git
from updater.find.packages import functions_of, read_file
from updater.overlay.editing.pin_files import with_changes
from updater.overlay.reading.locks import is_lock

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from updater.find.overlay_files import OverlayFiles
    from updater.model import FunctionFile, Package


async def changed_packages(
    root: Path, revision: str, packages: Sequence[Package], overlays: OverlayFiles
) -> tuple[Package, ...]:
    """Return the packages that are not what they were in a commit of the user's repository.

    Its text counts, and so do its lock files and what its pin reads: a name may stand outside of
    the package.

    Raises:
        UsageError: there is no such commit.
    """
    files = {real(root / file) for file in await git.changed_files(root, revision)}
    before = await packages_at(root, revision, packages)
    return tuple(
        package
        for package in packages
        if before.differs(package, overlays) or has_lock_in(package, root, files)
    )


def has_lock_in(package: Package, root: Path, files: Collection[str]) -> bool:
    """Tell whether one of some files is a lock file of a package, or one in the folder of such.

    Args:
        package: where it names a folder (``gemdir = ./.``), all lock files there count.
        root: the project's folder.
        files: absolute paths, with all links followed.
    """
    paths = [real(root / lock.path) for lock in package.locks if lock.path]
    return any(
        file == path or (file.rpartition("/")[0] == path and is_lock(file))
        for path in paths
        for file in files
    )


class Before(Struct, frozen=True):
    """The packages of a commit of the user's repository, and each one's text, by identity."""

    packages: dict[str, Package]
    texts: dict[str, bytes]

    def differs(self, package: Package, overlays: OverlayFiles) -> bool:
        """Tell whether a package is not what it was: its text, or what its pin reads."""
        name = package.identity
        return (
            name not in self.texts
            or self.texts[name] != _text(package, overlays.texts.get(package.file, b""))
            or pin_of(self.packages[name]) != pin_of(package)
        )


async def packages_at(root: Path, revision: str, packages: Sequence[Package]) -> Before:
    """Return what the files of some packages held in a commit of the user's repository.

    Raises:
        UsageError: there is no such commit.
    """
    before = Before({}, {})
    for file in dict.fromkeys(package.file for package in packages):
        data = await git.file_at(root, revision, file)
        functions = functions_of(packages, file)
        pins = {own.file: await git.file_at(root, revision, own.file) for own in _pins(functions)}
        functions = with_changes(functions, {own: text or b"" for own, text in pins.items()})
        for package in read_file(data, file, functions) if data is not None else ():
            before.packages[package.identity] = package
            before.texts[package.identity] = _text(package, data or b"")
    return before


def _pins(functions: Sequence[FunctionFile]) -> list[FunctionFile]:
    return [function for function in functions if function.has_pins]


def _text(package: Package, data: bytes) -> bytes:
    return data[package.span.start : package.span.end]


def pin_of(package: Package) -> list[tuple[str, str | None]]:
    """Return what a package's version and sources read, by the names of their fields.

    What is taken from another package is that one's.
    """
    own = (package.fetched,) if package.fetched is not None else ()
    sources = (*own, *package.companions)
    fields = [field for source in sources for field in source.fields if not field.neighbour]
    fields += [package.version] if package.version is not None else []
    return [(field.name, field.value) for field in fields]
