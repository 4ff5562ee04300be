"""Repositories on git.sr.ht and other SourceHuts: refs by git, nothing by their API.

They have no page that compares two commits; their log from the new one back begins with what is
new. Source: the routes of git.sr.ht's web application.
"""

from __future__ import annotations

from typing import ClassVar

from updater.model import Host
from updater.upstreams.git import RefsAlone


class SourceHut(RefsAlone):
    """Repositories of users, whose names begin with a tilde."""

    kind: ClassVar[str] = "sourcehut"
    compared: ClassVar[str] = "/log/{new}"
    form: ClassVar[str] = "~OWNER/REPO"
    hosts: ClassVar[tuple[Host, ...]] = (
        Host(
            name="git.sr.ht",
            kind="sourcehut",
            web="https://git.sr.ht",
            api="https://git.sr.ht",
            graphql="https://git.sr.ht/query",
            short="sourcehut",
        ),
    )


KIND = SourceHut()
