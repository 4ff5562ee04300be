"""Which of a package's calls are at one pin: what moves together, and what stays by itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.model import HASH_FIELDS

if TYPE_CHECKING:
    from updater.model import Field, Source, Span

REVS = ("tag", "rev", "ref")
"""The arguments of a fetcher that name a commit of a repository."""
_COMMIT = re.compile(r"[0-9a-fA-F]{40}")
# Of a repository's tag, on any host: what else an address names is no pin of a repository.
_ARCHIVE = re.compile(r"://[^?#]+/(?:-/)?archive/|://codeload\.|/tarball/")
_UNRELATED = frozenset({*HASH_FIELDS, "meta", "name", "passthru"})


def places(version: str, text: str) -> list[re.Match[str]]:
    """Return where a version stands in a text as a whole: 1.2 not in 1.2.3, 11.2 or 1.20."""
    if not version or version not in text:  # most often, and a pattern is dear to compile
        return []
    bounded = rf"(?<![0-9])(?<![0-9]\.){re.escape(version)}(?![0-9])(?!\.[0-9])"
    return list(re.finditer(bounded, text))


class PinPlaces(Struct, frozen=True):
    """Where a package's pin is written, and how another source shows that it is at the same.

    Attributes:
        version: the package's.
        own: its source; None where there is none.
        calls: the calls of its sources.
    """

    version: Field
    own: Source | None
    calls: frozenset[Span]

    @property
    def spans(self) -> frozenset[Span]:
        """The literals of its version and its rev, and its calls: what is made of them moves."""
        fields = [self.version, *(named(self.own, REVS) if self.own is not None else ())]
        literals = {field.literal for field in fields if field.literal is not None}
        return self.calls | literals

    def is_named_by(self, source: Source) -> bool:
        """Tell whether the tag of another source is that of the package's version, as text.

        A commit says nothing of a version, nor does a file's address of a repository's tag. Where
        the package's own source is at a commit, its version is none that others have as a tag.
        """
        version = self.version.value or ""
        tags = [field.value or "" for field in named(source, REVS)]
        tags += [
            field.value
            for field in named(source, ("url",))
            if field.value is not None and _ARCHIVE.search(field.value)
        ]
        is_tag = any(places(version, tag) for tag in tags if not _COMMIT.search(tag))
        return is_tag and self.own is not None and is_at(self.own, self.version)


def named(source: Source, names: tuple[str, ...]) -> list[Field]:
    """Return the arguments of a call that have some names."""
    return [field for field in source.fields if field.name in names]


def moves_with(source: Source, own: Source, version: Field) -> bool:
    """Tell whether a further source is at the pin of the package's own: its version, or its rev.

    Where that cannot be read it may be.

    Args:
        source: a call that the package's attributes lead to.
        own: the call that the package's version belongs to.
        version: the package's.
    """
    if any(_revs(own)) and _revs(source) == _revs(own):
        return True
    is_computed = any(field.value is None and field.text[:1] != "[" for field in _related(source))
    return is_computed or not source.fields or is_at(source, version)


def is_at(source: Source, version: Field) -> bool:
    """Tell whether a version is in a call's arguments, through a name or as text."""
    return any(
        field.refers_to(version.literal) or places(version.value or "", field.value or "")
        for field in _related(source)
    )


def _related(source: Source) -> list[Field]:
    return [field for field in source.fields if field.name not in _UNRELATED]


def _revs(source: Source) -> tuple[str | None, ...]:
    return tuple(source.value(name) for name in REVS)
