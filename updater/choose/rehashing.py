"""A hash that is missing, wrong, or to be computed anew, where the version stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.errors import HashError
from updater.model import Fetch, PinWarning, Take, Wait
from updater.model.sri import parse_hash

if TYPE_CHECKING:
    from updater.choose.subjects import Decision, Subject
    from updater.model import Candidate, Fetched

REQUESTED = "its hash is computed again (`--rehash`)"
"""Why ``--rehash`` takes what is pinned already."""


def rehashed(decision: Decision, reason: str, present: Candidate | None) -> Decision:
    """Return a decision that takes what is pinned already, so that its hash is found.

    Args:
        decision: one that takes something else stays as it is: that gets a hash, too.
        reason: why the hash is to be found.
        present: what is pinned; None where nobody knows.
    """
    choice = decision.choice
    if isinstance(choice, Take) or present is None:
        return decision
    held = (PinWarning("newer-held", choice.reason),) if isinstance(choice, Wait) else ()
    return replace(decision, choice=Take(present, reason, (*choice.warnings, *held)))


def wrong_hash(subject: Subject, fetch: Fetched) -> str:
    """Say that the pinned hash is not the one that the index publishes; empty where it may be.

    Args:
        subject: the package.
        fetch: how its pinned release is fetched.
    """
    if not isinstance(fetch, Fetch) or fetch.sri is None or fetch.unpack or fetch.blocked:
        return ""
    try:
        pinned = parse_hash(subject.pin.hash, fetch.sri.algorithm)
    except HashError:  # of an algorithm that the index does not publish
        return ""
    return "" if pinned == fetch.sri else f"wrong hash: the index has {fetch.sri}"
