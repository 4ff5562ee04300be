"""A source that is downloaded for its hash lies in TMPDIR only until Nix has it."""

from __future__ import annotations

import json
import random
import shutil
import sys
import tempfile
from typing import TYPE_CHECKING

import pytest

from tests.project import FAKE, github_overlay
from tests.workshop import buildable, project_file

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.workshop import Workshop

pytestmark = pytest.mark.nix

PACKAGES = ("apple", "fig", "pear", "plum")
LARGE = 100_000
"""A source is told from all else in TMPDIR by a file of more bytes, archived or not."""

# Notes the large files that there are but for those of Nix's own builds, and becomes the program.
NOTING = f"""\
#!{sys.executable}
import json, os, sys
folder, large = os.environ["TMPDIR"], []
for inside, folders, names in os.walk(folder):
    folders[:] = [name for name in folders if not name.startswith("nix-build-")]
    paths = [os.path.join(inside, name) for name in names]
    large += [os.path.relpath(path, folder) for path in paths if os.path.getsize(path) > {LARGE}]
with open("{{notes}}", "a") as file:
    file.write(json.dumps([sys.argv[1:2], large]) + "\\n")
os.execv("{{real}}", ["{{name}}", *sys.argv[1:]])
"""


class Watched:
    """A TMPDIR, and programs of Nix that note what lies there when they are started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir()
        self.programs = folder.with_name("programs-of-the-test")
        self.programs.mkdir()
        self._notes = folder.with_name("notes")
        self._notes.touch()
        for name in ("nix-instantiate", "nix-store"):
            text = NOTING.format(name=name, notes=self._notes, real=shutil.which(name))
            (self.programs / name).write_text(text)
            (self.programs / name).chmod(0o755)

    def sources(self, *commands: str) -> list[int]:
        """How many sources lay there at each start with one of some options."""
        noted = [json.loads(line) for line in self._notes.read_text().splitlines()]
        return [
            len({path.split("/")[1] for path in large})
            for arguments, large in noted
            if arguments[0] in commands
        ]


@pytest.fixture
def watched(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> Watched:
    made = Watched(workshop.tiny.with_name("temporary"))
    monkeypatch.setenv("TMPDIR", str(made.folder))
    monkeypatch.setenv("PATH", str(made.programs), prepend=":")
    monkeypatch.setattr(tempfile, "tempdir", None)
    return made


def behind(workshop: Workshop, github: GitHub, *names: str, source: str = "") -> None:
    """Write overlays of packages that are behind, each with a large source of its own."""
    for name in names:
        large = random.Random(name).randbytes(LARGE).hex()  # noqa: S311 - no secret
        files = {
            "pyproject.toml": project_file(name, "2.0", name),
            f"{name}/__init__.py": "",
            "large": f"{large} {source}",
        }
        repository = github.repository("o", name)
        repository.tag("v2.0", repository.commit(files))
        repository.settle()
        text = github_overlay(name, "1.0", sri=FAKE).replace("hash = ", f"{source}\n hash = ")
        workshop.project.overlay(f"{name}.nix", buildable(text))
    workshop.overlay()


@pytest.mark.parametrize("jobs", [1, 2])
def test_there_are_no_more_sources_than_builds_may_go_on(
    workshop: Workshop, github: GitHub, watched: Watched, jobs: int
) -> None:
    """None is left when the builds begin, and nothing at all at the end."""
    behind(workshop, github, *PACKAGES, source=f"# {jobs} at once\n")
    workshop.configure(jobs=jobs)
    result, packages = workshop.bump()
    built = {name: one["build"] and one["build"]["status"] for name, one in packages.items()}
    assert (result.code, built) == (0, dict.fromkeys(PACKAGES, "passed")), result.out
    stored = watched.sources("--add-fixed")
    assert len(stored) == len(PACKAGES)
    assert 1 <= min(stored) <= max(stored) <= jobs
    assert set(watched.sources("--eval", "--realise", "--query")) == {0}
    assert list(watched.folder.iterdir()) == []
    assert len(github.server.requests("archive")) == len(PACKAGES)


def test_a_source_that_is_not_taken_is_gone_as_well(
    workshop: Workshop, github: GitHub, watched: Watched
) -> None:
    """Its text names a branch, which is read in it, so that it is downloaded and held."""
    behind(workshop, github, "apple", source="# held\n")
    apple = github.named("o/apple")
    assert apple is not None
    named = {".gitattributes": "refs.txt export-subst\n", "refs.txt": "$Format:%D$\n"}
    project = {"pyproject.toml": project_file("apple", "3.0", "apple")}
    apple.tag("v3.0", apple.commit(project | named))
    apple.settle()
    result, packages = workshop.bump()
    assert (result.code, packages["apple"]["status"]) == (0, "held"), result.out
    assert "branch main" in packages["apple"]["reason"]
    assert len(github.server.requests("archive")) == 1
    assert watched.sources("--add-fixed") == []
    assert list(watched.folder.iterdir()) == []


def test_a_source_of_another_name_is_downloaded_once_as_well(
    workshop: Workshop, github: GitHub, watched: Watched
) -> None:
    """What is in the store under the usual name is put there under its own."""
    behind(workshop, github, "apple", source='name = "apple-as-it-is";')
    result, packages = workshop.bump()
    assert (result.code, packages["apple"]["build"]["status"]) == (0, "passed"), result.out
    assert len(github.server.requests("archive")) == 1
    assert list(watched.folder.iterdir()) == []
