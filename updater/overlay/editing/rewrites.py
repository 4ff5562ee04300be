"""The three ways in which one field's new value is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.model import Edit, Field, FieldChange, Span
from updater.overlay.reading import syntax

if TYPE_CHECKING:
    from updater.overlay.reading.syntax import NixText


class Plan(Struct, frozen=True):
    """One edit and, on one of a field's edits, the value that the field has before and after it."""

    edit: Edit
    change: FieldChange | None = None


def replaced(field: Field, span: Span, written: str, new: str) -> Plan:
    """Write an expression over another; ``new`` is the value that it has."""
    edit = Edit(span, written.encode("ascii"))
    return Plan(edit, FieldChange(field.name, field.line, field.value or "", new))


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
