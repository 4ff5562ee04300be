"""Versions on a page of the web."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.bounded import bounded
from tests.loopback.messages import Response, text
from tests.upstreams.asking import Asking
from updater.errors import BadAnswer, NotFound, StageError
from updater.model import Candidate, Project
from updater.upstreams import page as page_kind
from updater.upstreams.base import ProjectQuestion
from updater.upstreams.page import KIND

if TYPE_CHECKING:
    from tests.loopback.server import Server
    from updater.model import Offer

LISTING = """\
<a href="tool-1.9.tar.gz">tool-1.9.tar.gz</a> 2024-01-01
<a href="tool-1.10.tar.gz">tool-1.10.tar.gz</a> 2025-01-01
<a href="other-9.9.tar.gz">other-9.9.tar.gz</a>
<a href="tool-2.0rc1.tar.gz">tool-2.0rc1.tar.gz</a>
"""


def page(server: Server, pattern: str) -> ProjectQuestion:
    return ProjectQuestion(Project("page", "", f"{server.url}/list", pattern))


def offer(server: Server, pattern: str, body: str = LISTING) -> Offer:
    server.fail("GET /list", text(body, content_type="text/html"))
    return Asking().offer(KIND, page(server, pattern))


def refused(server: Server, pattern: str, body: bytes) -> StageError:
    server.fail("GET /list", Response(200, body))
    error = Asking().failure(KIND, page(server, pattern))
    assert isinstance(error, StageError)
    return error


@pytest.mark.parametrize(
    ("pattern", "versions"),
    [
        (r"tool-([^-]+)\.tar\.gz", ["1.9", "1.10", "2.0rc1"]),
        (r'"(tool|other)-(?P<version>[0-9.]+)\.tar', ["1.9", "1.10", "9.9"]),
        (r"(?m)^.*tool-([0-9.]+)\.tar.gz</a> 2025", ["1.10"]),
    ],
)
def test_the_group_is_the_version_and_each_counts_once(
    server: Server, pattern: str, versions: list[str]
) -> None:
    assert offer(server, pattern).candidates == tuple(map(Candidate, versions))


@pytest.mark.parametrize("found", ["", "a b", "1.0\n2", "$(x)", "é1", "-1", '"', "${x}", "x" * 300])
def test_what_is_no_version_is_passed_over(server: Server, found: str) -> None:
    """No overlay could name it, and nothing of a page may act in one."""
    body = f"v[{found}] v[1.5]"
    assert offer(server, r"(?s)v\[(.*?)\]", body).candidates == (Candidate("1.5"),)


def test_a_page_without_versions_says_what_to_do(server: Server) -> None:
    error = refused(server, r"tool-(\d+)", b"moved")
    assert isinstance(error, BadAnswer)
    assert (error.message, error.hint) == (
        rf"the page {server.url}/list has nothing that `pattern: tool-(\d+)` finds",
        "open the page, and write an expression whose group is a version on it",
    )


@pytest.mark.parametrize(
    ("pattern", "body", "why"),
    [
        (r"(\d)", b"1" * (4 << 20) + b"1", "has more than 4194304 bytes"),
        (r"(\d+)", b"1 " * 10_001, "has more than 10000 versions"),
        (r"(?:a+)+(b)", b"a" * 5_000, "takes its `pattern` more than 1 s"),
    ],
)
def test_a_hostile_page_ends_in_time(
    server: Server, monkeypatch: pytest.MonkeyPatch, pattern: str, body: bytes, why: str
) -> None:
    monkeypatch.setattr(page_kind, "_SECONDS", 1.0)
    error = bounded(lambda: refused(server, pattern, body))
    assert isinstance(error, BadAnswer)
    assert error.message == f"the page {server.url}/list {why}"


def test_a_page_that_is_gone_fails_alone(server: Server) -> None:
    server.fail("GET /list", text(LISTING))
    there, gone = page(server, r"tool-([\d.]+)\.tar"), Project("page", "", f"{server.url}/x", "(.)")
    found = Asking().ask(KIND, there, ProjectQuestion(gone))
    assert isinstance(found[f"page:{server.url}/x (.)"], NotFound)
    assert len(found) == 2
