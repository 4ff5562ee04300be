"""What the repository shows where pull requests are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

PullState = Literal["open", "closed", "merged"]


class PullRequestLink(Struct, frozen=True):
    """A pull request as outcomes name it.

    Attributes:
        step: what this run did with one that is open; empty where it left it as it was.
    """

    url: str
    number: int
    state: PullState
    step: Literal["", "opened", "changed"] = ""

    @property
    def shown_state(self) -> str:
        """What this run did with it, or else its state."""
        return self.step or self.state


PullStanding = Literal["", "behind", "conflicts"]
"""What stops GitHub from merging: the base is not in the branch and must be, or they conflict."""


class PullComment(Struct, frozen=True):
    """A comment on a pull request.

    Attributes:
        key: GitHub's number of it.
        author: the login; an App's ends in ``[bot]``; empty where the account is gone.
        association: what the author is to the repository in GitHub's words, such as ``OWNER``,
            ``MEMBER``, ``COLLABORATOR`` and ``NONE``. Who is none of the first three may not write;
            of those, `may_write` tells.
    """

    key: int
    author: str
    text: str
    association: str


class PullCommit(Struct, frozen=True):
    """A commit of a pull request, without its files."""

    sha: str
    parents: tuple[str, ...]
    message: str


class PullRequestContent(Struct, frozen=True):
    """What a pull request's branch adds to its base.

    Attributes:
        commits: oldest first.
        paths: of the files that it changes in all.
    """

    commits: tuple[PullCommit, ...]
    paths: tuple[str, ...]


class Pull(Struct, frozen=True):
    """A pull request as the repository shows it.

    Attributes:
        node: its id in GraphQL.
        branch, head: the branch that it comes from, and that branch's commit.
        own: the branch is in the repository itself, not in a fork.
        author: the login of who opened it; an App's ends in ``[bot]``.
        automerge: GitHub merges it by itself once it can.
        created: when it was opened; None where that was not told.
        standing: empty where nothing is known to stop it.
        comments: oldest first; None where they were not read, or not all of them.
        content: None where it was not read, or not all of it.
        left: of one that ended, the commit that its branch has by now; empty where it is gone.
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
    created: datetime | None = None
    standing: PullStanding = ""
    comments: tuple[PullComment, ...] | None = None
    content: PullRequestContent | None = None
    left: str = ""

    @property
    def link(self) -> PullRequestLink:
        """What outcomes name."""
        return PullRequestLink(self.url, self.number, self.state)


class Issue(Struct, frozen=True):
    """An issue as the repository shows it; ``author`` is a login, an App's ends in ``[bot]``."""

    number: int
    body: str
    is_open: bool = True
    author: str = ""


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
