"""Standard streams that are closed, full or of another encoding."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.project import FAKE, Project, pypi_overlay

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.index import Index

LISTED = """\
PACKAGE  VERSION  FOLLOWS  FETCHER    FILE
a        1.0      pypi     fetchPypi  overlays/a.nix:3
"""
UNKNOWN = (
    "updater: no package matches 'b'\nhint: `updater list` shows every package that was found\n"
)
FULL = "updater: cannot write the output: No space left on device\n"


@pytest.fixture
def folder(project: Project, index: Index) -> Path:
    """A project with one package that is behind."""
    index.release("a", "2.0")
    project.overlay("a.nix", pypi_overlay("a", "1.0", sri=FAKE))
    return project.root


def run(folder: Path, redirected: str, *arguments: str, **variables: str) -> tuple[int, str, str]:
    """Run the command from a shell that redirects its streams; return exit code, stdout, stderr."""
    command = [sys.executable, "-m", "updater", *arguments, "-C", str(folder)]
    done = subprocess.run(
        ["sh", "-c", f'"$@" {redirected}', "sh", *command],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, **variables},
    )
    return done.returncode, done.stdout, done.stderr


CLOSED = {
    "stdin": ("<&-", ["list"], (0, LISTED, "")),
    "stdout": (">&-", ["list"], (0, "", "")),
    "stdout, of a refusal": (">&-", ["list", "b", "--json"], (3, "", UNKNOWN)),
    "stdout, of what click prints": (">&-", ["list", "--help"], (0, "", "")),
    "stderr": ("2>&-", ["list"], (0, LISTED, "")),
    "stderr, of a refusal": ("2>&-", ["list", "b"], (3, "", "")),
    "all": ("<&- >&- 2>&-", ["check", "--exit-code"], (10, "", "")),
}


@pytest.mark.parametrize(("redirected", "arguments", "ends"), CLOSED.values(), ids=CLOSED)
def test_a_run_without_a_stream_does_and_ends_as_any(
    folder: Path, redirected: str, arguments: list[str], ends: tuple[int, str, str]
) -> None:
    assert run(folder, redirected, *arguments) == ends


@pytest.mark.parametrize("encoding", ["ascii", "utf-8:strict"])
def test_a_name_that_the_output_cannot_spell_is_escaped(
    project: Project, folder: Path, encoding: str
) -> None:
    name = os.fsdecode(b"z\xff.nix")
    (project.root / "overlays" / name).write_text(pypi_overlay("b", "1.0", sri=FAKE))
    code, out, err = run(folder, "", "list", "b", PYTHONIOENCODING=encoding)
    assert (code, out.split()[5::4], err) == (0, ["b", r"overlays/z\udcff.nix:3"], "")


def test_json_stays_json_in_every_encoding(folder: Path) -> None:
    (folder / "overlays" / "é😀.nix").write_text(pypi_overlay("b", "1.0", sri=FAKE))
    code, out, err = run(folder, "", "list", "b", "--json", PYTHONIOENCODING="ascii")
    (package,) = json.loads(out)["packages"]
    assert (code, package["file"], err) == (0, "overlays/é😀.nix", "")


FULL_COMMANDS = (["list"], ["list", "--json"], ["bump", "--dry-run", "--no-build"])


@pytest.mark.skipif(sys.platform != "linux", reason="no other system has a full device")
@pytest.mark.parametrize("arguments", FULL_COMMANDS, ids=" ".join)
def test_an_output_that_takes_no_more_is_said_and_fails(folder: Path, arguments: list[str]) -> None:
    code, out, err = run(folder, ">/dev/full", *arguments, PYTHONUNBUFFERED="1")
    assert (code, out, err) == (1, "", FULL)


LEFT = {
    "lines": ["list"],
    "JSON": ["list", "--json"],
    "a look-up": ["check"],
    "help": ["list", "--help"],
    "the configuration": ["config", "show"],
}


@pytest.mark.parametrize("arguments", LEFT.values(), ids=LEFT)
def test_a_run_ends_as_a_pipe_does_when_its_reader_left(folder: Path, arguments: list[str]) -> None:
    """By SIGPIPE, which `head` makes of every program, and without a word."""
    assert left(folder, *arguments, "-C", str(folder)) == (-signal.SIGPIPE, "")


def test_so_does_the_version(folder: Path) -> None:
    assert left(folder, "--version") == (-signal.SIGPIPE, "")


def left(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run the command with a stdout that nobody reads; return how it ended, and stderr."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "updater", *arguments]
    with os.fdopen(writer) as nobody:
        done = subprocess.run(
            command, check=False, stdout=nobody, stderr=subprocess.PIPE, text=True, cwd=folder
        )
    return done.returncode, done.stderr
