"""TOML files of others: the one place where they are read, within bounds.

``tomllib`` needs time and memory with the square of a key's parts, a frame of Python for each
bracket that is open, and refuses a number of 4,300 digits with another exception than its own. So
these are counted first, with strings and comments left out.
"""

from __future__ import annotations

import re
from typing import Any, TypeAlias

from updater.errors import HostileFile

Tables: TypeAlias = "dict[str, Any]"

LARGEST = 512 << 10
"""The bytes that a file may have; the largest of real projects has a fifth of them."""

_MOST_PARTS, _MOST_DIGITS, _DEEPEST = 32, 100, 64
# A string that nothing ends goes to the end, so that nothing is looked at twice.
_QUIET = re.compile(
    r'''"""(?:[^"\\]|\\.|"(?!""))*+(?:""\"|\Z)'''
    r"""|'''(?:[^']|'(?!''))*+(?:'''|\Z)"""
    r"""|"(?:[^"\\\n]|\\.)*+"?"""
    r"""|'[^'\n]*+'?"""
    r"""|#[^\n]*+""",
    re.DOTALL,
)
_PART = r'\.[ \t]*+(?:[\w-]++|"")?[ \t]*+'
_LONG_KEY = re.compile(rf"(?:{_PART}){{{_MOST_PARTS}}}")
_LONG_NUMBER = re.compile(rf"[0-9_]{{{_MOST_DIGITS + 1}}}")
_BRACKETS = re.compile(r"[\[\]{}]")


def tables(data: bytes | None, file: str = "pyproject.toml", largest: int = LARGEST) -> Tables:
    """Return what a file says; nothing where there is none, or where it is not TOML.

    Args:
        data: its content.
        file: its name.
        largest: the bytes that it may have.

    Raises:
        HostileFile: it breaks a bound.
    """
    try:
        return decode(data, file, largest) if data is not None else {}
    except ValueError:
        return {}


def decode(data: bytes, file: str, largest: int = LARGEST) -> Tables:
    """Return what a file says.

    The arguments are those of `tables`.

    Raises:
        HostileFile: it breaks a bound.
        ValueError: it is not TOML.
    """
    if len(data) > largest:
        raise HostileFile(f"{file} has {len(data)} bytes, and at most {largest} are read")
    text = data.decode()
    _refuse_hostile(text, file)
    import tomllib  # noqa: PLC0415 - hardly an overlay has TOML

    return tomllib.loads(text)


def value(written: bytes) -> object:
    """Return one value as it stands behind a key.

    Raises:
        HostileFile: it breaks a bound.
        ValueError: it is none.
    """
    return decode(b"value = " + written, "a value")["value"]


def dig(value: object, *path: str) -> object:
    """Return what stands at a path of keys; None where nothing does."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _refuse_hostile(text: str, file: str) -> None:
    bare = _QUIET.sub('""', text)
    if _LONG_KEY.search(bare):
        raise HostileFile(f"{file} has a key of more than {_MOST_PARTS} parts")
    if _LONG_NUMBER.search(bare):
        raise HostileFile(f"{file} has a number of more than {_MOST_DIGITS} digits")
    depth = 0
    for bracket in _BRACKETS.findall(bare):
        depth += 1 if bracket in "[{" else -1
        if depth > _DEEPEST:
            raise HostileFile(f"{file} has values that are more than {_DEEPEST} deep")
