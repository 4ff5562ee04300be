"""Kinds of other installed packages are found by their entry points: the example of the docs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.loopback.messages import Response, json_answer
from tests.loopback.server import Server
from tests.project import FAKE, flat_hash

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.loopback.messages import Request

EXAMPLE = Path(__file__).parent.parent / "docs" / "example-kind"
OVERLAY = f"""\
final: prev: {{
  tool = prev.stdenv.mkDerivation rec {{
    pname = "tool";
    version = "1.0";
    src = prev.fetchArtifact {{
      server = "artifacts.example";
      name = "tool";
      inherit version;
      hash = "{FAKE}";
    }};
  }};
}}
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that pip installed the example into."""
    folder = tmp_path_factory.mktemp("installed")
    options = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--target"]
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *options, str(folder), str(EXAMPLE)], check=True
    )
    return folder


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that has 1.0 and 2.0 of the tool."""

    def answer(request: Request) -> Response:
        name = request.path.rpartition("/")[2]
        if name == "versions.json":
            return json_answer(["1.0", "2.0"])
        return Response(200, body=name.encode())

    with Server() as made:
        made.route("GET", "/tool/.+", answer)
        yield made
    assert made.errors == []


def updater(folder: Path, path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command with a folder of installed packages beside it."""
    return subprocess.run(
        [sys.executable, "-m", "updater", *arguments, "-C", str(folder)],
        env={**os.environ, "PYTHONPATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )


def project(tmp_path: Path, server: Server) -> Path:
    """Write the overlay and the configuration that the example's server needs."""
    (tmp_path / "overlays").mkdir()
    (tmp_path / "overlays" / "tool.nix").write_text(OVERLAY)
    host = f"hosts:\n  artifacts.example: {{kind: artifacts, web: '{server.url}'}}\n"
    (tmp_path / "config.yaml").write_text(host)
    return tmp_path


def test_a_package_is_followed_by_kinds_of_others(
    tmp_path: Path, installed: Path, server: Server
) -> None:
    """Without them, the function is not known, and neither is the kind of the host."""
    root = project(tmp_path, server)
    done = updater(root, installed, "bump", "--no-build")
    assert done.stderr == ""
    assert (done.returncode, done.stdout.splitlines()[0]) == (
        0,
        "updated  tool  1.0  -> 2.0  warning: a new major version",
    )
    expected = OVERLAY.replace('"1.0"', '"2.0"').replace(FAKE, flat_hash(b"tool-2.0.tar.gz"))
    assert (root / "overlays" / "tool.nix").read_text() == expected
    without = updater(root, tmp_path, "check")
    assert without.returncode == 2
    assert "hosts.artifacts.example.kind" in without.stderr


def test_an_argument_that_is_computed_is_refused_for_them_too(
    tmp_path: Path, installed: Path, server: Server
) -> None:
    root = project(tmp_path, server)
    overlay = OVERLAY.replace("inherit version;", "inherit version; mirror = final.mirror;")
    (root / "overlays" / "tool.nix").write_text(overlay)
    done = updater(root, installed, "check")
    assert done.returncode == 0
    assert "overlays/tool.nix:8: mirror of tool is computed: final.mirror" in done.stdout


LACKING = """
from updater.fetchers.base import Fetcher

class Lacking(Fetcher):
    project = pin = fetch = None

KIND = Lacking()
"""
BROKEN = {
    "cannot be imported": (
        "no_such:KIND",
        "no_such:KIND of the installed package broken cannot be imported: ModuleNotFoundError",
        "update or uninstall broken",
    ),
    "is another object": (
        "json:dumps",
        "json:dumps of broken is not a Fetcher of the updater",
        "see docs/adding-a-kind.md, A kind of your own; or uninstall that package",
    ),
    "lacks what every kind has": (
        "lacking:KIND",
        "lacking:KIND of broken has no functions and no writes",
        "see docs/adding-a-kind.md, A kind of your own; or uninstall that package",
    ),
    "stands for a function that is known": (
        "updater.fetchers.fetchurl:KIND",
        "updater.fetchers.fetchurl:KIND of broken is for fetchurl, which is known already",
        "see docs/adding-a-kind.md, A kind of your own; or uninstall that package",
    ),
}


@pytest.mark.parametrize(("value", "message", "hint"), BROKEN.values(), ids=BROKEN)
def test_one_that_cannot_be_used_is_named_with_its_package(
    tmp_path: Path, value: str, message: str, hint: str
) -> None:
    info = tmp_path / "broken-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[updater.fetchers]\nbroken = {value}\n")
    (tmp_path / "lacking.py").write_text(LACKING)
    done = updater(tmp_path, tmp_path, "list")
    assert (done.returncode, done.stderr) == (2, f"updater: {message}\nhint: {hint}\n")
