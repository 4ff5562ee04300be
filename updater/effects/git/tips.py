"""A new clone of the refs that the look-up has just named, asked for by the ids of their commits.

If git is given ids alone, and follows no tags, it does not ask the host which refs it has: a clone
takes two requests instead of three. `BareClone.complete` fetches all other refs.
Source: ``must_list_refs`` in git's ``builtin/fetch.c``, since git 2.20; gitprotocol-v2(5), "fetch":
"Wants can be anything and are not limited to advertised objects".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_MARK: Final = "tips-only"  # sealed, unlike the files that begin with `updater-`
_MOST: Final = 500  # refs of a fetch; where there are more, the host lists them
_ID: Final = re.compile(r"[0-9a-f]{40}")
# What git allows in a name, and a command line in any locale; see git-check-ref-format(1).
_NAME: Final = re.compile(r"(?:heads|tags|held)/[!-)+-9;->@-Z_-}]+")
_SAYS_NO_ANSWER: Final = re.compile(
    r"unable to access|repository '.*' not found|could not read|Authentication failed"
)


def mark(folder: Path) -> None:
    """Note that a clone has tips alone."""
    (folder / _MARK).touch()


def unmark(folder: Path) -> None:
    """Note that a clone has had all refs."""
    (folder / _MARK).unlink(missing_ok=True)


def is_marked(folder: Path) -> bool:
    """Tell whether a clone has tips alone."""
    return (folder / _MARK).exists()


def refspecs(refs: Mapping[str, str]) -> tuple[str, ...]:
    """Return the arguments of a fetch of refs by their ids; none where the host has to list them.

    Args:
        refs: ref -> commit, as a question has them.
    """
    if len(refs) > _MOST or not all(_is_fit(*ref) for ref in refs.items()):
        return ()
    return tuple(f"+{commit}:refs/{name}" for name, commit in refs.items())


def _is_fit(name: str, commit: str) -> bool:
    return bool(_NAME.fullmatch(name) and _ID.fullmatch(commit))


def may_be_refused(message: str) -> bool:
    """Tell whether git's last words may mean that a host does not give commits by these ids.

    Each host has its own words for it. Only what would end a fetch by names, too, is excluded.
    """
    return not _SAYS_NO_ANSWER.search(message)
