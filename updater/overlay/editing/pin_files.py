"""Edits of the files of pins that a package reads, with their own proof.

Only texts are replaced, each as a whole. The file is read again: JSON and TOML must have the same
keys, and the same values but for those texts; Nix the same tokens outside of them. Its layout stays
to the byte, since nothing else is written.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from updater import toml
from updater.errors import HostileFile, PatchError
from updater.model import Edit, FileChange, Span
from updater.model.decoding import UNREADABLE
from updater.overlay.editing.edits import apart, apply_edits
from updater.overlay.editing.proof import prove_tokens
from updater.overlay.reading import syntax
from updater.overlay.reading.transcripts import changed_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from updater.model import FunctionFile, Package
    from updater.overlay.reading.syntax import FilePart, NixText

# A text of Nix that is the same text of JSON.
_PLAIN = re.compile(rb'"[^"\\$\x00-\x1f\x7f-\xff]*"')

# How a file is read, and how one text of it is.
_READERS: dict[str, tuple[Callable[[bytes], object], Callable[[bytes], object]]] = {
    ".json": (msgspec.json.decode, partial(msgspec.json.decode, type=str)),
    ".toml": (partial(toml.decode, file="the file"), toml.value),
}


def pin_edits(
    package: Package, edits: Iterable[Edit], text: NixText
) -> dict[str, tuple[Edit, ...]]:
    """Return the edits of each file of pins, as they are in that file.

    Args:
        package: whose they are.
        edits: in what stands behind its file.
        text: the file with what stands behind it.

    Raises:
        PatchError: an edit is of another file, or does not replace one text by another.
    """
    by_file: dict[str, dict[Span, Edit]] = {}
    for edit in edits:
        part = text.part_at(edit.span.start)
        place = part.origin(edit.span) if part is not None else None
        if part is None or place is None or not _PLAIN.fullmatch(edit.new):
            raise PatchError(
                f"{package.identity}: the edit of {_name(part)} would be more than a new text",
                hint="update it by the program that writes the file",
            )
        own = by_file.setdefault(part.file.file, {})
        new = _quoted(edit.new, part.file.data[place.start : place.end])
        if own.setdefault(place, replace(edit, span=place, new=new)).new != new:
            raise PatchError(
                f"{package.identity}: one text of {part.file.file} would have to be both "
                f"{own[place].new.decode()} and {new.decode()}",
                hint="give the overlay a version of its own",
            )
    return {file: apart(file, own.values()) for file, own in by_file.items()}


def _quoted(new: bytes, old: bytes) -> bytes:
    """Return a new text in the quotes of the old one; TOML has two kinds."""
    is_single = old.startswith(b"'") and not old.startswith(b"'''") and b"'" not in new
    return b"'" + new[1:-1] + b"'" if is_single else new


def pin_changes(
    functions: Sequence[FunctionFile], edits: Mapping[str, tuple[Edit, ...]]
) -> tuple[FileChange, ...]:
    """Return the changes of files of pins, each proven by itself.

    Raises:
        PatchError: a file would change more than its edits say.
    """
    files = {function.file: function.data for function in functions}
    changes = []
    for file, own in edits.items():
        before, after = files[file], apply_edits(files[file], own)
        _prove(file, before, after, own)
        changes.append(FileChange(file, before, after))
    return tuple(change for change in changes if change.before != change.after)


def _prove(file: str, before: bytes, after: bytes, edits: tuple[Edit, ...]) -> None:
    readers = _READERS.get(PurePosixPath(file).suffix)
    if readers is None:
        prove_tokens(file, edits, syntax.parse(before), syntax.parse(after))
        return
    whole, text = readers
    try:
        texts = {(text(before[edit.span.start : edit.span.end]), text(edit.new)) for edit in edits}
        changed = set(changed_texts(whole(before), whole(after)))
    except (*UNREADABLE, HostileFile) as error:
        raise PatchError(f"{file}: the edit would change more than its texts") from error
    if changed != {pair for pair in texts if pair[0] != pair[1]}:
        raise PatchError(f"{file}: the edit would change more than its own texts")


def with_changes(
    functions: Sequence[FunctionFile], texts: Mapping[str, bytes]
) -> tuple[FunctionFile, ...]:
    """Return files that are read together with another, as some of them are by now."""
    return tuple(
        replace(function, data=texts[function.file])
        if function.has_pins and function.file in texts
        else function
        for function in functions
    )


def _name(part: FilePart | None) -> str:
    return part.file.file if part is not None else "another file"
