"""Repositories at any other address, by the git protocol alone.

Nothing but names and commits is known of them: dates and order come from the history.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace

from updater.errors import BadAnswer, NotFound, Refused
from updater.upstreams.base import (
    OfferOrError,
    ProjectQuestion,
    Surroundings,
    Upstream,
    each,
)
from updater.upstreams.ls_refs import Refs, advertised_refs, ls_refs, moved, offer, prefixes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.model import Host, Offer, Project
    from updater.upstreams.base import Web


class RefsAlone(Upstream):
    """Tags, branches and their commits, of a host that is asked for nothing else."""

    async def offers(
        self, questions: Sequence[ProjectQuestion], around: Surroundings
    ) -> dict[Project, OfferOrError]:
        """Ask each repository for its refs, all side by side."""

        async def ask(question: ProjectQuestion) -> Offer:
            host = question.project.on(around.hosts)
            url = question.project.page(host.web if host is not None else "")
            refs = await _refs(url, prefixes(question), around.web)
            now = refs.url.removesuffix(".git")
            offered = offer(question, refs, lambda _tag: now)
            return replace(offered, warnings=moved(url, now))

        return await each(questions, ask)


class Git(RefsAlone):
    """Repositories on hosts of no other kind."""

    kind: ClassVar[str] = "git"

    def claims(self, project: Project, hosts: Mapping[str, Host]) -> bool:
        """Tell whether the project is on a host of this kind, or on one that nobody knows."""
        unknown = project.scheme == "https" and project.on(hosts) is None
        return unknown or super().claims(project, hosts)

    def repository_path(self, path: Sequence[str]) -> Sequence[str]:
        """Return nothing: where the repositories of such a host are is its own affair."""
        del path
        return ()


async def _refs(url: str, names: Sequence[str], web: Web) -> Refs:
    """Ask at both addresses that a repository may have: few servers know it by either.

    Raises:
        UpstreamError: it has neither.
    """
    try:
        return await _speak(f"{url}.git", names, web)
    except (BadAnswer, NotFound, Refused) as error:
        try:
            return await _speak(url, names, web)
        except (BadAnswer, NotFound, Refused):
            raise error from None


async def _speak(url: str, names: Sequence[str], web: Web) -> Refs:
    """Ask in the protocol's version 2, then in the one that every server knows."""
    try:
        return await ls_refs(url, names, web, "basic")
    except BadAnswer:
        return await advertised_refs(url, web, "basic")


KIND = Git()
