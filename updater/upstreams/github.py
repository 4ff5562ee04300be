"""Repositories on github.com and GitHub Enterprise hosts.

With a token GraphQL answers for many repositories at once. Without one, and for what GraphQL
cannot answer, the git protocol does, one request a repository, which no quota counts.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, TypeVar
from urllib.parse import quote

from msgspec import Struct

from updater.model import Host
from updater.upstreams.base import (
    OfferOrError,
    ProjectQuestion,
    Surroundings,
    TagAnswer,
    TagQuestion,
    TreeQuestion,
    Upstream,
    each,
    side_by_side,
)
from updater.upstreams.github_batches import Batches
from updater.upstreams.github_files import read_trees
from updater.upstreams.github_git import ACCEPT, ask_by_git, releases_url
from updater.upstreams.github_tags import TagBatches
from updater.upstreams.rest import (
    ListedRelease,
    read_assets,
    read_notes,
    read_object,
    read_tag_facts,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence

    from updater.model import Candidate, Distribution, Note, Offer, Project, TagFacts

_Question = TypeVar("_Question", TagQuestion, TreeQuestion)

_NO_OWNERS = frozenset({"sponsors", "orgs"})


class _Repository(Struct, frozen=True):
    private: bool | None = None


class GitHub(Upstream):
    """Tags, branches and their commits; releases, dates and declared versions where asked for."""

    kind: ClassVar[str] = "github"
    compared: ClassVar[str] = "/compare/{old}...{new}"
    marks: ClassVar[bool] = True
    hosts: ClassVar[tuple[Host, ...]] = (
        Host(
            name="github.com",
            kind="github",
            web="https://github.com",
            api="https://api.github.com",
            graphql="https://api.github.com/graphql",
            token_env=("GITHUB_TOKEN", "GH_TOKEN"),
            short="github",
        ),
    )

    def host(self, name: str, web: str) -> Host:
        """Return a GitHub Enterprise host. Source: GitHub Enterprise Server docs, "REST API"."""
        return Host(name, self.kind, web, api=f"{web}/api/v3", graphql=f"{web}/api/graphql")

    def archive(self, project: Project, host: Host, commit: str) -> str:
        """Return REST's address. Source: GitHub docs, "Download a repository archive (tar)"."""
        return f"{host.api}/repos/{project.path}/tarball/{commit}"

    def repository_path(self, path: Sequence[str]) -> Sequence[str]:
        """Return owner and name, but of pages that have no owner."""
        return () if path and path[0] in _NO_OWNERS else super().repository_path(path)

    async def trees_at(
        self, questions: Sequence[TreeQuestion], around: Surroundings
    ) -> Mapping[TreeQuestion, Mapping[str, Mapping[str, bytes | None]]]:
        """Ask GraphQL, which answers nobody without a token."""
        trees: dict[TreeQuestion, Mapping[str, Mapping[str, bytes | None]]] = {}
        for host, own in _by_host(questions, around):
            trees |= await read_trees(host, own, around.web)
        return trees

    def notes(self, project: Project, around: Surroundings) -> AsyncGenerator[list[Note]] | None:
        """Ask REST for the releases, which it tells without a token, too."""
        host = project.on(around.hosts)
        if host is None:
            return None
        url = releases_url(project.path, host)
        return read_notes(
            url, around.web, ListedRelease, lambda release: release.note, accept=ACCEPT
        )

    async def tag_answers(
        self, questions: Sequence[TagQuestion], around: Surroundings
    ) -> Mapping[TagQuestion, TagAnswer]:
        """Ask GraphQL, where there is a token for it."""
        answers: dict[TagQuestion, TagAnswer] = {}

        async def ask(host: Host, host_questions: Sequence[TagQuestion]) -> None:
            answers.update(await TagBatches(host, around.web).ask(host_questions))

        await side_by_side(
            partial(ask, host, host_questions)
            for host, host_questions in _by_host(questions, around)
        )
        return answers

    async def tag_facts(self, project: Project, tag: str, around: Surroundings) -> TagFacts | None:
        """Ask REST for the release of a tag, which it tells without a token, too."""
        host = project.on(around.hosts)
        if host is None:
            return None
        url = f"{host.api}/repos/{project.path}/releases/tags/{quote(tag, safe='')}"
        return await read_tag_facts(
            url, around.web, ListedRelease, lambda release: release.candidate
        )

    async def release_files(
        self, project: Project, candidate: Candidate, around: Surroundings
    ) -> tuple[Distribution, ...]:
        """Ask REST for the files of a tag's release, which it tells without a token, too."""
        host = project.on(around.hosts)
        if host is None or not candidate.ref:
            return ()
        tag = quote(candidate.ref, safe="")
        return await read_assets(f"{host.api}/repos/{project.path}/releases/tags/{tag}", around.web)

    async def is_public(self, project: Project, around: Surroundings) -> bool:
        """Ask REST for the repository; what only an enterprise may see is private to it."""
        host = project.on(around.hosts)
        if host is None:
            return False
        repository = await read_object(f"{host.api}/repos/{project.path}", around.web, _Repository)
        return repository.private is False

    async def offers(
        self, questions: Sequence[ProjectQuestion], around: Surroundings
    ) -> dict[Project, OfferOrError]:
        """Ask each host for its repositories, in batches where there is a token for it."""
        answers: dict[Project, OfferOrError] = {}
        by_host: dict[str, list[ProjectQuestion]] = {}
        for question in questions:
            host = question.project.on(around.hosts)
            if host is not None:
                by_host.setdefault(host.name, []).append(question)

        async def ask(host: Host, host_questions: Sequence[ProjectQuestion]) -> None:
            left = host_questions
            if around.web.has_token(host.graphql):
                batches = Batches(host, around.web)
                answers.update(await batches.ask(host_questions))
                left = [question for question in host_questions if question.project not in answers]

            async def ask_git(question: ProjectQuestion) -> Offer:
                return await ask_by_git(question, host, around.web)

            answers.update(await each(left, ask_git))

        await side_by_side(
            partial(ask, around.hosts[name], host_questions)
            for name, host_questions in by_host.items()
        )
        return answers


def _by_host(
    questions: Sequence[_Question], around: Surroundings
) -> Iterator[tuple[Host, Sequence[_Question]]]:
    """Yield the hosts for whose GraphQL there is a token, each with what it is to be asked."""
    by_host: dict[str, list[_Question]] = {}
    for question in questions:
        host = question.project.on(around.hosts)
        if host is not None and around.web.has_token(host.graphql):
            by_host.setdefault(host.name, []).append(question)
    for name, own in by_host.items():
        yield around.hosts[name], own


KIND = GitHub()
