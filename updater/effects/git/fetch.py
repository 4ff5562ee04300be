"""The largest pack that git may fetch, held to by the operating system.

git limits only what is pushed to it (``receive.maxInputSize``). A process's limit of the files that
it writes also holds for the processes that it starts: those that fetch what a partial clone lacks
too. It is set by a shell that then becomes git, since this process has threads, between whose fork
and exec nothing may run. The signal that goes with the limit is ignored: git's write fails, and git
says so.
Source: POSIX, "ulimit" and "trap"; setrlimit(2), git-config(1) (``fetch.unpackLimit``),
git-index-pack(1).
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from typing import TYPE_CHECKING, Final

from updater.errors import BadAnswer

if TYPE_CHECKING:
    from pathlib import Path

# In bytes. For old shells of macOS twice as many, so that the limit is twice as high there.
_BLOCK: Final = 512
_NO_LIMIT: Final = 1 << 52
# A limit that is lower already stays.
_BECOME: Final = 'trap "" XFSZ; ulimit -f "$1" 2> /dev/null; shift; exec "$@"'
# A pack stays one file, however few objects it has: the limit is one of each file.
_ONE_FILE: Final = ("-c", "fetch.unpackLimit=1")
# A file that is larger goes through git in pieces: in one, it takes its own size in memory.
_IN_PIECES: Final = ("-c", "core.bigFileThreshold=16m")
_SAYS_TOO_LARGE: Final = re.compile(
    rf"^(?:fatal|error): .*{re.escape(os.strerror(errno.EFBIG))}", re.MULTILINE
)
# Source: git's remote-curl.c, and promisor-remote.c for what it asks for by another fetch.
_SAYS_OTHER_ANSWER: Final = re.compile(
    r"^error: fetch failed\.$|is this a git repository\?$|dumb http transport does not support"
    r"|^fatal: could not fetch [0-9a-f]+ from promisor remote$",
    re.MULTILINE,
)
_UNFINISHED: Final = "tmp_*"


def git_with_limit(largest: int) -> tuple[str, ...]:
    """Return the start of a command of git that fetches no pack of more than ``largest`` bytes.

    Raises:
        FileNotFoundError: git is not installed.
    """
    git = shutil.which("git")
    if git is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "git")
    blocks = -(-min(largest, _NO_LIMIT) // _BLOCK)
    return ("/bin/sh", "-c", _BECOME, "sh", str(blocks), git, *_ONE_FILE, *_IN_PIECES)


def refuse_too_large(stderr: str, url: str, largest: int) -> None:
    """Make sure that it is not the limit that ended git.

    Args:
        stderr: git's stderr.
        url: what it fetched.
        largest: the limit, in bytes.

    Raises:
        BadAnswer: it is.
    """
    if _SAYS_TOO_LARGE.search(stderr):
        raise BadAnswer(
            f"{url} answers git with more than {largest} bytes",
            url=url,
            hint="if the repository is that large, raise `archives: {fetched: ...}` in config.yaml",
        )


def refuse_other_answer(stderr: str, url: str) -> None:
    """Make sure that it is not a page that ended git, which takes one for a list of plain files.

    Args:
        stderr: git's stderr.
        url: what it fetched.

    Raises:
        BadAnswer: it is.
    """
    if _SAYS_OTHER_ANSWER.search(stderr):
        raise not_git(url)


def not_git(url: str) -> BadAnswer:
    """Return what is raised where a host answers git with something else."""
    return BadAnswer(
        f"{url} does not answer in the git protocol",
        url=url,
        hint="is there a login page in front of it?",
    )


def sweep(folder: Path) -> None:
    """Remove what fetches that broke off left of their packs in a bare repository."""
    for file in (folder / "objects" / "pack").glob(_UNFINISHED):
        file.unlink(missing_ok=True)
