"""Packages that share a version or a source are one unit: what moves the one moves the others.

The one that leads has all sources and side hashes of the unit, so that one edit writes them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec.structs import replace

from updater.model import HASH_FIELDS, Span
from updater.overlay.reading.pins import REVS, is_at, named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from updater.model import Field, Package, Source

_Place: TypeAlias = "tuple[Span, Span | tuple[object, ...] | None]"


def united(packages: Sequence[Package]) -> tuple[Package, ...]:
    """Return a file's packages, of each unit one that leads, and the others as its members."""
    units = [unit for unit in _units(packages) if len(unit) > 1]
    changed: dict[str, Package] = {}
    for unit in units:
        leader, *members = sorted(unit, key=lambda own: (not _is_labelled(own), len(own.attribute)))
        reason = moves_with(leader)
        changed[leader.identity] = _leading(leader, members)
        for member in members:
            changed[member.identity] = replace(member, skip=reason, leader=leader.identity)
    joined = tuple(changed.get(package.identity, package) for package in packages)
    return _with_one_rev(_with_strays(joined))


def moves_with(leader: Package) -> str:
    """Say why a package that is a member of another's unit is not looked at by itself."""
    return f"it shares its version or source with {leader.name}, and moves with it"


def _with_one_rev(packages: tuple[Package, ...]) -> tuple[Package, ...]:
    """Return packages, of which those stay that have one rev with others, but move alone."""
    owners: dict[Span, list[Package]] = {}
    labels: dict[Span, Package] = {}
    for package in packages:
        if not package.leader:
            for literal in _revs(package):
                owners.setdefault(literal, []).append(package)
            if package.version is not None and package.version.literal is not None:
                labels[package.version.literal] = package
    held: dict[str, Package] = {}
    for literal, own in owners.items():
        label = labels.get(literal)
        every = own if label is None or label in own else [*own, label]
        for package in every if len(every) > 1 else ():
            stays = package.skip or package.problem or package.lent
            if package.source is not None and not stays:
                neighbour = next(each for each in every if each is not package)
                held[package.identity] = replace(package, lent=_has_too(neighbour))
    return tuple(held.get(package.identity, package) for package in packages)


def _revs(package: Package) -> set[Span]:
    fields = (field for source in package.sources for field in named(source, REVS))
    return {field.literal for field in fields if field.literal is not None}


def _has_too(neighbour: Package) -> str:
    return (
        f"{neighbour.name} (line {neighbour.line}) has its rev, too, and would not move with it: "
        "give each a rev of its own, or both one `version`"
    )


def _with_strays(packages: tuple[Package, ...]) -> tuple[Package, ...]:
    """Return packages, of which none moves whose version one that is not followed is made from."""
    strays = [package for package in packages if _is_stray(package)]
    if not strays:
        return packages
    return tuple(
        next(
            (replace(own, lent=_lends(own, other)) for other in strays if _leaves(own, other)), own
        )
        for own in packages
    )


def _is_stray(package: Package) -> bool:
    """Tell whether a package has hashes of its own that no change would write."""
    return bool((package.skip or package.problem) and not package.leader and _stale(package))


def _stale(package: Package) -> list[Field]:
    """Return the hashes that are written in a package, and go with its source."""
    if package.outside is not None:
        return [*package.outside.hashes]
    own = [field for call in _calls(package) if (field := call.get(*HASH_FIELDS))]
    return [field for field in (*own, *package.side_hashes) if field.literal is not None]


def _calls(package: Package) -> tuple[Source, ...]:
    return package.sources or ((package.custom,) if package.custom is not None else ())


def _leaves(package: Package, stray: Package) -> bool:
    """Tell whether a package that moves would leave another's source with hashes of the old one."""
    if package.skip or package.problem or package.source is None:
        return False
    hashes = (call.get(*HASH_FIELDS) for call in package.sources)
    literals = package.version_literals
    own = literals | {field.literal for field in hashes if field is not None}
    if all(field.literal in own for field in _stale(stray)):
        return False
    # `tool.src.override { rev = ...; hash = ...; }` takes neither of these from the other
    is_override = stray.custom is not None and bool(stray.custom.neighbour)
    outside = stray.outside.literals if stray.outside is not None and not is_override else ()
    if not own.isdisjoint(outside):
        return True
    version = stray.version
    shares = version is not None and version.literal in literals
    return any(
        (not call.fields and shares)
        or any(field.refers_to(literal) for field in call.fields for literal in literals)
        for call in _calls(stray)
    )


def _lends(package: Package, stray: Package) -> str:
    own = {field.literal for call in package.sources if (field := call.get(*HASH_FIELDS))}
    fields = [field for field in _stale(stray) if field.literal not in own]
    names = " and ".join(dict.fromkeys(field.name for field in fields))
    return (
        f"{stray.name} (line {stray.line}) is made from the same version and is not followed, and "
        f"an update would leave the {names} there stale: give {stray.name} a version of its own, "
        f"or move {package.name} alone with `packages: {{{package.own_key}: {{src_only: true}}}}`"
    )


def _is_labelled(package: Package) -> bool:
    """Tell whether a package's version is that of its source, and not one of its folder."""
    version = package.version
    return version is not None and any(is_at(source, version) for source in package.sources)


def _units(packages: Iterable[Package]) -> list[list[Package]]:
    """Return what shares a place, in the order of the file; alone is what can not be followed."""
    units: list[list[Package]] = []
    places: list[set[_Place]] = []
    followed = [own for own in packages if own.source and not own.skip and not own.problem]
    versions = {own.version.literal for own in followed if own.version is not None}
    for package in followed:
        own = _places(package) | _versions_of_others(package, versions)
        joined = [index for index, shared in enumerate(places) if shared & own]
        units.append([*(part for index in joined for part in units[index]), package])
        places.append(own.union(*(places[index] for index in joined)))
        for index in reversed(joined):
            del units[index], places[index]
    return units


def _places(package: Package) -> set[_Place]:
    """Return where a package's sources stand, and its version, where every source is made of it.

    One rev is of one version: where packages of other versions share it, no label would be true.
    """
    places = {_place(source) for source in package.sources}
    places |= {place for source in package.sources for place in _shared_hash(source)}
    places |= {(literal, (package.label,)) for literal in _revs(package)}
    version = package.version
    if version is not None and version.literal is not None and package.source is not None:
        at_version = all(is_at(source, version) for source in package.sources)
        places |= {(version.literal, None)} if at_version else set()
    return places


def _versions_of_others(package: Package, versions: set[Span | None]) -> set[_Place]:
    """Return the versions of other packages that a package's sources are made from."""
    own = package.version.literal if package.version is not None else None
    fields = (field for source in package.sources for field in source.fields)
    read = {literal for field in fields if field.parts for literal in field.literals}
    return {(literal, None) for literal in read & versions if literal != own}


def _shared_hash(source: Source) -> Iterator[_Place]:
    """Yield the place of a hash that is bound elsewhere, for calls that say all the same of it."""
    field = source.get(*HASH_FIELDS)
    if field is not None and field.literal is not None and field.literal not in field.span:
        said = sorted((own.name, own.reading) for own in source.fields if own is not field)
        yield field.literal, (source.fetcher, *said)


def _place(source: Source) -> _Place:
    """Return where a source stands, and its hash: callers of one function have one of their own."""
    field = source.get(*HASH_FIELDS)
    return source.span, field.literal if field is not None else None


def _leading(leader: Package, members: Sequence[Package]) -> Package:
    places = {_place(source) for source in leader.sources}
    companions: list[Source] = list(leader.companions)
    for member in members:
        for source in member.sources:
            if _place(source) not in places:
                places.add(_place(source))
                companions.append(replace(source, attribute=f"{member.name}.{source.attribute}"))
    side_hashes = _hashes(leader.side_hashes, ((m.name, m.side_hashes) for m in members))
    named = {field.name for field in side_hashes}
    theirs = [
        replace(lock, field=f"{m.name}.{lock.field}")
        for m in members
        if _is_of(leader, m)
        for lock in m.locks
    ]
    return replace(
        leader,
        labels=tuple(_labels(leader, members)),
        companions=tuple(companions),
        side_hashes=side_hashes,
        locks=(*leader.locks, *(lock for lock in theirs if lock.field in named)),
        other_hashes=_hashes(leader.other_hashes, ((m.name, m.other_hashes) for m in members)),
        members=tuple(members),
    )


def _is_of(leader: Package, member: Package) -> bool:
    """Tell whether a member is made from the leader's own source."""
    own, theirs = leader.source, member.source
    return own is not None and theirs is not None and _place(own) == _place(theirs)


def _labels(leader: Package, members: Sequence[Package]) -> Iterator[Field]:
    """Yield the versions of members that stand elsewhere, and say what the leader's says."""
    own = leader.version
    literals = {own.literal} if own is not None else set()
    for member in members:
        version = member.version
        if own is None or version is None or version.value != own.value:
            continue
        if version.literal is not None and version.literal not in literals:
            literals.add(version.literal)
            yield replace(version, name=f"{member.name}.version")


def _hashes(
    own: Sequence[Field], others: Iterable[tuple[str, Sequence[Field]]]
) -> tuple[Field, ...]:
    """Return the hashes of a unit, each literal once, those of a member under its name."""
    hashes = list(own)
    literals = {field.span for field in own}
    for name, fields in others:
        hashes += [
            replace(field, name=f"{name}.{field.name}")
            for field in fields
            if field.span not in literals
        ]
        literals |= {field.span for field in fields}
    return tuple(sorted(hashes, key=lambda field: field.span))
