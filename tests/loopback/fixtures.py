"""Pytest fixtures of the loopback servers; a handler that fails, fails the test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.loopback.github import GitHub
from tests.loopback.hgweb import Hgweb
from tests.loopback.index import Index
from tests.loopback.mercurial import Mercurial
from tests.loopback.registries import Registries
from tests.loopback.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def server() -> Iterator[Server]:
    """A server without routes."""
    with Server() as running:
        yield running
    assert running.errors == []


@pytest.fixture
def github(tmp_path: Path) -> Iterator[GitHub]:
    """GitHub without repositories."""
    with GitHub(tmp_path / "github") as running:
        yield running
    assert running.server.errors + running.codeload.errors == []


@pytest.fixture
def index() -> Iterator[Index]:
    """A package index without projects."""
    with Index() as running:
        yield running
    assert running.server.errors == []


@pytest.fixture
def registries() -> Iterator[Registries]:
    """Registries of crates, of npm's packages and of Hex's, without any."""
    with Registries() as running:
        yield running
    assert running.server.errors == []


@pytest.fixture(scope="module")
def mercurial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mercurial]:
    """A repository of Mercurial's without tags, served by itself, for all tests of a module."""
    with Mercurial(tmp_path_factory.mktemp("mercurial") / "tool") as running:
        yield running


@pytest.fixture
def hgweb() -> Iterator[Hgweb]:
    """A repository of Mercurial's without tags."""
    with Hgweb() as running:
        yield running
    assert running.server.errors == []
