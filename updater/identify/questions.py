"""Whose tree has a hash: the question and its answers, light for those who only read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct, field

from updater.model.policy import LARGEST_PACK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from updater.identify.search import NothingFound
    from updater.model import Sri


class SearchBudget(Struct, frozen=True):
    """How long a search may go on: in trees to hash, and in seconds without the clone.

    What one run hashed the next one need not, so that runs with a small budget get on.

    Attributes:
        brief: the seconds of a run that only looks, with the clone; None where it may be longer.
        fetched: the bytes of a pack that the clone may fetch.
        offline: a clone is as an earlier run left it.
    """

    max_candidates: int = 5000
    seconds: float = 300.0
    fetched: int = LARGEST_PACK
    offline: bool = False
    brief: float | None = None


class HashQuestion(Struct, frozen=True):
    """Whose tree has a hash?

    Attributes:
        url: the repository's address.
        file: where the hash is written, relative to the root.
        written: the hash as written there.
        named: the commit that the rev says, itself or as a tag; empty for a moving rev.
        likely: commits to look at first.
        tagged: the commits of its tags, the best tag first.
        default_branch: what may have led to any commit; archives may have its name in them.
        refs: what upstream was just seen to have: ref -> commit. A clone that has these commits is
            not brought up to date, and a new one has no others until they matter. What was not
            found is not looked for until they change.
        is_large: so large is the repository that only what is looked at is cloned.
    """

    url: str
    pinned: Sri
    file: str
    written: str
    named: str
    likely: tuple[str, ...]
    tagged: tuple[str, ...]
    default_branch: str = ""
    refs: Mapping[str, str] = field(default_factory=dict)
    is_large: bool = False


class Identity(Struct, frozen=True):
    """The commit that a hash holds.

    Attributes:
        looked_at: how many trees were hashed until it was found.
        from_cache: the answer is another run's.
        is_named: the commit that the rev says has the hash too, if it is another one.
        named_branch: the branch whose name the archive with the hash has in its text, empty for
            none; None where its text does not depend on refs.
        pointers: the names of its files that are pointers of Git LFS.
    """

    commit: str
    looked_at: int
    from_cache: bool
    is_named: bool
    named_branch: str | None = None
    pointers: tuple[str, ...] = ()


Identification: TypeAlias = "Identity | NothingFound"
