"""The text of a version or of a specifier, as others write it: bounded before it is taken apart.

Python refuses to read a number of more than 4,300 digits, and what takes time grows with the
length: no version that was ever released has a tenth of the characters that may stand here.
Source: PEP 440, through ``packaging``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

LONGEST_VERSION = 128
"""The characters that a version, and the name of a tag that is one, may have."""

LONGEST_SPECIFIER = 1024
"""The characters that a specifier may have."""


_BEGINNING = 20  # characters


def abridged(text: str) -> str:
    """Return a version or a tag's name for a message: of one longer than any, the beginning."""
    if len(text) <= LONGEST_VERSION:
        return text
    return f"{text[:_BEGINNING]}... ({len(text)} characters)"


@lru_cache(maxsize=65536)
def read_version(text: str) -> Version | None:
    """Return the version that a text is, None where it is none of PEP 440."""
    if len(text) > LONGEST_VERSION:
        return None
    try:
        return Version(text)
    except InvalidVersion:
        return None


def read_specifier(text: str) -> SpecifierSet | None:
    """Return the specifier that a text is, None where it is none of PEP 440."""
    if len(text) > LONGEST_SPECIFIER:
        return None
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415 - 5 ms

    try:
        return SpecifierSet(text)
    except InvalidSpecifier:
        return None
