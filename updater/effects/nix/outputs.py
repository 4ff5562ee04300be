"""Fixed outputs: the tree of a source that was hashed, and the derivation that has a hash."""

from __future__ import annotations

import shutil
import tarfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from updater.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.model import Sri


def with_output(derivations: Sequence[str], sri: Sri) -> str:
    """Return the one of some derivations whose output must have a hash, else an empty string.

    Its text says so in base 16. Source: Nix manual, "Derivation files" (ATerm format).
    """
    said = f'{sri.algorithm}","{sri.digest.hex()}")'.encode()
    for path in derivations:
        with suppress(OSError):
            if said in Path(path).read_bytes():
                return path
    return ""


def unpacked(archive: Path, folder: Path, name: str, strip_root: bool) -> Path | None:  # noqa: FBT001 - for a thread
    """Unpack an archive into ``folder`` as fetchzip does; None for what is no tar.

    Raises:
        BuildError: it cannot be unpacked.
    """
    tree = folder / "tree"
    try:
        opened = tarfile.open(archive)  # noqa: SIM115 - closed below
    except tarfile.TarError:
        return None
    try:
        shutil.rmtree(folder, ignore_errors=True)
        tree.mkdir(parents=True)
        with opened:
            opened.extractall(tree, filter="tar")
        if strip_root:
            (tree,) = tree.iterdir()
        return tree.rename(folder / name)
    except (OSError, tarfile.TarError, ValueError) as error:
        raise BuildError(f"the source cannot be unpacked: {error}") from error
