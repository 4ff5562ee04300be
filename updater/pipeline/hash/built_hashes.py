"""Hashes that no download tells: a fake one is written into a copy, and Nix names the true one.

The source's comes first, since what is vendored for it is made from it; the others follow one
after the other. Each is a fixed-output build of the package set as the user evaluates it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.building.evaluating import BuildJob, BuildTarget
from updater.model import PinValues, Sri
from updater.model.labels import dated
from updater.overlay.editing import hash_sets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.building.builder import Builder
    from updater.building.evaluating import StoredSource
    from updater.model import Candidate, Package
    from updater.pipeline.hash.planned import PlannedChange

# The source alone evaluates where the package does not, for want of a dependency.
_SOURCE = "package.src.drvPath or package.drvPath"
_WHOLE = "package.drvPath"

ADVICE = "let Nix evaluate it (`build:` in config.yaml), or update it by hand"


class UnknownHash(Struct, frozen=True):
    """A hash to be found.

    Attributes:
        field: as a change names it: ``hash``, or a side hash.
        companion: which of the package's further sources has it; None for its own source.
        shown: the field's name in reports, unique in the package.
        long: it is a sha512.
        entries: the names under which the field, a set of hashes, has it.
    """

    field: str
    companion: int | None = None
    shown: str = "hash"
    long: bool = False
    entries: tuple[str, ...] = ()


def cannot_build(unknown: Sequence[UnknownHash], why: str) -> str:
    """Say that hashes which only a build tells cannot be had."""
    names = " and ".join(missing.shown for missing in unknown)
    return f"only a build can compute its {names}, but {why}; {ADVICE}"


def with_hashes(values: PinValues, hashes: Mapping[UnknownHash, Sri]) -> PinValues:
    """Return values with some hashes besides."""
    own = dict(values.own)
    companions = [dict(fields) for fields in values.companions]
    for unknown, sri in hashes.items():
        fields = own if unknown.companion is None else companions[unknown.companion]
        if unknown.entries:
            text, own_hashes = fields[unknown.field], dict.fromkeys(unknown.entries, str(sri))
            fields[unknown.field] = hash_sets.with_hashes(text, own_hashes)
        else:
            fields[unknown.field] = str(sri)
    return replace(values, own=own, companions=tuple(companions))


def with_day(values: PinValues, package: Package, candidate: Candidate) -> PinValues:
    """Return values with the day of the new commit, written as the package writes the old one."""
    if package.date is None or candidate.committed is None:
        return values
    day = dated(package.date.value or "", candidate.committed.date())
    return replace(values, own={**values.own, package.date.name: day})


async def find_hashes(  # noqa: PLR0913, PLR0917 - what is built, how, and what of it is asked
    builder: Builder,
    target: BuildTarget,
    planned: PlannedChange,
    text: bytes,
    missing_hashes: Sequence[UnknownHash],
    source: StoredSource | None,
    members: Mapping[str, BuildTarget],
) -> dict[UnknownHash, Sri]:
    """Return the hashes that are asked for, in their order.

    Args:
        builder: builds in scratch copies.
        target: whose change it is, and where Nix finds it.
        planned: the change but for these hashes.
        text: the package's file as it is.
        missing_hashes: the hashes; the source's before those of what is made from it.
        source: the source, where it was downloaded for its hash.
        members: name -> where Nix finds what moves with the package, and has hashes of its own.

    Raises:
        StageError: Nix cannot be asked, or does not come as far as a hash.
    """
    package = target.package
    hashes: dict[UnknownHash, Sri] = {}
    fakes = {missing: _fake(package, missing) for missing in missing_hashes}
    for missing in missing_hashes:
        values = with_hashes(planned.values, fakes | hashes)
        change = replace(planned, values=values, changes={}).of({package.file: text})
        is_source = missing.companion is None and missing.field == "hash"
        part = _SOURCE if is_source else _WHOLE
        owner = members.get(missing.shown.partition(".")[0], target)
        job = BuildJob(owner, "", change.texts, source)
        hashes[missing] = await builder.true_hash(job, fakes[missing], part)
    return hashes


def _fake(package: Package, unknown: UnknownHash) -> Sri:
    """Return a hash that nothing has, another for each field, so that Nix's message names it."""
    seed = f"no output has this hash: {package.identity} {unknown.shown}".encode()
    if unknown.long:
        return Sri("sha512", hashlib.sha512(seed).digest())
    return Sri("sha256", hashlib.sha256(seed).digest())
