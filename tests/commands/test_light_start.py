"""A usual run imports nothing that only other runs need: half of what it takes is imports."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.project import FAKE, github_overlay, pypi_overlay
from updater.effects.processes.beside import processors

if TYPE_CHECKING:
    from tests.loopback.github import GitHub
    from tests.loopback.index import Index
    from tests.project import Project

LATE = {
    *("packaging.specifiers", "tomllib", "updater.audit.change.base"),
    *("updater.choose.follower", "updater.choose.releases", "updater.cli.output"),
    *("updater.effects.git.history", "updater.hashing.archive", "updater.metadata.folders"),
    "updater.report.terminal",
}
"""What no request waits for: it is imported meanwhile, or not at all."""

PARSER = {"tree_sitter", "updater.overlay.reading.walk"}
"""What a copy of the process imports, where one can be made."""

# Prints which modules are there as soon as the first request is sent.
SENDING = """
import sys
from updater.__main__ import main
from updater.effects.http.client import Http

def told(self, work):
    return meanwhile(self, lambda: print(*sys.modules, file=sys.stderr) or work())

meanwhile, Http.meanwhile = Http.meanwhile, told
sys.exit(main(sys.argv[1:]))
"""
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


def test_no_request_waits_for_what_only_an_answer_needs(project: Project, github: GitHub) -> None:
    repository = github.repository("o", "v")
    repository.tag("v2.0", repository.commit({"f": "x"}))
    project.overlay("v.nix", github_overlay("v", "1.0", sri=FAKE))
    done = subprocess.run(
        [sys.executable, "-c", SENDING, "check", "-C", str(project.root)],
        capture_output=True,
        text=True,
        check=True,
    )
    imported = set(done.stderr.split())
    assert "updater.choose.lookup" in imported
    assert imported & LATE == set()
    if processors() > 1:
        assert imported & PARSER == set()
