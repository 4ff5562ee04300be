"""The body has upstream's notes of every version between, wherever upstream keeps them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.commands.repository import Home
from tests.loopback.distributions import tarred
from tests.loopback.faults import Drop, Garbage
from tests.loopback.forges import Forge, Gitea, GitLab, Release
from tests.loopback.messages import Response
from tests.project import FAKE, github_overlay, pypi_overlay
from updater.publish.research import notes as published

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.loopback.faults import Fault
    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted
    from tests.loopback.index import Index
    from tests.project import Project

RELEASES = r"GET .*/releases\?"
DAY = "2026-01-01T00:00:00+00:00"


@pytest.fixture
def home(project: Project, github: GitHub, index: Index, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A repository without packages."""
    return Home.made(project, github, index, monkeypatch)


def put(home: Home, overlay: str) -> None:
    """Add the overlay of fig."""
    home.project.overlay("fig.nix", overlay)
    home.hosted.commit({"overlays/fig.nix": overlay})
    home.hosted.settle()


def notes(home: Home) -> list[str]:
    """The versions whose notes the body has, with their first lines, and what it says instead."""
    body = home.pull(1).body
    told = re.findall(r"^#### \[(.*)\]\(http[^)]*\)(?: \([\d-]+\))?\n\n> (.*)$", body, re.MULTILINE)
    instead = r"^(?:\| release notes \| (?:not known|none) \||\d+ older versions are not shown.*)$"
    return [": ".join(one) for one in told] + re.findall(instead, body, re.MULTILINE)


def on_github(home: Home, *, between: int = 0, older: int = 0) -> Hosted:
    """Fig from GitHub at 1.0.0, with so many releases before it and before the newest one."""
    fig = home.github.repository("o", "fig")
    commit = fig.commit({"setup.py": "setup()\n"})
    for number in range(older):
        fig.release(f"v0.{number}", DAY, notes="older")
    for number in range(between + 2):
        fig.tag(f"v1.0.{number}", commit)
        fig.release(f"v1.0.{number}", DAY, notes=f"news {number}")
    put(home, github_overlay("fig", "1.0.0", sri=FAKE))
    return fig


def test_it_is_paged_on_until_the_old_version_is_reached(home: Home) -> None:
    """And no further."""
    on_github(home, between=108, older=200)

    assert home.bump().code == 0

    found = notes(home)
    assert found[:100] == [f"v1.0.{number}: news {number}" for number in range(109, 9, -1)]
    assert found[100:] == ["9 older versions are not shown: there is no room."]
    asked = [one.target.partition("?")[2] for one in home.github.server.requests(RELEASES)]
    assert asked == ["per_page=100", "per_page=100&page=2"]


def test_a_later_release_of_an_older_line_does_not_end_the_search(home: Home) -> None:
    fig = on_github(home, between=120)
    fig.release("v0.9.9", DAY, notes="a fix for those who stay")
    assert home.bump().code == 0
    assert "v1.0.121: news 121" in notes(home)
    assert len(home.github.server.requests(RELEASES)) == 2


def test_where_nothing_is_written_it_says_so(home: Home) -> None:
    fig = on_github(home)
    fig.releases.clear()
    assert home.bump().code == 0
    assert notes(home) == ["| release notes | none |"]


FAULTS: dict[str, Fault] = {
    "403": Response(403),
    "404": Response(404),
    "500": Response(500),
    "connection lost": Drop(),
    "garbage": Garbage(),
    "another JSON": Response(200, b'[{"tag_name": "v1.0.1", "body": {}}, 1]'),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_host_that_fails_costs_only_the_notes(home: Home, fault: Fault) -> None:
    """The body says that they are not known; once they are, it has them."""
    on_github(home)
    home.github.server.fail(RELEASES, fault, times=1)
    result = home.bump("--no-cache")
    assert (result.code, notes(home)) == (0, ["| release notes | not known |"])
    assert "the release notes of https://github.com/o/fig are not known: " in result.err
    assert "a bug in the updater" not in result.err
    assert home.bump("--no-cache").code == 0
    assert notes(home) == ["v1.0.1: news 1"]


def test_a_bug_costs_only_the_notes_and_is_told_without_its_text(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise AttributeError("secret")

    on_github(home)
    monkeypatch.setattr(published, "_is_reached", broken)
    result = home.bump()
    assert (result.code, notes(home)) == (0, ["| release notes | not known |"])
    assert "are not known: this is a bug in the updater: AttributeError at upda" in result.err
    assert "secret" not in result.err


# --- other hosts ---

FORGES: dict[str, tuple[type[Forge], str]] = {
    "gitlab": (GitLab, "fetchFromGitLab"),
    "gitea": (Gitea, "fetchFromGitea"),
}


@pytest.fixture(params=FORGES)
def forge(request: pytest.FixtureRequest, tmp_path: Path, home: Home) -> Iterator[Forge]:
    """Fig 1.0, 1.1 and 1.2, of which the overlay has the first; 1.3 is to come."""
    kind, fetcher = FORGES[request.param]
    with kind(tmp_path / "forge") as made:
        hosted = made.host("o/fig")
        for number, text in enumerate(("old news", "Thanks @anna, closes #7", "::error::x")):
            hosted.repository.tag(f"v1.{number}", hosted.repository.commit({"f": text}))
            date = f"2026-0{number + 1}-01T00:00:00Z"
            hosted.releases.append(Release(f"v1.{number}", date, notes=text))
        hosted.releases.append(Release("v1.3", "2035-01-01T00:00:00Z", hidden=True, notes="soon"))
        home.project.configure(
            (home.project.root / "config.yaml")
            .read_text()
            .replace(
                "hosts:", f"hosts:\n  forge.example: {{kind: {request.param}, web: '{made.url}'}}"
            )
        )
        call = f'{fetcher} {{\n        domain = "forge.example";'
        overlay = github_overlay("fig", "1.0", sri=FAKE)
        put(home, overlay.replace("fetchFromGitHub {", call))
        yield made
    assert made.server.errors == []


def test_notes_of_another_host_are_shown_and_cannot_act(home: Home, forge: Forge) -> None:
    assert home.bump().code == 0
    page = f"{forge.url}/o/fig{'/-' if isinstance(forge, GitLab) else ''}/compare"
    compared = rf" \[→\]\({re.escape(page)}/[0-9a-f]{{40}}\.\.\.[0-9a-f]{{40}}\) "
    assert re.search(compared, home.pull(1).body.splitlines()[0])
    assert notes(home) == [
        "v1.2: :\u200b:error:\u200b:x",
        "v1.1: Thanks @\u200banna, closes #\u200b7",
    ]
    assert len(forge.server.requests(RELEASES)) == 1


def test_another_host_that_fails_costs_only_the_notes(home: Home, forge: Forge) -> None:
    forge.server.fail(RELEASES, Response(500))
    assert home.bump().code == 0
    assert notes(home) == ["| release notes | not known |"]


# --- the index ---


def on_index(home: Home, *addresses: str) -> None:
    """Fig 1.0 from the index, whose release 1.1 names addresses."""
    named = "".join(f"Project-URL: Source, {address}\n" for address in addresses)
    info = f"Metadata-Version: 2.4\nName: fig\n{named}"
    home.index.serves_metadata = False
    for version in ("1.0", "1.1"):
        content = tarred({f"fig-{version}/PKG-INFO": info})
        home.index.release("fig", version, files={f"fig-{version}.tar.gz": content})
    put(home, pypi_overlay("fig", "1.0", sri=FAKE))


@pytest.mark.parametrize("tag", ["v1.{}", "1.{}", "fig-1.{}", "release-1.{}"])
def test_the_index_names_the_repository_that_has_the_notes(home: Home, tag: str) -> None:
    """Nothing but the release's own metadata, which was read anyway, leads there."""
    fig = home.github.repository("o", "fig")
    commit = fig.commit({"f": "x"})
    for number in range(3):
        fig.tag(tag.format(number), commit)
        fig.release(tag.format(number), DAY, notes=f"news {number}")
    on_index(home, "https://github.com/o/fig/issues")

    assert home.bump().code == 0

    assert notes(home) == [f"{tag.format(1)}: news 1"]
    fetched = [one.path.rpartition("/")[2] for one in home.index.server.requests("GET /files/")]
    assert sorted(fetched) == ["fig-1.0.tar.gz", "fig-1.1.tar.gz"]


def test_a_repository_whose_host_keeps_no_notes_is_passed_over(home: Home) -> None:
    """As of a project that moved, and names its old address too."""
    fig = home.github.repository("o", "fig")
    fig.tag("v1.1", fig.commit({"f": "x"}))
    fig.release("v1.1", DAY, notes="news")
    on_index(home, "https://bitbucket.org/o/fig", "https://github.com/o/fig")

    assert home.bump().code == 0

    assert notes(home) == ["v1.1: news"]


def test_a_private_repository_that_the_index_names_is_not_shown(home: Home) -> None:
    """Whoever uploads names what they like; the token can read it, and everybody the body."""
    secret = home.github.repository("me", "secret")
    secret.private = True
    secret.tag("v1.1", secret.commit({"f": "x"}))
    secret.release("v1.1", DAY, notes="the plans")
    on_index(home, "https://github.com/me/secret")

    assert home.bump().code == 0

    assert notes(home) == ["| release notes | not known |"]
    assert home.github.server.requests(RELEASES) == []


@pytest.mark.parametrize(
    "address",
    ["https://fig.example/o/fig", "https://github.com/o/gone"],
    ids=["host", "repository"],
)
def test_what_the_index_names_and_nobody_knows_costs_only_the_notes(
    home: Home, address: str
) -> None:
    on_index(home, address)
    assert home.bump().code == 0
    assert notes(home) == ["| release notes | not known |"]
