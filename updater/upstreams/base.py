"""What every upstream kind does: answer a set of questions at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeAlias, final
from urllib.parse import quote

from msgspec import Struct, field
from msgspec.structs import replace

from updater.errors import (
    Bug,
    RateLimited,
    ServerFailed,
    StageError,
    Unreachable,
    UpstreamError,
    bugs_at,
)
from updater.model import Host
from updater.upstreams.intake import files_taken_in, taken_in

if TYPE_CHECKING:
    from collections.abc import (
        AsyncGenerator,
        Awaitable,
        Callable,
        Coroutine,
        Iterable,
        Iterator,
        Mapping,
        Sequence,
    )

    from updater.model import (
        Candidate,
        Condensing,
        Distribution,
        HttpResponse,
        Note,
        Offer,
        Project,
        Relation,
        Scheme,
        TagFacts,
    )

TRANSIENT: tuple[type[UpstreamError], ...] = (RateLimited, ServerFailed, Unreachable)
"""What a request can fail with that may succeed when it is sent again."""


class Web(Protocol):
    """HTTP as upstreams need it: retried, limited, and with foreign exceptions mapped."""

    async def get(
        self,
        url: str,
        *,
        accept: str = "*/*",
        scheme: Scheme | None = None,
        on: tuple[type[UpstreamError], ...] = TRANSIENT,
        condensing: Condensing | None = None,
    ) -> HttpResponse:
        """Return the answer to a GET, redirects followed.

        Args:
            url: the address.
            accept: the media type to ask for.
            scheme: how to send the host's token, if there is one.
            on: the failures after which it is sent again.
            condensing: what to keep in place of the body; the answer may have that.
        """

    async def post(  # noqa: PLR0913 - all but the address and the body have a default
        self,
        url: str,
        content: bytes,
        *,
        headers: Mapping[str, str],
        scheme: Scheme | None = None,
        on: tuple[type[UpstreamError], ...] = TRANSIENT,
        judge: Callable[[HttpResponse], None] | None = None,
    ) -> HttpResponse:
        """Return the answer to a POST, which may be a redirect: a POST is not sent on.

        Args:
            url: the address.
            content: the body.
            headers: besides the client's own.
            scheme: how to send the host's token, if there is one.
            on: the failures after which it is sent again.
            judge: raises one of them for an answer whose body tells of a failure.
        """

    def kept_posts(
        self, url: str, *, headers: Mapping[str, str], scheme: Scheme | None = None
    ) -> Iterator[tuple[bytes, HttpResponse]]:
        """Yield what earlier runs sent by `post`, and the answers, the newest first."""

    def has_token(self, url: str) -> bool:
        """Tell whether a token is bound to an address's host."""

    def say(self, message: str) -> None:
        """Tell the user something that no single package is to blame for."""


class Surroundings(Struct, frozen=True):
    """What a look-up may use: HTTP, the configured hosts by name, the index's base URL.

    The index is a function, since finding it costs time that a run without one need not spend.

    Attributes:
        registries: kind -> the address of the registry, as far as config.yaml names them.
    """

    web: Web
    hosts: Mapping[str, Host]
    index: Callable[[], str]
    registries: Mapping[str, str] = field(default_factory=dict)


class ProjectQuestion(Struct, frozen=True):
    """What is to be known of a project, besides its tags and its default branch.

    Attributes:
        branches: names that may be branches.
        commits: pinned commits, whose date and place in the history matter.
        files: paths whose content matters at the heads of the branches and at the commits.
        releases: whether the host's own releases matter.
        dates: whether the tags' dates matter.
        tags: tags that a pin is likely to move to, each with the commit that it holds, or an empty
            string. What an answer can say of them, too, is among the offer's facts.
    """

    project: Project
    branches: frozenset[str] = frozenset()
    commits: frozenset[str] = frozenset()
    files: tuple[str, ...] = ()
    releases: bool = False
    dates: bool = False
    tags: tuple[tuple[str, str], ...] = ()

    def __or__(self, question: ProjectQuestion) -> ProjectQuestion:
        """Ask both questions of one project."""
        return ProjectQuestion(
            self.project,
            self.branches | question.branches,
            self.commits | question.commits,
            tuple(dict.fromkeys((*self.files, *question.files))),
            self.releases or question.releases,
            self.dates or question.dates,
            tuple(dict.fromkeys((*self.tags, *question.tags))),
        )


class TagQuestion(Struct, frozen=True):
    """What is to be known of a tag before a pin moves to it.

    Attributes:
        held: the commit that the pin holds; empty where nobody knows.
    """

    project: Project
    tag: str
    held: str = ""


class TreeQuestion(Struct, frozen=True):
    """Which files of a repository's trees are asked for.

    Attributes:
        revisions: commits or tags.
        paths: of the files.
    """

    project: Project
    revisions: tuple[str, ...]
    paths: tuple[str, ...]


class TagAnswer(Struct, frozen=True):
    """What a host says of a tag.

    Attributes:
        relation: where the tag's commit stands to the one that is held; None where that is open.
    """

    facts: TagFacts
    relation: Relation | None = None


OfferOrError: TypeAlias = "Offer | StageError"


class Upstream(ABC):
    """One kind of place that versions come from.

    Attributes:
        kind: its name, as ``hosts:`` in config.yaml has it.
        hosts: the hosts of this kind that need no configuration.
        form: what the path of a repository looks like, for messages.
        marks: whether it marks releases as pre-releases.
        on_hosts: whether ``hosts:`` in config.yaml may have it.
        compared: where below a repository's page all is shown that is in ``{new}`` and not in
            ``{old}``, commits or tags, if only before all else; empty where no page is known.
    """

    kind: ClassVar[str]
    hosts: ClassVar[tuple[Host, ...]] = ()
    form: ClassVar[str] = "OWNER/REPO"
    compared: ClassVar[str] = ""
    marks: ClassVar[bool] = False
    on_hosts: ClassVar[bool] = True

    def claims(self, project: Project, hosts: Mapping[str, Host]) -> bool:
        """Tell whether this kind answers for a project: one of its scheme, or on a host of it."""
        host = project.on(hosts)
        return project.scheme == self.kind or (host is not None and host.kind == self.kind)

    def repository_path(self, path: Sequence[str]) -> Sequence[str]:
        """Return the part of a page's path that is its repository's; empty where none is.

        Args:
            path: the components of the page's path, below the host's web address.
        """
        return path[:2] if len(path) > 1 else ()

    @abstractmethod
    async def offers(
        self, questions: Sequence[ProjectQuestion], around: Surroundings
    ) -> dict[Project, OfferOrError]:
        """Return an offer, or what went wrong, for each question's project, as upstream says it."""

    @final
    async def look_up(
        self, questions: Sequence[ProjectQuestion], around: Surroundings
    ) -> dict[Project, OfferOrError]:
        """Return an offer, or what went wrong, for each question's project, as it may be shown."""
        try:
            with bugs_at("look-up"):
                offers = await self.offers(questions, around)
        except Bug as bug:
            if len(questions) == 1:
                return {questions[0].project: bug}
            # Whichever has it, the others are answered without it.
            middle = len(questions) // 2
            halves = questions[:middle], questions[middle:]
            first, second = [await self.look_up(half, around) for half in halves]
            return first | second
        except StageError as error:
            return {question.project: error for question in questions}
        return {question.project: _shown(question.project, offers) for question in questions}

    @final
    async def offer(self, question: ProjectQuestion, around: Surroundings) -> Offer:
        """Return what upstream says of one project.

        Raises:
            StageError: it has none, or cannot be asked.
        """
        offer = (await self.look_up([question], around))[question.project]
        if isinstance(offer, StageError):
            raise offer
        return offer

    def archive(self, project: Project, host: Host, commit: str) -> str:
        """Return where the host's API gives a commit's archive to who has a token for it.

        It is what the host gives everybody of a public repository: a gzipped tar, made by
        ``git archive``, whose one top folder alone may have another name.

        Returns:
            An empty string where the kind has no such address.
        """
        del project, host, commit
        return ""

    def compare_page(self, project: Project, host: Host, old: str, new: str) -> str:
        """Return the page that compares two commits or tags, for people; empty where none is."""
        path = self.compared.format(old=quote(old), new=quote(new))
        return f"{project.page(host.web)}{path}" if path else ""

    async def trees_at(
        self, questions: Sequence[TreeQuestion], around: Surroundings
    ) -> Mapping[TreeQuestion, Mapping[str, Mapping[str, bytes | None]]]:
        """Return question -> revision -> path -> content, for what few requests tell of many trees.

        The content is None where a revision has no such file. A repository of which they do not
        tell is missing, and so is a file that is too large to be told whole.

        Raises:
            UpstreamError: the host cannot be asked.
        """
        del questions, around
        return {}

    async def tag_answers(
        self, questions: Sequence[TagQuestion], around: Surroundings
    ) -> Mapping[TagQuestion, TagAnswer]:
        """Return what few requests tell of many tags; those of which they do not are missing."""
        del questions, around
        return {}

    async def tag_facts(self, project: Project, tag: str, around: Surroundings) -> TagFacts | None:
        """Return what a host says of one tag; None for a kind that says nothing.

        Raises:
            UpstreamError: it cannot be asked.
        """
        del project, tag, around
        return None

    async def release_files(
        self, project: Project, candidate: Candidate, around: Surroundings
    ) -> Sequence[Distribution]:
        """Return the files of a release as upstream says it: the list may not tell them.

        Raises:
            UpstreamError: it cannot be asked.
        """
        del project, around
        return candidate.distributions

    @final
    async def files_of(
        self, project: Project, candidate: Candidate, around: Surroundings
    ) -> tuple[Distribution, ...]:
        """Return the files of a release that is likely to be taken, as they may be shown.

        Raises:
            UpstreamError: it cannot be asked.
        """
        return files_taken_in(await self.release_files(project, candidate, around))

    def notes(self, project: Project, around: Surroundings) -> AsyncGenerator[list[Note]] | None:
        """Yield a project's release notes, newest first, a page at a time as it is wanted.

        None for a kind that keeps none. It raises UpstreamError where they cannot be had.
        """
        del project, around
        return None

    async def is_public(self, project: Project, around: Surroundings) -> bool:
        """Tell whether everybody may see a project; the token may show more than that.

        Raises:
            UpstreamError: the host cannot be asked.
        """
        del project, around
        return False

    def host(self, name: str, web: str) -> Host:
        """Return a host of this kind that only its name and web address are known of."""
        return Host(name, self.kind, web, api=web, graphql=web)


def with_tag(offer: Offer, question: TagQuestion, answer: TagAnswer) -> Offer:
    """Return an offer with what its host says of one of its tags."""
    facts = offer.facts
    commits = {tag.ref: tag.commit for tag in offer.candidates if tag.ref == question.tag}
    relations = dict(facts.relations)
    if answer.relation is not None and question.tag in commits:
        relations[question.held, commits[question.tag]] = answer.relation
    tags = {**facts.tags, question.tag: answer.facts}
    return replace(offer, facts=replace(facts, relations=relations, tags=tags))


def _shown(project: Project, offers: Mapping[Project, OfferOrError]) -> OfferOrError:
    try:
        with bugs_at("look-up"):
            return taken_in(offers[project])
    except Bug as bug:
        return bug


async def each(
    questions: Sequence[ProjectQuestion], work: Callable[[ProjectQuestion], Awaitable[Offer]]
) -> dict[Project, OfferOrError]:
    """Answer questions side by side; one project's failure is its own answer."""
    offers: dict[Project, OfferOrError] = {}

    async def ask(question: ProjectQuestion) -> None:
        try:
            with bugs_at("look-up"):
                offers[question.project] = await work(question)
        except StageError as error:
            offers[question.project] = error

    await side_by_side(partial(ask, question) for question in questions)
    return offers


async def side_by_side(calls: Iterable[Callable[[], Coroutine[Any, Any, None]]]) -> None:
    """Make calls at the same time and wait for all of them."""
    from anyio import create_task_group  # noqa: PLC0415 - `list` looks nothing up

    async with create_task_group() as group:
        for call in calls:
            group.start_soon(call)


def merged(questions: Iterable[ProjectQuestion]) -> tuple[ProjectQuestion, ...]:
    """Return one question a project: several packages may share one."""
    by_project: dict[Project, ProjectQuestion] = {}
    for question in questions:
        earlier = by_project.get(question.project)
        by_project[question.project] = question if earlier is None else earlier | question
    return tuple(by_project.values())
