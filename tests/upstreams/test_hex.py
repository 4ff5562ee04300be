"""Packages of a Hex."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from tests.loopback.messages import json_answer
from tests.loopback.registries import PUBLISHED
from tests.upstreams.asking import Asking
from updater.errors import NotFound, UpstreamError
from updater.model import Candidate, Distribution, Project, Sri, moments
from updater.upstreams.hex import KIND

if TYPE_CHECKING:
    from tests.loopback.registries import Registries

CONTENT = b"a package"


@pytest.fixture
def asking(registries: Registries) -> Asking:
    return Asking(registries={"hex": registries.hex})


def test_releases_are_listed_and_retired_ones_marked(
    asking: Asking, registries: Registries
) -> None:
    registries.release("tool", "1.0.0", CONTENT, retired="a hole")
    registries.release("tool", "1.1.0-rc.1", CONTENT)
    registries.release("tool", "1.1.0", CONTENT)
    published = moments.from_iso(PUBLISHED)
    assert asking.offer(KIND, "hex:tool").candidates == (
        Candidate("1.1.0", published=published),
        Candidate("1.1.0-rc.1", published=published, prerelease=True),
        Candidate("1.0.0", published=published, yanked="retired: security: a hole"),
    )


def test_a_release_tells_the_checksum_of_its_file(asking: Asking, registries: Registries) -> None:
    registries.release("tool", "1.0.0", CONTENT)
    files = asking.run(
        lambda around: KIND.files_of(Project("hex", "", "tool"), Candidate("1.0.0"), around)
    )
    url = f"{registries.hex}/packages/tool/releases/1.0.0"
    sri = Sri("sha256", hashlib.sha256(CONTENT).digest())
    assert files == (Distribution("tool-1.0.0.tar", url, sri, None, None),)


@pytest.mark.parametrize("body", [[], {"releases": {}}, {"releases": [{}]}])
def test_what_is_no_package_is_a_failure(
    asking: Asking, registries: Registries, body: object
) -> None:
    registries.server.fail("GET /hex/api/packages/tool", json_answer(body))
    assert isinstance(asking.failure(KIND, "hex:tool"), UpstreamError)
    assert isinstance(asking.failure(KIND, "hex:gone"), NotFound)
