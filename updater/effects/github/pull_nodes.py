"""Pull requests as GraphQL has them: what is asked of each, and how it is read.

Source: GitHub docs, GraphQL, "Objects", `PullRequest`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from updater.model import Pull
from updater.model.moments import from_iso
from updater.model.pulls import PullComment, PullCommit, PullRequestContent
from updater.text import is_printable, printable

if TYPE_CHECKING:
    from updater.model.pulls import PullStanding, PullState

SHORT_PULL_FIELDS: Final = """
fragment pull on PullRequest {
  number id url state title body headRefName headRefOid isCrossRepository createdAt
  author { __typename login }
  autoMergeRequest { enabledAt }
}"""
"""What `read_shown_pull` needs; without the rest it says nothing of comments and content."""

PULL_FIELDS: Final = """
fragment ended on PullRequest {
  ...pull
  headRef { target { oid } }
  comments(last: 30) {
    nodes { databaseId body authorAssociation author { __typename login } }
    pageInfo { hasPreviousPage }
  }
}
fragment whole on PullRequest {
  ...ended
  mergeable mergeStateStatus
  commits(first: 10) {
    nodes { commit { oid message parents(first: 10) { nodes { oid } } } }
    pageInfo { hasNextPage }
  }
  files(first: 100) { nodes { path } pageInfo { hasNextPage } }
}"""
"""What `read_shown_pull` and `read_ended_pull` need to tell all."""

_STATES: Final[dict[str, PullState]] = {"OPEN": "open", "CLOSED": "closed", "MERGED": "merged"}


def read_shown_pull(node: Any) -> Pull:  # noqa: ANN401 - JSON
    """Read a pull request that was asked for by `SHORT_PULL_FIELDS`, or by more than these."""
    author = read_login(node["author"])
    is_whole = "commits" in node
    return Pull(
        number=int(node["number"]),
        node=str(node["id"]),
        url=printable(str(node["url"])),
        state=_STATES[node["state"]],
        title=str(node["title"]),
        body=str(node["body"] or "").replace("\r\n", "\n"),
        branch=str(node["headRefName"]),
        head=str(node["headRefOid"]),
        own=not node["isCrossRepository"],
        author=author if is_printable(author) else "",
        automerge=node["autoMergeRequest"] is not None,
        created=from_iso(node["createdAt"]),
        standing=_standing(node) if is_whole else "",
        comments=_all_comments(node["comments"]) if is_whole else None,
        content=_content(node) if is_whole else None,
    )


def read_ended_pull(node: Any) -> Pull:  # noqa: ANN401 - JSON
    """Read one that ended, of which the newest comments are enough: an answer comes after them."""
    comments = _comments(node["comments"])
    left = str(node["headRef"]["target"]["oid"]) if node["headRef"] is not None else ""
    return replace(read_shown_pull(node), comments=comments, left=left)


def read_login(actor: Any) -> str:  # noqa: ANN401 - JSON
    """Return a login as REST has it; GraphQL leaves ``[bot]`` out. A ghost has none."""
    if actor is None:
        return ""
    return f"{actor['login']}[bot]" if actor["__typename"] == "Bot" else str(actor["login"])


def _standing(node: Any) -> PullStanding:  # noqa: ANN401 - JSON
    if node["mergeable"] == "CONFLICTING" or node["mergeStateStatus"] == "DIRTY":
        return "conflicts"
    return "behind" if node["mergeStateStatus"] == "BEHIND" else ""


def _all_comments(listed: Any) -> tuple[PullComment, ...] | None:  # noqa: ANN401 - JSON
    return None if listed["pageInfo"]["hasPreviousPage"] else _comments(listed)


def _comments(listed: Any) -> tuple[PullComment, ...]:  # noqa: ANN401 - JSON
    return tuple(
        PullComment(
            int(node["databaseId"] or 0),
            read_login(node["author"]),
            str(node["body"]).replace("\r\n", "\n"),
            str(node["authorAssociation"]),
        )
        for node in listed["nodes"]
    )


def _content(node: Any) -> PullRequestContent | None:  # noqa: ANN401 - JSON
    commits, files = node["commits"], node["files"]
    if files is None or commits["pageInfo"]["hasNextPage"] or files["pageInfo"]["hasNextPage"]:
        return None
    return PullRequestContent(
        tuple(map(_commit, (listed["commit"] for listed in commits["nodes"]))),
        tuple(str(file["path"]) for file in files["nodes"]),
    )


def _commit(node: Any) -> PullCommit:  # noqa: ANN401 - JSON
    parents = tuple(str(parent["oid"]) for parent in node["parents"]["nodes"])
    return PullCommit(str(node["oid"]), parents, str(node["message"]))
