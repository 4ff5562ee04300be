"""Whether git can be forbidden to fetch what a partial clone lacks whenever it comes upon it.

git takes any page (a log-in, say) for a list of plain files, and asks for one after the other. In a
partial clone, what is not there yet is asked for by another fetch, which gets the same page and
begins again, without end.
Source: git(1), ``GIT_NO_LAZY_FETCH``: since git 2.44, and in 2.39.4 and other corrections of older
ones, which distributions have taken over under older numbers. So it is tried out.
"""

from __future__ import annotations

import subprocess
from contextlib import suppress
from functools import cache

from updater.effects import temporary
from updater.effects.git.environment import isolated

# A clone whose files are nowhere: a git that goes there says that it may not.
_CONFIG = """\
[core]
	repositoryformatversion = 1
	bare = true
[extensions]
	partialClone = nowhere
[remote "nowhere"]
	url = file:///nowhere
	promisor = true
"""
_SAYS_IT_FETCHES = b"not allowed"


@cache
def can_be_forbidden() -> bool:
    """Tell whether this git can be; one that is not installed cannot do anything."""
    with suppress(OSError), temporary.folder("lazy") as folder:
        for part in ("objects", "refs"):
            (folder / part).mkdir()
        (folder / "HEAD").write_text("ref: refs/heads/none\n")
        (folder / "config").write_text(_CONFIG)
        done = subprocess.run(  # noqa: S603 - a list
            ["git", "cat-file", "-e", "1" * 40],  # noqa: S607 - as everywhere
            cwd=folder,
            env=isolated(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        return done.returncode == 1 and _SAYS_IT_FETCHES not in done.stderr
    return True
