"""Is a mirror what the last run left? git itself looks at little of what it reads.

Packs and their indexes end with git's own checksum. Everything else, refs above all, stands in a
seal with its digest. Before a mirror changes, its seal says so: where a run dies in between, the
refs are those of a moment, and the next fetch brings them up to date.
Source: gitformat-pack(5), "pack-*.pack files have the following format".
"""

from __future__ import annotations

import hashlib
import json
import shutil
from functools import cache
from pathlib import Path
from typing import Literal

from updater.effects import kept

_FORM = "updater-mirror-1"
_SEAL = "updater-seal"
_OURS = "updater-*"
_PACKS = "objects/pack"
_CHECKED = (".pack", ".idx", ".rev")
_GIT_DIGEST = 20
_PIECE = 1 << 20


def state(folder: Path) -> Literal["new", "whole", "unfinished", "damaged"]:
    """Return what a mirror is; of one that is unfinished, its packs are whole.

    Raises:
        OSError: it cannot be read.
    """
    if not folder.exists():
        return "new"
    try:
        data = kept.read(folder / _SEAL, _FORM)
    except kept.DamagedFile:
        return "damaged"
    sealed = json.loads(data) if data is not None else None
    if sealed is None or not _are_whole(folder, sealed["packs"]):
        return "damaged"
    if sealed["files"] is None:
        return "unfinished"
    return "whole" if sealed["files"] == _digests(folder) else "damaged"


def begin(folder: Path) -> None:
    """Say that a mirror is about to change."""
    _write(folder, None)


def end(folder: Path) -> None:
    """Seal a mirror as it is."""
    _write(folder, _digests(folder))


def forget_locks(folder: Path) -> None:
    """Remove what a run that was killed left in a mirror: nobody else works in it."""
    for form in ("*.lock", f"{kept.UNFINISHED}*", f"{_PACKS}/*.keep"):
        for file in folder.rglob(form):
            file.unlink(missing_ok=True)


def drop(folder: Path) -> None:
    """Remove a mirror."""
    shutil.rmtree(folder)


def _write(folder: Path, files: dict[str, str] | None) -> None:
    sealed = {"packs": sorted(path.name for path in _packs(folder)), "files": files}
    kept.write(folder / _SEAL, _FORM, json.dumps(sealed).encode())


def _packs(folder: Path) -> list[Path]:
    return [path for path in (folder / _PACKS).glob("pack-*") if path.suffix in _CHECKED]


def _digests(folder: Path) -> dict[str, str]:
    """Return path -> digest of what has no checksum of git's."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.parent != folder / _PACKS and not path.match(_OURS)
    }


def _are_whole(folder: Path, names: list[str]) -> bool:
    packs = {path: path.stat() for path in _packs(folder)}
    return {path.name for path in packs} >= set(names) and all(
        _ends_with_its_digest(str(path), about.st_size, about.st_mtime_ns)
        for path, about in packs.items()
    )


@cache
def _ends_with_its_digest(path: str, size: int, _changed: int) -> bool:
    """Tell whether a file of git's is whole; one that has not changed since is read once a run."""
    digest, left = hashlib.sha1(usedforsecurity=False), size - _GIT_DIGEST
    with Path(path).open("rb") as file:
        while left > 0 and (piece := file.read(min(left, _PIECE))):
            digest.update(piece)
            left -= len(piece)
        return file.read() == digest.digest()
