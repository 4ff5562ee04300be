"""New values -> byte edits -> new text, proven to change nothing else (see proof.py).

An edit replaces one expression, or the one literal that a name leads to. Two more are small
rewrites: a name leaves an ``inherit`` for a binding of its own, and ``sha512 = ...`` becomes
``hash = ...`` where the new hash is of another algorithm.
"""

from __future__ import annotations

from bisect import bisect_left
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.errors import PatchError
from updater.model import Change, Edit, FieldChange, Package, PinValues, Source, Span
from updater.overlay.editing.edits import apart, apply_edits
from updater.overlay.editing.hash_sets import hashes_in
from updater.overlay.editing.pin_files import pin_changes, pin_edits, with_changes
from updater.overlay.editing.planner import Planner
from updater.overlay.editing.proof import SharedLiteral, prove
from updater.overlay.editing.safe import SAFE_SIGNS, is_safe
from updater.overlay.reading.file import ParsedFile, parse_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from updater.overlay.editing.rewrites import Plan

_OF_ANY_CALL = frozenset({"version", "hash"})


def plan_change(
    package: Package, values: PinValues, data: bytes, writable: Mapping[str, frozenset[str]]
) -> Change:
    """Plan the edits that give a package new values.

    Args:
        package: found in ``data`` by its identity: other packages may have been edited since it was
            read.
        values: what it shall read.
        data: the whole file.
        writable: Nix function -> the arguments of its calls that may be edited, besides version and
            hash. Where a package's source is the call of another function, `Package.source` names
            the function that it is like.

    Returns:
        The change; without edits where every value is there already.

    Raises:
        PatchError: the edit would need a guess, would touch anything else, or leaves a hash behind
            that no longer fits; or the package is not there, or more than once.
    """
    fetchers = frozenset(writable)
    before = parse_file(data, package.file, fetchers, package.functions)
    there = [own for own in before.content.packages if own.identity == package.identity]
    planner = _planner(package, values, there, before, writable)
    try:
        return _planned(planner, before, fetchers)
    except SharedLiteral:
        # A placeholder that several packages share: the hash is written where it belongs.
        return _planned(replace(planner, in_place=True), before, fetchers)


def plan_changes(
    targets: Sequence[tuple[Package, PinValues]],
    data: bytes,
    writable: Mapping[str, frozenset[str]],
) -> tuple[Change, ...]:
    """Plan the edits of several packages of one file, one over the other, proven together.

    Each package must read its own new values in the end, and all else what it read before. So the
    file is parsed once before and once after, however many packages it has.

    Args:
        targets: the packages, and what they shall read.
        data: the whole file.
        writable: as for `plan_change`.

    Returns:
        Their changes in the same order, each of the text that the one before leaves; none of those
        that cannot be planned, for a reason that `plan_change` gives.

    Raises:
        PatchError: the edits of two of them meet, or would change anything else. Who plans each by
            itself learns whose failure it is.
    """
    fetchers = frozenset(writable)
    file = targets[0][0].file
    functions = {each.path: each for package, _ in targets for each in package.functions}
    called = tuple(functions.values())
    before = parse_file(data, file, fetchers, called)
    there: dict[str, list[Package]] = {}
    for own_package in before.content.packages:
        there.setdefault(own_package.identity, []).append(own_package)
    plans = []
    for package, values in targets:
        with suppress(PatchError):
            planner = _planner(package, values, there.get(package.identity, []), before, writable)
            edits, behind, fields = _edits(planner, list(planner.plans()), data)
            if behind:  # which files it edits besides, is planned by itself
                raise PatchError(f"{package.identity}: its pin stands in another file")
            plans.append((planner, edits, fields))
    edits = apart(file, (edit for _, own_edits, _ in plans for edit in own_edits))
    places = [edit.span.start for edit in edits]
    if len(set(places)) < len(places):
        raise PatchError(f"{file}: two edits begin in one place")
    if edits:
        own = {planner.package.identity: planner.values for planner, _, _ in plans}
        prove(own, edits, parse_file(apply_edits(data, edits), file, fetchers, called), before)
    changes = []
    shifts = [0] * len(edits)  # by how many bytes each edit that was made moves those behind it
    for planner, own_edits, fields in plans:
        ranks = [bisect_left(places, edit.span.start) for edit in own_edits]
        moved = tuple(
            _shifted(edit, sum(shifts[:rank])) for edit, rank in zip(own_edits, ranks, strict=True)
        )
        for edit, rank in zip(own_edits, ranks, strict=True):
            shifts[rank] = len(edit.new) - (edit.span.end - edit.span.start)
        changes.append(Change(planner.package, moved, fields, data, apply_edits(data, moved)))
        data = changes[-1].after
    return tuple(changes)


def _shifted(edit: Edit, shift: int) -> Edit:
    return replace(edit, span=Span(edit.span.start + shift, edit.span.end + shift))


def _planner(
    package: Package,
    values: PinValues,
    there: Sequence[Package],
    before: ParsedFile,
    writable: Mapping[str, frozenset[str]],
) -> Planner:
    source = there[0].fetched if there else None
    if len(there) != 1 or source is None:
        raise PatchError(
            f"{package.identity} appears {len(there)} times in its file",
            hint="give each package an attribute of its own",
        )
    now = replace(there[0], callers=package.callers, functions=package.functions)
    like = package.source.fetcher if package.source is not None else source.fetcher
    fields_beside = [*now.side_hashes, *now.other_hashes, *((now.date,) if now.date else ())]
    beside = {field.name: field.reading for field in fields_beside}
    own = {name: value for name, value in values.own.items() if name not in beside}
    _refuse_undeclared(now, source, own, writable.get(like, frozenset()))
    for companion, fields in zip(now.companions, values.companions, strict=False):
        _refuse_undeclared(now, companion, fields, writable[companion.fetcher])
    sets = {lock.field for lock in now.locks if not lock.path}
    for fields in (values.own, *values.companions):
        for field, value in fields.items():
            if beside.get(field) == value:  # what stays is not written
                continue
            texts = hashes_in(value) if field in sets else {field: value}
            for text in texts.values():
                _check_safe(package, field, text)
    return Planner(now, source, values, before.text)


def _planned(planner: Planner, before: ParsedFile, fetchers: frozenset[str]) -> Change:
    package, data = planner.package, before.text.data
    plans = list(planner.plans())
    edits, behind, fields = _edits(planner, plans, data)
    beside = pin_changes(package.functions, pin_edits(package, behind, planner.text))
    change = Change(package, edits, fields, data, apply_edits(data, edits), beside)
    if not change.is_empty:
        functions = with_changes(package.functions, {own.file: own.after for own in beside})
        after = parse_file(change.after, package.file, fetchers, functions)
        prove({package.identity: planner.values}, edits, after, before)
    return change


def _edits(
    planner: Planner, plans: Sequence[Plan], data: bytes
) -> tuple[tuple[Edit, ...], tuple[Edit, ...], tuple[FieldChange, ...]]:
    """Return one package's edits, those of files of pins that it reads, and the changed fields."""
    package, text = planner.package, planner.text
    behind = [plan for plan in plans if plan.edit.span.end > len(data)]
    foreign = [
        (plan, part.file.file)
        for plan in behind
        if (part := text.part_at(plan.edit.span.start)) is not None and not part.file.has_pins
    ]
    if foreign:
        names = " and ".join(plan.change.field for plan, _ in foreign if plan.change is not None)
        raise PatchError(
            f"{package.identity}: {names} would change in {foreign[0][1]}, which others may call",
            hint="give it here, as an argument, or change it by hand",
        )
    edits = _distinct(package, [plan.edit for plan in plans if plan not in behind])
    fields = tuple(
        dict.fromkeys(
            # The line that is edited, wherever the field leads to.
            replace(plan.change, line=text.line_at(plan.edit.span.start))
            if plan not in behind
            else plan.change
            for plan in plans
            if plan.change is not None
        )
    )
    return edits, tuple(plan.edit for plan in behind), fields


def _refuse_undeclared(
    package: Package, source: Source, fields: Iterable[str], declared: frozenset[str]
) -> None:
    for name in fields:
        if name.partition("[")[0] not in declared | _OF_ANY_CALL:
            raise PatchError(
                f"{package.file}:{source.line}: {name} of {source.fetcher} in {package.name} is "
                "not an argument that an update may change",
                hint="this is a mistake in the updater: report it",
            )


def _check_safe(package: Package, field: str, value: str) -> None:
    if not is_safe(field, value):
        raise PatchError(
            f"{package.identity}: upstream's text for {field} is not safe to write into Nix: "
            f"{value[:80]!a}",
            hint=f"names of versions and tags may have {SAFE_SIGNS}",
        )


def _distinct(package: Package, edits: list[Edit]) -> tuple[Edit, ...]:
    by_span: dict[Span, Edit] = {}
    for edit in edits:
        twin = by_span.get(edit.span)
        if twin is not None and twin != edit:
            raise PatchError(
                f"{package.identity}: two fields are written in one place and must differ: "
                f"{twin.new.decode()} and {edit.new.decode()}",
                hint="give each field its own literal",
            )
        by_span[edit.span] = edit
    return apart(package.identity, by_span.values())
