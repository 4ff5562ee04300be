"""The real package index: the README's main job, and its hash proven with the real Nix."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from pypi_simple import ProjectPage

from tests.project import pypi_overlay
from updater.config import load

if TYPE_CHECKING:
    from pathlib import Path

    from tests.real_nix import Nix

pytestmark = pytest.mark.live

OLD = "sha256-7M4ONDngPAD5WiU9bxWtpBX8qwnCwL0V8wNJ03XGmtc="


def bump(root: Path) -> dict[str, Any]:
    """Run the installed command as a person would; return its one package."""
    done = subprocess.run(
        [sys.executable, "-m", "updater", "bump", "ema-pytorch", "--json"],
        cwd=root,
        check=True,
        capture_output=True,
        env=dict(os.environ),
    )
    (package,) = json.loads(done.stdout)["packages"]
    return dict(package)


def test_bump_ema_pytorch_changes_version_and_hash_to_what_nix_computes(
    tmp_path: Path, nix: Nix
) -> None:
    """No archive is downloaded for it; a second run says that it is current."""
    overlays = tmp_path / "overlays"
    overlays.mkdir()
    before = pypi_overlay("ema-pytorch", "0.7.7", pname="ema_pytorch", sri=OLD)
    (overlays / "ema-pytorch.nix").write_text(before)

    package = bump(tmp_path)

    assert (package["status"], package["hash"]["method"]) == ("updated", "index")
    assert package["hash"]["downloaded_bytes"] == 0
    latest = package["latest"]
    url = address(load(tmp_path, None).index, f"ema_pytorch-{latest}.tar.gz")
    base32 = nix.run("nix-prefetch-url", "--type", "sha256", url).strip()
    sri = nix.run("nix", "hash", "to-sri", "--type", "sha256", base32).strip()
    after = before.replace("0.7.7", latest).replace(OLD, sri)
    assert (overlays / "ema-pytorch.nix").read_text() == after
    assert bump(tmp_path)["status"] == "current"


def address(index: str, filename: str) -> str:
    """Where the index says that a file is."""
    accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
    answer = httpx.get(f"{index}/ema-pytorch/", headers=accept, follow_redirects=True)
    page = ProjectPage.from_json_data(answer.raise_for_status().json(), str(answer.url))
    (found,) = [one for one in page.packages if one.filename == filename]
    return found.url
