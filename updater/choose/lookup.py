"""Every subject's upstream, and its twin on the index, asked at once: one call a kind."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from updater.upstreams.base import ProjectQuestion, Surroundings, Upstream, merged, side_by_side
from updater.upstreams.pypi import KIND as INDEX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.choose.subjects import Subject
    from updater.errors import StageError
    from updater.model import Offer, Project

    Offers = dict[Project, Offer | StageError]


async def look_up(subjects: Sequence[Subject], to: str, around: Surroundings) -> Offers:
    """Return what the upstreams of all subjects, and their twins on the index, offer.

    Args:
        subjects: the packages.
        to: the version or rev that was asked for, or an empty string.
        around: what a look-up may use.
    """
    asked: dict[str, tuple[Upstream, list[ProjectQuestion]]] = {}
    for subject in subjects:
        kind = subject.upstream
        asked.setdefault(kind.kind, (kind, []))[1].append(subject.question(to))
        twin = subject.twin
        if twin is not None and not to and _wants_twin(subject):
            asked.setdefault(INDEX.kind, (INDEX, []))[1].append(ProjectQuestion(twin))
    offers: Offers = {}

    async def ask(kind: Upstream, questions: Sequence[ProjectQuestion]) -> None:
        offers.update(await kind.look_up(questions, around))

    await side_by_side(partial(ask, kind, merged(some)) for kind, some in asked.values())
    return offers


def _wants_twin(subject: Subject) -> bool:
    """Tell whether the index matters: for a follower of a branch it says nothing."""
    policy = subject.policy
    if policy.track == "pypi":
        return True
    return policy.cross_check and policy.track not in ("commit", "branch")
