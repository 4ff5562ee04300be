"""requirements.txt, which the action installs: what pyproject.toml requires, and nothing else."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import UTC, datetime, timedelta
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from pypi_simple import PyPISimple

ROOT = Path(__file__).parent.parent
LOCKED = (ROOT / "requirements.txt").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
DIRECT = [
    Requirement(line)
    for line in PROJECT["project"]["dependencies"] + PROJECT["build-system"]["requires"]
]


def locked() -> dict[str, list[Requirement]]:
    """Normalised name -> what is locked of it: several where a marker tells them apart."""
    found: dict[str, list[Requirement]] = {}
    for line in re.sub(r"\\\n", " ", LOCKED).splitlines():
        if not line.startswith("#"):
            requirement = Requirement(line.partition("--hash")[0])
            found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def applies(requirement: Requirement, extras: set[str]) -> bool:
    """Whether a requirement holds here, for a package with these extras."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in extras or {""})


def test_each_entry_is_one_version_with_its_hashes_and_no_address() -> None:
    entries = LOCKED.partition("\n")[2].replace("\\\n", " ").splitlines()
    assert len(entries) > len(DIRECT)
    for entry in entries:
        assert re.fullmatch(
            r"[a-z0-9-]+==[0-9a-z.]+( ; [^;]+?)? +(--hash=sha256:[0-9a-f]{64}\s*)+", entry
        ), entry
    assert "://" not in LOCKED


def test_what_pyproject_requires_is_met() -> None:
    """`./task lock` was run after the last change of the dependencies."""
    entries = locked()
    for requirement in DIRECT:
        for entry in entries[canonicalize_name(requirement.name)]:
            (pinned,) = entry.specifier
            assert requirement.specifier.contains(pinned.version, prereleases=True), requirement


def test_it_is_closed() -> None:
    """What the locked packages require is locked too: pip refuses the rest for want of a hash."""
    names, waiting = set(), [(one, {""}) for one in DIRECT]
    while waiting:
        requirement, extras = waiting.pop()
        name = canonicalize_name(requirement.name)
        if not applies(requirement, extras):
            continue
        new = (name, frozenset(requirement.extras))
        if new in names:
            continue
        names.add(new)
        inner = {"", *requirement.extras}
        waiting += [(Requirement(line), inner) for line in requires(requirement.name) or ()]
    here = {
        name
        for name, entries in locked().items()
        if any(one.marker is None or one.marker.evaluate() for one in entries)
    }
    assert {name for name, _ in names} == here


@pytest.mark.live
def test_the_floors_are_older_than_the_nixpkgs_of_the_flake() -> None:
    """By two weeks at least, for nixpkgs to take them up; flake.nix packages the others itself."""
    lock = json.loads((ROOT / "flake.lock").read_text())
    pinned = datetime.fromtimestamp(lock["nodes"]["nixpkgs"]["locked"]["lastModified"], UTC)
    beside = set(re.findall(r'\bpname = "(.+?)"', (ROOT / "flake.nix").read_text()))
    too_new = set()
    with PyPISimple() as index:
        for requirement in DIRECT:
            early = [
                Version(package.version)
                for package in index.get_project_page(requirement.name).packages
                if package.version and package.upload_time
                if package.upload_time < pinned - timedelta(weeks=2)
            ]
            if not any(requirement.specifier.contains(version) for version in early):
                too_new.add(requirement.name)
    assert too_new <= beside
