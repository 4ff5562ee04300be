"""Whatever goes wrong with one request of a check, the other packages' results stay the same.

The command itself checks twenty packages; one kind of its requests meets one kind of fault, for
good or once. All combinations are in `./task thorough`; CI runs each kind of request and each
fault at least once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.world import ASKS, MANY, Ask, World
from tests.loopback.faults import Cut, Drop, Fault, Garbage, Hang, Lost
from tests.loopback.github import TOKEN
from tests.loopback.messages import Request, Response
from tests.project import Project, Result

if TYPE_CHECKING:
    from collections.abc import Iterator

LATER = "4102444800"
"""A time that is far away, in seconds: the first day of 2100."""

FAULTS: dict[str, Fault] = {
    "delay": Hang(),
    "drop": Drop(),
    "lost": Lost(),
    "cut": Cut(after=5),
    "garbage": Garbage(),
    "empty": Garbage(b""),
    "page": Response(200, b"<!DOCTYPE html><title>Log in</title>", {"Content-Type": "text/html"}),
    "403": Response(403),
    "403-used-up": Response(403, b"{}", {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": LATER}),
    "403-secondary": Response(
        403, b'{"message": "You have exceeded a secondary rate limit"}', {"Retry-After": "120"}
    ),
    "429": Response(429, b"", {"Retry-After": "120"}),
    "500": Response(500),
    "502": Response(502, b"<html>Unicorn!</html>", {"Content-Type": "text/html"}),
    "503": Response(503, b"", {"Retry-After": "120"}),
    "504": Response(504),
}
"""What may go wrong, by its name."""

SAYS: dict[str, str] = {
    "delay": "no answer from|Operation too slow|timed out",
    "drop": "cannot be reached|Empty reply from server",
    "lost": "cannot be reached|Empty reply from server",
    "cut": "cannot be reached|unexpected disconnect|transfer closed|remote end hung up|early EOF",
    "garbage": "does not answer|answers with no|is not JSON|bad line length|protocol error",
    "empty": "does not answer|answers with no|is not JSON|remote end hung up|expected 'packfile'",
    "page": "does not answer|answers with no|is not JSON|bad line length",
    "403": "403",
    "403-used-up": "403 Forbidden: rate limited until 2100-01-01|error: 403",
    "403-secondary": "403 Forbidden: rate limited until|error: 403",
    "429": "429",
    "500": "500",
    "502": "502",
    "503": "503",
    "504": "504",
}
"""What a package says that could not do without the answer: a regular expression."""

LIMITED = ("403-used-up", "403-secondary", "429", "503")
"""Faults after which a host is not asked for what can be done without."""

PASSING = ("drop", "lost", "cut", "500", "502", "504")
"""Faults after which asking again at once may succeed."""

LATEST = {
    "gh-many": f"1.1.{MANY - 1}",
    "gh-release": f"1.1.{MANY - 1}",
    "gh-branch": "1.2-unstable-2025-01-05",
    "gx-branch": "1.2-unstable-2025-01-05",
    "gi-branch": "1.2-unstable-2025-01-05",
}
SHORT = "5s"
"""A timeout that is over soon, and that only what hangs for ever meets."""

FATAL = {("graphql", "403")}
"""Where a package fails although others could tell what it asked for."""

HARMLESS = {
    *(("github-moved", fault) for fault in ("cut", "garbage", "empty")),
    *(("github-moved-service", fault) for fault in ("garbage", "empty", "page")),
    *(("github-dates", fault) for fault in ("garbage", "empty", "page", "403")),
}
"""Faults of a body that nobody reads: a redirect's, and that of the page that it leads to; and of
dates that the API tells, too, where git answers with nothing of its own."""

CASES = [(ask, fault) for ask in ASKS for fault in FAULTS]
QUICK = [fault for fault in FAULTS if fault != "delay"]
IN_CI = {("index", "delay"), ("github-history-service", "page")} | {
    (ask.name, QUICK[place % len(QUICK)]) for place, ask in enumerate(ASKS)
}
"""Each kind of request and each fault at least once."""

PASSING_IN_CI = {*{fault: (name, fault) for name, fault in sorted(IN_CI)}.values()}
"""Each fault once."""


def cases(every: list[tuple[Ask, str]], in_ci: set[tuple[str, str]]) -> list[Any]:
    """Mark what only `./task thorough` runs."""
    return [
        pytest.param(
            ask,
            fault,
            id=f"{ask.name}-{fault}",
            marks=() if (ask.name, fault) in in_ci else (pytest.mark.thorough,),
        )
        for ask, fault in every
    ]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("faults")) as world:
        yield world


@pytest.fixture
def world(made: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The servers without a fault, and a token for the GitHub that is asked with one."""
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    yield made
    broken = []
    made.renew_quotas()
    for server in made.servers.values():
        server.mend()
        broken += server.errors
        server.errors.clear()
    assert broken == []


class Runs:
    """Runs of the check."""

    def __init__(self, world: World, captured: pytest.CaptureFixture[bytes]) -> None:
        self._world = world
        self._project = Project(world.root, captured)

    def check(self, *, retries: int = 0, timeout: str = "30s") -> tuple[Result, dict[str, Any]]:
        """Check all packages; return what was printed, and each package's part of it by name."""
        self._world.configure(retries=retries, timeout=timeout)
        result = self._project.run("check", "--json", "--no-cache")
        return result, {one["name"]: one for one in result.json["packages"]}

    @property
    def sound(self) -> dict[str, Any]:
        """The packages without a fault, checked once for all tests."""
        if not self._world.sound:
            _, self._world.sound = self.check()
        return self._world.sound


@pytest.fixture
def runs(world: World, capfdbinary: pytest.CaptureFixture[bytes]) -> Runs:
    return Runs(world, capfdbinary)


def test_without_a_fault_every_package_has_its_answer(runs: Runs) -> None:
    """Held is what needs a build for its hash, which the configuration rules out."""
    result, packages = runs.check()
    assert {name: (one["status"], one["latest"]) for name, one in packages.items()} == {
        name: ("held" if name.startswith("gi-") else "outdated", LATEST.get(name, "1.1"))
        for name in packages
    }
    assert (result.code, len(packages), result.err) == (0, 20, "")


def test_every_request_is_of_a_kind(runs: Runs, world: World) -> None:
    """No kind of request is left out: each is like one that meets the faults."""
    for server in world.servers.values():
        server.log.clear()
    runs.check()
    made = {
        (name, shape(request))
        for name, server in world.servers.items()
        for request in server.requests()
    }
    faulty = {
        (ask.server, shape(request))
        for ask in ASKS
        for request in world.servers[ask.server].requests(ask.match)
        if re.search(ask.body.encode(), request.body)
    }
    assert made == faulty


@pytest.mark.parametrize(("ask", "fault"), cases(CASES, IN_CI))
def test_a_fault_for_good_fails_at_most_the_packages_that_asked(
    runs: Runs, world: World, ask: Ask, fault: str
) -> None:
    sound = runs.sound
    made = FAULTS[fault] if fault != "delay" else Hang()
    injected = world.servers[ask.server].fail(ask.match, made, body=ask.body)

    result, packages = runs.check(timeout=SHORT if fault == "delay" else "30s")

    assert injected.hits
    asking = ask.packages | after_a_limit(ask, fault, sound)
    others = sound.keys() - asking
    assert {name: packages[name] for name in others} == {name: sound[name] for name in others}
    for name in asking:
        assert_tells(packages[name], sound[name], ask, fault)
    failed = any(one["status"] == "failed" for one in packages.values())
    assert result.code == (1 if failed else 0)
    assert TOKEN not in result.out + result.err


def after_a_limit(ask: Ask, fault: str, sound: dict[str, Any]) -> frozenset[str]:
    """Return which others a host is not asked of either, once it has refused for its rate limit.

    Where they come first, they have been told all the same.
    """
    if not (ask.name.endswith("-mark") and fault in LIMITED):
        return frozenset()
    (host,) = {name.partition("-")[0] for name in ask.packages}
    return frozenset(name for name in sound if name.startswith(f"{host}-"))


def assert_tells(package: dict[str, Any], sound: dict[str, Any], ask: Ask, fault: str) -> None:
    """A package has what it would have without the fault, or says what went wrong and where."""
    if package["status"] != "failed":
        assert not ask.needed or (ask.name, fault) in HARMLESS
        kept = ("status", "latest", "ref", "commit", "pinned")
        assert [package[key] for key in kept] == [sound[key] for key in kept]
        return
    assert ask.needed or (ask.name, fault) in FATAL, package["error"]
    error = package["error"]
    # An index's address may hold a password, which only httpx's own errors are stripped of.
    assert re.search("http://127.0.0.1:|the index", error["message"])
    assert re.search(SAYS[fault], error["message"]), error["message"]


@pytest.mark.parametrize(
    ("ask", "fault"), cases([one for one in CASES if one[1] in PASSING], PASSING_IN_CI)
)
def test_after_a_fault_that_passes_nothing_is_missing(
    runs: Runs, world: World, ask: Ask, fault: str
) -> None:
    sound = runs.sound
    injected = world.servers[ask.server].fail(ask.match, FAULTS[fault], body=ask.body, times=1)

    _, packages = runs.check(retries=2)

    assert injected.hits == 1
    assert packages == sound


def shape(request: Request) -> tuple[str, str, bytes]:
    """Return what kind of request it is, whichever package it is about."""
    command = re.search(rb"command=[a-z-]+", request.body)
    names = re.sub(r"(?:gh|gx|gl|ge|gi|pi)-[a-z]+", "NAME", request.target.partition("?")[0])
    return request.method, names, command[0] if command else b""
