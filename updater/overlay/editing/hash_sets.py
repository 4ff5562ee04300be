"""A set of hashes by name, such as importCargoLock's ``outputHashes``, written entry by entry.

Whatever else stands in it, comments too, stays as it is. Source: Nixpkgs manual, "Rust".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.errors import PatchError
from updater.model import Span
from updater.overlay.reading import syntax, terms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,199}")
_HASH = re.compile(r"(?:sha(?:256|512)[-:])?[A-Za-z0-9+/]{0,128}={0,2}")
_FAKE = re.compile(r"(?:lib\.|pkgs\.lib\.)?fake(?:Hash|Sha256|Sha512)")


class _Entry(Struct, frozen=True):
    """One ``"name" = "hash";``: where it, its name and its value stand, and what that is."""

    where: Span
    name: Span
    value: Span
    hash: str


def hashes_in(text: str) -> dict[str, str]:
    """Return the hashes of a set by their names; a fake one is an empty text.

    Raises:
        PatchError: something else stands in it.
    """
    return {name: entry.hash for name, entry in _entries(text).items()}


def with_hashes(text: str, hashes: Mapping[str, str]) -> str:
    """Return a set with other hashes under names that it has.

    Raises:
        PatchError: as for `hashes_in`.
    """
    entries = _entries(text)
    return _written(text, [(entries[name].value, f'"{sri}"') for name, sri in hashes.items()])


def renamed(text: str, names: Mapping[str, str | None], added: tuple[str, ...]) -> str:
    """Return a set with other names.

    Args:
        text: the set.
        names: what an entry is called from now on; None takes it out.
        added: further entries, which have no hash yet.

    Raises:
        PatchError: as for `hashes_in`.
    """
    entries = _entries(text)
    kept = [name for name in entries if names.get(name, name) is not None]
    if entries and added and not kept:  # the first place is taken, not left
        first, kept = next(iter(entries)), [next(iter(entries))]
        names, added = {**names, first: added[0]}, added[1:]
    edits = []
    for name, new in names.items():
        entry = entries[name]
        if new is None:
            edits.append((_line(text, entry.where), ""))
        elif new != name:
            edits.append((entry.name, f'"{new}"'))
    if added:
        edits.append(_added(text, [entries[name].where for name in kept], added))
    return _written(text, edits)


def _entries(text: str) -> dict[str, _Entry]:
    data = text.encode()
    parsed = syntax.parse(data)
    (node,) = parsed.root.named_children if parsed.root.named_child_count == 1 else (parsed.root,)
    if node.type not in syntax.ATTRIBUTE_SETS or parsed.root.has_error or not text.isascii():
        raise _refused(text)
    entries: dict[str, _Entry] = {}
    for holder in node.named_children:
        for child in holder.named_children if holder.type == "binding_set" else ():
            if child.type != "comment":
                name, entry = _entry(child, data)
                entries[name] = entry
    return entries


def _entry(binding: Node, data: bytes) -> tuple[str, _Entry]:
    path, value = (binding.child_by_field_name(part) for part in ("attrpath", "expression"))
    if path is None or value is None:
        raise _refused(syntax.text(binding, data))
    names = terms.attribute_names(path, data)
    written = syntax.text(value, data)
    sri = "" if _FAKE.fullmatch(written) else terms.plain_string(value, data)
    if len(names) != 1 or not _NAME.fullmatch(names[0]) or sri is None or not _HASH.fullmatch(sri):
        raise _refused(syntax.text(binding, data))
    places = (syntax.span(binding), syntax.span(path), syntax.span(value))
    return names[0], _Entry(*places, sri)


def _refused(text: str) -> PatchError:
    return PatchError(
        f"{' '.join(text.split())[:80]} is not a set of hashes by name",
        hint='write "NAME-VERSION" = "HASH"; for each',
    )


def _line(text: str, where: Span) -> Span:
    """Widen the place of an entry to its whole line, where it is alone there."""
    start = text.rfind("\n", 0, where.start) + 1
    end = text.find("\n", where.end)
    if start and end >= 0 and not text[start : where.start].strip():
        rest = text[where.end : end].strip()
        if not rest or rest.startswith("#"):
            return Span(start, end + 1)
    after = where.end + (text[where.end : where.end + 1] == " ")
    return Span(where.start, after)


def _added(text: str, places: list[Span], added: tuple[str, ...]) -> tuple[Span, str]:
    bindings = [f'"{name}" = "";' for name in added]
    if not places:
        at = text.rfind("}")
        return Span(at, at), "".join(f"{' ' * (text[at - 1] != ' ')}{own} " for own in bindings)
    last = max(places)
    start = text.rfind("\n", 0, last.start) + 1
    indent = text[start : last.start]
    alone = start and not indent.strip()
    ending = "\r\n" if text[:start].endswith("\r\n") else "\n"
    separator = ending + indent if alone else " "
    return Span(last.end, last.end), "".join(separator + own for own in bindings)


def _written(text: str, edits: list[tuple[Span, str]]) -> str:
    for where, new in sorted(edits, reverse=True):
        text = text[: where.start] + new + text[where.end :]
    return text
