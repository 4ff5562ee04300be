"""Fixtures for every test: a scrubbed environment, and a scratch project to run the command in."""

from __future__ import annotations

import os
import re
import signal
from functools import cache
from itertools import count
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.project import Project
from updater.cli import session
from updater.effects.http import certificates
from updater.effects.processes import ancestors
from updater.kinds import KNOWN_HOSTS
from updater.overlay.reading import file, uses

if TYPE_CHECKING:
    import ssl
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.index import Index

pytest_plugins = ["tests.loopback.fixtures", "tests.real_nix", "tests.workshop"]

PROC = ancestors.PROC
# Of `./task thorough`; a test that names its own number of examples keeps it.
settings.register_profile("thorough", max_examples=2000, deadline=None)

_SCRUBBED = ("TOKEN", "PROXY", "SECRET", "GITHUB_", "GIT_", "NO_COLOR", "CI", "UPDATER_")


_SLOW = {"commands", "faults", "building"}
_LONG, _ONE_IN = 4, 4
_own_certificates = certificates.trusted_certificates
_machines_certificates = cache(_own_certificates)
_AUTHORITIES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_NUMBERS = count()
_STARTED_WITH = tuple(os.environ.get(name) for name in _AUTHORITIES)


def _trusted_certificates() -> ssl.SSLContext:
    """Read the machine's authorities once: a hundred and more, in each command that a test runs."""
    if tuple(os.environ.get(name) for name in _AUTHORITIES) == _STARTED_WITH:
        return _machines_certificates()
    return _own_certificates()


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    # A shell has what it starts in the background ignore it, and so would all commands here.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest tests: those at the end are short, and leave no worker idle.

    Of a long table of whole commands, CI has the time for every fourth case, unless the table says
    itself which cases are only the thorough run's.
    """
    items.sort(key=lambda item: "workflows" not in item.path.parts)
    tables: dict[tuple[str, str], list[pytest.Item]] = {}
    for item in items:
        is_slow = not _SLOW.isdisjoint(item.path.parts)
        if is_slow and "[" in item.name:
            tables.setdefault((str(item.path), item.name.partition("[")[0]), []).append(item)
    for table in tables.values():
        chooses = any(item.get_closest_marker("thorough") is not None for item in table)
        if len(table) >= _LONG and not chooses:
            for item in (own for place, own in enumerate(table) if place % _ONE_IN):
                item.add_marker(pytest.mark.thorough)


@pytest.fixture
def tmp_path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a new folder of the test's own, without a look at those of all tests before.

    pytest's own fixture looks for a free number among them: thousands of names for each test.
    """
    name = re.sub(r"\W", "_", request.node.name)[:30]
    path = tmp_path_factory.getbasetemp() / f"{next(_NUMBERS)}-{name}"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture(autouse=True)
def _scrubbed(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No test sees the machine's tokens, proxies or pip index, except a live one its index.

    What runs in this process would find tokens that the tests were started with, too: the shell of
    a person who uses GitHub often has one.
    """
    for kept in (file._packages, file.parse_file, uses.references):  # what other tests have read
        kept.cache_clear()
    monkeypatch.setattr(ancestors, "PROC", tmp_path / "no-processes")
    monkeypatch.setattr(certificates, "trusted_certificates", _trusted_certificates)
    monkeypatch.setattr(session, "BRIEF_SECONDS", 120.0)  # no machine's load decides an answer
    live = request.node.get_closest_marker("live") is not None
    for name in list(os.environ):
        if any(word in name.upper() for word in _SCRUBBED) or (
            name.startswith("PIP_") and not live
        ):
            monkeypatch.delenv(name)
    if not live:
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.setenv("NETRC", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def project(
    tmp_path: Path, github: GitHub, index: Index, capfdbinary: pytest.CaptureFixture[bytes]
) -> Project:
    """A folder with overlays whose upstreams are the loopback servers."""
    root = tmp_path / "project"
    (root / "overlays").mkdir(parents=True)
    made = Project(root, capfdbinary)
    made.configure(
        f"""\
        hosts:
          github.com:
            web: {github.url}
            api: {github.api_url}
            graphql: {github.graphql_url}
        index: {index.url}
        network: {{retries: 0, timeout: 20s}}
        defaults: {{build: {{enabled: false}}}}
        """
    )
    return made


@pytest.fixture
def tokenless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing above the tests was started with a token: else their own processes do not build."""
    names = frozenset(name for host in KNOWN_HOSTS.values() for name in host.token_env)
    monkeypatch.setattr(ancestors, "PROC", PROC)
    if found := ancestors.in_reach(names):
        pytest.skip(f"unsandboxed builds are refused here: {'; '.join(found)}")
