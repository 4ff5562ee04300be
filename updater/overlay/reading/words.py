"""Where the words stand of which one is in everything that a file's walk looks for."""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

OVERRIDES = frozenset({"overrideAttrs", "overridePythonAttrs", "overrideDerivation"})
"""Functions whose argument changes a package."""

SUBSTITUTERS = frozenset({"substituteAll", "substituteAllFiles", "replaceVarsWith"})
"""Functions that put values into a file: their ``src`` and ``version`` make no package."""


class Words:
    """Where words stand in a file: several plain searches are faster than one pattern.

    Args:
        data: the file.
        words: what is looked for.
    """

    def __init__(self, data: bytes, words: Iterable[bytes]) -> None:
        places = []
        for word in words:
            place = data.find(word)
            while place >= 0:
                places.append(place)
                place = data.find(word, place + 1)
        self._places = sorted(places)

    def are_in(self, node: Node) -> bool:
        """Tell whether one of the words stands inside a node."""
        return self.are_between(node.start_byte, node.end_byte)

    def are_between(self, start: int, end: int) -> bool:
        """Tell whether one of the words begins at a byte or behind it, before another."""
        first = bisect_left(self._places, start)
        return first < len(self._places) and self._places[first] < end


@lru_cache(maxsize=8)
def of_packages(fetchers: frozenset[str]) -> tuple[bytes, ...]:
    """Return words of which one stands in each package, fetcher call and call of a file.

    Args:
        fetchers: the names of the functions that are known to fetch.
    """
    own = {name.encode() for name in fetchers if not name.startswith("fetch")}
    overrides = {name.encode() for name in OVERRIDES}
    return (*own, *overrides, b"fetch", b"uild", b"mk", b"callPackage", b"Hash", b"Lock", b"src")
