"""Each command line that a page shows, run as a reader would, or marked with the reason why not."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import pytest

from tests.loopback.distributions import core_metadata, tarred, wheel
from tests.project import github_overlay, pypi_overlay, unpacked_hash
from tests.test_docs import PAGES, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.commands.repository import Home

# The start of a line -> who runs it, or why nobody does
ELSEWHERE = {
    "./task run": "the test of the README's main job, against the real index",
    "./task test": "CI",
    "./task pytest": "CI, as ./task test",
    "uvx ": "the distribution is not published yet; `./task wheel` installs what would be",
    "pipx ": "the same",
    "nix run ": "needs nixpkgs; the flake's evaluation is tested",
    "nix --extra-experimental-features": "Nix's own, and needs the network",
    "nix store ping": "Nix's own, and needs another machine",
    "ssh-": "OpenSSH's own, and needs another machine",
    "git ": "git's own",
    'eval "$(updater completion ': "test_completion.py, in the shells themselves",
    "updater completion fish | source": "the same",
}
# What else a command may end with here than 0
CODES = {
    "updater check --exit-code": 10,  # updates are available, as its comment says
    "updater verify": 1,  # vocos is to be mended by the lines below it
}
FLAKE = """\
{
  outputs = { self, nixpkgs }:
    let
      overlays = [
        (import ./overlays/ema-pytorch.nix)
        (import ./overlays/vocos.nix)
        (import ./overlays/pi-zero/einx.nix)
      ];
      pkgs = import nixpkgs { system = "x86_64-linux"; inherit overlays; };
    in
    {
      packages.x86_64-linux.pyEnv = pkgs.python3.withPackages (ps: [
        ps.numpy
      ]);
    };
}
"""


def lines(page: Path) -> Iterator[str]:
    """Yield the command lines of a page's shell blocks, comments cut off, continued ones joined."""
    text = page.read_text()
    blocks = re.findall(r"^ *```(sh|bash|console)\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)
    for language, block in blocks:
        for line in block.replace("\\\n", " ").splitlines():
            command = re.sub(r"(^|\s)#.*", "", line).strip()
            if language == "console":
                if not command.startswith("$ "):
                    continue
                command = command.removeprefix("$ ")
            if command:
                yield command


SHOWN = {
    page.relative_to(ROOT).as_posix(): [*lines(page)] for page in (*PAGES, *ROOT.glob("[CS]*.md"))
}


def elsewhere(line: str) -> list[str]:
    return [start for start in ELSEWHERE if line.startswith(start)]


def test_every_reason_is_that_of_a_line() -> None:
    shown = [line for every in SHOWN.values() for line in every]
    assert {start for line in shown for start in elsewhere(line)} == ELSEWHERE.keys()
    assert CODES.keys() <= set(shown)


@pytest.fixture
def reader(home: Home) -> Home:
    """A checkout of a repository of the guide's kind, with the packages that the pages name."""
    project = home.project
    for name in ("apple", "pear"):
        (project.root / "overlays" / f"{name}.nix").unlink()
    tool = home.github.repository("o", "vocos")
    for version in ("0.0.9", "0.1.0", "0.2.0"):
        tool.tag(f"v{version}", tool.commit({"setup.py": f"setup(version='{version}')\n"}))
    sri = unpacked_hash(tool, "v0.0.9", project.root.parent)
    ours = home.github.repository("lucidrains", "ema-pytorch")
    declared = '[project]\nname = "ema-pytorch"\nversion = "0.8.3"\n'
    ours.tag("0.8.3", ours.commit({"pyproject.toml": declared, "ema_pytorch/__init__.py": ""}))
    for name, version in (
        ("ema-pytorch", "0.7.7"),
        ("ema-pytorch", "0.8.3"),
        ("einx", "0.3.0"),
        ("filelock", "3.0"),
        ("vocos", "0.1.0"),
        ("vocos", "0.2.0"),
        ("CacheControl", "0.14.0"),
    ):
        publish(home, name, version)
    overlays = {
        "ema-pytorch": pypi_overlay("ema-pytorch", "0.7.7", pname="ema_pytorch"),
        "vocos": github_overlay("vocos", "0.0.9", rev="main", sri=sri),
        "pi-zero/einx": pypi_overlay("einx", "0.3.0"),
    }
    for name, text in overlays.items():
        project.overlay(f"{name}.nix", text)
    (project.root / "flake.nix").write_text(FLAKE)
    project.git("init", "--quiet", "--initial-branch", "main")
    for name, value in (("user.name", "T"), ("user.email", "t@example.org")):
        project.git("config", name, value)
    project.git("add", ".")
    project.git("commit", "--quiet", "--message", "ours")
    for ref in ("refs/remotes/origin/main", "refs/remotes/origin/release", "refs/tags/start"):
        project.git("update-ref", ref, "HEAD")
    project.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    files = {path: data.decode() for path, data in project.snapshot().items()}
    home.hosted.commit({"overlays/apple.nix": None, "overlays/pear.nix": None, **files})
    home.hosted.settle()
    return home


def publish(home: Home, name: str, version: str) -> None:
    stem = name.lower().replace("-", "_")
    metadata = core_metadata(name, version, None)
    declared = (
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
        f'[project]\nname = "{name}"\nversion = "{version}"\n'
        '[project.optional-dependencies]\nfilecache = ["filelock"]\n'
    )
    files = {
        f"{stem}-{version}.tar.gz": tarred(
            {
                f"{stem}-{version}/pyproject.toml": declared,
                f"{stem}-{version}/PKG-INFO": metadata,
                f"{stem}-{version}/{stem}/__init__.py": "",
            }
        ),
        f"{stem}-{version}-py3-none-any.whl": wheel(
            f"{stem}-{version}-py3-none-any.whl", stem, version, metadata
        ),
    }
    home.index.release(name, version, files=files)


def restore(home: Home, line: str) -> None:
    """Undo what the line before did; before an `add`, what it adds is not there yet."""
    git = home.project.git
    git("reset", "--quiet", "--hard", "start")
    git("clean", "--quiet", "--force", "-d", "-x")
    for name in ("ema-pytorch", "vocos"):
        if line.startswith("updater add") and name in line:
            git("rm", "--quiet", f"overlays/{name}.nix")
            flake = (home.project.root / "flake.nix").read_text()
            listed = f"        (import ./overlays/{name}.nix)\n"
            (home.project.root / "flake.nix").write_text(flake.replace(listed, ""))
            git("commit", "--quiet", "--all", "--message", f"without {name}")


RUN = {name: [one for one in every if not elsewhere(one)] for name, every in SHOWN.items()}


@pytest.mark.parametrize("page", [name for name, every in RUN.items() if every])
def test_the_lines_of_a_page_do_what_it_says(reader: Home, page: str) -> None:
    """Each begins with the repository as it was, but for what a line above it made on purpose."""
    failed = []
    for line in RUN[page]:
        words = shlex.split(line.removeprefix("env -u GITHUB_TOKEN "))
        assert words[0] == "updater", line
        if words[1] != "publish":  # that is about what the line above it wrote
            restore(reader, line)
        if words[1] == "add":  # test_add.py builds what is added, and what that needs
            words = [*(word for word in words if word != "--with-missing"), "--no-build"]
        result = reader.project.run(*(absolute(reader, word) for word in words[1:]))
        if result.code != CODES.get(line, 0):
            failed.append(f"{line}: {result.code}\n{result.out}{result.err}")
    assert not failed, "\n".join(failed)


def absolute(reader: Home, word: str) -> str:
    """The tests run the command elsewhere; only a folder of results is named by where one is."""
    return str(reader.project.root / word) if word == "results" else word
