"""The project's own overlays, whatever versions they pin today, against loopback upstreams.

Upstream gets, for each package, what the overlay pins and a newer release. A pinned commit or the
hash of a moving rev is first replaced by one that the loopback repository has.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.project import flat_hash, unpacked_hash

if TYPE_CHECKING:
    from tests.loopback.github import GitHub
    from tests.loopback.index import Index
    from tests.project import Project

ROOT = Path(__file__).parent.parent.parent
NEWER = "9999.0"
MISSING = "vocos"


class Upstreams:
    """Makes upstreams for packages, and the file text that a bump must lead to."""

    def __init__(self, project: Project, github: GitHub, index: Index, folder: Path) -> None:
        self.project = project
        self.github = github
        self.index = index
        self.folder = folder
        self.expected: dict[str, str] = {}

    def add(self, package: dict[str, Any]) -> None:
        """Make the upstream of one package as ``list --json`` shows it."""
        path = self.project.root / package["file"]
        text = path.read_text()
        if package["fetcher"] == "fetchPypi":
            new_text = self._index(package, text)
        else:
            text, new_text = self._repository(package, text)
        path.write_text(text)
        self.expected[package["file"]] = new_text

    def _index(self, package: dict[str, Any], text: str) -> str:
        stem, version = package["source"]["pname"], package["version"]
        self.index.release(package["name"], version, files=[f"{stem}-{version}.tar.gz"])
        files = [f"{stem}-{NEWER}.tar.gz"]
        (new,) = self.index.release(package["name"], NEWER, files=files)
        return self._moved(package, text, flat_hash(new.content))

    def _repository(self, package: dict[str, Any], text: str) -> tuple[str, str]:
        source = package["source"]
        repository = self.github.repository(source["owner"], source["repo"])
        pinned = repository.commit({"f": "pinned"})
        rev = source.get("tag") or source["rev"]
        version = package["version"]
        if rev == "main":
            held = unpacked_hash(repository, pinned, self.folder)
            text = text.replace(written_hash(package), held)
            package["source"]["hash"] = held
            repository.tag(f"v{version}", pinned)
        elif len(rev) == 40:
            text = text.replace(rev, pinned)
            repository.tag(f"v{version}", pinned)
        else:
            repository.tag(rev, pinned)
        newest = repository.commit({"f": "newest"})
        tag = rev.replace(version, NEWER) if version in rev else f"v{NEWER}"
        repository.tag(tag, newest)
        new_text = self._moved(package, text, unpacked_hash(repository, newest, self.folder))
        if rev == "main":
            new_text = new_text.replace('rev = "main"', 'rev = "v${version}"')
        elif len(rev) == 40:
            new_text = new_text.replace(pinned, newest)
        return text, new_text

    @staticmethod
    def _moved(package: dict[str, Any], text: str, new_hash: str) -> str:
        for old, new in (
            (f'version = "{package["version"]}";', f'version = "{NEWER}";'),
            (written_hash(package), new_hash),
        ):
            assert text.count(old) == 1, f"{old} in {package['file']}"
            text = text.replace(old, new)
        return text


def written_hash(package: dict[str, Any]) -> str:
    source = package["source"]
    return str(source.get("hash") or source["sha256"])


@pytest.fixture
def upstreams(project: Project, github: GitHub, index: Index, tmp_path: Path) -> Upstreams:
    """Upstreams of all packages but one, whose repository is missing."""
    overlays = project.root / "overlays"
    shutil.rmtree(overlays)
    shutil.copytree(ROOT / "overlays", overlays)
    made = Upstreams(project, github, index, tmp_path)
    for package in project.run("list", "--json").json["packages"]:
        if package["status"] == "found" and package["name"] != MISSING:
            made.add(package)
    return made


def test_a_dry_run_prints_one_correct_diff_a_package_and_names_what_failed(
    project: Project, upstreams: Upstreams
) -> None:
    before = project.snapshot()

    result = project.run("bump", "--dry-run")

    assert project.snapshot() == before
    lines = result.out.splitlines()
    headers = [line.removeprefix("+++ b/") for line in lines if line[:4] == "+++ "]
    assert sorted(headers) == sorted(upstreams.expected)
    (project.root / "change.diff").write_text(result.out)
    project.git("apply", "change.diff")
    after = {name: (project.root / name).read_text() for name in upstreams.expected}
    assert after == upstreams.expected
    assert result.code == 1
    failed = result.err[result.err.index(f"failed        {MISSING}") :].splitlines()[:2]
    assert "  look-up: " in failed[0]
    assert failed[1] == "              hint: is it deleted, renamed or private?"
    changed = len(upstreams.expected)
    assert result.err.endswith(
        f"\n{changed} would be updated, 1 skipped, 1 failed\n"
        + project.advice("bump", f"apply {changed} updates")
    )


def test_after_a_bump_of_everything_a_second_one_changes_nothing(
    project: Project, upstreams: Upstreams
) -> None:
    assert project.run("bump").code == 1
    after = {name: (project.root / name).read_text() for name in upstreams.expected}
    assert after == upstreams.expected

    again = project.run("bump", "--json")

    assert again.json["summary"] == {"current": len(after), "skipped": 1, "failed": 1}
    assert {name: (project.root / name).read_text() for name in after} == after
