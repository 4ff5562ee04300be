"""How versions stand in tags: what is read of a tag, and what it may start with."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.effects.processes.budget import OverBudget, ProcessorTime
from updater.errors import StageError
from updater.model.labels import Spelling, is_padded_date, ordered

if TYPE_CHECKING:
    from updater.model.labels import OrderedVersion
    from updater.model.tag_format import TagFormat

TAG_SECONDS = 2.0
"""What a user's expression may take for all tags together."""

_PREFIX = r"(?:v|ver|version|rel|releases?|stable)?[-_./]?v?"
_OF_PYTHON = "(?:py[-_/@]|python[-_/@](?=v))?"  # python-3.12 may be for that Python
_SEPARATED = re.compile(
    r"(?P<numbers>\d+(?P<sign>[-_])\d+(?:(?P=sign)\d+)*)(?P<rest>[-_.]?[A-Za-z]*[-_.]?\d*)"
)


class TagForm(Struct, frozen=True):
    """How a project writes a version into a tag.

    Attributes:
        pattern: matches a whole tag; its group ``version`` is the version.
        time: what all tags together may take; None for an expression that takes no long.
        lead: what stands in front of the version in the package's label, and stays there.
        lettered: letters count its versions on (``1.1.1b``, then ``1.1.1c``).
        sign: what its versions have in the place of dots, where two numbers would not tell.
        joined: what follows the numbers is in small letters, without a sign: 9.8p1 of ``9_8_P1``.
        written: how the user says that a version is written into a tag; None where he does not.
    """

    pattern: re.Pattern[str]
    time: ProcessorTime | None = None
    lead: str = ""
    lettered: bool = False
    sign: str = ""
    joined: bool = False
    written: TagFormat | None = None

    def label(self, version: str) -> str:
        """Return the label of a tag's version, which may have the lead already."""
        return f"{self.lead}{version}" if version[:1].isdigit() else version

    def version(self, tag: str) -> str | None:
        """Return a tag's version, None where it has another form.

        ``1_2_3`` and ``1-2-3`` are read as 1.2.3, but ``2024-02-20`` as the day that it is.

        Raises:
            StageError: the time is used up.
        """
        match = self._matched(tag)
        if match is None:
            return None
        if self.written is not None:
            return self.written.version(tag)
        text = match["version"]
        return self._dotted(text) if text and ("_" in text or "-" in text) else text

    def _dotted(self, text: str) -> str:
        """Return a version with dots for the one other sign that parts its numbers."""
        match = _SEPARATED.fullmatch(text)
        if match is None:
            return text
        sign, numbers = match["sign"], match["numbers"]
        if self.sign != sign and is_padded_date(text):
            return text
        if sign == "-" and self.sign != "-" and numbers.count("-") == 1:
            return text  # PEP 440 has 1-2 for 1.post2
        rest = match["rest"]
        return numbers.replace(sign, ".") + (rest.lstrip("-_.").lower() if self.joined else rest)

    def place(self, text: str) -> OrderedVersion | None:
        """Return the place of a version in the order of those that have this form."""
        return (Spelling.of_letters(text) if self.lettered else None) or ordered(text)

    def _matched(self, tag: str) -> re.Match[str] | None:
        if self.time is None:
            return self.pattern.fullmatch(tag)
        try:
            with self.time.spent():
                return self.pattern.fullmatch(tag)
        except OverBudget:
            raise StageError(
                f"`tag_pattern: {self.pattern.pattern}` needs more than {TAG_SECONDS:.0f} s for "
                f"upstream's tags",
                hint="avoid a repetition inside another one, such as (a+)+",
            ) from None


class TagNames(Struct, frozen=True):
    """What a version tag may start with.

    Attributes:
        package: the package's own names.
        repository: the repository's, whose tags may be those of the package too.
        is_python: it is a Python package, whose tags may say so (``py-v1.0``).
    """

    package: tuple[str, ...]
    repository: str
    is_python: bool = False

    @property
    def of_monorepo(self) -> tuple[str, ...]:
        """The names that tell the package from the rest of its repository."""
        same = plain_name(self.repository)
        return tuple(name for name in self.package if plain_name(name) != same)


def general_form(names: TagNames) -> TagForm:
    """Return the form of anything that looks like a version tag of the package or repository."""
    return prefixed_form((*names.package, names.repository), "?")


def widest_form(names: TagNames) -> TagForm:
    """Return the general form, and that of the Python part of a repository of several languages."""
    own = (*names.package, names.repository)
    return prefixed_form(own, "?", _OF_PYTHON if names.is_python else "")


@lru_cache(maxsize=4096)
def prefixed_form(names: tuple[str, ...], times: str, further: str = "") -> TagForm:
    """Return the form of tags that start with one of some names, so often as ``times`` says.

    Args:
        names: the names.
        times: a quantifier of regular expressions.
        further: an expression for what may come next.
    """
    unique = sorted({name for name in names if name}, key=len, reverse=True)
    # PEP 503 names: a run of -, _ and . is the same as any other.
    own = "|".join("[-_.]".join(map(re.escape, re.split("[-_.]+", name))) for name in unique)
    start = f"(?:(?:{own})(?:[-_/@]|==)?){times}" if own else ""
    pattern = f"{start}{further}{_PREFIX}(?P<version>\\d.*)"
    return TagForm(re.compile(pattern, re.IGNORECASE))


def plain_name(name: str) -> str:
    """Return a name as PEP 503 compares it."""
    return re.sub("[-_.]+", "-", name).lower()
