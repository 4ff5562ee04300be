"""The ways in which one field's new value is written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from updater.model import Edit, Field, FieldChange, Source, Span
from updater.overlay.editing.hash_sets import hashes_in
from updater.overlay.reading import syntax

if TYPE_CHECKING:
    from updater.overlay.reading.syntax import NixText


_LEAD: Final = re.compile(r'"(?P<lead>[^"\\$]*)(?=\$\{)')
_NOT_PLAIN: Final = re.compile(r'["\\$]|[0-9]$')


class Plan(Struct, frozen=True):
    """One edit and, on one of a field's edits, the value that the field has before and after it."""

    edit: Edit
    change: FieldChange | None = None


def replaced(field: Field, span: Span, written: str, new: str) -> Plan:
    """Write an expression over another; ``new`` is the value that it has."""
    edit = Edit(span, written.encode("ascii"))
    return Plan(edit, FieldChange(field.name, field.line, field.value or "", new))


def with_other_lead(text: str, reads: str, new: str) -> str | None:
    """Return an expression with other plain text before what it computes.

    ``"r-${dashed version}"`` of ``r-1-1`` becomes ``"refs/tags/r-${dashed version}"`` for
    ``refs/tags/r-1-1``. None where the values differ in more than that.

    Args:
        text: the expression.
        reads: its value.
        new: the value that it gets.
    """
    match = _LEAD.match(text)
    lead = match["lead"] if match is not None else ""
    computed = reads.removeprefix(lead)
    if not computed or not reads.startswith(lead) or not new.endswith(computed):
        return None
    other = new.removesuffix(computed)
    if _NOT_PLAIN.search(other):
        return None
    return f'"{other}{text[1 + len(lead) :]}' if match is not None else f'"{other}${{{text}}}"'


def hash_set(field: Field, text: str) -> list[Plan]:
    """Write a set of hashes over another; each entry that differs is told by itself.

    Raises:
        PatchError: something else than hashes by name stands in one of them.
    """
    before, after = hashes_in(field.text), hashes_in(text)
    edit = Edit(field.span, text.encode("ascii"))
    return [
        Plan(
            edit,
            FieldChange(
                f"{field.name}.{name}", field.line, before.get(name, ""), after.get(name, "")
            ),
        )
        for name in (*before, *(name for name in after if name not in before))
        if before.get(name) != after.get(name)
    ]


def added(name: str, new: str, source: Source, text: NixText) -> Plan | None:
    """Write an argument that a call lacks behind its last one; None where no set holds those."""
    inside = [field.span for field in source.fields if field.span in source.span]
    if not inside:
        return None
    try:
        last = syntax.innermost(text.root, max(inside), ("binding", "inherit", "inherit_from"))
    except LookupError:
        return None
    if syntax.span(last) not in source.span:
        return None
    start, end = last.start_byte, last.end_byte
    line_start = text.data.rfind(b"\n", 0, start) + 1
    indent = text.data[line_start:start]
    separator = b" " if indent.strip() else _line_ending(text.data, line_start) + indent
    edit = Edit(Span(end, end), separator + f'{name} = "{new}";'.encode("ascii"))
    return Plan(edit, FieldChange(name, text.line_at(end), "", new))


def out_of_inherit(field: Field, new: str, text: NixText) -> list[Plan]:
    """Turn a field's part of ``inherit pname version;`` into a binding in front of the rest."""
    data = text.data
    statement = syntax.innermost(text.root, field.span, ("inherit", "inherit_from"))
    listed = statement.child_by_field_name("attrs")
    others = len(listed.children_by_field_name("attr")) - 1 if listed is not None else 0
    change = FieldChange(field.name, field.line, field.value or "", new)
    binding = f'{field.name} = "{new}";'.encode("ascii")
    start = statement.start_byte
    if not others:
        return [Plan(Edit(syntax.span(statement), binding), change)]
    line_start = data.rfind(b"\n", 0, start) + 1
    indent = data[line_start:start]
    separator = b" " if indent.strip() else _line_ending(data, line_start) + indent
    return [
        Plan(Edit(Span(start, start), binding + separator), change),
        Plan(Edit(_with_white_space(field.span, data), b"")),
    ]


def renamed(field: Field, new: str, text: NixText) -> list[Plan]:
    """``sha512 = "..."`` -> ``hash = "sha256-..."``: the name must fit the algorithm."""
    statement = syntax.innermost(text.root, field.span, ("binding",))
    path = statement.child_by_field_name("attrpath") or statement
    return [
        Plan(Edit(syntax.span(path), b"hash")),
        replaced(field, field.span, f'"{new}"', new),
    ]


def _line_ending(data: bytes, line_start: int) -> bytes:
    return b"\r\n" if data[line_start - 2 : line_start] == b"\r\n" else b"\n"


def _with_white_space(name: Span, data: bytes) -> Span:
    """Widen the place of a name in a list so that no second space or empty line is left."""
    before = len(data[: name.start].rstrip(b" \t"))
    after = name.end + len(data[name.end :]) - len(data[name.end :].lstrip(b" \t"))
    if data[before - 1 : before] == b"\n" and data[after : after + 2].lstrip(b"\r")[:1] == b"\n":
        return Span(before, data.index(b"\n", after) + 1)
    if data[after : after + 1] in (b";", b"\r", b"\n"):
        return Span(before, name.end)
    return Span(name.start, after)
