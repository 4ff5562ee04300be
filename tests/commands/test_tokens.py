"""A build that looks for tokens in its ancestors finds none, or is never started.

The sdist's setup.py walks from its own process up to the first, reads what each was started with,
and packages what it found. Only real processes count here, so the command runs in its own.
"""

from __future__ import annotations

import ast
import json
import os
import re
import secrets
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.commands.repository import Home
from tests.loopback.github import TOKEN

if TYPE_CHECKING:
    from tests.workshop import Workshop

pytestmark = [pytest.mark.nix, pytest.mark.usefixtures("tokenless")]

SPY = """\
import json, os, pathlib
looked, seen, process = [], [], os.getpid()
while process:
    folder = pathlib.Path("/proc", str(process))
    looked.append((folder / "comm").read_text().strip())
    try:
        pairs = (folder / "environ").read_bytes().split(b"\\0")
    except PermissionError:
        pairs = []
    seen += [pair.decode() for pair in pairs if pair.startswith(b"GITHUB_TOKEN=")]
    status = (folder / "status").read_text()
    process = int(status.split("PPid:")[1].split()[0])
pathlib.Path("apple/__init__.py").write_text("FOUND = " + repr(json.dumps([looked, seen])) + "\\n")
from setuptools import setup
setup()
"""

# Takes the token out of the environment before it does anything: too late.
FORGETFUL = [
    sys.executable,
    "-c",
    (
        "import os, sys; del os.environ['GITHUB_TOKEN']; "
        "from updater.__main__ import main; sys.exit(main(sys.argv[1:]))"
    ),
]
UPDATER = [sys.executable, "-m", "updater"]
SHELL = ["sh", "-c", 'unset GITHUB_TOKEN; "$@"; exit $?', "sh", *UPDATER]


@pytest.fixture
def spied(workshop: Workshop) -> Workshop:
    """A package whose new release spies; no other test has built it before."""
    workshop.add("apple", "2.0", setup=f"# {secrets.token_hex(8)}\n{SPY}")
    workshop.overlay("apple")
    return workshop


def started(command: list[str], workshop: Workshop, *arguments: str, token: str = "") -> Any:
    """Run ``bump`` as a process, with a token or without; return its package."""
    environment = dict(os.environ) | ({"GITHUB_TOKEN": token} if token else {})
    done = subprocess.run(
        [*command, "bump", "--json", "-C", str(workshop.project.root), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not token or token not in done.stdout + done.stderr
    assert done.stdout, done.stderr
    (package,) = json.loads(done.stdout)["packages"]
    return package


def built(name: str = "apple") -> list[Path]:
    """What spies packaged, in the whole store."""
    module = f"*-{name}-2.0/lib/python3*/site-packages/{name}/__init__.py"
    return [*Path(os.environ["NIX_STORE_DIR"]).glob(module)]


def found(path: Path) -> tuple[list[str], list[str]]:
    """The processes that the spy looked at, and the tokens that it saw."""
    looked, seen = json.loads(ast.literal_eval(path.read_text().partition("= ")[2]))
    return looked, seen


def test_the_attack_is_real(spied: Workshop) -> None:
    """By hand, from a process that unset its token before it called Nix, the build reads it."""
    token = f"gho_{secrets.token_hex(8)}"
    assert spied.bump("--no-build")[0].code == 0
    before = built()
    by_hand = (
        "import os, subprocess; del os.environ['GITHUB_TOKEN']; subprocess.run(['nix-build', "
        "'--no-out-link', '-A', 'python3Packages.apple'], check=True)"
    )
    subprocess.run(
        [sys.executable, "-c", by_hand],
        cwd=spied.project.root,
        env=dict(os.environ) | {"GITHUB_TOKEN": token},
        capture_output=True,
        check=True,
    )
    (path,) = set(built()) - set(before)
    assert found(path)[1] == [f"GITHUB_TOKEN={token}"]


REFUSED = "builds are not sandboxed, and GITHUB_TOKEN {}: upstream code could read it"
WAYS = {
    "set": (UPDATER, "is set"),
    "unset by the process itself": (FORGETFUL, "was set when the updater was started"),
    "unset by the shell": (SHELL, r"was set when sh \(process \d+\) was started"),
}


@pytest.mark.parametrize(("command", "says"), WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("arguments", [(), ("--output", "{root}/results")], ids=["bump", "output"])
def test_beside_a_token_nothing_is_built(
    spied: Workshop, command: list[str], says: str, arguments: tuple[str, ...]
) -> None:
    before, files = built(), spied.project.snapshot()
    filled = [one.format(root=spied.project.root.parent) for one in arguments]
    package = started(command, spied, *filled, token=f"gho_{secrets.token_hex(8)}")
    assert re.fullmatch(REFUSED.format(says), package["error"]["message"])
    assert package["error"]["hint"] == (
        "turn on Nix's sandbox, or build where the token never was: `bump --output DIR`, then "
        "`publish DIR`"
    )
    assert (package["status"], package["build"], built()) == ("failed", None, before)
    assert spied.project.snapshot() == files


@pytest.mark.parametrize("command", [UPDATER, FORGETFUL], ids=["set", "unset late"])
def test_a_pull_request_is_not_built_beside_its_token(
    spied: Workshop, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unset late, there is no token for GitHub either; what counts is that nothing is built."""
    home = Home.made(spied.project, spied.github, spied.index, monkeypatch)
    monkeypatch.delenv("GITHUB_TOKEN")
    text = (spied.project.root / "overlays" / "apple.nix").read_text()
    home.hosted.commit({"overlays/apple.nix": text})
    home.hosted.settle()
    before = built()
    done = subprocess.run(
        [*command, "bump", "--pr", "--json", "-C", str(spied.project.root)],
        env=dict(os.environ) | {"GITHUB_TOKEN": TOKEN},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (built(), home.writes(), home.hosted.pulls) == (before, [], {})
    if command == UPDATER:
        (package,) = json.loads(done.stdout)["packages"]
        assert package["error"]["message"] == REFUSED.format("is set")
    assert done.returncode == (1 if command == UPDATER else 2)


def test_without_a_token_the_build_proves_that_it_saw_none(spied: Workshop, tmp_path: Path) -> None:
    """Its output names the processes that it read, the updater and this test among them."""
    before = built()
    package = started(UPDATER, spied, "--output", str(tmp_path / "results"))
    assert (package["status"], package["build"]["sandboxed"]) == ("updated", False), package[
        "error"
    ]
    (path,) = set(built()) - set(before)
    looked, seen = found(path)
    assert seen == []
    assert "nix-store" in looked
    # The build's own, the updater's, and that of the tests.
    assert len([name for name in looked if name.startswith("py")]) >= 3, looked
