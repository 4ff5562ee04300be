"""Fixed outputs: the tree of a source that was hashed, and the derivation that has a hash."""

from __future__ import annotations

import stat
import tarfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from updater.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from updater.model import Sri


def with_output(derivations: Sequence[str], sri: Sri) -> str:
    """Return the one of some derivations whose output must have a hash, else an empty string.

    Its text says so in base 16. Source: Nix manual, "Derivation files" (ATerm format).
    """
    field = f'{sri.algorithm}","{sri.digest.hex()}")'.encode()
    for path in derivations:
        with suppress(OSError):
            if field in Path(path).read_bytes():
                return path
    return ""


def unpacked(archive: Path, tree: Path, strip_root: bool) -> bool:  # noqa: FBT001 - for a thread
    """Unpack an archive as fetchzip does; tell whether it is a tar that this Python reads.

    Args:
        archive: what was hashed and found safe.
        tree: the path that the tree gets.
        strip_root: as fetchzip's ``stripRoot``.

    Raises:
        BuildError: it cannot be unpacked.
    """
    try:
        opened = tarfile.open(archive)  # noqa: SIM115 - closed below
    except tarfile.TarError:
        return False
    whole = tree.with_name("unpacked")
    try:
        whole.mkdir()
        with opened:
            opened.extractall(whole, _writable(opened), filter="tar")
        top = whole
        if strip_root:
            (top,) = whole.iterdir()
        top.rename(tree)
    except (OSError, tarfile.TarError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not as its hash needs it"
        raise BuildError(f"the source cannot be unpacked: {why}") from error
    return True


def _writable(members: Iterable[tarfile.TarInfo]) -> Iterator[tarfile.TarInfo]:
    """Yield members with a mode that lets their owner read, move and remove them.

    A NAR has nothing of it but that a file is executable, which stays.
    """
    for member in members:
        member.mode |= stat.S_IRWXU if member.isdir() else stat.S_IRUSR | stat.S_IWUSR
        yield member
