"""The updater's own files between runs: each begins with the version of its form and a checksum.

What does not fit is no file: of another release's form, cut short by a full disk, or changed by a
bit. Whoever keeps it makes it anew.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

UNFINISHED = "updater-new-"
"""What the names of files begin with that are being written."""

_DIGEST = hashlib.sha256


def untold(_detail: str) -> None:
    """Tell nobody of a file that was dropped."""


class DamagedFile(Exception):
    """A kept file is not as it was written."""


def write(path: Path, form: str, data: bytes) -> None:
    """Write a kept file in one step, for its owner alone; its folder is made where it is missing.

    Args:
        path: the file.
        form: what it is, and the version of how that is written; one word.
        data: the rest.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # mkstemp makes a file that only its owner may read: mode 0600.
    handle, name = tempfile.mkstemp(prefix=UNFINISHED, dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(f"{form} {_DIGEST(data).hexdigest()}\n".encode())
        file.write(data)
    Path(name).replace(path)


def read(path: Path, form: str) -> bytes | None:
    """Return what was kept, None where nothing was.

    Raises:
        OSError: it cannot be read.
        DamagedFile: it is not as `write` left it, or of another form; it is removed.
    """
    try:
        head, _, data = path.read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None
    if head != f"{form} {_DIGEST(data).hexdigest()}".encode():
        path.unlink(missing_ok=True)
        raise DamagedFile(str(path))
    return data
