"""Versions and their order: PEP 440's, and for other spellings an order among their own shape."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct
from packaging.version import Version

from updater.model.versions import LONGEST_VERSION, read_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from updater.model import Candidate

_SHORTENED = re.compile(r"(?=\d*[a-f])[0-9a-f]{7,39}")
_COMMIT = re.compile(r"[0-9a-f]{40}")
# nixpkgs convention, "Package naming": [X-]unstable-YYYY-MM-DD
_UNSTABLE = re.compile(r"(?:(?P<base>.+)-)?unstable-\d{4}-\d{2}-\d{2}")
_DIGITS = re.compile(r"\d+")
# No project has released that often: such a number is a date (20240115) or a build's.
_SMALLEST_STAMP = 100_000


class Spelling(Struct, frozen=True, order=True):
    """A version that PEP 440 does not know, such as ``2024-01-15``.

    Only spellings of one shape have an order: that of their numbers, from left to right.

    Attributes:
        shape: the text with every run of digits as one ``0``.
    """

    shape: str
    numbers: tuple[int, ...]
    text: str

    @classmethod
    def of(cls, text: str) -> Spelling:
        """Take a text apart."""
        numbers = tuple(int(digits) for digits in _DIGITS.findall(text))
        return cls(_DIGITS.sub("0", text), numbers, text)

    def __str__(self) -> str:
        return self.text


OrderedVersion: TypeAlias = "Version | Spelling"


class Release(Struct, frozen=True):
    """A candidate with its version parsed."""

    version: OrderedVersion
    candidate: Candidate


def is_commit(rev: str) -> bool:
    """Tell whether a rev is a full commit id."""
    return _COMMIT.fullmatch(rev) is not None


def is_shortened(rev: str) -> bool:
    """Tell whether a rev looks like a shortened commit id; digits alone are rather a date."""
    return _SHORTENED.fullmatch(rev) is not None


def is_unstable(label: str | None) -> bool:
    """Tell whether a label is that of a commit, by nixpkgs' convention."""
    return label is not None and _UNSTABLE.fullmatch(label) is not None


def is_final(version: OrderedVersion) -> bool:
    """Tell whether a version is PEP 440's, and neither a pre-release nor a development release."""
    return isinstance(version, Version) and not version.is_prerelease


def parse_version(text: str | None) -> Version | None:
    """Parse a version label; of ``X-unstable-DATE`` the part before it. None where it is none."""
    if text is None or len(text) > LONGEST_VERSION:
        return None
    found = _UNSTABLE.fullmatch(text)
    return read_version((found["base"] or "0") if found else text)


def ordered(text: str | None) -> OrderedVersion | None:
    """Return a label's place in an order; None for no label, and for one that is no version.

    Without a number it is none, nor where it is longer than any version.
    """
    version = parse_version(text)
    if version is not None or text is None or len(text) > LONGEST_VERSION:
        return version
    if not _DIGITS.search(text):
        return None
    return Spelling.of(text)


def plain(offered: Sequence[Release]) -> Sequence[Release]:
    """Return the plain versions, as they stand; all, if there are only dates and local variants."""
    return [one for one in offered if _scheme(one.version) == (False, None)] or offered


def successors(offered: Iterable[Release], current: OrderedVersion) -> Iterator[Release]:
    """Yield the releases that are newer than a version, as they stand.

    A date or build number (``20240115``) is no successor of ``1.2``, nor is a local variant
    (``1.2+cu118``) of the plain version, nor another spelling of a PEP 440 version.
    """
    scheme = _scheme(current)
    for one in offered:
        if _is_newer(one.version, current) and _scheme(one.version) == scheme:
            yield one


def _is_newer(one: OrderedVersion, other: OrderedVersion) -> bool:
    if isinstance(one, Version) and isinstance(other, Version):
        return one > other
    return isinstance(one, Spelling) and isinstance(other, Spelling) and one > other


def _scheme(version: OrderedVersion) -> tuple[bool, str | None]:
    """Return what two versions must share to follow each other."""
    if isinstance(version, Spelling):
        return False, version.shape
    return version.major >= _SMALLEST_STAMP, version.local
