"""Which file of a project says what its package set is, and what a project without one lacks."""

from __future__ import annotations

import os.path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.effects import files
from updater.overlay.reading.entry import EntryFile, read_entry

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from updater.model import BuildPolicy

_UNLOCKED = (
    "flake.nix has no flake.lock, so a build would prove little: run `nix flake lock` and commit "
    "the file, or set build: {enabled: true}"
)


def missing_set(policy: BuildPolicy, root: Path, read: Callable[[BuildPolicy], EntryFile]) -> str:
    """Return what a project lacks to be built on any machine, or an empty string.

    Args:
        policy: how its packages are built.
        root: the project's folder.
        read: returns what its flake.nix says, as `entry_file` does.

    Raises:
        ReadError: its flake.nix cannot be read.
    """
    policy = placed(policy, root)
    missing = missing_entry(policy, root)
    if missing or policy.file or files.exists(root / policy.flake / "flake.lock"):
        return missing
    return _UNLOCKED if policy.enabled == "auto" and read(policy).inputs else ""


def missing_entry(policy: BuildPolicy, root: Path) -> str:
    """Say that the file which says what the package set is is not there; else an empty string."""
    entry = entry_name(policy)
    if files.exists(root / entry):
        return ""
    alternative = "" if policy.file else f", and no {_file_beside(entry)}"
    return f"there is no {entry}{alternative}"


def placed(policy: BuildPolicy, root: Path) -> BuildPolicy:
    """Return a policy that names the default.nix where a folder has no flake.nix."""
    flake = entry_name(policy)
    file = _file_beside(flake)
    if policy.file or files.exists(root / flake) or not files.exists(root / file):
        return policy
    return replace(policy, file=file)


def entry_name(policy: BuildPolicy) -> str:
    """Return the file that says what the package set is, relative to the root."""
    return policy.file or os.path.normpath(f"{policy.flake}/flake.nix")


def entry_file(policy: BuildPolicy, root: Path) -> EntryFile:
    """Return what that file says.

    Raises:
        ReadError: it cannot be read, or is not the project's own.
    """
    name = entry_name(policy)
    files.refuse_outside(root, name)
    return read_entry(files.read_plain(root / name, name), "file" if policy.file else "flake")


def _file_beside(flake: str) -> str:
    return flake.removesuffix("flake.nix") + "default.nix"
