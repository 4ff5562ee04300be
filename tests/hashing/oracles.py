"""What the real Nix, and the programs that its fetchers unpack with, make of an archive or a tree.

fetchzip unpacks a zip with Info-ZIP's unzip and all else with GNU tar; Nix itself, for fetchTarball
and ``nix-prefetch-url --unpack``, uses libarchive, whose own program is bsdtar.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Literal

from tests.hashing.on_disk import hash_path
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


_FETCHER_LOCALE = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
# Nix sets no locale, so that libarchive says of a name in UTF-8 that it cannot convert it, and
# leaves it as it is; Nix warns and goes on.
_NIX_LOCALE = {"LC_ALL": "C"}
_HARMLESS = (
    "be converted from UTF-8 to current locale.",
    "Error exit delayed from previous errors.",
)


def unpacked(program: Literal["fetchzip", "libarchive"], archive: Path, scratch: Path) -> Path:
    """Return the folder into which a fetcher's program unpacks an archive.

    Raises:
        subprocess.CalledProcessError: it fails, or warns where the fetcher would fail for that.
    """
    shutil.rmtree(scratch, ignore_errors=True)
    folder = scratch / "unpack"
    folder.mkdir(parents=True)
    locale = _FETCHER_LOCALE
    if program == "libarchive":
        command, locale = ["bsdtar", "-x", "--no-xattrs", "-f", str(archive)], _NIX_LOCALE
    elif archive.suffix == ".zip":
        command = ["unzip", "-qq", str(archive)]
    else:
        command = ["tar", "xf", str(archive), "--mode=+w", "--warning=no-timestamp"]
    done = subprocess.run(
        command,
        cwd=folder,
        env={"PATH": os.defpath, **locale},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    said = [line for line in done.stderr.splitlines() if not line.endswith(_HARMLESS)]
    if done.returncode and (program == "fetchzip" or said or done.returncode != 1):
        done.check_returncode()
    return folder


def fetched(
    program: Literal["fetchzip", "libarchive"],
    archive: Path,
    scratch: Path,
    *,
    strip_root: bool = True,
) -> Sri:
    """Return the hash of what a fetcher gives: fetchzip, or fetchTarball with ``libarchive``.

    Raises:
        subprocess.CalledProcessError: as from `unpacked`.
        LookupError: there is not exactly one top entry, or fetchTarball finds a single file, which
            Nix takes for the root itself before 2.20, and puts into a folder since.
    """
    folder = unpacked(program, archive, scratch)
    for path, folders, files in os.walk(os.fsencode(folder)):
        # Nix reads the tree as root; who has no rights is not to fail here.
        for name in (*folders, *files):
            node = os.path.join(path, name)  # noqa: PTH118 - pathlib has no bytes
            if not os.path.islink(node):  # noqa: PTH114 - as above
                os.chmod(node, os.stat(node).st_mode | (0o700 if name in folders else 0o600))  # noqa: PTH101, PTH116 - as above
    if not strip_root:
        return hash_path(folder)
    inside = list(folder.iterdir())
    if len(inside) != 1 or (program == "libarchive" and not inside[0].is_dir()):
        raise LookupError(f"{len(inside)} top entries")
    return hash_path(folder if inside[0].is_file() else inside[0])


def fetchzip(nix: Nix, archive: Path, scratch: Path, *, strip_root: bool = True) -> Sri:
    """Return the hash of what nixpkgs' fetchzip gives, by the steps of its postFetch.

    Raises:
        subprocess.CalledProcessError: tar or unzip fails.
        LookupError: there is not exactly one top entry.
    """
    folder = unpacked("fetchzip", archive, scratch)
    if not strip_root:
        return nix_hash_path(nix, folder)
    inside = list(folder.iterdir())
    if len(inside) != 1:
        raise LookupError(f"{len(inside)} top entries")
    return nix_hash_path(nix, folder if inside[0].is_file() else inside[0])
