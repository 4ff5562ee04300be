"""Which of a package's calls are at one pin: what moves together, and what stays by itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from updater.model import HASH_FIELDS

if TYPE_CHECKING:
    from updater.model import Field, Source

_REVS = ("tag", "rev", "ref")
_UNRELATED = frozenset({*HASH_FIELDS, "meta", "name", "passthru"})


def places(version: str, text: str) -> list[re.Match[str]]:
    """Return where a version stands in a text as a whole: 1.2 not in 1.2.3, 11.2 or 1.20."""
    if not version or version not in text:  # most often, and a pattern is dear to compile
        return []
    bounded = rf"(?<![0-9])(?<![0-9]\.){re.escape(version)}(?![0-9])(?!\.[0-9])"
    return list(re.finditer(bounded, text))


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
    return tuple(source.value(name) for name in _REVS)
