"""GitLab: gitlab.com and self-hosted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.loopback.forges import GitLab
from tests.upstreams.asking import Asking, tags
from tests.upstreams.hosted import HostedKind, Setting, filled
from updater.model import Host, Project
from updater.upstreams.gitlab import KIND

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def setting(tmp_path: Path) -> Iterator[Setting]:
    with GitLab(tmp_path / "gitlab") as forge:
        host = KIND.host("forge.example", forge.url)
        yield Setting(forge, KIND, Asking({"forge.example": host}))
    assert forge.server.errors == []


class TestGitLab(HostedKind):
    """What holds for every host."""


def test_a_group_may_be_in_a_group(setting: Setting) -> None:
    """The whole path is one escaped segment of the API's address."""
    filled(setting.forge, "a/b/c.d")
    assert len(tags(setting.offer("a/b/c.d"))) == 2
    assert setting.requests("GET") == ["GET /api/v4/projects/a%2Fb%2Fc.d"]


def test_releases_that_are_its_members_alone_are_not_public(setting: Setting) -> None:
    hosted = filled(setting.forge)
    hosted.releases_access = "private"
    assert not setting.asking.is_public(KIND, Project.parse(setting.url("group/pkg")))


def test_a_tag_has_its_page(setting: Setting) -> None:
    filled(setting.forge)
    urls = {one.url for one in setting.offer("group/pkg").candidates}
    page = f"{setting.forge.url}/group/pkg/-/tags"
    assert urls == {f"{page}/v1.0", f"{page}/v1.1"}


def test_gitlab_com_is_known() -> None:
    (host,) = KIND.hosts
    assert host == Host(
        "gitlab.com",
        "gitlab",
        "https://gitlab.com",
        "https://gitlab.com/api/v4",
        "https://gitlab.com/api/graphql",
        ("GITLAB_TOKEN",),
        "gitlab",
    )
