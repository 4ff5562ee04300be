"""Lock files of sources that git checks out: read from the new commit, as from an archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.built import as_fetchgit, overlay, passed, release
from tests.commands.test_lock_files import cargo_lock
from tests.workshop import project_file

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted
    from tests.project import Project
    from tests.workshop import Workshop

BUILTINS = {
    "fetchGit": 'builtins.fetchGit { url = "URL"; rev = "REV"; ref = "refs/tags/v${version}"; }',
    "fetchGit of a commit": 'fetchGit { url = "URL"; rev = "REV"; }',
    "fetchTree": 'builtins.fetchTree { type = "git"; url = "URL"; rev = "REV"; }',
    "fetchGit, and a folder": 'fetchGit { url = "URL"; rev = "REV"; }; sourceRoot = "source/rs"',
}


@pytest.fixture
def upstream(github: GitHub) -> Hosted:
    """A repository with a lock file at its top and in a folder."""
    made = github.repository("o", "tool")
    for version in ("1.0.0", "2.0.0"):
        files = {"Cargo.lock": cargo_lock(version), "rs/Cargo.lock": cargo_lock(f"{version}-rs")}
        made.tag(f"v{version}", made.commit(files))
    return made


def commit_of(upstream: Hosted, version: str) -> str:
    """Return the commit of a version's tag."""
    return upstream.git("rev-parse", f"v{version}^{{commit}}").strip()


def fetched_by(project: Project, github: GitHub, upstream: Hosted, call: str) -> tuple[Path, str]:
    """Write an overlay of 1.0.0 whose source is a builtin's; return its path and text."""
    host = github.url.removeprefix("http://")
    configuration = (project.root / "config.yaml").read_text()
    hosts = f"hosts:\n  '{host}': {{kind: git, web: '{github.url}'}}\n"
    project.configure(configuration.replace("hosts:\n", hosts))
    source = call.replace("URL", f"{github.url}/o/tool.git")
    text = (
        "final: prev: {\n"
        "  tool = prev.rustPlatform.buildRustPackage rec {\n"
        '    pname = "tool";\n'
        '    version = "1.0.0";\n'
        f"    src = {source.replace('REV', commit_of(upstream, '1.0.0'))};\n"
        "    cargoLock.lockFile = ./Cargo.lock;\n"
        "  };\n"
        "}\n"
    )
    return project.overlay("tool.nix", text), text


@pytest.mark.parametrize("call", BUILTINS.values(), ids=BUILTINS)
def test_it_is_that_of_the_new_commit(
    project: Project, github: GitHub, upstream: Hosted, call: str
) -> None:
    path, text = fetched_by(project, github, upstream, call)
    suffix = "-rs" if "/rs" in call else ""
    lock = project.overlay("Cargo.lock", cargo_lock(f"1.0.0{suffix}"))
    result = project.run("bump", "--json")
    (package,) = result.json["packages"]
    assert (result.code, package["status"]) == (0, "updated"), result.out
    old, new = commit_of(upstream, "1.0.0"), commit_of(upstream, "2.0.0")
    assert path.read_text() == text.replace('"1.0.0"', '"2.0.0"').replace(old, new)
    assert lock.read_text() == cargo_lock(f"2.0.0{suffix}")
    assert project.run("bump").out == "current  tool  2.0.0\n"


def test_a_lock_file_that_the_commit_lacks_holds_the_package(
    project: Project, github: GitHub, upstream: Hosted
) -> None:
    call = BUILTINS["fetchGit, and a folder"].replace("/rs", "/none")
    path, text = fetched_by(project, github, upstream, call)
    lock = project.overlay("Cargo.lock", "mine")
    (package,) = project.run("bump", "--json").json["packages"]
    assert (package["status"], package["reason"].partition(":")[0]) == (
        "held",
        (
            "cargoLock.lockFile (line 6) must change with the source, and the new source has no "
            "none/Cargo.lock"
        ),
    )
    assert (path.read_text(), lock.read_text()) == (text, "mine")


LOCK = 'version = 3\n[[package]]\nname = "apple"\n'


def released(github: GitHub, below: str = "") -> None:
    """Release apple 2.0 without a lock file that is one, and 3.0 with such a one in a folder."""
    apple = release(github)
    files = {
        "pyproject.toml": project_file("apple", "3.0", "apple", "apple.part"),
        "apple/__init__.py": "from apple.part.core import version\n",
        "Cargo.lock": LOCK,
    }
    if below:
        files["apple/part/core.py"] = "version = '3.0'\n"
    apple.tag("v3.0", apple.commit({f"{below}{name}": text for name, text in files.items()}))
    apple.settle()


def written(workshop: Workshop, fetcher: str, source: str) -> tuple[Path, Path]:
    """Write apple 1.0, which puts its own lock file into its source; return both files."""
    beside = 'postPatch = "cp ${./own.lock} Cargo.lock";'
    path = overlay(workshop, source=source, beside=beside)
    if fetcher == "fetchgit":
        as_fetchgit(workshop, path)
    return path, workshop.project.overlay("own.lock", "old")


@pytest.mark.nix
def test_the_lock_and_the_hash_of_a_checkout_are_built_together(
    workshop: Workshop, github: GitHub
) -> None:
    """Also of a folder of it, which is the source as a whole."""
    released(github, "sub/")
    _, own = written(workshop, "fetchgit", 'rootDir = "sub";')
    passed(workshop)
    assert own.read_text() == LOCK


@pytest.mark.nix
def test_what_a_script_may_have_changed_is_not_taken(workshop: Workshop, github: GitHub) -> None:
    released(github)
    path, own = written(workshop, "fetchFromGitHub", 'postFetch = "rm $out/Cargo.lock; true";')
    text = path.read_text()
    (package,) = workshop.project.run("bump", "--json").json["packages"]
    assert (package["status"], package["reason"].partition(":")[0]) == (
        "held",
        (
            "postPatch (line 9) must change with the source, and postFetch changes what the source "
            "has"
        ),
    )
    assert (path.read_text(), own.read_text()) == (text, "old")
