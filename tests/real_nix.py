"""The real Nix on a store of its own, and copies of the tiny package set for it.

Nothing here reads or writes ``/nix``: store, state, logs and configuration lie in a temporary
folder, so that tests need neither a daemon nor root. Source: Nix manual, "Common environment
variables" and "nix.conf".
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.loopback.mercurial import HG

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
PACKAGE_SET = Path(__file__).parent / "nixpkgs"

# What a build may know of its surroundings: no token, no proxy and no NIX_PATH of the caller
KEPT = ("PATH", "TMPDIR", "NIX_SSL_CERT_FILE", "SSL_CERT_FILE")

# sandbox: builds use the host's tools. fsync: the store does not outlive the tests.
CONFIGURATION = """\
sandbox = false
substituters =
build-users-group =
experimental-features = nix-command flakes
flake-registry =
max-jobs = 2
fsync-metadata = false
"""


class NixFailed(AssertionError):
    """A Nix command that a test expects to pass did not.

    Attributes:
        stderr: what it wrote, logs of builds included.
    """

    def __init__(self, command: list[str], stderr: str) -> None:
        super().__init__(f"$ {' '.join(command)}\n{stderr}")
        self.stderr = stderr


@dataclass(frozen=True, slots=True)
class Nix:
    """Runs Nix commands on one store.

    Attributes:
        folder: holds everything that Nix writes.
        environment: all variables that a Nix command needs, for commands that a test starts itself.
    """

    folder: Path
    environment: dict[str, str]

    def run(self, *command: str) -> str:
        """Return what a command writes to stdout.

        Raises:
            NixFailed: it exits with another code than 0.
        """
        done = subprocess.run(
            command,
            env=self.environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise NixFailed([*command], done.stderr)
        return done.stdout

    def eval(self, expression: str, **arguments: str | Path) -> Any:
        """Return the value of an expression, or of a function called with these strings.

        Raises:
            NixFailed: it does not evaluate, or its value is not one that JSON has.
        """
        flags = ["--eval", "--strict", "--json", "--expr", expression]
        return json.loads(self.run("nix-instantiate", *flags, *_strings(arguments)))

    def build(self, expression: str, **arguments: str | Path) -> Path:
        """Build what an expression, or a function called with these strings, gives.

        Raises:
            NixFailed: it does not evaluate or does not build.
        """
        flags = ["--no-out-link", "--expr", expression]
        return Path(self.run("nix-build", *flags, *_strings(arguments)).strip())

    def hash_of(self, tree: Path) -> str:
        """Return the SRI hash of a file or folder as fetchers pin it (its NAR's sha256)."""
        # Nix 2.8 has no --sri here
        digest = bytes.fromhex(self.run("nix-hash", "--type", "sha256", str(tree)))
        return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def _strings(arguments: dict[str, str | Path]) -> list[str]:
    return [part for name, value in arguments.items() for part in ("--argstr", name, str(value))]


_BACKENDS = ("setuptools", "wheel", "hatchling", "flit-core", "poetry-core", "setuptools-scm")


def place(
    folder: Path,
    *,
    github: str = "https://github.com",
    index: str = "https://index.example",
    crates: str = "https://crates.example",
    hex_: str = "https://hex.example",
    npm: str = "https://npm.example",
    python: str = sys.executable,
) -> Path:
    """Put a copy of the tiny package set into a new folder and return the folder.

    It can be imported like nixpkgs and, as ``path:FOLDER``, be the input nixpkgs of a flake.

    Args:
        folder: must not exist.
        github: where fetchFromGitHub fetches, such as the address of a loopback server.
        index: where fetchPypi fetches; files lie below ``packages/source/`` there.
        crates: where fetchCrate fetches, as its ``registryDl`` has it.
        hex_: where fetchHex fetches; files lie below ``tarballs/`` there.
        npm: where addresses that begin with ``mirror://npm`` are.
        python: has the build tools and is of the Python version that runs the tests.
    """
    shutil.copytree(PACKAGE_SET, folder)
    site = {
        "github": github,
        "gitlab": "https://gitlab.com",
        "index": index,
        "crates": crates,
        "hex": hex_,
        "npm": npm,
        "bash": "/bin/bash",
        "hg": str(HG),
        "path": "/usr/local/bin:/usr/bin:/bin",
        "python": python,
        "pythonVersion": f"{sys.version_info.major}.{sys.version_info.minor}",
        "versions": {name: version(name) for name in _BACKENDS},
    }
    # As JSON, in which Nix has no interpolation to escape
    (folder / "site.json").write_text(json.dumps(site), encoding="utf-8")
    (folder / "site.nix").write_text("builtins.fromJSON (builtins.readFile ./site.json)\n")
    return folder


@pytest.fixture(scope="session")
def nix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nix]:
    """The real Nix on an empty store, one for each worker of pytest-xdist."""
    if shutil.which("nix") is None:
        pytest.fail(
            "this test runs the real Nix and found no `nix` on PATH: install it (Debian and Ubuntu:"
            " the package nix-bin; elsewhere: nixos.org/download), or leave out such tests with"
            " `-m 'not nix'`",
            pytrace=False,
        )
    # Short, since the store's path ends up in the first line of scripts
    folder = tmp_path_factory.mktemp("nix")
    (folder / "conf").mkdir()
    (folder / "conf" / "nix.conf").write_text(CONFIGURATION, encoding="utf-8")
    (folder / "home").mkdir()
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment = kept | {
        "HOME": str(folder / "home"),
        "LANG": "C.UTF-8",
        "NIX_CONF_DIR": str(folder / "conf"),
        "NIX_USER_CONF_FILES": "",
        "NIX_LOCALSTATE_DIR": str(folder / "var"),
        "NIX_LOG_DIR": str(folder / "log"),
        "NIX_PATH": "",
        "NIX_REMOTE": "local",
        "NIX_STATE_DIR": str(folder / "state"),
        "NIX_STORE_DIR": str(folder / "store"),
    }
    yield Nix(folder, environment)
    discard(folder)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tiny package set that fetches nothing."""
    return place(tmp_path_factory.mktemp("tiny") / "nixpkgs", github="https://github.example")


def discard(folder: Path) -> None:
    """Remove a folder with a store in it, whose folders are read-only."""
    for inside, folders, _files in os.walk(folder):
        for name in folders:
            path = Path(inside, name)
            if not path.is_symlink():
                path.chmod(0o700)
    shutil.rmtree(folder)
