"""Random files of all shapes together: a bump changes what it follows, and nothing else, twice."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.overlay.random_files import FUNCTIONS, NEW, OLD, TAGS, Written, file_of, tag_of
from tests.project import Project, unpacked_hash

if TYPE_CHECKING:
    from tests.loopback.github import GitHub
    from tests.real_nix import Nix

pytestmark = pytest.mark.nix
RECORDING = Path(__file__).parent.parent / "overlay" / "recording.nix"


def hashes(github: GitHub, folder: Path) -> dict[str, str]:
    """Make each repository with an old and a new tag; return the new one's hash by repository."""
    found = {}
    for name in TAGS:
        repository = github.repository("o", name)
        repository.tag(tag_of(name, OLD), repository.commit({"a": name}))
        commit = repository.commit({"a": f"new {name}"})
        repository.tag(tag_of(name, NEW), commit)
        found[name] = unpacked_hash(repository, commit, folder)
    return found


def evaluated(nix: Nix, project: Project) -> dict[str, Any]:
    """Return every package of every file as Nix evaluates it."""
    files = sorted((project.root / "overlays").glob("*.nix"))
    calls = " ".join(f'"{one.stem}" = import {RECORDING} {{ file = {one}; }};' for one in files)
    every = nix.folder / "random-files.nix"
    every.write_text(f"{{ {calls} }}")
    told = nix.run("nix-instantiate", "--eval", "--strict", "--json", str(every))
    by_file: dict[str, dict[str, Any]] = json.loads(told)
    return {name: package for packages in by_file.values() for name, package in packages.items()}


def expected(package: dict[str, Any], written: Written, sri: str) -> dict[str, Any]:
    """Return what a package shall be after the bump."""
    lead = "py-" if written.repository == "lead" else ""
    tag = tag_of(written.repository, NEW)

    def moved(value: Any) -> Any:
        if isinstance(value, list):
            return [moved(element) for element in value]
        if not isinstance(value, dict) or value.get("repo") != written.repository:
            return value
        named = {name: tag for name in ("rev", "tag") if name in value}
        return {**value, **named, "hash": sri}

    changed = {name: moved(value) for name, value in package.items()}
    return {**changed, "version": f"{lead}{NEW}"}


@pytest.mark.parametrize("count", [40, pytest.param(1000, marks=pytest.mark.thorough)])
def test_a_bump_of_random_files_changes_what_it_follows(
    project: Project, github: GitHub, nix: Nix, tmp_path: Path, count: int
) -> None:
    """What Nix evaluates afterwards is what was wanted, and all else is what it was."""
    sris = hashes(github, tmp_path)
    pick = random.Random(20241129 + count)  # noqa: S311 - reproducible, not secret
    packages: dict[str, Written] = {}
    for number in range(count):
        text, written, beside = file_of(pick, number)
        project.overlay(f"f{number}.nix", text)
        for file, pins in beside.items():
            project.overlay(file, pins)
        packages |= {package.name: package for package in written}
    library = project.root / "lib"
    library.mkdir()
    for file, text in FUNCTIONS.items():
        (library / file).write_text(text)
    edited = [package.name for package in packages.values() if package.has_pins]
    rows = (f"{name}: {{generated: edit}}" for name in edited if packages[name].followed)
    project.add_configuration(f"packages: {{{', '.join(rows)}}}\n")
    before = evaluated(nix, project)
    listed = {row["name"]: row["status"] for row in project.run("list", "--json").json["packages"]}
    for name, package in packages.items():
        if package.followed and not name.endswith(("-b", "-docs", "-ui")):
            assert listed[name] == "found", name
    result = project.run("bump", "--json")
    statuses = {row["name"]: row["status"] for row in result.json["packages"]}
    after = evaluated(nix, project)
    assert before.keys() == after.keys() == packages.keys()
    for name, package in packages.items():
        sri = sris[package.repository]
        want = expected(before[name], package, sri) if package.followed else before[name]
        assert after[name] == want, (name, statuses.get(name))
    texts = project.snapshot()
    project.run("bump")
    assert project.snapshot() == texts
