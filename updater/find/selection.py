"""Which packages PKG arguments name."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from updater.config.load import names_package
from updater.errors import AmbiguousName, NoSuchPackage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.model import Package


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
