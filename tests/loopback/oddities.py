"""What git keeps and no calendar or alphabet has: real histories hold such commits and tags."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from tests.loopback.git_data import make_commit, set_ref, write

if TYPE_CHECKING:
    from tests.loopback.hosting import Hosted

DATES = {
    "year 10000": "253402300800 +0000",
    "before 1970": "-86400 +0000",
    "5,000 digits": f"{'1' * 5_000} +0000",
    "20 digits": "18446744073709551615 +0000",
    "no number": "soon +0000",
    "nothing": "",
}
"""A committer's date that is none."""

ODD_ZONE = "1700000000 +9999"
"""A zone that no calendar has, of a time that every calendar has: 2023-11-14."""


def dated(hosted: Hosted, date: str, *, branch: str = "main") -> str:
    """Put a commit with any date on a branch; return its id."""
    hosted.settle()
    head = hosted.git("rev-parse", f"refs/heads/{branch}")
    tree = hosted.git("rev-parse", f"{head}^{{tree}}")
    text = f"tree {tree}\nparent {head}\nauthor a <a@b> {date}\ncommitter a <a@b> {date}\n\nodd\n"
    literally = ("hash-object", "-t", "commit", "-w", "--stdin", "--literally")
    commit = write(hosted, *literally, sent=text.encode())
    set_ref(hosted, f"refs/heads/{branch}", commit)
    return commit


def with_zeros(hosted: Hosted, path: str, megabytes: int) -> str:
    """Put a commit with one file, all of zeros, on the default branch; return its id.

    It goes into git in pieces, and packed it has a thousandth of its size.
    """
    hosted.settle()
    with subprocess.Popen(
        ["git", "-c", "core.bigFileThreshold=1m", "hash-object", "-w", "--stdin"],
        cwd=hosted.path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        for _ in range(megabytes):
            process.stdin.write(bytes(1 << 20))  # type: ignore[union-attr]
        blob = process.communicate()[0].decode().strip()
    tree = write(hosted, "mktree", sent=f"100644 blob {blob}\t{path}\n".encode())
    commit = make_commit(hosted, tree, (), "zeros")
    set_ref(hosted, "refs/heads/main", commit)
    return commit
