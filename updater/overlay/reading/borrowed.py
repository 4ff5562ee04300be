"""Packages of different files that share a source or a version: what moves one leaves the other.

In one file they are a unit (see units.py). A package of another file may have hashes that nobody
would write when the one moves whose source it has: then neither moves. Without, it moves by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.model import HASH_FIELDS, Borrowing
from updater.overlay.reading.previous import leads_to

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.model import Field, Package
    from updater.overlay.reading.drafts import Draft

_BELOW = ("prev", "super")


def borrowing(package: Package, draft: Draft, data: bytes) -> Borrowing | None:
    """Return what a package takes from one that is not written in its file; None for nothing.

    Args:
        package: as it was read, with the hashes that it has beside its source.
        draft: the same as it was found.
        data: the file.
    """
    source, version = draft.get("src", "srcs"), draft.get("version")
    if package.fetched is None and source is not None:
        names = leads_to(source, data)
        beside = written_here(package)
        if names[-1:] == ("src",) and names[:-1]:
            return Borrowing(names[:-1], "source", beside)
    elif version is not None and package.label is None:
        names = leads_to(version, data)
        hashes = [field for own in package.sources if (field := own.get(*HASH_FIELDS))]
        if names[-1:] == ("version",) and hashes:
            return Borrowing(names[:-1], "version", (*hashes, *written_here(package)))
    return None


def written_here(package: Package) -> tuple[Field, ...]:
    """Return the side hashes and locks in a package's file: others come with the source itself."""
    beside = {lock.field for lock in package.locks if lock.path}
    return tuple(
        field for field in package.side_hashes if field.literal is not None or field.name in beside
    )


def held_together(packages: Sequence[Package]) -> tuple[Package, ...]:
    """Return packages, of which none moves whose source or version one in another file takes.

    Unless that has no hash of its own: then it is told whose source it has.
    """
    borrowers = [(package, taken) for package in packages if (taken := package.borrowing)]
    if not borrowers:
        return tuple(packages)
    places: dict[str, list[Package]] = {}
    for package in packages:
        for name in package.names:
            places.setdefault(name, []).append(package)
    changed: dict[str, Package] = {}
    for borrower, taken in borrowers:
        lenders = _lenders(borrower, taken, places)
        if not taken.hashes:
            if len({lender.identity for lender in lenders}) == 1 and not borrower.problem:
                own = changed.get(borrower.identity, borrower)
                changed[borrower.identity] = replace(own, skip=_borrows(taken, lenders[0]))
            continue
        for lender in lenders:
            changed[borrower.identity] = replace(borrower, skip=_borrows(taken, lender))
            own = changed.get(lender.identity, lender)
            lent = own.lent or _lends(borrower, taken, lender)
            changed[lender.identity] = replace(own, lent=lent)
    return tuple(changed.get(package.identity, package) for package in packages)


def _lenders(
    borrower: Package, taken: Borrowing, places: Mapping[str, Sequence[Package]]
) -> list[Package]:
    """Return the packages that may be the one whose source another takes."""
    beside = [
        other
        for name in (borrower.names if len(taken.names) == 1 else ())
        for other in places.get(name, ())
        if other.generator and not other.pins  # the argument of a function may be any entry
    ]
    return [
        leader
        for other in (*places.get(taken.names[-1], ()), *beside)
        if other.source is not None
        and other.identity != borrower.identity
        # what stands below an overlay is not of it
        and not (taken.names[0] in _BELOW and other.file == borrower.file)
        for leader in (_leader(other, places),)
        if leader is not None
    ]


def _leader(package: Package, places: Mapping[str, Sequence[Package]]) -> Package | None:
    """Return who is edited where a package moves; None where it is not followed."""
    if not package.leader:
        return None if package.skip or package.problem else package
    return next(
        (own for group in places.values() for own in group if own.identity == package.leader), None
    )


def _borrows(taken: Borrowing, lender: Package) -> str:
    if lender.generator:
        return (
            f"updated by {lender.generator}: its {taken.what} is that of {lender.name} "
            f"({lender.file}:{lender.line})"
        )
    if not taken.hashes:
        return (
            f"its {taken.what} is that of {lender.name} ({lender.file}:{lender.line}), and moves "
            "with it"
        )
    return (
        f"its {taken.what} is that of {lender.name} ({lender.file}:{lender.line}), and its "
        f"{_hashes(taken)} would have to change with it: write both in one file, with "
        f"`inherit (final.{lender.name}) version src;`, and they move together"
    )


def _lends(borrower: Package, taken: Borrowing, lender: Package) -> str:
    alone = f"packages: {{{lender.key}: {{src_only: true}}}}"
    return (
        f"{borrower.name} ({borrower.file}:{borrower.line}) has its {taken.what}, and an update "
        f"would leave the {_hashes(taken)} there stale: let both take `version` and `src` from one "
        f"place in one file, or move {lender.name} alone with `{alone}`"
    )


def _hashes(taken: Borrowing) -> str:
    return " and ".join(dict.fromkeys(field.name for field in taken.hashes))
