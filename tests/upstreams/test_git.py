"""Repositories anywhere, by the git protocol alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.loopback import git_http
from tests.loopback.messages import Request, Response, redirect, text
from tests.loopback.repositories import Repository
from tests.upstreams.asking import Asking, tags
from updater.errors import NotFound
from updater.model import Host, Project
from updater.upstreams.base import ProjectQuestion
from updater.upstreams.git import KIND

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.server import Server

PROJECT = "https://git.example/some/where/pkg"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "pkg.git")
    made.tag("v1.0", made.commit({"f": "1"}))
    made.tag("v1.1", made.commit({"f": "2"}), annotated=True)
    return made


@pytest.fixture
def asking(server: Server) -> Asking:
    return Asking({"git.example": Host("git.example", "git", server.url, server.url, server.url)})


def serve(server: Server, repository: Repository, path: str) -> None:
    """Serve smart HTTP at a path."""
    server.route(
        "GET", f"{path}/info/refs", lambda request: git_http.info_refs(repository, request)
    )
    server.route(
        "POST",
        f"{path}/git-upload-pack",
        lambda request: git_http.exchange_packs(repository, request),
    )


def expected(repository: Repository) -> dict[str, str]:
    return {tag: repository.git("rev-parse", f"{tag}^{{commit}}") for tag in ("v1.0", "v1.1")}


def test_a_repository_is_found_with_git_behind_its_name(
    asking: Asking, server: Server, repository: Repository
) -> None:
    serve(server, repository, "/some/where/pkg.git")
    offer = asking.offer(KIND, PROJECT)
    assert tags(offer) == expected(repository)
    assert (offer.default_branch, offer.branches) == ("main", {"main": repository.head()})
    assert offer.repository == f"{server.url}/some/where/pkg.git"
    assert len(server.requests()) == 1


def test_a_repository_is_found_without_it(
    asking: Asking, server: Server, repository: Repository
) -> None:
    serve(server, repository, "/some/where/pkg")
    offer = asking.offer(KIND, PROJECT)
    assert tags(offer) == expected(repository)
    assert offer.repository == f"{server.url}/some/where/pkg"
    assert offer.warnings == ()


def test_an_older_server_is_asked_in_its_own_protocol(
    asking: Asking, server: Server, repository: Repository
) -> None:
    """One that does not know version 2 takes the POST for the start of another conversation."""
    address = "/some/where/pkg.git"

    def old(request: Request) -> Response:
        plain = Request(request.method, request.target, {}, request.body)
        return git_http.info_refs(repository, plain)

    server.route("GET", f"{address}/info/refs", old)
    server.route("POST", f"{address}/git-upload-pack", lambda _request: text("what?", 400))
    offer = asking.offer(KIND, PROJECT)
    assert tags(offer) == expected(repository)
    assert offer.default_branch == "main"


def test_a_repository_that_moved_is_followed_and_reported(
    asking: Asking, server: Server, repository: Repository
) -> None:
    server.route(
        "GET",
        "/some/where/pkg.git/info/refs",
        lambda request: redirect(request.target.replace("/some/where", "/new")),
    )
    server.route("POST", "/some/where/pkg.git/git-upload-pack", lambda _request: redirect("/new/x"))
    serve(server, repository, "/new/pkg.git")
    offer = asking.offer(KIND, PROJECT)
    assert tags(offer) == expected(repository)
    assert [one.code for one in offer.warnings] == ["moved"]
    assert offer.repository == f"{server.url}/new/pkg.git"


def test_a_repository_that_is_nowhere_is_missing_under_its_usual_name(
    asking: Asking, server: Server
) -> None:
    failure = asking.failure(KIND, PROJECT)
    assert isinstance(failure, NotFound)
    assert str(failure) == (
        f"{server.url}/some/where/pkg.git/git-upload-pack answers 404 Not Found"
    )


def test_a_branch_is_known_when_it_is_asked_for(
    asking: Asking, server: Server, repository: Repository
) -> None:
    repository.branch("dev")
    serve(server, repository, "/some/where/pkg.git")
    question = ProjectQuestion(Project.parse(PROJECT), branches=frozenset({"dev"}))
    assert asking.offer(KIND, question).branches == {
        "main": repository.head(),
        "dev": repository.head(),
    }


CLAIMED = {
    "a host of this kind": (Project.parse("https://git.example/a/b"), True),
    "a host that nobody knows": (Project.parse("https://elsewhere.example/a"), True),
    "a host of another kind": (Project.parse("https://github.com/a/b"), False),
    "the index": (Project.indexed("a"), False),
    "another scheme": (Project("ssh", "git.example", "a/b"), False),
}


@pytest.mark.parametrize(("project", "claimed"), CLAIMED.values(), ids=CLAIMED)
def test_what_no_other_kind_knows_is_claimed(
    asking: Asking, project: Project, *, claimed: bool
) -> None:
    hosts = {
        **asking.hosts,
        "github.com": Host("github.com", "github", "https://github.com", "", ""),
    }
    assert KIND.claims(project, hosts) is claimed
