"""Tags of Mercurial's repositories."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.loopback.messages import Response
from tests.upstreams.asking import Asking
from updater.errors import NotFound, UpstreamError
from updater.model import Candidate, Project, moments
from updater.upstreams.base import ProjectQuestion
from updater.upstreams.mercurial import KIND

if TYPE_CHECKING:
    from tests.loopback.hgweb import Hgweb


def question(hgweb: Hgweb, more: str = "") -> ProjectQuestion:
    return ProjectQuestion(Project("hg", "", f"{hgweb.url}{more}"))


def test_tags_are_versions_behind_what_leads_them(hgweb: Hgweb) -> None:
    """``tip``, which moves, is none, and neither is a tag that has no version."""
    nodes = {name: hgweb.tag(name, name) for name in ("1.0", "v1.1", "tool-1.2", "start")}
    published = moments.from_iso("2025-01-01T00:00:00Z")
    assert Asking().offer(KIND, question(hgweb)).candidates == tuple(
        Candidate(version, ref, nodes[ref], published=published)
        for version, ref in (("1.2", "tool-1.2"), ("1.1", "v1.1"), ("1.0", "1.0"))
    )


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"tags": [{}]}', b"[]"])
def test_what_is_no_hgweb_is_a_failure(hgweb: Hgweb, body: bytes) -> None:
    hgweb.server.fail("GET /tool/json-tags", Response(200, body))
    assert isinstance(Asking().failure(KIND, question(hgweb)), UpstreamError)
    assert isinstance(Asking().failure(KIND, question(hgweb, "/other")), NotFound)
