"""What the updater says beside a pull request's own body: comments, and bodies that end one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.publish.text.marker import nothing_of
from updater.text import code, inline

if TYPE_CHECKING:
    from collections.abc import Mapping


def stopped_comment(sha: str) -> str:
    """Return what is said once when a branch has a person's commit."""
    return (
        f"This branch has commits that the updater did not make ({sha[:12]}), so it does not touch "
        "the branch any more.\n\n"
        "To hand it back, tick the box in the description, or push the updater's own commit to the "
        f"branch again; to keep it, do nothing.\n\n{stopped_marker(sha)}\n"
    )


def stopped_marker(sha: str) -> str:
    """Return what a comment has in it by which it is found again."""
    return f"<!-- updater:stopped {sha} -->"


def retired_comment(reasons: Mapping[str, str], sha: str) -> str:
    """Return what is said once where nothing is left to propose.

    Args:
        reasons: identity -> why, for each package of the pull request.
        sha: a person's commit on the branch, for which it stays open; empty where there is none.
    """
    listed = "\n".join(f"- {code(identity)}: {inline(why)}" for identity, why in reasons.items())
    ending = (
        f"The branch has commits that the updater did not make ({sha[:12]}), so it leaves "
        "both as they are: close this pull request, or keep it."
        if sha
        else "The updater therefore closes it. This does not decline any version."
    )
    return (
        "Nothing is left for this pull request to propose:\n\n"
        f"{listed}\n\n{ending}\n\n{retired_marker(sha)}\n"
    )


def retired_marker(sha: str) -> str:
    """Return what `retired_comment` is found again by: one that leaves it open is not the last."""
    return f"<!-- updater:retired {sha} -->" if sha else "<!-- updater:retired -->"


def superseded_body(body: str) -> str:
    """Return the body of a pull request that another one replaces; it declines no version."""
    return f"Its packages are now proposed together with others.\n\n{nothing_of(body)}\n"
