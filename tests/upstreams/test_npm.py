"""Packages of an npm registry."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

import pytest

from tests.loopback.messages import json_answer
from tests.loopback.registries import ABBREVIATED, PUBLISHED
from tests.upstreams.asking import Asking
from updater.errors import NotFound, UpstreamError
from updater.model import Candidate, Distribution, Project, Sri, moments
from updater.upstreams.base import ProjectQuestion
from updater.upstreams.npm import KIND

if TYPE_CHECKING:
    from tests.loopback.registries import Registries

CONTENT = b"a package"
DIGEST = hashlib.sha512(CONTENT).digest()


@pytest.mark.parametrize("name", ["tool", "@scope/tool"])
@pytest.mark.parametrize("is_named", [True, False])
def test_versions_have_their_file_and_its_hash(
    registries: Registries,
    name: str,
    is_named: bool,  # noqa: FBT001 - a case
) -> None:
    """Where the overlay's own address says which registry it is, and where config.yaml does."""
    registries.package(name, "1.0.0", CONTENT)
    asking = Asking(registries={"npm": registries.npm} if is_named else {})
    project = Project("npm", "" if is_named else registries.npm, name)
    offer = asking.offer(KIND, ProjectQuestion(project))
    url = f"{registries.npm}/{name}/-/tool-1.0.0.tgz"
    file = Distribution("tool-1.0.0.tgz", url, Sri("sha512", DIGEST), None, None)
    assert offer.candidates == (Candidate("1.0.0", distributions=(file,)),)
    (exchange,) = registries.server.log
    assert exchange.request.target == f"/npm/{name.replace('/', '%2F')}"
    assert ABBREVIATED in exchange.request.headers["accept"]


def test_dates_are_asked_for_where_they_matter(registries: Registries) -> None:
    registries.package("tool", "1.0.0", CONTENT)
    project = Project("npm", registries.npm, "tool")
    offer = Asking().offer(KIND, ProjectQuestion(project, dates=True))
    assert [one.published for one in offer.candidates] == [moments.from_iso(PUBLISHED)]


def test_deprecations_and_what_comes_after_latest_are_marked(registries: Registries) -> None:
    registries.package("tool", "1.0.0", CONTENT, deprecated="use other")
    for version in ("1.1.0", "1.2.0-beta.1", "2.0.0", "2.1.0-0"):
        registries.package("tool", version, CONTENT)
    registries.tags["tool"]["latest"] = "1.1.0"
    asking = Asking(registries={"npm": registries.npm})
    told = [
        (one.version, one.prerelease, one.yanked)
        for one in asking.offer(KIND, "npm:tool").candidates
    ]
    assert told == [
        ("1.0.0", False, "deprecated: use other"),
        ("1.1.0", False, None),
        ("1.2.0-beta.1", True, None),
        ("2.0.0", True, None),
    ]


@pytest.mark.parametrize(
    ("integrity", "digest"),
    [
        (f"sha1-AAAA sha512-{base64.b64encode(DIGEST).decode()}?x", DIGEST),
        ("sha1-AAAA", None),
        ("sha512-AAAA", None),
        ("sha512-!", None),
        ("", None),
        (None, None),
    ],
)
def test_only_a_whole_sha512_is_a_hash(
    registries: Registries, integrity: str | None, digest: bytes | None
) -> None:
    dist = {"tarball": "https://f.example/tool-1.0.0.tgz", "integrity": integrity}
    body = {"versions": {"1.0.0": {"dist": dist}}}
    registries.server.fail("GET /npm/tool", json_answer(body))
    asking = Asking(registries={"npm": registries.npm})
    (candidate,) = asking.offer(KIND, "npm:tool").candidates
    assert candidate.distributions[0].sri == (Sri("sha512", digest) if digest else None)


@pytest.mark.parametrize("body", [[], {"versions": []}, {"versions": {"1.0.0": {}}}, "x"])
def test_what_is_no_package_is_a_failure(registries: Registries, body: object) -> None:
    registries.server.fail("GET /npm/tool", json_answer(body))
    asking = Asking(registries={"npm": registries.npm})
    assert isinstance(asking.failure(KIND, "npm:tool"), UpstreamError)
    assert isinstance(asking.failure(KIND, "npm:gone"), NotFound)
