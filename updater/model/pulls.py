"""What the repository shows where pull requests are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

PullState = Literal["open", "closed", "merged"]


class PullRequestLink(Struct, frozen=True):
    """A pull request as outcomes name it."""

    url: str
    number: int
    state: PullState


class Pull(Struct, frozen=True):
    """A pull request as the repository shows it.

    Attributes:
        node: its id in GraphQL.
        branch, head: the branch that it comes from, and that branch's commit.
        own: the branch is in the repository itself, not in a fork.
        author: the login of who opened it; an App's ends in ``[bot]``.
        automerge: GitHub merges it by itself once it can.
    """

    number: int
    node: str
    url: str
    state: PullState
    title: str
    body: str
    branch: str
    head: str
    own: bool
    author: str
    automerge: bool = False

    @property
    def link(self) -> PullRequestLink:
        """What outcomes name."""
        return PullRequestLink(self.url, self.number, self.state)


class Issue(Struct, frozen=True):
    """An issue as the repository shows it."""

    number: int
    body: str
    is_open: bool = True


class BranchCommit(Struct, frozen=True):
    """A commit of a branch that the base does not have.

    Attributes:
        files: path -> blob id of what it changed; an empty id for a file that it removed.
    """

    sha: str
    parents: tuple[str, ...]
    message: str
    files: Mapping[str, str]


class Branch(Struct, frozen=True):
    """A branch with what it adds to the base, oldest first."""

    head: str
    commits: tuple[BranchCommit, ...]
