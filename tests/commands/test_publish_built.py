"""Real builds and pull requests: no token beside a build that could read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.repository import Home

if TYPE_CHECKING:
    from pathlib import Path

    from tests.workshop import Workshop

pytestmark = pytest.mark.nix


@pytest.fixture
def home(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A repository with a package that Nix builds, and its new release."""
    project, index = workshop.project, workshop.index
    workshop.add("apple", "2.0")
    workshop.overlay("apple")
    home = Home.made(project, workshop.github, index, monkeypatch)
    text = (project.root / "overlays" / "apple.nix").read_text()
    home.hosted.commit({"overlays/apple.nix": text})
    home.hosted.settle()
    return home


def test_an_unsandboxed_build_beside_a_token_publishes_nothing(home: Home) -> None:
    result = home.bump()
    assert (result.code, home.writes(), home.hosted.pulls) == (1, [], {})
    assert home.packages(result)["apple"]["error"] == {
        "stage": "build",
        "message": "builds are not sandboxed, and GITHUB_TOKEN is set: upstream code could read it",
        "hint": "turn on Nix's sandbox, or build where the token never was: `bump --output DIR`, "
        "then `publish DIR`",
    }


def test_one_process_builds_without_a_token_and_another_publishes(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = tmp_path / "results"
    with monkeypatch.context() as without:
        without.delenv("GITHUB_TOKEN")
        built = home.project.run("bump", "--output", str(results))
    assert built.code == 0, built.err

    assert home.project.run("publish", str(results)).code == 0

    body = home.pull(1).body
    assert "| build | pass (`python3Packages.apple`), reported by the build job |" in body
    assert "| imports | pass, reported by the build job |" in body
    assert home.version("updater/apple", "apple") == "2.0"
