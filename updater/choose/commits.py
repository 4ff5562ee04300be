"""Which commit to take where a pin follows a branch, or names one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.choose.interpreters import other_python
from updater.choose.releases import refusals, too_young
from updater.choose.versions import is_shortened
from updater.model import Candidate, Choice, Policy, Stay, Take, Wait
from updater.model.labels import (
    base_of,
    commit_label,
    dated,
    is_buildable,
    is_date,
    same_version,
)
from updater.model.versions import abridged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from updater.model import Offer, Relation

CHOOSE_ONE = "Choose one with `--to VERSION`."
"""What to do where nothing may be guessed."""


class BranchPosition(Struct, frozen=True):
    """Where a newer commit stands to the pinned one.

    Attributes:
        relation: of ``candidate`` to the pinned commit.
        pinned_date: when the pinned commit was made.
    """

    relation: Relation
    pinned_date: datetime | None = None


def choose_commit(
    candidate: Candidate, line: BranchPosition, policy: Policy, now: datetime
) -> Choice:
    """Choose whether the follower of a branch moves to the branch's head."""
    match line.relation:
        case "identical":
            return Stay(candidate)
        case "behind":
            return Wait("the branch's head is older than the pinned commit", candidate=candidate)
        case "diverged" | "unknown":
            return Wait(
                "the branch no longer holds the pinned commit: its history was rewritten, "
                f"or the pin is from another branch. {CHOOSE_ONE}",
                candidate=candidate,
            )
        case "ahead":
            pass
    return next(_objections(candidate, line, policy, now), Take(candidate))


def _objections(
    candidate: Candidate, line: BranchPosition, policy: Policy, now: datetime
) -> Iterator[Choice]:
    for reason in (*refusals(candidate, policy), *other_python(candidate, policy)):
        yield Wait(reason, candidate=candidate)
    if line.pinned_date is not None and line.pinned_date + policy.commit_interval > now:
        until = line.pinned_date + policy.commit_interval
        yield Wait("`commit_interval` has not passed yet", until, candidate)
    for reason, old_enough in too_young(candidate, policy, now):
        yield Wait(reason, old_enough, candidate)


def choose_over_commit(newest: Choice, relation: Relation) -> Choice:
    """Choose whether a pin on a commit that no tag names moves to a tag; it never goes back.

    Args:
        newest: what would be taken if nothing were pinned.
        relation: where the newest tag's commit stands to the pinned one.
    """
    if not isinstance(newest, Take):
        return newest if isinstance(newest, Wait) else Wait("upstream has no usable version tag")
    tag = newest.candidate.ref
    match relation:
        case "ahead":
            return newest
        case "identical" | "behind":
            return Stay()
        case "diverged" | "unknown":
            return Wait(
                f"the pinned commit is not in the history of {tag}, so neither is known to be "
                f"newer. {CHOOSE_ONE}",
                candidate=newest.candidate,
            )


def unknown_source(why: str, branch: str = "") -> Wait:
    """Return the choice for a moving pin of which nobody knows what it holds: it is not guessed.

    Args:
        why: what was searched, or why nothing was.
        branch: the one that it names, if that is there and its newest commit may be meant.
    """
    return Wait(f"{why}. {choice_of(CHOOSE_ONE, branch)}")


def choice_of(advice: str, branch: str) -> str:
    """Return the advice to choose a version, and how to choose the newest commit of a branch."""
    return f"{advice[:-1]}, or the newest commit with `--to {branch}`." if branch else advice


def moving_name(rev: str, offer: Offer) -> str:
    """Return what a moving rev is called, such as: the branch `main`."""
    if any(candidate.ref == rev for candidate in offer.candidates):
        what = "the tag" if any(map(str.isdigit, rev)) else "the moving tag"
    elif is_shortened(rev):
        what = "the short commit id"
    elif rev in offer.branches or rev == "HEAD":
        what = "the branch"
    else:
        return f"`{abridged(rev)}`, which upstream does not have,"
    return f"{what} `{rev}`"


def replacing(name: str, new: str) -> str:
    """Return why a moving rev changes: ``replaces the branch `main` by the tag``.

    Args:
        name: as `moving_name` says it.
        new: what it becomes.
    """
    return f"replaces {name} by {new}"


def choose_settled(
    name: str, held: Candidate, newest: Candidate | None, relation: Relation
) -> Choice:
    """Choose what a moving pin becomes, so that its source never goes back.

    Args:
        name: what the moving rev is called, as `moving_name` says it.
        held: the commit whose tree the pinned hash holds.
        newest: the newest acceptable tag, None where there is none.
        relation: where ``newest`` stands to ``held``.
    """
    commit = "the commit that the hash belongs to"
    if newest is None:
        return Take(held, replacing(name, f"{commit}: there is no tag to take"))
    match relation:
        case "identical" | "ahead":
            return Take(newest, replacing(name, "the tag"))
        case "behind":
            return Take(held, replacing(name, f"{commit}, which is newer than {newest.ref}"))
        case "diverged" | "unknown":
            return Take(held, replacing(name, f"{commit}, which is not part of {newest.ref}"))


def label(  # noqa: PLR0913 - all that a label may be made of
    declared: str | None,
    tagged: str | None,
    date: datetime | None,
    *,
    named: bool,
    old_label: str | None = None,
    built: bool = False,
) -> str:
    """Return the version label of a commit pin, by nixpkgs' convention.

    Args:
        declared: the version that the source itself declares.
        tagged: the last version tag reachable from the commit.
        date: the commit's date, which only one that is not named needs.
        named: a version tag names the commit.
        old_label: the one that the pin has: where that is a date, and nothing else is known, it
            stays one, since Nix takes ``0-unstable-...`` for older.
        built: a build reads the label, and takes PEP 440's versions only.
    """
    if not declared and not tagged and date is not None and is_date(old_label):
        return dated(old_label or "", date, built=built)
    bases = [base for base in (declared, tagged) if base]
    if built and not named:
        bases = [base for base in bases if is_buildable(base)]
    base = next(iter(bases), "0")
    present = base_of(old_label)
    if not (declared or named) and is_buildable(present) and same_version(present, base):
        base = present  # Nix takes 1.0 for older than 1.0.0, which PEP 440 calls the same
    return base if named or date is None else commit_label(base, date, built=built)
