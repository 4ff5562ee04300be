"""Text that acts on a terminal or changes the order of what is shown, and how it is found again."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

HOSTILE = "\x1b[31mevil\x9b\u202e\u2066\r\x00"
"""A colour, a control sequence in one character, two changes of direction, a return, a zero."""

SEEN = "evil"
"""What of it may be shown, so that a test can tell that it was."""

_ORDER = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def acting(text: str) -> list[str]:
    """Return the characters of a text that act, by Unicode's own tables."""
    return [
        one
        for one in text
        if (unicodedata.category(one) in ("Cc", "Zl", "Zp") and one not in "\t\n") or one in _ORDER
    ]


def texts(value: object) -> Iterator[str]:
    """Yield every text in an exception, or in a struct and what it holds."""
    if isinstance(value, Exception):
        yield from (str(value), *texts(vars(value)))
    elif isinstance(value, msgspec.Struct):
        yield from texts(msgspec.structs.asdict(value))
    elif isinstance(value, dict):
        yield from texts([*value, *value.values()])
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from texts(one)
    elif isinstance(value, str):
        yield value
