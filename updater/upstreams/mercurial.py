"""Repositories of Mercurial's, by the pages that its own server, hgweb, has in JSON: their tags.

Nothing is asked of the history: only tags are followed.
Source: Mercurial, ``hg help hgweb``; mercurial/templates/json/map, ``tags`` and ``tagentry``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct

from updater.model import Candidate, Offer, moments
from updater.model.labels import lead, parse_version
from updater.upstreams.answers import read_answer
from updater.upstreams.base import OfferOrError, ProjectQuestion, Surroundings, Upstream, each

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.model import Project


class _Tag(Struct, frozen=True):
    tag: str
    node: str
    date: list[float] = []


class _Tags(Struct, frozen=True):
    tags: list[_Tag]


class Mercurial(Upstream):
    """Tags and their changesets; ``tip`` is none, since it moves."""

    kind: ClassVar[str] = "hg"
    on_hosts: ClassVar[bool] = False

    async def offers(
        self, questions: Sequence[ProjectQuestion], around: Surroundings
    ) -> dict[Project, OfferOrError]:
        """Ask each repository for its tags, all side by side."""

        async def ask(question: ProjectQuestion) -> Offer:
            url = question.project.path
            answer = await around.web.get(f"{url}/json-tags", accept="application/json")
            tags = (await read_answer(answer, _Tags)).tags
            return Offer(question.project, tuple(filter(None, map(_candidate, tags))))

        return await each(questions, ask)


def _candidate(tag: _Tag) -> Candidate | None:
    """Return a tag that has a version behind what leads it; None for any other."""
    version = tag.tag[len(lead(tag.tag)) :]
    if tag.tag == "tip" or parse_version(version) is None:
        return None
    made = moments.from_seconds(f"{tag.date[0]:.0f}") if tag.date else None
    return Candidate(version=version, ref=tag.tag, commit=tag.node, published=made)


KIND = Mercurial()
