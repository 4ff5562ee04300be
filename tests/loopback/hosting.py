"""A repository as GitHub hosts it, and who may see it."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import TYPE_CHECKING

from tests.loopback.repositories import Repository

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from tests.loopback.messages import Request


@dataclass(frozen=True, slots=True)
class Release:
    """A GitHub release; a draft has no published date and is seen by nobody without push rights.

    Attributes:
        assets: the names and contents of its files.
    """

    tag: str
    created: datetime
    published: datetime | None
    draft: bool = False
    prerelease: bool = False
    notes: str = ""
    assets: tuple[tuple[str, bytes], ...] = ()


@dataclass(slots=True, eq=False)
class PullRecord:
    """A pull request as GitHub keeps it.

    Attributes:
        source: the repository of its branch, None where a fork was deleted.
        head: kept when the branch moves after it was closed.
        conflicts: GitHub could not merge it.
        comments: (login, text), oldest first.
        created: when it was opened, in GitHub's form; empty for long ago.
    """

    number: int
    author: str
    title: str
    body: str
    base: str
    branch: str
    head: str
    source: Hosted | None
    draft: bool = False
    state: str = "open"
    merged: bool = False
    automerge: bool = False
    conflicts: bool = False
    milestone: int | None = None
    labels: list[str] = field(default_factory=list)
    assignees: list[str] = field(default_factory=list)
    reviewers: list[str] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)
    comments: list[tuple[str, str]] = field(default_factory=list)
    created: str = ""


@dataclass(slots=True, eq=False)
class IssueRecord:
    """An issue as GitHub keeps it."""

    number: int
    author: str
    title: str
    body: str
    state: str = "open"


class Hosted(Repository):
    """A repository with what GitHub knows about it besides its objects.

    Attributes:
        number: GitHub's id, which outlives a rename.
        writable: whether the tokens may push, and so see drafts.
        releases: in the order of their making.
        pulls, issues: by number, which they share.
        collaborators: login -> what they may: admin, write, read or none.
        required_checks: what the default branch's protection requires.
        rules: the types of the rules that hold for every branch.
        checks: the state of all checks of every commit, as ``StatusState`` has it; ``forbidden``
            for a token that may not read them.
        hides_issues: the tokens may not read the issues by GraphQL.
        strict: only what is up to date with the default branch is merged into it.
        disk_usage: what GitHub says that it takes, in kilobytes; None for what its packs take.
    """

    def __init__(
        self,
        path: Path,
        *,
        number: int,
        owner: str,
        name: str,
        default_branch: str,
        private: bool,
        archived: bool,
    ) -> None:
        super().__init__(path, default_branch=default_branch)
        self.number = number
        self.owner = owner
        self.name = name
        self.private = private
        self.archived = archived
        self.writable = False
        self.releases: list[Release] = []
        self.pulls: dict[int, PullRecord] = {}
        self.issues: dict[int, IssueRecord] = {}
        self.collaborators: dict[str, str] = {}
        self.required_checks: tuple[str, ...] = ()
        self.rules: tuple[str, ...] = ()
        self.checks = ""
        self.strict = False
        self.hides_issues = False
        self.disk_usage: int | None = None

    def kilobytes(self) -> int:
        """What GitHub says that it takes on disk."""
        if self.disk_usage is not None:
            return self.disk_usage
        self.settle()
        packs = self.path.glob("objects/pack/*.pack")
        return sum(pack.stat().st_size for pack in packs) // 1000

    @property
    def full_name(self) -> str:
        """``owner/name`` as it is now."""
        return f"{self.owner}/{self.name}"

    @property
    def next_number(self) -> int:
        """The number of the next issue or pull request."""
        return max([0, *self.pulls, *self.issues]) + 1

    @property
    def latest(self) -> Release | None:
        """The full release that was published last."""
        full = [one for one in self.releases if not one.draft and not one.prerelease]
        return max(full, key=lambda one: one.created, default=None)

    def release(
        self,
        tag: str,
        date: str,
        *,
        draft: bool = False,
        prerelease: bool = False,
        notes: str = "",
        assets: Mapping[str, bytes] | None = None,
    ) -> Release:
        """Make a release of a tag, which a draft need not have yet.

        Args:
            tag: the tag's name.
            date: when it was made and, unless it is a draft, published; ISO 8601 with an offset.
            draft: not published yet.
            prerelease: not for everyone.
            notes: what it says about itself.
            assets: the files that were uploaded for it.
        """
        created = datetime.fromisoformat(date)
        made = Release(
            tag,
            created,
            None if draft else created,
            draft,
            prerelease,
            notes,
            tuple((assets or {}).items()),
        )
        self.releases.append(made)
        return made


class Credential(Enum):
    """What an Authorization header is worth."""

    NONE = auto()
    VALID = auto()
    WRONG = auto()


def credential(request: Request, tokens: Collection[str]) -> Credential:
    """Judge the Authorization header: ``Bearer``, ``token``, or ``Basic`` with it as password."""
    if request.authorization is None:
        return Credential.NONE
    scheme, _, value = request.authorization.partition(" ")
    if scheme.lower() == "basic":
        try:
            user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return Credential.WRONG
        value = password or user
    elif scheme.lower() not in ("bearer", "token"):
        return Credential.WRONG
    return Credential.VALID if value in tokens else Credential.WRONG
