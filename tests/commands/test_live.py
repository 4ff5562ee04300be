"""The real package index: the README's main job, and its hash proven with the real Nix."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
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
    from collections.abc import Sequence

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


# All but bitsandbytes, of which the index has no source, and which has a test of its own.
MOVED = (
    *("accelerated-scan", "bidirectional-cross-attention", "cached-path", "einx", "ema-pytorch"),
    *("pi-zero-pytorch", "rotary-embedding-torch", "transformers-stream-generator"),
    *("x-transformers", "vocos", "f5-tts"),
)


@pytest.mark.thorough  # whole archives, and what the index has changes
def test_the_projects_own_overlays_move_to_what_the_index_has_now(workshop: Workshop) -> None:
    """Each builds unaided, with what its release needs beside the pin, or is held for a reason.

    Where the source is a repository, its tags have what the index's source distributions have,
    and a rev that is no tag is written as one.
    """
    project = workshop.project
    put_upstream(workshop, MOVED)

    # The second run builds on what the first has moved: the pins before are of other archives.
    runs = [project.run("bump", "--json", *MOVED).json["packages"] for _ in range(2)]

    moved = {one["name"] for run in runs for one in run if one["status"] == "updated"}
    left = {
        one["name"]: (one["status"], one["reason"], bool(one["requirements"]["unmet"]))
        for one in runs[1]
        if one["name"] not in moved and one["status"] != "current"
    }
    needs = "packages that neither the overlays nor the package set have: "
    assert moved, left
    assert all(
        (status, needs in reason, unmet) == ("held", True, True)
        for status, reason, unmet in left.values()
    ), left


# The index has wheels of it, which say nothing of how its repository is built: as its backend,
# that names a part of scikit-build-core today.
COMPILED = """\
[build-system]
requires = ["setuptools", "scikit-build-core"]
build-backend = "scikit_build_core.setuptools.build_meta"
[project]
name = "bitsandbytes"
version = "{version}"
"""


@pytest.mark.thorough  # what the index has changes
def test_the_overlay_that_compiles_is_held_before_any_build(workshop: Workshop) -> None:
    """The twelfth; its build is adapted by hand, and the reason says for what."""
    project = workshop.project
    shutil.copytree(ROOT / "overlays", project.root / "overlays", dirs_exist_ok=True)
    overlays = f"config.allowUnfree = true; overlays = [ {' '.join(LISTED)} ];"
    (project.root / "default.nix").write_text(f"{{ }}: import {workshop.tiny} {{ {overlays} }}\n")
    (package,) = project.run("list", "--json", "bitsandbytes").json["packages"]
    page = files_of(load(project.root, os.devnull).index, "bitsandbytes")
    finals = [Version(one.version) for one in page.packages if one.version]
    newest = str(max(version for version in finals if not version.is_prerelease))
    repository = workshop.github.repository(package["source"]["owner"], package["source"]["repo"])
    repository.tag(package["version"], repository.commit({"setup.py": ""}))
    text = COMPILED.format(version=newest)
    repository.tag(newest, repository.commit({"pyproject.toml": text}))
    repository.settle()

    (held,) = project.run("bump", "--json", "bitsandbytes").json["packages"]

    needs = "which needs scikit-build-core and CMake: the overlay's build must be adapted by hand"
    reason = f"{newest} is built with scikit_build_core.setuptools.build_meta, {needs}"
    assert (held["status"], held["reason"], held["build"]) == ("held", reason, None)


@pytest.mark.thorough  # as above
def test_what_nobody_has_of_their_needs_joins_as_a_new_overlay(workshop: Workshop) -> None:
    """x-transformers waits for a project that neither the overlays nor the package set have."""
    project = workshop.project
    put_upstream(workshop, ("einx", "x-transformers"))
    project.add_configuration("packages: {x-transformers: {adapt: {add: true}}}\n")
    index = load(project.root, os.devnull).index
    sdists = sdists_of(index, "torch-einops-utils")
    newest = max(sdists, key=lambda one: Version(str(one.version)))
    content = httpx.get(newest.url, follow_redirects=True, timeout=120).raise_for_status().content
    files = {newest.filename: content}
    workshop.index.release("torch-einops-utils", str(newest.version), files=files)
    assert project.run("bump", "einx").code == 0  # its pin before is of another archive

    (moved,) = project.run("bump", "--json", "x-transformers").json["packages"]

    made = [(one["kind"], one["input"]) for one in moved["adaptations"] if one["applied"]]
    assert (moved["status"], moved["build"]["status"]) == ("updated", "passed"), moved
    assert made[0] == ("additions", "torch-einops-utils")
    assert ("requirements", "torch-einops-utils") in made
    assert (project.root / "overlays" / "torch-einops-utils.nix").exists()


# What f5-tts uses instead of what is compiled for CUDA: the tiny package set has no nvcc.
STAND_IN = """\
self: super: {
  python3Packages = super.python3Packages // {
    bitsandbytes = super.python3Packages.buildPythonPackage {
      pname = "bitsandbytes";
      version = "0.46.0";
      format = "other";
      dontUnpack = true;
      installPhase = "mkdir $out";
    };
  };
}
"""


def put_upstream(workshop: Workshop, names: Sequence[str]) -> None:
    """Copy the project's overlays, and give some of them what the index has: as pinned, and now."""
    project = workshop.project
    shutil.copytree(ROOT / "overlays", project.root / "overlays", dirs_exist_ok=True)
    (project.root / "overlays" / "bitsandbytes.nix").write_text(STAND_IN)
    for file in (project.root / "overlays").rglob("*.nix"):
        file.write_text(re.sub(r'rev = "[^"$]*";', 'rev = "v${version}";', file.read_text()))
    (project.root / "default.nix").write_text(
        f"{{ }}: import {workshop.tiny} {{ overlays = [ {' '.join(LISTED)} ]; }}\n"
    )
    index = load(project.root, os.devnull).index
    for package in project.run("list", "--json", *names).json["packages"]:
        sdists = sdists_of(index, package["name"])
        newest = max(sdists, key=lambda one: Version(str(one.version)))
        wanted = {package["version"], newest.version}
        contents = {
            str(sdist.version): httpx.get(sdist.url, follow_redirects=True, timeout=120)
            .raise_for_status()
            .content
            for sdist in sdists
            if sdist.version in wanted
        }
        if package["fetcher"] != "fetchPypi":
            put_on_host(workshop, package["source"], contents)
            continue
        for version, content in contents.items():
            filename = f"{package['source']['pname']}-{version}.tar.gz"
            workshop.index.release(package["name"], version, files={filename: content})


def put_on_host(workshop: Workshop, source: dict[str, str], contents: dict[str, bytes]) -> None:
    """Commit what source distributions have, under the tags that the overlay would name."""
    repository = workshop.github.repository(source["owner"], source["repo"])
    prefix = "" if source.get("tag", "v")[0].isdigit() else "v"
    before: dict[str, bytes | None] = {}
    for version in sorted(contents, key=Version):
        files: dict[str, bytes | None] = dict.fromkeys(before)
        tree = tree_of_sdist(contents[version])
        files |= {path: text for path, text in tree.items() if not path.endswith("PKG-INFO")}
        repository.tag(f"{prefix}{version}", repository.commit(files))
        before = {path: entry for path, entry in files.items() if entry is not None}
    repository.settle()


def tree_of_sdist(content: bytes) -> dict[str, bytes]:
    """The files of a source distribution, and those of requirements that it was built from."""
    files: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for member in archive.getmembers():
            file, path = archive.extractfile(member), member.name.partition("/")[2]
            if file is not None:
                files[path] = file.read()
    requires = [text for path, text in files.items() if path.endswith("egg-info/requires.txt")]
    if b"requirements.txt" in files.get("setup.py", b"") and requires:
        base, *extras = requires[0].split(b"\n[")
        files.setdefault("requirements.txt", base)
        for extra in extras:
            name, _, listed = extra.partition(b"]\n")
            files.setdefault(f"requirements-{name.decode()}.txt", listed)
    return files


def sdists_of(index: str, name: str) -> list[DistributionPackage]:
    """The final source distributions that the index has."""
    return [
        one
        for one in files_of(index, name).packages
        if one.package_type == "sdist" and one.version and not Version(one.version).is_prerelease
    ]


def files_of(index: str, name: str) -> ProjectPage:
    """What the index has of a project."""
    accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
    answer = httpx.get(f"{index}/{name}/", headers=accept, follow_redirects=True)
    return ProjectPage.from_json_data(answer.raise_for_status().json(), str(answer.url))


def address(index: str, name: str, filename: str) -> str:
    """Where the index says that a file is."""
    (found,) = [one for one in files_of(index, name).packages if one.filename == filename]
    return found.url
