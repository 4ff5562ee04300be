"""Lock files of a source: whether they are such, and what a Cargo.lock takes from git.

Source: The Cargo Book, "Cargo.toml vs Cargo.lock"; npm docs, "package-lock.json"; nixpkgs,
pkgs/build-support/rust/import-cargo-lock.nix, for the names of git's packages.
"""

from __future__ import annotations

import json
import re

from msgspec import Struct

from updater.toml import tables

LARGEST = 8 << 20
"""The bytes that a lock file may have; the largest of real projects has a tenth of them."""

_FROM_GIT = re.compile(r"git\+[^#]+#([0-9a-f]{40,64})")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,199}")


def is_lock(path: str, data: bytes) -> bool:
    """Tell whether a file is what its name says: a Cargo.lock, a package-lock.json or its manifest.

    Raises:
        HostileFile: it breaks a bound.
    """
    name = path.rpartition("/")[2]
    if name == "Cargo.lock":
        # One without dependencies has the project itself.
        return isinstance(tables(data, name, LARGEST).get("package"), list)
    try:
        content = json.loads(data) if len(data) <= LARGEST else None
    except (ValueError, RecursionError):
        return False
    key = "lockfileVersion" if name == "package-lock.json" else "name"
    return isinstance(content, dict) and key in content


class Crate(Struct, frozen=True):
    """A package of a Cargo.lock that comes from git."""

    name: str
    commit: str


def from_git(data: bytes) -> dict[str, Crate]:
    """Return ``name-version`` -> package of what a Cargo.lock takes from git.

    Raises:
        HostileFile: it breaks a bound.
    """
    packages = tables(data, "Cargo.lock", LARGEST).get("package")
    crates: dict[str, Crate] = {}
    for package in packages if isinstance(packages, list) else []:
        source = package.get("source") if isinstance(package, dict) else None
        match = _FROM_GIT.fullmatch(source) if isinstance(source, str) else None
        name = f"{package.get('name')}-{package.get('version')}" if match is not None else ""
        if match is not None and _NAME.fullmatch(name):
            crates[name] = Crate(str(package["name"]), match[1])
    return crates
