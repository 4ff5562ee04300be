"""What GitHub answers about pull requests and commits, as the program's own values.

Source: GitHub docs, "REST API endpoints for pull requests" and "for commits".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from updater.model import BranchCommit, Issue, Pull
from updater.model.moments import from_iso
from updater.model.pulls import PullComment
from updater.text import is_printable, printable

if TYPE_CHECKING:
    from updater.model import PullState


def read_pull(answer: Any) -> Pull:  # noqa: ANN401 - JSON
    """Read a pull request."""
    state: PullState = "open"
    if answer["state"] == "closed":
        state = "merged" if answer.get("merged_at") else "closed"
    source = answer["head"]["repo"]  # None where a fork is gone
    author = str((answer["user"] or {}).get("login", ""))
    return Pull(
        number=int(answer["number"]),
        node=str(answer["node_id"]),
        url=printable(str(answer["html_url"])),
        state=state,
        title=str(answer["title"]),
        body=str(answer["body"] or "").replace("\r\n", "\n"),
        branch=str(answer["head"]["ref"]),
        head=str(answer["head"]["sha"]),
        own=source is not None and source["id"] == answer["base"]["repo"]["id"],
        author=author if is_printable(author) else "",
        automerge=bool(answer.get("auto_merge")),
        created=from_iso(answer.get("created_at")),
    )


def read_comment(answer: Any) -> PullComment:  # noqa: ANN401 - JSON
    """Read a comment."""
    return PullComment(
        int(answer["id"]),
        str((answer["user"] or {}).get("login", "")),
        str(answer["body"] or "").replace("\r\n", "\n"),
        str(answer.get("author_association", "NONE")),
    )


def read_issue(answer: Any) -> Issue:  # noqa: ANN401 - JSON
    """Read an issue."""
    return Issue(
        int(answer["number"]),
        str(answer["body"] or "").replace("\r\n", "\n"),
        is_open=answer["state"] == "open",
        author=str((answer["user"] or {}).get("login", "")),
    )


def read_commit(answer: Any) -> BranchCommit:  # noqa: ANN401 - JSON
    """Read a commit with the files that it changes."""
    return BranchCommit(
        str(answer["sha"]),
        tuple(str(parent["sha"]) for parent in answer["parents"]),
        str(answer["commit"]["message"]),
        {
            str(file["filename"]): "" if file["status"] == "removed" else str(file["sha"])
            for file in answer.get("files", ())
        },
    )
