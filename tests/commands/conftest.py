"""The repository that most tests of pull requests begin with; some files have their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.repository import Home

if TYPE_CHECKING:
    from tests.loopback.github import GitHub
    from tests.loopback.index import Index
    from tests.project import Project


@pytest.fixture
def home(project: Project, github: GitHub, index: Index, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A repository whose two packages are behind."""
    made = Home.made(project, github, index, monkeypatch)
    made.add("apple", "pear")
    for name in ("apple", "pear"):
        made.release(name, "2.0")
    return made
