"""SourceHut: refs by git, at an address without an ending."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.loopback.forges import SourceHut
from tests.upstreams.asking import Asking, tags
from tests.upstreams.hosted import Setting, filled
from updater.kinds import UPSTREAMS
from updater.model import Project
from updater.upstreams.sourcehut import KIND

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def setting(tmp_path: Path) -> Iterator[Setting]:
    with SourceHut(tmp_path / "sourcehut") as forge:
        host = KIND.host("git.sr.ht", forge.url)
        yield Setting(forge, KIND, Asking({host.name: host}), host.name)
    assert forge.server.errors == []


def test_tags_and_branches_come_by_git_alone(setting: Setting) -> None:
    repository = filled(setting.forge, "~owner/pkg").repository
    offer = setting.offer("~owner/pkg")
    assert tags(offer) == {
        tag: repository.git("rev-parse", f"{tag}^{{commit}}") for tag in ("v1.0", "v1.1")
    }
    assert offer.branches == {"main": repository.head()}
    assert offer.repository == f"{setting.forge.url}/~owner/pkg"
    assert setting.requests()[-1] == "POST /~owner/pkg/git-upload-pack"


def test_no_other_kind_claims_its_projects(setting: Setting) -> None:
    project = Project.parse(setting.url("~owner/pkg"))
    assert [one for one in UPSTREAMS if one.claims(project, setting.asking.hosts)] == [KIND]


def test_sourcehut_is_known() -> None:
    (host,) = KIND.hosts
    assert (host.name, host.web, host.short) == ("git.sr.ht", "https://git.sr.ht", "sourcehut")
