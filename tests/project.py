"""A scratch project: overlays, configuration, and the command run inside it."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import tempfile
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from updater.__main__ import main

if TYPE_CHECKING:
    import pytest

    from tests.loopback.repositories import Repository


FAKE = "sha256-2vAqako8gGzgFdpszP0MZbMvqgLIvJkgEvlz2EoMCok="


@dataclass(frozen=True, slots=True)
class Result:
    """What a run of the command left: exit code, stdout, stderr."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Stdout as one JSON object."""
        return json.loads(self.out)


class Project:
    """A folder that the command runs in."""

    def __init__(self, root: Path, captured: pytest.CaptureFixture[bytes]) -> None:
        self.root = root
        self._captured = captured

    def configure(self, text: str) -> None:
        """Write config.yaml."""
        (self.root / "config.yaml").write_text(textwrap.dedent(text))

    def add_configuration(self, text: str) -> None:
        """Append to config.yaml."""
        with (self.root / "config.yaml").open("a") as file:
            file.write(textwrap.dedent(text))

    def overlay(self, name: str, text: str) -> Path:
        """Write an overlay file."""
        path = self.root / "overlays" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return path

    def run(self, *arguments: str) -> Result:
        """Run ``updater ARGUMENTS`` in this process, in the project's folder."""
        self._captured.readouterr()
        command, *rest = arguments
        code = main([command, "-C", str(self.root), *rest])
        out, err = self._captured.readouterr()
        return Result(code, out.decode("utf-8", "surrogateescape"), err.decode())

    def advice(self, command: str, purpose: str, *arguments: str) -> str:
        """Return the last line of a report that names the next command."""
        asked = " ".join(("updater", command, "-C", str(self.root), *arguments))
        return f'Run "{asked}" to {purpose}.\n'

    def git(self, *arguments: str) -> str:
        """Run git in the project's folder."""
        done = subprocess.run(
            ["git", "-c", "user.name=T", "-c", "user.email=t@example.org", *arguments],
            cwd=self.root,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def snapshot(self) -> dict[str, bytes]:
        """Return every file's bytes by its path."""
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and ".git" not in path.parts
        }


def pypi_overlay(name: str, version: str, *, pname: str = "", sri: str = "") -> str:
    """Return an overlay with one package from the package index, in the guide's pattern."""
    own = f'pname = "{pname}"; inherit version;' if pname else "inherit pname version;"
    return f"""\
self: super: {{
  python3Packages = super.python3Packages // {{
    {name} = super.python3Packages.buildPythonPackage rec {{
      pname = "{name}";
      version = "{version}";

      src = super.fetchPypi {{
        {own}
        hash = "{sri}";
      }};
    }};
  }};
}}
"""


def github_overlay(
    name: str,
    version: str,
    *,
    owner: str = "o",
    repo: str = "",
    rev: str = "v${version}",
    sri: str = "",
) -> str:
    """Return an overlay with one package from GitHub, in the guide's pattern."""
    return f"""\
self: super: {{
  python3Packages = super.python3Packages // {{
    {name} = super.python3Packages.buildPythonPackage rec {{
      pname = "{name}";
      version = "{version}";

      src = super.fetchFromGitHub {{
        owner = "{owner}";
        repo = "{repo or name}";
        rev = "{rev}";
        hash = "{sri}";
      }};
    }};
  }};
}}
"""


def flat_hash(content: bytes) -> str:
    """A file's SRI hash, computed without the updater."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}"


def unpacked_hash(repository: Repository, commit: str, folder: Path) -> str:
    """The SRI hash that Nix itself gives a commit's tree."""
    repository.settle()
    tree = Path(tempfile.mkdtemp(dir=folder))
    tree.chmod(0o755)
    archive = subprocess.run(
        ["git", "archive", commit], cwd=repository.path, check=True, capture_output=True
    )
    subprocess.run(["tar", "-x", "-C", str(tree)], input=archive.stdout, check=True)
    digest = subprocess.run(
        ["nix-hash", "--type", "sha256", str(tree)], check=True, capture_output=True, text=True
    )
    return f"sha256-{base64.b64encode(bytes.fromhex(digest.stdout.strip())).decode()}"
