"""Where the words stand of which one is in everything that a file's walk looks for."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

OVERRIDES = frozenset({"overrideAttrs", "overridePythonAttrs", "overrideDerivation"})
"""Functions whose argument changes a package."""

SUBSTITUTERS = frozenset({"substituteAll", "substituteAllFiles", "replaceVarsWith"})
"""Functions that put values into a file: their ``src`` and ``version`` make no package."""


def places(data: bytes, words: Iterable[bytes]) -> list[int]:
    """Return where words stand, in order: several plain searches are faster than one pattern."""
    found = []
    for word in words:
        place = data.find(word)
        while place >= 0:
            found.append(place)
            place = data.find(word, place + 1)
    return sorted(found)


@lru_cache(maxsize=8)
def of_packages(fetchers: frozenset[str]) -> tuple[bytes, ...]:
    """Return words of which one stands in each package, fetcher call and call of a file.

    Args:
        fetchers: the names of the functions that are known to fetch.
    """
    own = {name.encode() for name in fetchers if not name.startswith("fetch")}
    overrides = {name.encode() for name in OVERRIDES}
    return (*own, *overrides, b"fetch", b"uild", b"mk", b"callPackage", b"Hash", b"Lock", b"src")
