"""A clone that has commits only, and of their trees and files those that somebody asked for.

Nothing is fetched behind git's back: to git itself the clone names no other repository, so that a
command that lacks an object fails, and fetches nothing without a limit. Only a fetch is told.
Source: git's docs, "partial-clone"; ``fetch_objects`` in git's ``promisor-remote.c`` asks for
objects in the same way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_MARK: Final = "[updater]\n\tthin = true\n"
_REMOTE: Final = "upstream"
_FILTER: Final = "tree:0"
BY_IDS: Final = ("-c", "fetch.negotiationAlgorithm=noop")
"""Options of a fetch of objects: no commit is shown to the host, which leaves out what it has."""


def mark(folder: Path) -> None:
    """Have a new clone be thin for ever."""
    with (folder / "config").open("a") as file:
        file.write(_MARK)


def is_marked(folder: Path) -> bool:
    """Tell whether a clone is thin."""
    try:
        return _MARK in (folder / "config").read_text("utf-8", "replace")
    except FileNotFoundError:
        return False


def settings(url: str) -> tuple[str, ...]:
    """Return the options of a git that fetches into a thin clone."""
    values = {
        f"remote.{_REMOTE}.url": url,
        f"remote.{_REMOTE}.promisor": "true",
        f"remote.{_REMOTE}.partialclonefilter": _FILTER,
    }
    return tuple(word for pair in values.items() for word in ("-c", "=".join(pair)))


def commits_from() -> tuple[str, ...]:
    """Return the arguments of a fetch of commits, before the refs."""
    return (f"--filter={_FILTER}", _REMOTE)


def objects_from(*, with_files: bool) -> tuple[str, ...]:
    """Return the arguments of a fetch of objects, whose ids are sent.

    Args:
        with_files: of trees, all that is in them; else, of trees the trees below them.
    """
    return ("--no-filter" if with_files else "--filter=blob:none", "--stdin", _REMOTE)


def sent(ids: Iterable[str]) -> bytes:
    """Return ids as git reads them from its input."""
    return "".join(f"{identity}\n" for identity in ids).encode("ascii")
