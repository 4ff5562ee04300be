"""Fixes of what rules find: made on the text, and proven to change nothing else."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING

from updater.errors import HashError, PatchError
from updater.model import HASH_FIELDS
from updater.model.sri import parse_hash
from updater.overlay.editing.edits import apply_edits
from updater.overlay.editing.proof import facts_of, inputs_of, prove_tokens
from updater.overlay.reading.file import parse_file

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from updater.model import Algorithm, Edit, Package, Source
    from updater.overlay.reading.file import ParsedFile

_TAGS = "refs/tags/"
_ALGORITHMS: dict[str, Algorithm | None] = {
    "sha256": "sha256",
    "sha512": "sha512",
    "sha1": "sha1",
    "md5": "md5",
}


def fixed(  # noqa: PLR0913 - what is done, and what it may change
    file: str,
    data: bytes,
    edits: Sequence[Edit],
    touched: Mapping[str, str],
    fetchers: Collection[str],
    *,
    entry: bool,
) -> bytes:
    """Return a file with some fixes.

    Args:
        file: its name.
        data: its bytes.
        edits: all that are made.
        touched: identity -> what of that package may change, as `Fix.touches` says.
        fetchers: as for `parse_file`.
        entry: it is flake.nix or default.nix, whose lists were proven when the edits were planned.

    Raises:
        PatchError: the edits overlap, or would change more than they should.
    """
    ordered = sorted(edits, key=lambda edit: edit.span)
    for first, second in pairwise(ordered):
        if first.span.end > second.span.start or first.span == second.span:
            raise PatchError(f"{file}: two fixes are made in one place")
    new = apply_edits(data, ordered)
    known = frozenset(fetchers)
    before, after = parse_file(data, file, known, ()), parse_file(new, file, known, ())
    if len(before.content.problems) != len(after.content.problems):
        raise PatchError(f"{file}: the edited file would not parse")
    prove_tokens(file, tuple(ordered), before.text, after.text)
    if not entry:
        _prove_packages(file, before, after, touched)
    return new


def _prove_packages(
    file: str, before: ParsedFile, after: ParsedFile, touched: Mapping[str, str]
) -> None:
    was, now = before.content.packages, after.content.packages
    if [own.identity for own in was] != [own.identity for own in now]:
        raise PatchError(f"{file}: the edit would change which packages the file has")
    for old, new in zip(was, now, strict=True):
        touches = touched.get(old.identity, "")
        if touches == "source":
            _prove_source(old, new)
        elif touches == "label":
            _prove_hashes(old, new)
        elif facts_of(old) != facts_of(new):
            raise PatchError(f"{old.identity}: the edit would change its version or source")
        if touches != "inputs" and inputs_of(before.text, old) != inputs_of(after.text, new):
            raise PatchError(f"{old.identity}: the edit would change its inputs")


def _prove_source(old: Package, new: Package) -> None:
    """Show that a source is the same in another form."""
    same = (old.label, old.pname, bool(old.problem), len(old.sources)) == (
        *(new.label, new.pname, bool(new.problem), len(new.sources)),
    )
    pairs = zip(old.sources, new.sources, strict=False)
    if not same or any(_meaning(was) != _meaning(now) for was, now in pairs):
        raise PatchError(f"{old.identity}: the edit would change which source it is")


def _prove_hashes(old: Package, new: Package) -> None:
    """Show that sources have the fetchers and hashes that they had, whatever they are called."""
    was, now = (
        (own.pname, bool(own.problem), [(call.fetcher, _hashes(call)) for call in own.sources])
        for own in (old, new)
    )
    if was != now:
        raise PatchError(f"{old.identity}: the edit would change what its source is")


def _hashes(source: Source) -> list[tuple[str, str | None]]:
    return [(own.name, own.value) for own in source.fields if own.name in HASH_FIELDS]


def _meaning(source: Source) -> tuple[object, ...]:
    """Return what a call asks for, whatever form that has."""
    values: dict[str, str | None] = {}
    for field in source.fields:
        name, value = field.name, field.value
        if name in HASH_FIELDS and value:
            with suppress(HashError):
                value = str(parse_hash(value, _ALGORITHMS.get(name)))
            name = "hash"
        elif name in ("rev", "tag"):
            name, value = "rev", (value or field.text).removeprefix(_TAGS)
        values[name] = value if value is not None else field.text
    return source.fetcher, source.attribute, sorted(values.items())
