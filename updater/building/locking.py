"""The inputs of a flake: what its own lock says, or what options make of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.building import diagnose
from updater.effects import files
from updater.effects.nix import options as nix_options
from updater.errors import NotEvaluated

if TYPE_CHECKING:
    from pathlib import Path

    from updater.building.package_set import PackageSet
    from updater.effects.nix.build import NixBuild


async def locked(nix: NixBuild, package_set: PackageSet, copy: Path, log: Path) -> PackageSet:
    """Return a package set whose inputs are locked; a copy of the tree gets the flake.lock.

    Args:
        nix: fetches the inputs of a flake that has no lock, or is to have others.
        package_set: of any form: a file has no inputs.
        copy: the tree.
        log: takes what Nix says.

    Raises:
        NotEvaluated: Nix cannot lock it.
        BuildError: Nix cannot be asked.
    """
    locking, others = nix_options.for_locking(package_set.options)
    lock = copy / package_set.place / "flake.lock"
    if package_set.form != "flake" or (not locking and files.exists(lock)):
        return package_set
    ended = await nix.lock(copy, package_set.place, locking, log)
    if ended.exit_code:
        raise NotEvaluated(words(ended.log.replace(f"{copy}/", "")))
    return replace(package_set, options=others, lock=files.find(lock, "flake.lock"))


def words(log: str, *, confined: bool = False) -> str:
    """Return what Nix says in a log, in one line; see `diagnose.not_evaluated`."""
    diagnosis = diagnose.not_evaluated(log, confined=confined)
    text = diagnosis.message if diagnosis is not None else diagnose.tail(log, 3)
    return " ".join(text.removeprefix("it does not evaluate: ").split())
