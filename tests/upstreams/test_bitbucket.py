"""bitbucket.org: refs by git."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.loopback.forges import Bitbucket
from tests.upstreams.asking import Asking, tags
from tests.upstreams.hosted import Setting, filled
from updater.kinds import UPSTREAMS
from updater.model import Project
from updater.upstreams.bitbucket import KIND

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def setting(tmp_path: Path) -> Iterator[Setting]:
    with Bitbucket(tmp_path / "bitbucket") as forge:
        host = KIND.host("bitbucket.org", forge.url)
        yield Setting(forge, KIND, Asking({host.name: host}), host.name)
    assert forge.server.errors == []


def test_tags_and_branches_come_by_git_alone(setting: Setting) -> None:
    repository = filled(setting.forge).repository
    offer = setting.offer("group/pkg")
    assert tags(offer) == {
        tag: repository.git("rev-parse", f"{tag}^{{commit}}") for tag in ("v1.0", "v1.1")
    }
    assert offer.branches == {"main": repository.head()}
    assert setting.requests() == ["POST /group/pkg.git/git-upload-pack"]


def test_no_other_kind_claims_its_projects(setting: Setting) -> None:
    project = Project.parse(setting.url("group/pkg"))
    assert [one for one in UPSTREAMS if one.claims(project, setting.asking.hosts)] == [KIND]


def test_bitbucket_is_known() -> None:
    (host,) = KIND.hosts
    assert (host.name, host.web, host.short) == (
        "bitbucket.org",
        "https://bitbucket.org",
        "bitbucket",
    )
