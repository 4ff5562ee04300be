"""What the real Nix and the real fetcher make of an archive or a tree."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

from updater.model.sri import parse_hash

if TYPE_CHECKING:
    from pathlib import Path

    from tests.real_nix import Nix
    from updater.model import Sri


def nix_prefetch(nix: Nix, archive: Path) -> Sri:
    """Return what ``nix-prefetch-url --unpack`` prints."""
    command = ("nix-prefetch-url", "--unpack", "--name", "x", archive.as_uri())
    return parse_hash(nix.run(*command).strip(), "sha256")


def nix_hash_path(nix: Nix, path: Path) -> Sri:
    """Return what ``nix hash path`` prints."""
    return parse_hash(nix.run("nix", "hash", "path", str(path)).strip())


def fetchzip(nix: Nix, archive: Path, scratch: Path, *, strip_root: bool = True) -> Sri:
    """Return the hash of what nixpkgs' fetchzip gives, by the steps of its postFetch.

    Raises:
        subprocess.CalledProcessError: tar or unzip fails.
        LookupError: there is not exactly one top entry.
    """
    shutil.rmtree(scratch, ignore_errors=True)
    folder = scratch / "unpack"
    folder.mkdir(parents=True)
    if archive.suffix == ".zip":
        command = ["unzip", "-qq", str(archive)]
    else:
        command = ["tar", "xf", str(archive), "--mode=+w", "--warning=no-timestamp"]
    environment = {"PATH": os.defpath, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    if not strip_root:
        return nix_hash_path(nix, folder)
    inside = list(folder.iterdir())
    if len(inside) != 1:
        raise LookupError(f"{len(inside)} top entries")
    return nix_hash_path(nix, folder if inside[0].is_file() else inside[0])
