"""Text of upstreams, overlays, git, results and other people acts on nothing that shows it.

Each command is run over a world that says hostile things wherever it can; every byte of what it
prints, and of what it writes for GitHub, is looked at.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.commands.repository import Home
from tests.hostile import HOSTILE, SEEN, acting, texts
from tests.loopback.distributions import tarred
from tests.loopback.messages import Response
from tests.loopback.osv import Osv
from tests.project import FAKE, flat_hash, github_overlay, pypi_overlay

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.index import Index
    from tests.project import Project, Result

DAY = "2026-01-01T00:00:00+00:00"
ADVERTISED = {"Content-Type": "application/x-git-upload-pack-advertisement"}
ERROR = f"ERR {HOSTILE}\n".encode()
REFUSAL = b"%04x%s0000" % (len(ERROR) + 4, ERROR)


@dataclass
class World:
    """A repository whose packages, upstreams and people all say hostile things."""

    home: Home
    summary: Path
    overlays: dict[str, str]

    def run(self, *arguments: str, seen: str = SEEN) -> Result:
        """Run a command as GitHub Actions does, and look at all that it leaves."""
        self.summary.write_text("")
        result = self.home.project.run(*arguments)
        said = [result.err, self.summary.read_text(), *self._on_github()]
        if "--json" in arguments and "plan" not in arguments:
            said += texts(result.json)
        elif "--dry-run" not in arguments:  # whose diff is the file's own bytes
            said.append(result.out)
        for text in said:
            assert acting(text) == [], text
        assert seen in "".join([*said, result.out])
        return result

    def _on_github(self) -> Iterator[str]:
        """Yield what the updater wrote for people."""
        for pull in self.home.hosted.pulls.values():
            if pull.author == "loopback":
                yield from (pull.title, pull.body, *(text for _, text in pull.comments))
        yield from (issue.body for issue in self.home.hosted.issues.values())
        self.home.hosted.settle()
        yield self.home.hosted.git("log", "--all", "--format=%B%n%D")


@pytest.fixture
def world(
    project: Project,
    github: GitHub,
    index: Index,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[World]:
    home = Home.made(project, github, index, monkeypatch)
    overlays = {
        "apple.nix": pypi_overlay("apple", "1.0", sri=FAKE).replace(
            'version = "1.0";', f'version = "1.0"; /* {HOSTILE[:-1]} */'
        ),
        "fig.nix": github_overlay("fig", "1.0.0", sri=FAKE),
        "date.nix": github_overlay("date", "1.0.0", rev="main", sri=FAKE),
        "lies.nix": github_overlay("lies", "1.0.0", rev=f"v1.0.0{HOSTILE}", sri=FAKE),
        "broken.nix": f"{{ broken = ] {HOSTILE}; }}\n",
        "gone.nix": github_overlay("gone", "1.0.0", owner="nobody", sri=FAKE),
        f"evil{HOSTILE[-2]}.nix": pypi_overlay("evil", "1.0", sri=FAKE),
    }
    overlays["gone.nix"] += f"# updater: {HOSTILE[:-2]}\n"
    apples = [*index.release("apple", "1.0", yanked=HOSTILE, requires_python=f">=3{HOSTILE}")]
    overlays["apple.nix"] = overlays["apple.nix"].replace(FAKE, flat_hash(apples[0].content))
    hostile = json.dumps(HOSTILE)
    index.release(
        "apple",
        "2.0",
        files={
            "apple-2.0.tar.gz": tarred(
                {
                    "apple-2.0/PKG-INFO": "Metadata-Version: 2.2\nName: apple\nVersion: 2.0\n"
                    f"License: MIT {HOSTILE[:-2]}\nRequires-Dist: x @ https://h/{HOSTILE[1:-2]}\n",
                    "apple-2.0/pyproject.toml": f'[project]\nname = "apple"\nlicense = {hostile}\n',
                }
            )
        },
    )
    for name in ("fig", "date"):
        repository = github.repository("o", name, archived=True)
        commit = repository.commit({"LICENSE": f"{HOSTILE}\n"})
        for tag in ("v1.0.0", "v1.1.0", "v9.0\u202e"):
            repository.tag(tag, commit)
            repository.release(tag, DAY, notes=HOSTILE)
        repository.settle()
    github.server.fail("GET .*/date.git/info/refs", Response(200, REFUSAL, ADVERTISED))
    for name, text in overlays.items():
        project.overlay(name, text)
    home.hosted.commit({f"overlays/{name}": text for name, text in overlays.items()})
    home.hosted.settle()
    with Osv() as osv:
        record = {"id": HOSTILE, "aliases": [HOSTILE], "summary": HOSTILE}
        osv.records = {("apple", "1.0"): [record], ("fig", "1.1.0"): [record]}
        home.configure(f"vulnerabilities: {osv.server.url}\ndashboard: true\n")
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
        yield World(home, tmp_path / "summary", overlays)


@pytest.mark.parametrize(
    "command", ["list", "check -v", "bump --dry-run", "verify", "identify", "plan"]
)
@pytest.mark.parametrize("form", ["", " --json"], ids=["text", "JSON"])
def test_nothing_that_a_command_prints_acts(world: World, command: str, form: str) -> None:
    world.run(*f"{command}{form}".split())


def test_the_reason_of_a_yanked_release_is_told_without_what_acts(world: World) -> None:
    said = world.home.packages(world.run("check", "apple", "--json"))["apple"]
    assert [one["message"] for one in said["warnings"] if one["code"] == "yanked"] == [
        "the pinned release 1.0 is yanked: evil"
    ]
    verdict = world.home.packages(world.run("verify", "apple", "--json"))["apple"]
    assert (verdict["state"], verdict["reason"]) == ("yanked", "evil")


def test_a_tag_that_has_one_is_no_candidate(world: World) -> None:
    said = world.home.packages(world.run("check", "fig", "--json", seen=""))["fig"]
    assert (said["latest"], said["ref"]) == ("1.1.0", "v1.1.0")


def test_what_git_itself_says_is_told_without_what_acts(world: World) -> None:
    said = world.home.packages(world.run("identify", "date", "--json"))["date"]
    assert said["error"]["message"].endswith("fatal: remote error: ?[31mevil?")


def test_a_diff_is_the_files_bytes_but_on_a_terminal(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = world.run("bump", "--dry-run", "apple").out
    assert exact.count(f" /* {HOSTILE[:-1]} */\n") == 2
    patch = tmp_path / "patch"
    patch.write_bytes(exact.encode())
    world.home.project.git("apply", "--check", str(patch))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    shown = world.run("bump", "--dry-run", "apple", "--color", "never").out
    assert acting(shown) == []
    assert shown.count(" /* evil */\n") == 2


def test_nothing_that_is_published_acts(world: World, tmp_path: Path) -> None:
    """The results, and the pull requests and the dashboard that are there, are of others, too."""
    folder = tmp_path / "results"
    gone = "overlays/gone.nix#python3Packages.gone"
    world.run("bump", "apple", "fig", gone, "--dry-run", "--output", str(folder), seen="")
    world.home.bump("fig")
    ours = world.home.pull(max(world.home.hosted.pulls))
    ours.title += HOSTILE
    ours.body = ours.body.replace('"updates": ["', f'"updates": [{json.dumps(HOSTILE)}, "')
    changed = {"overlays/apple.nix": world.overlays["apple.nix"].replace('"1.0"', '"2.0"')}
    theirs = world.home.pull(world.home.open_as("anna", "hers", changed, owner="anna"))
    theirs.author = f"anna{HOSTILE}"
    for issue in world.home.hosted.issues.values():
        issue.body = issue.body.replace("pull request", f"pull {HOSTILE} request")
    for file in folder.iterdir():
        file.write_text(json.dumps(hostile_result(json.loads(file.read_text()))))
    result = world.run("publish", str(folder), "--json")
    assert {one["status"] for one in result.json["packages"]} == {"updated"}
    bodies = "".join(pull.body for pull in world.home.hosted.pulls.values())
    assert bodies.count("The last lines of the build's log:") == 2


def test_a_result_whose_name_has_one_is_refused(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "results"
    world.run("bump", "apple", "--dry-run", "--output", str(folder))
    (file,) = folder.iterdir()
    read = json.loads(file.read_text())
    file.write_text(json.dumps(read | {"package": f"{read['package']}{HOSTILE}"}))
    result = world.home.project.run("publish", str(folder))
    assert (result.code, result.out) == (2, "")
    assert "not a result of `bump --output`: a name in it has a control character" in result.err


def hostile_result(result: dict[str, Any]) -> dict[str, Any]:
    """Return a result whose build failed in hostile words, or its reason in such."""
    if "unmade" in result:
        return result | {"reason": HOSTILE}
    said = {"code": HOSTILE, "message": HOSTILE, "hint": HOSTILE}
    build = {"status": "failed", "attribute": HOSTILE, "phase": "build", "tail": HOSTILE}
    return result | {"build": result["build"] | build | {"diagnosis": said}}
