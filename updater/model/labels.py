"""What a version label means: the one place that reads labels.

A label is PEP 440's, a commit's by nixpkgs' convention (``1.2-unstable-2024-02-20``), or of another
spelling, such as ``2024-02-20``. Imported by itself: listing packages compares none.
Source of the convention: Nixpkgs manual, "Package naming".
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct
from packaging.version import Version

from updater.model.versions import LONGEST_VERSION, read_version

if TYPE_CHECKING:
    from datetime import date

# The second form is PEP 440's, for what reads the version of a package in its build.
_UNSTABLE = re.compile(
    r"(?:(?P<base>.+)-)?unstable-\d{4}-\d{2}-\d{2}"
    r"|(?P<public>[^+]+)(?:\+(?P<local>.+)\.|\+)unstable\.\d{4}\.\d{1,2}\.\d{1,2}"
)
# A word in front of a version: `v0.2.1`, `py-0.20.7`, `r1234`, `@example/tool@1.0.7`.
_LED = re.compile(r"(?P<lead>(?:.*[^0-9.])?[A-Za-z@/_+-])(?P<version>\d[\w.+!-]*)")
_COMMIT_ID = re.compile(r"[0-9a-f]{7,40}")
_DAY = re.compile(r"(?:19|20)\d\d(?P<sign>[-._]?)(?:0[1-9]|1[0-2])(?P=sign)(?:0[1-9]|[12]\d|3[01])")
_SHORT_DAY = re.compile(
    r"(?:19|20)\d\d(?P<sign>[-._])(?:[1-9]|1[0-2])(?P=sign)(?:[1-9]|[12]\d|3[01])"
)
_COMPONENTS = re.compile(r"\d+|[^\d.-]+")
# After z comes za: 0.9.8y, 0.9.8z, 0.9.8za.
_LETTERED = re.compile(r"(?P<numbers>\d+(?:\.\d+)*)(?P<letters>z?[a-z])")
_DIGITS = re.compile(r"\d+")
_SEPARATORS = re.compile("[-_]")


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

    @classmethod
    def of_letters(cls, text: str) -> Spelling | None:
        """Take a version apart that a letter counts on: ``1.1.1b``, ``2023c``; None for others."""
        match = _LETTERED.fullmatch(text) if len(text) <= LONGEST_VERSION else None
        if match is None:
            return None
        numbers = tuple(int(digits) for digits in match["numbers"].split("."))
        # 1.1b comes before 1.1.1a: no number is as low as what stands before the letters.
        return cls("letters", (*numbers, -1, *map(ord, match["letters"])), text)

    def __str__(self) -> str:
        return self.text


# No project has released that often: such a number is a date (20240115) or a build's.
_SMALLEST_STAMP = 100_000

OrderedVersion: TypeAlias = "Version | Spelling"


def base_of(label: str | None) -> str:
    """Return a label as it is written, before any ``-unstable-``."""
    return "" if label is None else _base(label)


def is_unstable(label: str | None) -> bool:
    """Tell whether a label is that of a commit, by nixpkgs' convention."""
    return label is not None and _UNSTABLE.fullmatch(label) is not None


def parse_version(label: str | None) -> Version | None:
    """Return the PEP 440 version that a label means; None where it means none.

    Of ``X-unstable-DATE`` that is X, and 0 where there is no X.
    """
    if label is None or len(label) > LONGEST_VERSION:
        return None
    base = _base(label)
    return read_version(base) or read_version(base[len(lead(base)) :])


def lead(label: str | None) -> str:
    """Return what stands in front of the version in a label: ``py-`` of ``py-0.20.7``.

    Empty for a label that is a version itself, a commit's id, or none. What has more digits in
    front of its last version, such as a date, is a spelling of its own.
    """
    if label is None or label[:1].isdigit() or len(label) > LONGEST_VERSION or is_unstable(label):
        return ""
    match = _LED.fullmatch(label) if _COMMIT_ID.fullmatch(label) is None else None
    if match is None:
        return ""
    is_version = read_version(match["version"]) or Spelling.of_letters(match["version"])
    return match["lead"] if is_version is not None else ""


def parse_release(label: str) -> Version | None:
    """Return the PEP 440 version that a label names; None also for a commit's label."""
    return None if is_unstable(label) else parse_version(label)


def ordered(label: str | None) -> OrderedVersion | None:
    """Return a label's place in an order; None for no label, and for one that is no version.

    Without a number it is none, nor where it is longer than any version.
    """
    version = parse_version(label)
    if version is not None or label is None or len(label) > LONGEST_VERSION:
        return version
    return Spelling.of(label) if _DIGITS.search(label) else None


def is_newer(version: OrderedVersion | None, current: OrderedVersion | None) -> bool:
    """Tell whether a version comes after another; of two that have no common order, neither."""
    if isinstance(version, Version) and isinstance(current, Version):
        return version > current
    if isinstance(version, Spelling) and isinstance(current, Spelling):
        return version.shape == current.shape and version > current
    return False


def same_version(label: str, other_label: str) -> bool:
    """Tell whether two labels mean the same version, however each is spelled.

    ``2024-02-20`` is ``2024.2.20``, as which a Python package is built: PEP 440 has dots there.
    """
    return _meaning(label) == _meaning(other_label)


def is_date(label: str | None) -> bool:
    """Tell whether a label is a day, such as ``2021-04-13`` or ``2021.4.13``, and nothing else."""
    return is_padded_date(label) or (label is not None and _SHORT_DAY.fullmatch(label) is not None)


def is_padded_date(label: str | None) -> bool:
    """Tell whether a label is a day with all of its zeros, which no other version looks like."""
    return label is not None and _DAY.fullmatch(label) is not None


def dated(form: str, day: date, *, built: bool = False) -> str:
    """Write a day as another date label is written: with its signs and zeros, or without any.

    Args:
        form: the other one.
        day: which is written.
        built: a build reads it, and takes PEP 440's versions only: ``2025.1.4``.
    """
    padded, short = _DAY.fullmatch(form), _SHORT_DAY.fullmatch(form)
    match = padded or short
    sign = match["sign"] if match is not None else "-"
    if built and sign not in {"", "."}:
        padded, sign = None, "."
    elif padded is None and short is None:
        return f"{day:%Y-%m-%d}"
    if padded is None:
        return f"{day.year}{sign}{day.month}{sign}{day.day}"
    return day.strftime(f"%Y{sign}%m{sign}%d")


def is_stamp(version: Version) -> bool:
    """Tell whether a version is a date without signs, or a build's number."""
    return version.release[0] >= _SMALLEST_STAMP


def comparable(old: str | None, new: str | None) -> tuple[Version, Version] | None:
    """Return two labels' versions where their numbers say how much changes between them.

    None where one is no PEP 440 version, or where they are days or numbers of builds.
    """
    before, after = parse_version(old), parse_version(new)
    if before is None or after is None or (is_padded_date(old) and is_padded_date(new)):
        return None
    return None if is_stamp(before) and is_stamp(after) else (before, after)


def is_label_of(label: str | None, version: str, *, tagged: bool) -> bool:
    """Tell whether a label says the same as the version of a candidate.

    Of ``X-unstable-DATE`` only X counts, and of a date that labels a commit nothing: it may be the
    author's, or the day on which somebody packaged it.

    Args:
        label: the one that is written; none is never wrong.
        version: the candidate's.
        tagged: a tag names the candidate.
    """
    if label is None or same_version(label, version):
        return True
    return not tagged and is_date(label) and is_date(version)


def is_older_to_nix(version: str, label: str) -> bool:
    """Tell whether Nix takes a version for older than a label, as ``nix-env --upgrade`` does.

    Source: Nix manual, "builtins.compareVersions" and "Versions and upgrades" of ``nix-env``.
    """
    pairs = zip_longest(_COMPONENTS.findall(version), _COMPONENTS.findall(label), fillvalue="")
    first, second = next((pair for pair in pairs if pair[0] != pair[1]), ("", ""))
    return comes_before(first, second)


def comes_before(first: str, second: str) -> bool:
    """Tell whether one component of a version comes before another, by Nix's rule.

    Source: Nix manual, "builtins.compareVersions".
    """
    if first.isdigit() and second.isdigit():
        return _size(first) < _size(second)
    if (not first and second.isdigit()) or (first == "pre" and second != "pre"):
        return True
    if second == "pre" or first.isdigit():
        return False
    return second.isdigit() or first < second


def _size(digits: str) -> tuple[int, str]:
    """Return what orders numbers as their digits stand, however many there are."""
    digits = digits.lstrip("0")
    return len(digits), digits


def _meaning(label: str) -> Version | str:
    base = _base(label)
    return parse_version(base) or read_version(_SEPARATORS.sub(".", base)) or base


def _base(label: str) -> str:
    if "unstable" not in label:  # as in nearly all, and a repository may have thousands
        return label
    commit = _UNSTABLE.fullmatch(label)
    if commit is None:
        return label
    local = f"+{commit['local']}" if commit["local"] else ""
    return f"{commit['public']}{local}" if commit["public"] else commit["base"] or "0"


def is_buildable(label: str) -> bool:
    """Tell whether a build may read a label as it is: whether it is a version of PEP 440."""
    return read_version(label) is not None


def commit_label(base: str, day: date, *, built: bool = False) -> str:
    """Return the label of a commit that no tag names.

    Args:
        base: the version that it comes after.
        day: the commit's.
        built: a build reads the label, and takes PEP 440's versions only.
    """
    if not built or not is_buildable(base):
        return f"{base}-unstable-{day:%Y-%m-%d}"
    sign = "." if "+" in base else "+"
    return f"{base}{sign}unstable.{day.year}.{day.month}.{day.day}"
