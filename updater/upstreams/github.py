"""Repositories on github.com and GitHub Enterprise hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from updater.errors import NotFound
from updater.model import Candidate, Host, Offer, PinWarning, Project
from updater.upstreams.base import Found, Surroundings, Upstream, each, host_of, page
from updater.upstreams.ls_refs import ls_refs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TAGS, _BRANCHES = "refs/tags/", "refs/heads/"


class GitHub(Upstream):
    """Tags, branches and their commits, by the git protocol."""

    kind: ClassVar[str] = "github"

    def claims(self, project: Project, hosts: Mapping[str, Host]) -> bool:
        """Tell whether the project is on a host of kind ``github``."""
        host = host_of(project, hosts)
        return host is not None and host.kind == self.kind

    async def look_up(
        self, projects: Sequence[Project], around: Surroundings
    ) -> dict[Project, Found]:
        """Ask each repository for its refs, all side by side."""

        async def one(project: Project) -> Offer:
            host = host_of(project, around.hosts)
            if host is None:
                raise NotFound(f"{project}: no such host in hosts:", url=project)
            return await _offer(project, host, around)

        return await each(projects, one)


async def _offer(project: Project, host: Host, around: Surroundings) -> Offer:
    asked = page(project, host)
    refs = await ls_refs(asked, ("HEAD", _TAGS, _BRANCHES), around.web, "basic")
    candidates = tuple(
        Candidate(
            version=name.removeprefix(_TAGS),
            ref=name.removeprefix(_TAGS),
            commit=commit,
            url=f"{refs.url}/releases/tag/{name.removeprefix(_TAGS)}",
        )
        for name, commit in refs.commits.items()
        if name.startswith(_TAGS)
    )
    branches = {
        name.removeprefix(_BRANCHES): commit
        for name, commit in refs.commits.items()
        if name.startswith(_BRANCHES)
    }
    moved = refs.url.removeprefix(f"{host.web}/") if refs.url != asked else ""
    warnings: tuple[PinWarning, ...] = ()
    if moved:
        old = project.removeprefix(f"https://{host.name}/")
        warnings = (PinWarning("moved", f"{old} has moved to {moved}: owner and repo are stale"),)
    return Offer(project, candidates, branches, refs.head, warnings)


KIND = GitHub()
