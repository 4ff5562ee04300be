"""A usual run imports nothing that only other runs need: half of what it takes is imports."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.project import FAKE, github_overlay, pypi_overlay

if TYPE_CHECKING:
    from tests.loopback.github import GitHub
    from tests.loopback.index import Index
    from tests.project import Project

HEAVY = {"github", "jinja2", "pydantic", "pygments", "pypi_simple", "requests", "rich", "typer"}


@pytest.mark.parametrize(
    "arguments",
    [["list"], ["list", "--json"], ["check"], ["check", "--json"], ["bump"]],
    ids=" ".join,
)
def test_no_heavy_library_is_imported(
    project: Project, github: GitHub, index: Index, arguments: list[str]
) -> None:
    repository = github.repository("o", "v")
    repository.tag("v2.0", repository.commit({"f": "x"}))
    index.release("a", "2.0")
    project.overlay("v.nix", github_overlay("v", "1.0", sri=FAKE))
    project.overlay("a.nix", pypi_overlay("a", "1.0", sri=FAKE))
    command = [sys.executable, "-X", "importtime", "-m", "updater", *arguments]
    done = subprocess.run(
        [*command, "-C", str(project.root)], capture_output=True, text=True, check=True
    )
    imported = set(re.findall(r"^import time:.*\| +([\w.]+)$", done.stderr, re.MULTILINE))
    assert "updater.config" in imported
    assert imported & HEAVY == set()
