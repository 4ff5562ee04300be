"""Edits that a source makes necessary beside its pin, as fixes of what a rule found."""

from __future__ import annotations

from string import ascii_letters, digits
from typing import TYPE_CHECKING, Literal

from updater.errors import PatchError
from updater.kinds import FETCH_FUNCTIONS
from updater.model import Edit, Span
from updater.model.adaptation import FormChange, InputAddition, InputRemoval, PatternRemoval
from updater.model.finding import FileEdit, Fix
from updater.overlay.editing.adapting import adapted

if TYPE_CHECKING:
    from updater.model import Package
    from updater.model.adaptation import Adaptation
    from updater.model.finding import FixSafety

# Else a statement that goes takes the beginning of the next one for its own.
_WORD = frozenset(bytes([own]) for own in b"-'\"_$" + ascii_letters.encode() + digits.encode())


def adaptation_fix(
    package: Package,
    data: bytes,
    adaptation: Adaptation,
    safety: FixSafety,
    touches: Literal["text", "inputs"],
) -> Fix | None:
    """Return the fix that makes an adaptation; None where that cannot be written.

    Args:
        package: whose overlay is edited.
        data: its file.
        adaptation: what is edited.
        safety: as `Fix` has it.
        touches: as `Fix` has it.
    """
    try:
        new = adapted(package, [adaptation], data, FETCH_FUNCTIONS)
    except PatchError:
        return None
    if new == data:
        return None
    edit = _narrowed(data, new)
    return Fix(safety, _summary(adaptation), (FileEdit(package.file, edit),), touches)


def _summary(adaptation: Adaptation) -> str:
    match adaptation.edit:
        case InputAddition(input=name):
            return f"add {name}"
        case FormChange():
            return "build it by its pyproject.toml"
        case InputRemoval(input=name):
            return f"take {name} out"
        case PatternRemoval():
            return "take the substitution out"
        case _:
            return f"write {adaptation.summary}"


def _narrowed(old: bytes, new: bytes) -> Edit:
    """Return the one edit that makes a text of another, as small as whole words let it be."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    while start and old[start - 1 : start] in _WORD:
        start -= 1
    while end and old[len(old) - end : len(old) - end + 1] in _WORD:
        end -= 1
    return Edit(Span(start, len(old) - end), new[start : len(new) - end])
