"""The hashes beside a source that only a build can compute, and what is said of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from updater.model.fields import PATCHES
from updater.model.sri import is_to_come
from updater.pipeline.hash.built_hashes import UnknownHash

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.model import Field


def side_hash(field: Field) -> UnknownHash | None:
    """Return a side hash as one to be found.

    None where it is a lock file, or computed, or of an algorithm that is written no more.
    """
    text = f"{field.name} {field.value}".lower()
    if field.value is None or re.search(r"md5|sha1\b", text):
        return None
    return UnknownHash(field.name, shown=field.name, long="sha512" in text)


def unwritten(fields: Sequence[Field]) -> str:
    """Say which side hash is not there at all; empty where each is written in some way."""
    absent = [field for field in fields if field.is_absent]
    if not absent:
        return ""
    name = absent[0].name.rpartition(".")[2]
    return (
        f"{absent[0].function} (line {absent[0].line}) has no {name}, and needs it: write "
        f'`{name} = "";` in its arguments, so that a build can compute the value'
    )


def only_built(fields: Sequence[Field], *, is_source_known: bool = True) -> str:
    """Say what side hashes need: those without a value apart from stale ones.

    Args:
        fields: one of them at least.
        is_source_known: the pin has a hash of its source; else nobody knows what these are of.
    """
    missing = [field for field in fields if is_to_come(field)]
    stale = [field for field in fields if not is_to_come(field)]
    parts = []
    if missing:
        parts.append(f"{_named(missing)} {'has' if len(missing) == 1 else 'have'} no value yet")
    if stale and is_source_known:
        parts.append(f"{_named(stale)} must change with the source")
    elif stale:
        parts.append(f"{_named(stale)} must fit the source, which has no hash yet")
    if missing:
        what = "it" if len(fields) == 1 else "them"
    else:
        what = "the new value" if len(fields) == 1 else "the new values"
    why = ""
    if all(field.function in PATCHES for field in fields):
        why = f" ({fields[0].function} rewrites a patch before it hashes it)"
    return f"{', '.join(parts)}, and only a build can compute {what}{why}"


def _named(fields: Sequence[Field]) -> str:
    return " and ".join(f"{field.name} (line {field.line})" for field in fields)
