"""What a pin follows, what it holds, and the candidate taken, or why none."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from datetime import datetime

    from updater.model.offers import Candidate, PinWarning
    from updater.model.policy import TrackKind


class Tracking(Struct, frozen=True):
    """The channel that a package follows, and why.

    Attributes:
        kind: never ``auto``.
        branch: the branch's name; empty for the default branch.
        moving: the pin's rev is a branch name, so that the pin says not what its hash holds.
    """

    kind: TrackKind
    reason: str
    branch: str = ""
    moving: bool = False

    def __str__(self) -> str:
        return f"{self.kind}:{self.branch}" if self.branch else self.kind


class Pinned(Struct, frozen=True):
    """What a pin truly holds, as far as it is known."""

    rev: str
    commit: str | None = None
    version: str | None = None


class Evidence(Struct, frozen=True):
    """How it is known what a pin holds: a tree was found that has the pinned hash.

    Attributes:
        commit: whose tree it is.
        ref: a tag that names the commit, or an empty string.
        looked_at: how many trees were hashed until it was found.
        hash: the pinned hash, as SRI.
    """

    commit: str
    ref: str
    looked_at: int
    hash: str


class Take(Struct, frozen=True):
    """The candidate to move to, and why where that is not plain."""

    candidate: Candidate
    reason: str = ""
    warnings: tuple[PinWarning, ...] = ()


class Stay(Struct, frozen=True):
    """The pin is the newest already."""

    candidate: Candidate | None = None
    warnings: tuple[PinWarning, ...] = ()


class Wait(Struct, frozen=True):
    """A candidate exists but must not be taken (now)."""

    reason: str
    until: datetime | None = None
    candidate: Candidate | None = None
    warnings: tuple[PinWarning, ...] = ()


Choice: TypeAlias = "Take | Stay | Wait"
