"""Many repositories a GraphQL request, and what to do where GitHub cannot answer so many.

Source: GitHub docs, "Rate limits and query limits for the GraphQL API".
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Raw, Struct
from msgspec.structs import replace

from updater.errors import (
    BadAnswer,
    Bug,
    NotFound,
    Offline,
    RateLimited,
    Refused,
    ServerFailed,
    StageError,
    Unreachable,
    bugs_at,
)
from updater.model import Host, Offer, Project, moments
from updater.model.decoding import UNREADABLE
from updater.upstreams.answers import decoded, read_answer
from updater.upstreams.base import (
    OfferOrError,
    ProjectQuestion,
    TagQuestion,
    side_by_side,
    with_tag,
)
from updater.upstreams.github_answer import RepositoryAnswer
from updater.upstreams.github_git import releases_by_rest
from updater.upstreams.github_query import answered_by, query
from updater.upstreams.github_tags import aliased, tag_answers, tag_fields
from updater.upstreams.ls_refs import ls_refs, offer, prefixes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.model import HttpResponse
    from updater.upstreams.base import Web

_BATCH = 50
# Without one answer in between; then GraphQL is down, and asking on would only add to its load.
_MOST_FAILURES = 8
_HEADERS = {"Content-Type": "application/json"}


class _Error(Struct, frozen=True):
    type: str | None = None
    message: str | None = None
    path: list[str | int] | None = None


class _Answer(Struct, frozen=True):
    data: dict[str, Raw] | None = None
    errors: list[_Error] | None = None


class Batches:
    """One host's GraphQL, for one look-up."""

    def __init__(self, host: Host, web: Web) -> None:
        self._host = host
        self._web = web
        self._failures = 0
        self._offers: dict[Project, OfferOrError] = {}

    async def ask(self, questions: Sequence[ProjectQuestion]) -> dict[Project, OfferOrError]:
        """Return what GraphQL knows; a project that it could not be asked about is missing."""
        await side_by_side(
            partial(self._batch, questions[start : start + _BATCH])
            for start in range(0, len(questions), _BATCH)
        )
        unanswered = len(questions) - len(self._offers)
        if unanswered:
            self._web.say(
                f"{self._host.graphql} does not answer for {unanswered} repositories: asking over "
                f"the git protocol instead"
            )
        return self._offers

    async def _batch(self, questions: Sequence[ProjectQuestion]) -> None:
        """Ask for a batch; what is not answered is asked again in two halves."""
        try:
            with bugs_at("look-up"):
                left = await self._answered(questions)
        except (RateLimited, BadAnswer):
            return  # so would be the halves
        except (ServerFailed, Unreachable):
            self._failures += 1
            left = list(questions)
        except Offline as error:
            await self._remembered(questions, error)
            return
        except StageError as error:
            if not isinstance(error, Bug) or len(questions) == 1:
                self._offers.update({question.project: error for question in questions})
                return
            left = [question for question in questions if question.project not in self._offers]
        else:
            self._failures = self._failures + 1 if len(left) == len(questions) else 0
        if len(questions) == 1 or self._failures >= _MOST_FAILURES:
            return
        middle = (len(left) + 1) // 2
        halves = (left[:middle], left[middle:])
        await side_by_side(partial(self._batch, half) for half in halves if half)

    async def _remembered(self, questions: Sequence[ProjectQuestion], error: Offline) -> None:
        """Answer each question as an earlier run did, whichever it was asked together with."""
        left = list(questions)
        earlier = self._web.kept_posts(self._host.graphql, headers=_HEADERS, scheme="bearer")
        for sent, answer in earlier:
            text = str(json.loads(sent)["query"])
            places = {question: answered_by(question, text) for question in left}
            answered = {alias: question for question, alias in places.items() if alias}
            if answered:
                await self._take_in(answered, await read_answer(answer, _Answer))
                left = [question for question in left if question.project not in self._offers]
            if not left:
                return
        self._offers.update({question.project: error for question in left})

    async def _answered(self, questions: Sequence[ProjectQuestion]) -> list[ProjectQuestion]:
        """Ask one request and keep what it answers; return the questions that are left."""
        tags = aliased(
            [TagQuestion(own.project, tag, held) for own in questions for tag, held in own.tags]
        )
        answer = await self._web.post(
            self._host.graphql,
            json.dumps({"query": query(questions, tag_fields(tags))}).encode(),
            headers=_HEADERS,
            scheme="bearer",
            on=(RateLimited,),
            judge=_refuse_limit,
        )
        aliases = {f"r{place}": question for place, question in enumerate(questions)}
        content = await read_answer(answer, _Answer)
        left = await self._take_in(aliases, content)
        for question, told in tag_answers(tags, content.data or {}):
            offer = self._offers.get(question.project)
            if isinstance(offer, Offer):
                self._offers[question.project] = with_tag(offer, question, told)
        return left

    async def _take_in(
        self, questions: Mapping[str, ProjectQuestion], content: _Answer
    ) -> list[ProjectQuestion]:
        """Keep what an answer has for questions, by their aliases; return those that are left."""
        data = content.data or {}
        errors: dict[str, list[_Error]] = {}
        for error in content.errors or ():
            where = error.path or [""]
            errors.setdefault(str(where[0]), []).append(error)
        left = []
        incomplete = []
        for alias, question in questions.items():
            try:
                with bugs_at("look-up"):
                    parsed = _repository(question, data.get(alias))
                    outcome = self._read(question, parsed, errors.get(alias, []))
            except StageError as error:
                parsed, outcome = None, error
            if outcome is None:
                left.append(question)
            elif isinstance(outcome, Offer) and parsed is not None and parsed.has_more:
                incomplete.append(partial(self._complete, question, outcome, parsed))
            else:
                self._offers[question.project] = outcome
        await side_by_side(incomplete)
        return left

    def _read(
        self, question: ProjectQuestion, answer: RepositoryAnswer | None, errors: list[_Error]
    ) -> OfferOrError | None:
        """Return one repository's offer or failure, None where it was not answered."""
        url = question.project.page(self._host.web)
        if answer is None:
            for error in errors:
                match error.type:
                    case "NOT_FOUND":
                        hint = "is it deleted, renamed or private?"
                        return NotFound(f"{url}: {error.message}", url=url, hint=hint)
                    case "FORBIDDEN":
                        hint = "the token has no right to read it"
                        return Refused(f"{url}: {error.message}", url=url, hint=hint)
                    case _:
                        pass
            return None
        try:
            return answer.offer(self._host)
        except UNREADABLE:
            return None

    async def _complete(
        self, question: ProjectQuestion, offered: Offer, answer: RepositoryAnswer
    ) -> None:
        """Keep an offer, with the tags and releases that one page does not hold."""
        try:
            with bugs_at("look-up"):
                offered = await self._whole(question, offered, answer)
        except StageError as error:
            self._offers[question.project] = error
        else:
            self._offers[question.project] = offered

    async def _whole(
        self, question: ProjectQuestion, offered: Offer, answer: RepositoryAnswer
    ) -> Offer:
        if answer.has_more_tags:
            offered = await self._with_all_tags(question, offered)
        if answer.has_more_releases:
            tags = {candidate.ref: candidate.commit for candidate in offered.candidates}
            listed = await releases_by_rest(answer.path, self._host, self._web, tags)
            offered = replace(offered, releases=listed)
        return offered

    async def _with_all_tags(self, question: ProjectQuestion, offered: Offer) -> Offer:
        """Ask the git protocol: one request, where GraphQL needs one for each hundred tags."""
        url = f"{question.project.page(self._host.web)}.git"
        refs = await ls_refs(url, prefixes(ProjectQuestion(question.project)), self._web, "basic")
        by_ref = {candidate.ref: candidate for candidate in offered.candidates}
        web = refs.url.removesuffix(".git")
        all_refs = offer(question, refs, lambda tag: f"{web}/releases/tag/{tag}")
        every = all_refs.candidates
        dated = tuple(
            replace(candidate, published=by_ref[candidate.ref].published)
            if candidate.ref in by_ref and by_ref[candidate.ref].commit == candidate.commit
            else candidate
            for candidate in every
        )
        facts = replace(offered.facts, tag_objects=all_refs.facts.tag_objects)
        return replace(offered, candidates=dated, facts=facts)


def _repository(question: ProjectQuestion, raw: Raw | None) -> RepositoryAnswer | None:
    """Return what is answered for a repository, None where that is nothing that can be read."""
    try:
        return RepositoryAnswer(question, raw) if raw is not None else None
    except UNREADABLE:
        return None


def _refuse_limit(answer: HttpResponse) -> None:
    """Raise RateLimited for an answer whose body says that the quota is used up."""
    if b"RATE_LIMIT" not in answer.body:
        return
    content = decoded(answer, _Answer)
    for error in content.errors or ():
        if not content.data and (error.type or "").startswith("RATE_LIMIT"):
            until = moments.from_seconds(answer.headers.get("x-ratelimit-reset", ""))
            raise RateLimited(f"{answer.url}: {error.message}", url=answer.url, until=until)
