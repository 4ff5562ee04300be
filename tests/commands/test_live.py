"""The real package index: the README's main job, and its hash proven with the real Nix."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from packaging.version import Version
from pypi_simple import DistributionPackage, ProjectPage

from tests.project import pypi_overlay
from tests.test_overlays_evaluate import LISTED as FILES
from updater.config.load import load

if TYPE_CHECKING:
    from tests.real_nix import Nix
    from tests.workshop import Workshop

pytestmark = pytest.mark.live

ROOT = Path(__file__).parent.parent.parent
LISTED = [f"(import ./{file})" for file in FILES]
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
    url = address(load(tmp_path, None).index, "ema-pytorch", f"ema_pytorch-{latest}.tar.gz")
    base32 = nix.run("nix-prefetch-url", "--type", "sha256", url).strip()
    sri = nix.run("nix", "hash", "to-sri", "--type", "sha256", base32).strip()
    after = before.replace("0.7.7", latest).replace(OLD, sri)
    assert (overlays / "ema-pytorch.nix").read_text() == after
    assert bump(tmp_path)["status"] == "current"


# Small ones; the other packages need more than the tiny package set has.
BUILT = (
    "ema-pytorch",
    "bidirectional-cross-attention",
    "transformers-stream-generator",
    "rotary-embedding-torch",
)


def test_the_projects_own_overlays_build_from_the_real_sdists(workshop: Workshop) -> None:
    """Each as it is pinned: the index's own file, under the pin's hash, built and imported."""
    project = workshop.project
    shutil.copytree(ROOT / "overlays", project.root / "overlays", dirs_exist_ok=True)
    (project.root / "default.nix").write_text(
        f"{{ }}: import {workshop.tiny} {{ overlays = [ {' '.join(LISTED)} ]; }}\n"
    )
    for package in project.run("list", "--json", *BUILT).json["packages"]:
        filename = f"{package['source']['pname']}-{package['version']}.tar.gz"
        url = address(load(project.root, os.devnull).index, package["name"], filename)
        content = httpx.get(url, follow_redirects=True).raise_for_status().content
        workshop.index.release(package["name"], package["version"], files={filename: content})

    result = project.run("test", "--json", *BUILT)

    ends = {one["name"]: (one["status"], one["error"]) for one in result.json["packages"]}
    assert ends == dict.fromkeys(BUILT, ("passed", None))
    assert result.code == 0


MOVED = (
    "ema-pytorch",
    "bidirectional-cross-attention",
    "rotary-embedding-torch",
    "x-transformers",
)


def test_the_projects_own_overlays_move_to_what_the_index_has_now(workshop: Workshop) -> None:
    """Each builds unaided, with what its release needs beside the pin, or is held for a reason."""
    project = workshop.project
    shutil.copytree(ROOT / "overlays", project.root / "overlays", dirs_exist_ok=True)
    (project.root / "default.nix").write_text(
        f"{{ }}: import {workshop.tiny} {{ overlays = [ {' '.join(LISTED)} ]; }}\n"
    )
    for package in project.run("list", "--json", *MOVED).json["packages"]:
        index = load(project.root, os.devnull).index
        sdist = newest(index, package["name"])
        pinned = f"{package['source']['pname']}-{package['version']}.tar.gz"
        for version, filename, url in (
            (package["version"], pinned, address(index, package["name"], pinned)),
            (str(sdist.version), sdist.filename, sdist.url),
        ):
            content = httpx.get(url, follow_redirects=True).raise_for_status().content
            workshop.index.release(package["name"], version, files={filename: content})

    result = project.run("bump", "--json", *MOVED)

    ends = {one["name"]: one["status"] for one in result.json["packages"]}
    reasons = [one["reason"] for one in result.json["packages"] if one["status"] == "held"]
    assert set(ends.values()) <= {"updated", "current", "held"}, result.out
    assert all(" needs " in reason for reason in reasons)


def newest(index: str, name: str) -> DistributionPackage:
    """The newest final source distribution that the index has."""
    sdists = [
        one
        for one in files_of(index, name).packages
        if one.package_type == "sdist" and one.version and not Version(one.version).is_prerelease
    ]
    return max(sdists, key=lambda one: Version(str(one.version)))


def files_of(index: str, name: str) -> ProjectPage:
    """What the index has of a project."""
    accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
    answer = httpx.get(f"{index}/{name}/", headers=accept, follow_redirects=True)
    return ProjectPage.from_json_data(answer.raise_for_status().json(), str(answer.url))


def address(index: str, name: str, filename: str) -> str:
    """Where the index says that a file is."""
    (found,) = [one for one in files_of(index, name).packages if one.filename == filename]
    return found.url
