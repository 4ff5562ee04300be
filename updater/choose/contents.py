"""The files that declare the versions of commits, asked of a host for many repositories together.

Only those that no tag names, and of which no earlier run read any: most checks ask for none.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.choose.tracking import expected_tracking
from updater.errors import StageError, bugs_at
from updater.metadata.folders import paths_read
from updater.model import Offer
from updater.upstreams.base import TreeQuestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from updater.choose.lookup import Offers
    from updater.choose.run import Run
    from updater.choose.subjects import Subject


async def with_files(
    subjects: Sequence[Subject], offers: Mapping[str, Offers], run: Run
) -> dict[str, Offers]:
    """Return what upstreams have, with the files that few requests tell of commits.

    Args:
        subjects: the packages.
        offers: what was looked up for each, by the identity of its package.
        run: what keeps what is told.
    """
    questions: dict[str, TreeQuestion] = {}
    by_kind: dict[str, list[TreeQuestion]] = {}
    kinds = {subject.upstream.kind: subject.upstream for subject in subjects}
    for subject in subjects:
        own = offers[subject.package.identity].own
        question = _question(subject, own, run) if isinstance(own, Offer) else None
        if question is not None:
            questions[subject.package.identity] = question
            by_kind.setdefault(subject.upstream.kind, []).append(question)
    trees: dict[TreeQuestion, Mapping[str, Mapping[str, bytes | None]]] = {}
    for kind, asked in by_kind.items():
        with suppress(StageError), bugs_at("look-up"):  # the history has them, too
            trees |= await kinds[kind].trees_at(tuple(dict.fromkeys(asked)), run.surroundings)
    for question, commits in trees.items():
        records = run.records.commits(question.project)
        for commit, files in commits.items():
            records.note_files(commit, {**records.files(commit), **files})
    return {
        identity: _with(own, trees.get(questions[identity], {})) if identity in questions else own
        for identity, own in offers.items()
    }


def _question(subject: Subject, offer: Offer, run: Run) -> TreeQuestion | None:
    """Return what is to be asked for a package; None for nothing."""
    if not subject.has_history:
        return None
    paths = paths_read(subject.place)
    records = run.records.commits(subject.project)
    named = {tag.commit for tag in offer.candidates}
    unknown = [
        commit
        for commit in dict.fromkeys(_commits(subject, offer))
        if commit not in named
        and not offer.facts.files.get(commit)
        and records.files(commit).keys().isdisjoint(paths)
    ]
    return TreeQuestion(subject.project, tuple(unknown), paths) if unknown else None


def _commits(subject: Subject, offer: Offer) -> Iterator[str]:
    """Yield the commits that are likely to be labelled: the pinned one, and a followed head.

    One that the look-up did not find may come yet, and would be told to have no files.
    """
    pin, policy = subject.pin, subject.policy
    commit = offer.facts.tag_objects.get(pin.rev, pin.rev)
    if commit in offer.facts.dates:
        yield commit
    expected = expected_tracking(pin, policy, subject.project)
    follows = expected.kind in ("commit", "branch") or (expected.moving and not offer.candidates)
    head = offer.branches.get(policy.branch or subject.branch or offer.default_branch)
    if follows and head is not None:
        yield head


def _with(offers: Offers, trees: Mapping[str, Mapping[str, bytes | None]]) -> Offers:
    own = offers.own
    if not trees or not isinstance(own, Offer):
        return offers
    facts = replace(own.facts, files={**own.facts.files, **trees})
    return replace(offers, own=replace(own, facts=facts))
