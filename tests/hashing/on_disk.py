"""The NAR of what lies on disk, made of the same pieces as that of an archive."""

from __future__ import annotations

import hashlib
import os
import stat
from typing import TYPE_CHECKING

from updater.hashing import nar
from updater.model import Sri

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def hash_path(path: Path) -> Sri:
    """Return the NAR hash of a file, a symbolic link or a tree, as ``nix hash path`` does."""
    return Sri("sha256", hashlib.sha256(serialised(path)).digest())


def serialised(path: Path) -> bytes:
    """Return the NAR of a file, a symbolic link or a tree."""
    return nar.MAGIC + b"".join(_node(os.fsencode(path)))


def _node(path: bytes) -> Iterator[bytes]:
    if os.path.islink(path):  # noqa: PTH114 - pathlib has no bytes
        yield nar.symlink(os.readlink(path))  # noqa: PTH115 - pathlib rewrites a//b and a/. in targets
    elif os.path.isdir(path):  # noqa: PTH112 - as above
        yield nar.FOLDER_START
        for name in sorted(os.listdir(path)):  # noqa: PTH208 - as above
            yield nar.entry_start(name)
            yield from _node(os.path.join(path, name))  # noqa: PTH118 - as above
            yield nar.ENTRY_END
        yield nar.FOLDER_END
    else:
        with open(path, "rb") as file:  # noqa: PTH123 - as above
            content = file.read()
        executable = bool(os.stat(path).st_mode & stat.S_IXUSR)  # noqa: PTH116 - as above
        yield nar.file_start(len(content), executable=executable)
        yield content
        yield nar.file_end(len(content))
