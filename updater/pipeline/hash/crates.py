"""What a new Cargo.lock takes from git -> the entries of ``outputHashes``, and what is built.

Source: nixpkgs, pkgs/build-support/rust/import-cargo-lock.nix: each commit has one hash, under the
name of any of its packages, and a name that the lock does not have is an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.model.sri import is_placeholder
from updater.overlay.editing.hash_sets import hashes_in, renamed, with_hashes
from updater.pipeline.hash.built_hashes import UnknownHash

if TYPE_CHECKING:
    from collections.abc import Mapping

    from updater.metadata.locks import Crate
    from updater.model import Field


class CrateHashes(Struct, frozen=True):
    """The hashes of a lock file's packages from git.

    Attributes:
        field: the attribute that has them.
        text: what it reads with the new names; a hash that is to be built is the old one or none.
        unknown: what only a build tells.
    """

    field: str
    text: str
    unknown: tuple[UnknownHash, ...]


def crate_hashes(
    field: Field, old: Mapping[str, Crate] | None, new: Mapping[str, Crate]
) -> CrateHashes:
    """Return the entries for a new lock file; a hash stays where its commit does.

    Args:
        field: the set as it is.
        old: what the lock file had that it was made for; None where that is not known.
        new: what the new one has.

    Raises:
        PatchError: something else stands in the set.
    """
    present = hashes_in(field.text)
    names = _names(present, new)
    covered = {new[name].commit for name in names.values() if name is not None}
    added = {}
    for name, crate in new.items():
        if crate.commit not in covered:
            covered.add(crate.commit)
            added[name] = crate
    known = {
        new[name].commit: present[before]
        for before, name in names.items()
        if name is not None
        and old is not None
        and before in old
        and old[before].commit == new[name].commit
        and not is_placeholder(present[before])
    }
    missing: dict[str, list[str]] = {}
    there = [*(name for name in names.values() if name is not None), *added]
    for name in there:
        if new[name].commit not in known:
            missing.setdefault(new[name].commit, []).append(name)
    unknown = tuple(
        UnknownHash(field.name, shown=f"{field.name}.{own[0]}", entries=tuple(own))
        for own in missing.values()
    )
    kept = {name: known[new[name].commit] for name in there if new[name].commit in known}
    text = with_hashes(renamed(field.text, names, tuple(added)), kept)
    return CrateHashes(field.name, text, unknown)


def _names(present: Mapping[str, str], new: Mapping[str, Crate]) -> dict[str, str | None]:
    """Return what each entry is called from now on: the same crate of another version, or None."""
    names: dict[str, str | None] = {name: name for name in present if name in new}
    for before in present:
        if before not in names:
            same = (
                name
                for name, crate in new.items()
                if name not in names.values() and _is_of(before, crate.name)
            )
            names[before] = next(same, None)
    return names


def _is_of(entry: str, crate: str) -> bool:
    """Tell whether an entry's name is that of a crate, with a version behind it."""
    return entry.startswith(f"{crate}-") and entry[len(crate) + 1 :][:1].isdigit()
