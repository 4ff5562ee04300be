"""Wanted values -> byte edits -> new text, proven to change nothing else (see proof.py).

An edit replaces one expression, or the one string literal that a name leads to.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from updater.errors import PatchError
from updater.model import HASH_FIELDS, Change, Edit, Field, FieldChange, Package, Source, Span
from updater.overlay import syntax
from updater.overlay.proof import prove

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Versions, tags, branch names and commits that enter Nix text need no escape within these
# characters; whatever else upstream sends is refused, not repaired.
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!/@~=:-]*")


@dataclass(frozen=True, slots=True)
class _Plan:
    """One edit and the value that the field has before and after it."""

    edit: Edit
    change: FieldChange


def plan_change(
    package: Package,
    source: Source,
    wanted: Mapping[str, str],
    data: bytes,
    fetchers: frozenset[str],
) -> Change:
    """Plan the edits that give a package its wanted values.

    Args:
        package: as read from ``data``.
        source: the source of the package that changes.
        wanted: field name -> new value; ``version`` is the package's, all others the source's.
            ``hash`` stands for whichever of HASH_FIELDS the call has.
        data: the whole file.
        fetchers: as for ``read_packages``.

    Returns:
        The change; without edits where every value is as wanted.

    Raises:
        PatchError: the edit would need a guess, or would touch anything else.
    """
    for field, value in wanted.items():
        _check_safe(package, field, value)
    planner = _Planner(package, source, wanted.get("version"), data)
    plans = [plan for name, value in wanted.items() for plan in planner.plan(name, value)]
    edits = _distinct(package, [plan.edit for plan in plans])
    changes = tuple(dict.fromkeys(plan.change for plan in plans))
    change = Change(package, edits, changes, data, apply_edits(data, edits))
    if edits:
        prove(change, wanted, fetchers)
    return change


def apply_edits(data: bytes, edits: Iterable[Edit]) -> bytes:
    """Apply edits, given in any order, from back to front."""
    for edit in sorted(edits, key=lambda one: one.span, reverse=True):
        data = data[: edit.span.start] + edit.new + data[edit.span.end :]
    return data


def _check_safe(package: Package, field: str, value: str) -> None:
    if not _SAFE.fullmatch(value) or len(value) > 200:  # noqa: PLR2004 - longer than any SRI or tag
        raise PatchError(
            f"{package.identity}: upstream's text for {field} is not safe to write into Nix: "
            f"{value[:80]!r}",
            hint="names of versions and tags may have letters, digits and . _ + ! / @ ~ = : -",
        )


def _where(package: Package, field: Field) -> str:
    return f"{package.file}:{field.line}: {field.name} of {package.name}"


@dataclass(frozen=True, slots=True)
class _Planner:
    """Plans one package's fields; ``version`` is the new version, None where it stays."""

    package: Package
    source: Source
    version: str | None
    data: bytes

    def plan(self, name: str, new: str) -> list[_Plan]:
        """Return the edits that make one field read a new value."""
        if name == "version":
            return self._plan_version(new)
        field = self.source.get(*HASH_FIELDS) if name == "hash" else self.source.get(name)
        if field is None:
            raise PatchError(
                f"{self.package.file}:{self.source.line}: {self.source.fetcher} of "
                f"{self.package.name} has no {name}",
                hint="add the attribute, or hold the package in config.yaml",
            )
        if self._rendered(field) == new:
            return []
        return self._plan_field(field, new)

    def _plan_version(self, new: str) -> list[_Plan]:
        version = self.package.version
        if version is None or version.value == new:
            return []
        if version.literal is None:
            raise self._computed(version)
        return [_replace(version, version.literal, f'"{new}"', new)]

    def _plan_field(self, field: Field, new: str) -> list[_Plan]:
        own = field.span in self.source.span
        is_hash = field.name in HASH_FIELDS
        if field.inherited and own and not is_hash:
            return _replace_inherited(field, new, self.data)
        written = None if is_hash else self._through_version(new)
        if own and written is not None:
            return [_replace(field, field.span, written, new)]
        if field.literal is not None:
            return [_replace(field, field.literal, f'"{new}"', new)]
        if own and field.parts:
            return [_replace(field, field.span, f'"{new}"', new)]
        raise self._computed(field)

    def _computed(self, field: Field) -> PatchError:
        name = self.package.name
        return PatchError(
            f"{self.package.file}:{field.line}: {field.name} of {name} is computed "
            f"({field.text}), not a literal",
            hint=f'write it as a literal, such as {field.name} = "..."; or hold the package in '
            f"config.yaml: packages: {{{name}: {{hold: computed {field.name}}}}}",
        )

    def _rendered(self, field: Field) -> str | None:
        """Return what a field reads once the package's version is the new one."""
        literal = self.package.version.literal if self.package.version is not None else None
        if self.version is None or literal is None or not field.parts:
            return field.value
        texts = [
            part
            if isinstance(part, str)
            else (self.version if part.literal == literal else part.value)
            for part in field.parts
        ]
        return None if None in texts else "".join(text for text in texts if text is not None)

    def _through_version(self, new: str) -> str | None:
        """Write a tag as ``version`` or ``"v${version}"``; None where that cannot be."""
        name = self.source.version_name
        if not name or not self.version or self.version not in new:
            return None
        if new == self.version:
            return name
        before, _, after = new.partition(self.version)
        return f'"{before}${{{name}}}{after}"'


def _replace(field: Field, span: Span, written: str, new: str) -> _Plan:
    edit = Edit(span, written.encode("ascii"))
    return _Plan(edit, FieldChange(field.name, field.line, field.value or "", new))


def _replace_inherited(field: Field, new: str, data: bytes) -> list[_Plan]:
    """Turn a field's part of ``inherit pname version;`` into a binding in front of the rest."""
    statement = syntax.innermost(syntax.parse(data).root, field.span, ("inherit", "inherit_from"))
    listed = statement.child_by_field_name("attrs")
    others = len(listed.named_children) - 1 if listed is not None else 0
    change = FieldChange(field.name, field.line, field.value or "", new)
    binding = f'{field.name} = "{new}";'.encode("ascii")
    start = statement.start_byte
    if not others:
        return [_Plan(Edit(syntax.span(statement), binding), change)]
    line_start = data.rfind(b"\n", 0, start) + 1
    indent = data[line_start:start]
    separator = b" " if indent.strip() else _line_ending(data, line_start) + indent
    rest = field.span.end
    while data[rest : rest + 1] in (b" ", b"\t"):
        rest += 1
    gone = Span(field.span.start, rest)
    if data[rest : rest + 1] == b";":  # the last of the names: the space before it goes
        gone = Span(len(data[: field.span.start].rstrip(b" \t")), field.span.end)
    return [
        _Plan(Edit(Span(start, start), binding + separator), change),
        _Plan(Edit(gone, b""), change),
    ]


def _line_ending(data: bytes, line_start: int) -> bytes:
    return b"\r\n" if data[line_start - 2 : line_start] == b"\r\n" else b"\n"


def _distinct(package: Package, edits: list[Edit]) -> tuple[Edit, ...]:
    found: dict[Span, Edit] = {}
    for edit in edits:
        known = found.get(edit.span)
        if known is not None and known != edit:
            raise PatchError(
                f"{package.identity}: two fields are written in one place and must differ: "
                f"{known.new.decode()} and {edit.new.decode()}",
                hint="give each field its own literal",
            )
        found[edit.span] = edit
    ordered = tuple(sorted(found.values(), key=lambda one: one.span))
    for one, following in itertools.pairwise(ordered):
        if following.span.start < one.span.end:
            raise PatchError(f"{package.identity}: two edits overlap")
    return ordered
