"""What GitHub's GraphQL says of the tags that pins may move to, many in a request.

Source: GitHub docs, "GraphQL API reference" (Repository.release, Ref.compare, Tag.tagger).
"""

from __future__ import annotations

import json
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from msgspec import Raw, Struct

from updater.errors import Offline, StageError
from updater.model import Host, TagFacts, moments
from updater.model.decoding import UNREADABLE
from updater.upstreams.answers import read_answer
from updater.upstreams.base import TagAnswer, TagQuestion, side_by_side
from updater.upstreams.github_answer import TURNED, RefComparison

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from updater.model import HttpResponse
    from updater.upstreams.base import Web

_BATCH = 50
_HEADERS = {"Content-Type": "application/json"}


class _Tagger(Struct, frozen=True):
    date: str | None = None


class _TagObject(Struct, frozen=True):
    tagger: _Tagger | None = None


class _TagRef(Struct, frozen=True):
    target: _TagObject | None = None
    compare: RefComparison | None = None


class _TagRelease(Struct, frozen=True, rename="camel"):
    is_draft: bool = False
    is_prerelease: bool = False
    published_at: str | None = None


class _BranchRef(Struct, frozen=True):
    name: str


class _TagRepository(Struct, frozen=True):
    ref: _TagRef | None = None
    branch: _BranchRef | None = None
    release: _TagRelease | None = None


class _TagsAnswer(Struct, frozen=True):
    data: dict[str, Raw] | None = None


class TagBatches:
    """One host's GraphQL, asked once for the tags of many repositories."""

    def __init__(self, host: Host, web: Web) -> None:
        self._host = host
        self._web = web
        self._answers: dict[TagQuestion, TagAnswer] = {}

    async def ask(self, questions: Sequence[TagQuestion]) -> Mapping[TagQuestion, TagAnswer]:
        """Return what GraphQL knows; a tag that it does not tell of is missing."""
        await side_by_side(
            partial(self._batch, questions[start : start + _BATCH])
            for start in range(0, len(questions), _BATCH)
        )
        return self._answers

    async def _batch(self, questions: Sequence[TagQuestion]) -> None:
        aliases = aliased(questions)
        query = json.dumps({"query": f"query {{\n{tag_fields(aliases)}}}\n"}).encode()
        # What a host does not tell so, it may tell of each tag by itself.
        with suppress(StageError):
            try:
                answer = await self._web.post(
                    self._host.graphql, query, headers=_HEADERS, scheme="bearer", on=()
                )
            except Offline:
                await self._remembered(questions)
                return
            await self._take_in(aliases, answer)

    async def _remembered(self, questions: Sequence[TagQuestion]) -> None:
        """Answer each question as an earlier run did, whichever it was asked together with."""
        earlier = self._web.kept_posts(self._host.graphql, headers=_HEADERS, scheme="bearer")
        for sent, answer in earlier:
            text = str(json.loads(sent)["query"])
            aliases = {
                text[text.rfind("\n", 0, place) + 1 : place - 2]: question
                for question in questions
                if question not in self._answers and (place := text.find(_fields(question))) > 0
            }
            if aliases:
                await self._take_in(aliases, answer)

    async def _take_in(self, questions: Mapping[str, TagQuestion], answer: HttpResponse) -> None:
        data = (await read_answer(answer, _TagsAnswer)).data or {}
        self._answers.update(tag_answers(questions, data))


def aliased(questions: Sequence[TagQuestion]) -> dict[str, TagQuestion]:
    """Return the questions, each by its alias."""
    return {f"s{place}": question for place, question in enumerate(questions)}


def tag_fields(aliases: Mapping[str, TagQuestion]) -> str:
    """Return the fields of a query that answer questions, by their aliases."""
    return "".join(f"{alias}: {_fields(question)}" for alias, question in aliases.items())


def tag_answers(
    aliases: Mapping[str, TagQuestion], data: Mapping[str, Raw]
) -> Iterator[tuple[TagQuestion, TagAnswer]]:
    """Yield the questions that an answer's data has under their aliases, and what it says."""
    for alias, question in aliases.items():
        with suppress(*UNREADABLE):
            repository = msgspec.json.decode(data.get(alias, b""), type=_TagRepository)
            if repository.ref is not None:
                yield question, _answer(repository, repository.ref)


def _answer(repository: _TagRepository, ref: _TagRef) -> TagAnswer:
    release = repository.release
    if release is not None and release.is_draft:
        release = None
    tagger = ref.target.tagger if ref.target is not None else None
    appeared = moments.from_iso(release.published_at if release is not None else None)
    if appeared is None and tagger is not None:
        appeared = moments.from_iso(tagger.date)
    is_early = release is not None and release.is_prerelease
    relation = TURNED[ref.compare.status] if ref.compare is not None else None
    return TagAnswer(TagFacts(is_early, appeared, repository.branch is not None), relation)


def _fields(question: TagQuestion) -> str:
    """Return what stands behind the alias of a question."""
    owner, _, name = question.project.path.partition("/")
    held = question.held
    compared = f" compare(headRef: {json.dumps(held)}) {{ status }}" if held else ""
    return (
        f"repository(owner: {json.dumps(owner)}, name: {json.dumps(name)}) {{\n"
        f"  ref(qualifiedName: {json.dumps(f'refs/tags/{question.tag}')}) {{"
        f" target {{ ... on Tag {{ tagger {{ date }} }} }}{compared} }}\n"
        f"  branch: ref(qualifiedName: {json.dumps(f'refs/heads/{question.tag}')}) {{ name }}\n"
        f"  release(tagName: {json.dumps(question.tag)}) {{ isDraft isPrerelease publishedAt }}\n"
        "}\n"
    )
