"""What every upstream kind does: answer for a set of projects at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeAlias

import anyio

from updater.errors import UpstreamError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from updater.model import Answer, Host, Offer, Project, Scheme


class Web(Protocol):
    """HTTP as upstreams need it: retried, limited, and with foreign exceptions mapped."""

    async def get(self, url: str, *, accept: str = "*/*", scheme: Scheme | None = None) -> Answer:
        """Return the answer to a GET, redirects followed."""

    async def post(
        self, url: str, content: bytes, *, headers: Mapping[str, str], scheme: Scheme | None = None
    ) -> Answer:
        """Return the answer to a POST, which may be a redirect: a POST is not sent on."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a look-up may use: HTTP, the configured hosts by name, the index's base URL.

    The index is a function, since finding it costs time that a run without one need not spend.
    """

    web: Web
    hosts: Mapping[str, Host]
    index: Callable[[], str]


Found: TypeAlias = "Offer | UpstreamError"


class Upstream(ABC):
    """One kind of place that versions come from."""

    kind: ClassVar[str]

    @abstractmethod
    def claims(self, project: Project, hosts: Mapping[str, Host]) -> bool:
        """Tell whether this kind answers for a project."""

    @abstractmethod
    async def look_up(
        self, projects: Sequence[Project], around: Surroundings
    ) -> dict[Project, Found]:
        """Return an offer, or what went wrong, for each project."""


async def each(
    projects: Sequence[Project], one: Callable[[Project], Awaitable[Offer]]
) -> dict[Project, Found]:
    """Look projects up side by side; one project's failure is its own answer."""
    found: dict[Project, Found] = {}

    async def ask(project: Project) -> None:
        try:
            found[project] = await one(project)
        except UpstreamError as error:
            found[project] = error

    async with anyio.create_task_group() as group:
        for project in projects:
            group.start_soon(ask, project)
    return found


def host_of(project: Project, hosts: Mapping[str, Host]) -> Host | None:
    """Return the configured host of ``https://HOST/OWNER/REPO``."""
    name = project.removeprefix("https://").split("/", 1)[0]
    return hosts.get(name) if project.startswith("https://") else None


def page(project: Project, host: Host) -> str:
    """Return the project's address on its host as it is configured."""
    return f"{host.web}/{project.removeprefix(f'https://{host.name}/')}"
