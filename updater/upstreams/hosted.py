"""What code hosts with a REST API have in common: refs by git, and the rest by their API."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.errors import UpstreamError
from updater.model import PinWarning
from updater.upstreams.base import (
    OfferOrError,
    ProjectQuestion,
    Surroundings,
    Upstream,
    each,
    side_by_side,
)
from updater.upstreams.ls_refs import Refs, ls_refs, moved, offer, prefixes

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from datetime import datetime

    from updater.model import Candidate, Host, Note, Offer, Project
    from updater.upstreams.base import Web


class HostedRepository(Struct, frozen=True):
    """What a host says of a repository as a whole; an empty path where it does not tell.

    Attributes:
        public: whether everybody may read it, and what its releases tell.
    """

    path: str = ""
    archived: bool = False
    public: bool = False


class CodeHost(Upstream):
    """A kind of code host: a subclass says how its API names things."""

    @abstractmethod
    def api_url(self, project: Project, host: Host) -> str:
        """Return the API's address of a project."""

    @abstractmethod
    async def about(self, url: str, web: Web) -> HostedRepository:
        """Ask the API for the repository as a whole.

        Args:
            url: from ``api_url``.
            web: HTTP.
        """

    @abstractmethod
    async def dates(self, url: str, web: Web) -> dict[str, datetime]:
        """Ask the API for the newest tags: commit -> date. Older ones may be missing."""

    @abstractmethod
    def releases_url(self, url: str) -> str:
        """Return the API's address of the list of releases."""

    @abstractmethod
    def notes_at(self, url: str, web: Web) -> AsyncGenerator[list[Note]]:
        """Yield what the releases of that list tell, those that are published, a page at a time."""

    @abstractmethod
    async def releases(self, url: str, web: Web) -> tuple[Candidate, ...]:
        """Ask the API for all published releases; ``commit`` may be empty."""

    @abstractmethod
    def tag_page(self, url: str, tag: str) -> str:
        """Return a tag's page for people, below the repository's own."""

    def notes(self, project: Project, around: Surroundings) -> AsyncGenerator[list[Note]]:
        """Ask the API for the releases and what they tell."""
        url = self.releases_url(self._api_url(project, around))
        return self.notes_at(url, around.web)

    async def is_public(self, project: Project, around: Surroundings) -> bool:
        """Ask the API for the repository as a whole."""
        return (await self.about(self._api_url(project, around), around.web)).public

    def _api_url(self, project: Project, around: Surroundings) -> str:
        return self.api_url(project, around.hosts[project.host])

    async def offers(
        self, questions: Sequence[ProjectQuestion], around: Surroundings
    ) -> dict[Project, OfferOrError]:
        """Ask for each repository, all side by side."""

        async def ask(question: ProjectQuestion) -> Offer:
            host = around.hosts[question.project.host]
            return await _RepositoryQuery(self, question, host, around.web).offer()

        return await each(questions, ask)


class _RepositoryQuery:
    """One repository, asked by git and by the API at the same time."""

    def __init__(self, kind: CodeHost, question: ProjectQuestion, host: Host, web: Web) -> None:
        self._kind = kind
        self._question = question
        self._host = host
        self._web = web
        self._url = kind.api_url(question.project, host)
        self._about = HostedRepository()
        self._dates: dict[str, datetime] = {}
        self._releases: tuple[Candidate, ...] | None = None
        self._refs: Refs | None = None
        self._failure: UpstreamError | None = None

    async def offer(self) -> Offer:
        """Return what the repository offers.

        Raises:
            UpstreamError: its refs, or releases that were asked for, cannot be had.
        """
        calls = [self._ask_git, self._ask_about]
        if self._question.dates:
            calls.append(self._ask_dates)
        if self._question.releases:
            calls.append(self._ask_releases)
        await side_by_side(calls)
        if self._refs is None or self._failure is not None:
            raise self._failure or UpstreamError(f"{self._url} was not asked", url=self._url)
        return self._made(self._refs)

    def _made(self, refs: Refs) -> Offer:
        url = refs.url.removesuffix(".git")
        offered = offer(self._question, refs, lambda tag: self._kind.tag_page(url, tag))
        path = self._question.project.path
        now = self._about.path or url.removeprefix(f"{self._host.web}/")
        warnings = moved(path, now)
        if self._about.archived:
            message = f"{now} is archived: no new version will come from there"
            warnings = (*warnings, PinWarning("archived", message))
        tags = refs.tags
        return replace(
            offered,
            candidates=tuple(
                replace(candidate, published=self._dates.get(candidate.commit))
                for candidate in offered.candidates
            ),
            facts=replace(offered.facts, dates=self._dates),
            releases=None
            if self._releases is None
            else tuple(
                replace(release, commit=release.commit or tags.get(release.ref, ""))
                for release in self._releases
            ),
            warnings=warnings,
        )

    async def _ask_git(self) -> None:
        url = f"{self._question.project.page(self._host.web)}.git"
        try:
            self._refs = await ls_refs(url, prefixes(self._question), self._web, "basic")
        except UpstreamError as error:
            self._failure = error

    async def _ask_about(self) -> None:
        try:
            self._about = await self._kind.about(self._url, self._web)
        except UpstreamError:
            return  # a host may keep its API to itself; what matters comes by git

    async def _ask_dates(self) -> None:
        try:
            self._dates = await self._kind.dates(self._url, self._web)
        except UpstreamError:
            return  # the history has them too

    async def _ask_releases(self) -> None:
        try:
            self._releases = await self._kind.releases(self._url, self._web)
        except UpstreamError as error:
            self._failure = error
