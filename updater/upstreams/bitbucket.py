"""Repositories on bitbucket.org: refs by git, nothing by its API."""

from __future__ import annotations

from typing import ClassVar

from updater.model import Host
from updater.upstreams.git import RefsAlone


class Bitbucket(RefsAlone):
    """Repositories in workspaces."""

    kind: ClassVar[str] = "bitbucket"
    compared: ClassVar[str] = "/branches/compare/{new}%0D{old}"
    hosts: ClassVar[tuple[Host, ...]] = (
        Host(
            name="bitbucket.org",
            kind="bitbucket",
            web="https://bitbucket.org",
            api="https://api.bitbucket.org/2.0",
            graphql="https://bitbucket.org",
            short="bitbucket",
        ),
    )


KIND = Bitbucket()
