"""Which packages PKG arguments name."""

from __future__ import annotations

import os.path
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.config.naming import Fit, fit
from updater.effects import files
from updater.errors import AmbiguousName, NoSuchPackage, UsageError
from updater.text import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from updater.model import Package


class Names(Struct, frozen=True):
    """PKG arguments, and where they were given.

    Attributes:
        arguments: as they were given; none of them is about all packages.
        root: what the files of packages are relative to.
        start: what files and folders in the arguments are relative to.
    """

    arguments: tuple[str, ...]
    root: Path
    start: Path

    def written(self, name: str) -> tuple[str, ...]:
        """Return an argument if it can be more than a path from where it was given."""
        return () if name.startswith(("./", "../", "/")) or name in (".", "..") else (name,)

    def there(self, name: str) -> tuple[str, ...]:
        """Return the paths, or the identities, that an argument means where it was given."""
        file, mark, attribute = name.partition("#")
        paths = files.below(self.root, self.start, file) if file else ()
        return tuple(f"{path}{mark}{attribute}" for path in paths)


def select(packages: Sequence[Package], names: Names) -> tuple[Package, ...]:
    """Return the packages that PKG arguments name, all of them where there are none.

    Raises:
        NoSuchPackage: an argument matches nothing.
        AmbiguousName: a name, not a glob, file or folder, fits several packages.
    """
    if not names.arguments:
        return tuple(packages)
    chosen: set[str] = set()
    for name in names.arguments:
        matching = _named(packages, name, names)
        if not matching:
            raise NoSuchPackage(name, closest=closest(name, packages))
        chosen.update(matching)
    # what is asked of a member is asked of the unit
    chosen |= {package.leader for package in packages if package.identity in chosen}
    return tuple(package for package in packages if package.identity in chosen)


def split_version(packages: Sequence[Package], names: Names) -> tuple[Names, str]:
    """Return PKG arguments without a version, and the version of ``PKG@VERSION``.

    Returns:
        The version is an empty string where no argument has one.

    Raises:
        UsageError: there is a version, and more than one argument.
        NoSuchPackage, AmbiguousName: what stands before a version names no package, or several.
    """
    for name in names.arguments:
        if "@" not in name or _named(packages, name, names):
            continue
        parts = [(name[:at], name[at + 1 :]) for at, sign in enumerate(name) if sign == "@"]
        fitting = [(base, version) for base, version in parts if _named(packages, base, names)]
        base, version = (fitting or parts)[0]
        if not fitting:
            raise NoSuchPackage(base, closest=closest(base, packages))
        if len(names.arguments) > 1:
            raise UsageError(
                f"{name!r} gives a version, so it must be the only package",
                hint="bump it by itself",
            )
        if not version:
            raise UsageError(f"{name!r} has no version after the @", hint=f"write {base}@VERSION")
        return Names((base,), names.root, names.start), version
    return names, ""


def closest(name: str, packages: Sequence[Package]) -> str:
    """Return the one name, or file for a path, that a text may have meant; or an empty string."""
    if "/" in name or name.endswith(".nix"):
        files_by_stem = {_stem(package.file): package.file for package in packages}
        return files_by_stem.get(nearest(_stem(name), files_by_stem), "")
    spellings = {
        spelling for package in packages for spelling in (package.pname, *package.names) if spelling
    }
    return nearest(name, spellings) or nearest(name.rpartition(".")[2], spellings)


def _stem(file: str) -> str:
    path = file.removesuffix("/default.nix").removesuffix(".nix")
    return os.path.basename(path.rstrip("/"))  # noqa: PTH119 - as text


def _named(packages: Sequence[Package], name: str, names: Names) -> tuple[str, ...]:
    """Return the identities of the packages that an argument names in the best of its ways.

    Raises:
        AmbiguousName: a name, not a glob, file or folder, fits several packages.
    """
    there = list(_fits(packages, names.there(name)))
    written = list(_fits(packages, names.written(name)))
    best = max((how for _, how in (*there, *written)), default=None)
    here = [identity for identity, how in there if how == best]
    if not here or best not in (Fit.FILE, Fit.FOLDER):  # a path from here is none from the root
        here += [identity for identity, how in written if how == best]
    matching = tuple(dict.fromkeys(here))
    if best is not None and not best.means_many and len(matching) > 1:
        raise AmbiguousName(name, matching)
    return matching


def _fits(packages: Sequence[Package], spellings: Sequence[str]) -> Iterator[tuple[str, Fit]]:
    for text in spellings:
        for package in packages:
            how = Fit.FOLDER if text == "." else fit(text, package)
            if how is not None:
                yield package.identity, how
