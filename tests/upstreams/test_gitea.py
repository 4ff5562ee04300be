"""Gitea and Forgejo: Codeberg and others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.loopback.forges import Gitea, Release
from tests.upstreams.asking import Asking
from tests.upstreams.hosted import HostedKind, Setting, filled
from updater.model import Project
from updater.upstreams.gitea import KIND

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def setting(tmp_path: Path) -> Iterator[Setting]:
    with Gitea(tmp_path / "gitea") as forge:
        host = KIND.host("forge.example", forge.url)
        yield Setting(forge, KIND, Asking({"forge.example": host}))
    assert forge.server.errors == []


class TestGitea(HostedKind):
    """What holds for every host."""


def test_a_pre_release_is_marked(setting: Setting) -> None:
    hosted = filled(setting.forge)
    hosted.releases.append(Release("v1.1", "2025-03-06T00:00:00Z", prerelease=True))
    offer = setting.offer("group/pkg", releases=True)
    assert [(one.ref, one.prerelease) for one in offer.releases or ()] == [("v1.1", True)]
    project = Project.parse(setting.url("group/pkg"))
    facts = setting.asking.run(lambda around: KIND.tag_facts(project, "v1.1", around))
    assert facts is not None
    assert facts.prerelease


def test_a_tag_has_its_page(setting: Setting) -> None:
    filled(setting.forge)
    urls = {one.url for one in setting.offer("group/pkg").candidates}
    page = f"{setting.forge.url}/group/pkg/releases/tag"
    assert urls == {f"{page}/v1.0", f"{page}/v1.1"}


def test_codeberg_is_known() -> None:
    (host,) = KIND.hosts
    assert (host.name, host.api) == ("codeberg.org", "https://codeberg.org/api/v1")
