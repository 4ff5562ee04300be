"""Sources that no archive answers: each is built, is of its tag's commit, and is built again."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.commands.built import (
    as_fetchgit,
    checkout,
    hashes,
    overlay,
    passed,
    reachable_by_its_address,
    release,
)
from tests.loopback.faults import Hang
from tests.loopback.github import TOKEN
from tests.loopback.lfs import ATTRIBUTES, Lfs, pointer_of
from tests.project import FAKE, unpacked_hash
from tests.workshop import project_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted
    from tests.real_nix import Nix
    from tests.workshop import Workshop

pytestmark = pytest.mark.nix


def test_a_source_with_submodules_gets_the_hash_of_the_checkout(
    workshop: Workshop, github: GitHub, nix: Nix, tmp_path: Path
) -> None:
    """Never that of the plain archive, which lacks them; what was written builds and imports."""
    apple = release(github)
    path = overlay(workshop, source="fetchSubmodules = true;")
    report = passed(workshop)
    true = nix.hash_of(checkout(apple, tmp_path / "clone"))
    assert report["hash"] == {"value": true, "method": "build", "downloaded_bytes": 0}
    assert hashes(path) == [true]
    assert true != unpacked_hash(apple, apple.head(), tmp_path)
    assert github.server.requests("archive") == []


def test_fetchgit_takes_submodules_unless_told_otherwise(
    workshop: Workshop, github: GitHub, nix: Nix, tmp_path: Path
) -> None:
    apple = release(github)
    path = overlay(workshop)
    as_fetchgit(workshop, path)
    assert passed(workshop)["hash"]["method"] == "build"
    assert hashes(path) == [nix.hash_of(checkout(apple, tmp_path / "clone"))]


KEEPING = {
    "leaveDotGit": ("leaveDotGit = true;", ["v2.0"], []),
    "leaveDotGit, with submodules": ("leaveDotGit = true; fetchSubmodules = true;", ["v2.0"], []),
    "deepClone": ("deepClone = true;", ["v2.0", "v1.5", "v1.0"], ["v1.0", "v1.5", "v2.0"]),
    "fetchTags": ("fetchTags = true;", ["v2.0"], ["v1.0", "v1.5", "v2.0"]),
}


@pytest.mark.parametrize("fetcher", ["fetchFromGitHub", "fetchgit"])
@pytest.mark.parametrize(("source", "history", "tags"), KEEPING.values(), ids=KEEPING)
def test_a_git_folder_that_is_kept_is_the_same_at_every_time(
    workshop: Workshop,
    github: GitHub,
    nix: Nix,
    tmp_path: Path,
    fetcher: str,
    source: str,
    history: list[str],
    tags: list[str],
) -> None:
    """Nix accepts what was written when it fetches again, from an upstream that has gone on."""
    note = f"{fetcher} {source}"
    for version in ("1.0", "1.5"):
        release(github, version, submodule=False, note=note)
    apple = release(github, submodule="Submodules" in source, note=note)
    path = overlay(workshop, source=source)
    if fetcher == "fetchgit":
        as_fetchgit(workshop, path)
    report = passed(workshop)
    assert report["hash"] == {"value": hashes(path)[0], "method": "build", "downloaded_bytes": 0}
    assert github.server.requests("archive") == []
    assert hashes(path) != [unpacked_hash(apple, apple.head(), tmp_path)]
    assert hashes(path) != [nix.hash_of(checkout(apple, tmp_path / "clone"))]

    commits = [apple.find(f"{tag}^{{commit}}") for tag in history]
    apple.branch("later", apple.commit({"later": "x"}))
    if "fetchTags" not in source:  # which is another source with each tag
        apple.tag("v3.0", apple.head())
    tree = built_again(workshop, nix)
    assert git_says(tree, "log", "--format=%H") == commits
    assert git_says(tree, "tag") == tags


def built_again(workshop: Workshop, nix: Nix) -> Path:
    """Have Nix fetch a source again, which it does not accept with another hash."""
    file = str(workshop.project.root / "default.nix")
    again = ["nix-build", "--check", "--no-out-link", file, "-A", "python3Packages.apple.src"]
    before = len(workshop.github.server.requests())
    tree = Path(nix.run(*again).strip())
    assert len(workshop.github.server.requests()) > before
    return tree


def git_says(tree: Path, *arguments: str) -> list[str]:
    """Return what git says of a checkout, in lines."""
    command = ["git", "-C", str(tree), "-c", f"safe.directory={tree}", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


@pytest.mark.parametrize("fetcher", ["fetchFromGitHub", "fetchgit"])
def test_large_files_are_in_the_place_of_their_pointers(
    workshop: Workshop, github: GitHub, nix: Nix, tmp_path: Path, fetcher: str
) -> None:
    """The plain archive has the pointers, and so another hash."""
    lfs, content = Lfs(github), f"large, for {fetcher}\n".encode() * 1000
    apple = release(github, submodule=False)
    pointer = {"weights.bin": lfs.pointer(content), ".gitattributes": ATTRIBUTES}
    apple.tag("v2.0", apple.commit(pointer))
    apple.settle()
    path = overlay(workshop, source="fetchLFS = true;")
    if fetcher == "fetchgit":
        as_fetchgit(workshop, path)
    assert passed(workshop)["hash"]["method"] == "build"
    tree = checkout(apple, tmp_path / "clone")
    plain = nix.hash_of(tree)
    assert (tree / "weights.bin").read_text() == pointer["weights.bin"]
    (tree / "weights.bin").write_bytes(content)
    assert hashes(path) == [nix.hash_of(tree)] != [plain]
    assert github.server.requests("archive") == []
    assert (built_again(workshop, nix) / "weights.bin").read_bytes() == content


def test_a_large_file_that_is_gone_is_a_failure_that_shows_lfs_words(
    workshop: Workshop, github: GitHub
) -> None:
    """Its pointer is never hashed in its place."""
    Lfs(github)
    apple = release(github, submodule=False)
    gone = pointer_of(b"gone")
    apple.tag("v2.0", apple.commit({"weights.bin": gone, ".gitattributes": ATTRIBUTES}))
    apple.settle()
    overlay(workshop, source="fetchLFS = true;")
    before = workshop.project.snapshot()
    result, packages = workshop.bump()
    error = packages["apple"]["error"]
    assert (result.code, error["stage"], workshop.project.snapshot()) == (1, "hash", before)
    assert "Object does not exist" in error["message"]


def shaped(tree: Path, source: str) -> Path:
    """Do to a checkout what an argument of its fetcher does."""
    if source.startswith("postFetch"):
        (tree / "go.sum").unlink()
    elif source.startswith("sparseCheckout"):
        shutil.rmtree(tree / "docs")
        shutil.rmtree(tree / "inside")
    else:
        tree /= "inside"
    return tree


@pytest.mark.parametrize(
    "source",
    [
        "postFetch = ''rm $out/go.sum; true'';",
        'sparseCheckout = [ "apple" ];',
        'rootDir = "inside";',
    ],
)
def test_what_else_no_archive_answers_is_built(
    workshop: Workshop, github: GitHub, nix: Nix, tmp_path: Path, source: str
) -> None:
    apple = release(github, submodule=False)
    files = {
        "pyproject.toml": project_file("apple", "3.0", "apple", "apple.part"),
        "apple/__init__.py": "",
    }
    inside = {f"inside/{name}": text for name, text in files.items()}
    inside["inside/apple/part/core.py"] = ""
    apple.tag("v3.0", apple.commit({**files, **inside, "docs/x": "x"}))
    apple.settle()
    path = overlay(workshop, source=source)
    assert passed(workshop)["hash"]["method"] == "build"
    tree = shaped(checkout(apple, tmp_path / "clone"), source)
    assert hashes(path) == [nix.hash_of(tree)]


def test_hash_build_builds_what_an_archive_would_tell_to_the_same_answer(
    workshop: Workshop, github: GitHub, tmp_path: Path
) -> None:
    """It says what Nix is for, although packages are not built before they are written."""
    apple = release(github, submodule=False)
    path = overlay(workshop)
    workshop.configure(enabled=False)
    workshop.project.add_configuration("packages: {apple: {hash: build}}\n")
    result, packages = workshop.bump()
    assert (result.code, packages["apple"]["hash"]["method"]) == (0, "build"), result.out
    assert packages["apple"]["build"]["status"] == "skipped"
    assert hashes(path) == [unpacked_hash(apple, apple.head(), tmp_path)]


def test_a_second_source_that_no_archive_answers_is_built_too(
    workshop: Workshop, github: GitHub, nix: Nix, tmp_path: Path
) -> None:
    apple = release(github)
    second = """\
    extra = super.fetchFromGitHub {
      owner = "o"; repo = "apple"; rev = "v${version}"; fetchSubmodules = true;
      hash = "";
    };
    """
    path = overlay(workshop, source="fetchSubmodules = false;", beside=second)
    path.write_text(path.read_text().replace("setuptools ]", "setuptools ];\n dontImport = [ ]"))
    workshop.configure(imports=[])
    report = passed(workshop)
    plain = unpacked_hash(apple, apple.head(), tmp_path)
    whole = nix.hash_of(checkout(apple, tmp_path / "clone"))
    assert report["hash"] == {
        "value": plain,
        "method": "embedded",
        "downloaded_bytes": report["hash"]["downloaded_bytes"],
    }
    assert hashes(path) == [whole, plain]


@pytest.mark.parametrize(
    ("ending", "arguments", "requests"),
    [("tar.gz", "", 1), ("tar.gz", "stripRoot = false;", 1), ("zip", "", 2)],
)
def test_an_archive_is_hashed_here_and_found_right_by_nix(
    workshop: Workshop, github: GitHub, ending: str, arguments: str, requests: int
) -> None:
    """Nix downloads a tar no second time; a zip is left to it, as its modes are its own affair."""
    # The store outlives one test: each has a tree of its own.
    release(github, submodule=False, note=f"{ending} {arguments}")
    path = overlay(workshop, beside="preBuild = ''cd apple-*'';" if arguments else "")
    address = f'"{github.url}/o/apple/archive/v${{version}}.{ending}"'
    call = f"super.fetchzip {{ url = {address}; {arguments} hash = "
    text = re.sub(
        r"super\.fetchFromGitHub {.*?hash = ", lambda _: call, path.read_text(), flags=re.DOTALL
    )
    path.write_text(text)
    reachable_by_its_address(workshop, github)
    if arguments:
        workshop.configure(imports=[])
    assert passed(workshop)["hash"]["method"] == "embedded"
    assert len(github.server.requests("archive")) == requests


@pytest.mark.thorough
def test_what_the_clone_of_a_moving_pin_has_is_built_without_a_download(
    workshop: Workshop, github: GitHub, tmp_path: Path
) -> None:
    """Nix has the tree in its store already, with the hash that the overlay says."""
    release(github, "1.0", submodule=False)
    apple = release(github, submodule=False, note="of the clone")
    path = overlay(workshop)
    before, true = (unpacked_hash(apple, tag, tmp_path) for tag in ("v1.0", "v2.0"))
    moving = path.read_text().replace("v${version}", "main").replace(FAKE, before)
    path.write_text(moving)
    assert passed(workshop)["hash"] == {"value": true, "method": "embedded", "downloaded_bytes": 0}
    assert (hashes(path), github.codeload.requests()) == ([true], [])


# --- whose source it is -------------------------------------------------------------------------


@contextmanager
def moved_meanwhile(
    apple: Hosted, github: GitHub, match: str, body: str = "", *, gone: bool = False
) -> Iterator[str]:
    """Move the tag v2.0, or take it away, while a request waits; yield the commit it moves to."""
    other = apple.commit({"README": "another"})
    hang = Hang()
    github.server.fail(match, hang, times=1, body=body)

    def move() -> None:
        hang.reached.wait()
        apple.delete("refs/tags/v2.0") if gone else apple.tag("v2.0", other)
        apple.settle()
        hang.release()

    apple.settle()
    mover = threading.Thread(target=move)
    mover.start()
    try:
        yield other
        assert hang.reached.is_set(), "the request was never made"
    finally:
        hang.reached.set()
        mover.join()


def refused(workshop: Workshop, where: str, *arguments: str) -> None:
    """Bump apple, which must fail since its tag moved, and stay as it is."""
    before = workshop.project.snapshot()
    result, packages = workshop.bump(*arguments)
    assert packages["apple"]["error"] == {
        "stage": "hash",
        "message": f"the tag v2.0 moved while its source was hashed: it was at commit {where}",
        "hint": "run the command again; if it says the same, somebody moves the tag",
    }, result.out
    assert (result.code, workshop.project.snapshot()) == (1, before)


# By Nix's git, in the packets of gitprotocol-v2(5); the updater calls itself otherwise.
BY_GIT = r"command={}\n?[0-9a-f]{{4}}agent=git/"


@pytest.mark.parametrize("source", ["fetchSubmodules = true;", "postFetch = ''true'';"])
@pytest.mark.parametrize("command", ["ls-refs", "fetch"])
def test_a_tag_that_moves_during_the_build_is_met(
    workshop: Workshop, github: GitHub, source: str, command: str
) -> None:
    """Before git learns what it names, so that the other commit is hashed, and after that."""
    submodule = source.startswith("fetchSubmodules")
    apple = release(github, submodule=submodule, note=f"{source} {command}")
    commit = apple.head()
    overlay(workshop, source=source)
    match = r"POST /o/apple\.git" if submodule else r"GET .*/archive/v2\.0"
    body = BY_GIT.format(command) if submodule else ""
    with moved_meanwhile(apple, github, match, body) as other:
        refused(workshop, f"{commit}, and is at {other} now")


def test_a_tag_that_is_taken_away_during_the_build_is_met(
    workshop: Workshop, github: GitHub
) -> None:
    apple = release(github, note="taken away")
    commit = apple.head()
    overlay(workshop, source="fetchSubmodules = true;")
    with moved_meanwhile(apple, github, "POST", BY_GIT.format("fetch"), gone=True):
        refused(workshop, f"{commit}, and is gone now")


def test_a_further_source_is_of_the_tags_commit_too(workshop: Workshop, github: GitHub) -> None:
    """The package's own is downloaded by its commit; the other one is built by its tag."""
    apple = release(github, note="further")
    commit = apple.head()
    second = """\
    extra = super.fetchFromGitHub {
      owner = "o"; repo = "apple"; rev = "v${version}"; fetchSubmodules = true;
      hash = "";
    };
    """
    overlay(workshop, beside=second)
    with moved_meanwhile(apple, github, "POST", BY_GIT.format("fetch")) as other:
        refused(workshop, f"{commit}, and is at {other} now")


def test_a_further_source_by_fetchgit_has_its_own_repository_s_tag(
    workshop: Workshop, github: GitHub, nix: Nix, tmp_path: Path
) -> None:
    """It is another repository's, of the same version; both are built, and so is the package."""
    release(github, submodule=False, note="with data")
    data = github.repository("o", "data")
    for version in ("1.0", "2.0"):
        data.tag(f"data-{version}", data.commit({"table": version}))
    data.commit({"table": "later"}, branch="next", parents=[data.head()])
    data.settle()
    reachable_by_its_address(workshop, github)
    second = f"""\
    data = super.fetchgit {{
      url = "{github.url}/o/data.git"; rev = "data-${{version}}"; hash = "";
    }};
    """
    path = overlay(workshop, beside=second)
    passed(workshop)
    text = path.read_text()
    assert (
        f'rev = "data-${{version}}"; hash = "{nix.hash_of(checkout(data, tmp_path / "d"))}"' in text
    )
    assert 'hash = ""' not in text


@pytest.mark.parametrize("token", ["", TOKEN], ids=["by git", "by GraphQL"])
@pytest.mark.parametrize("method", ["auto", "nix"])
def test_a_files_own_hash_is_of_the_tags_commit_too(
    workshop: Workshop, github: GitHub, monkeypatch: pytest.MonkeyPatch, method: str, token: str
) -> None:
    """An archive's bytes, and what Nix tells of them, name no commit that could be compared."""
    monkeypatch.setenv("GITHUB_TOKEN", token)
    apple = release(github, submodule=False, note=f"bytes {method} {token}")
    commit = apple.head()
    path = overlay(workshop)
    address = "https://github.com/o/apple/archive/v${version}.tar.gz"
    call = f'super.fetchurl {{ url = "{address}"; hash = '
    text = re.sub(
        r"super\.fetchFromGitHub {.*?hash = ", lambda _: call, path.read_text(), flags=re.DOTALL
    )
    path.write_text(text)
    workshop.project.add_configuration(f"packages: {{apple: {{hash: {method}}}}}\n")
    with moved_meanwhile(apple, github, r"GET .*/archive/v2\.0") as other:
        refused(workshop, f"{commit}, and is at {other} now", "--no-build")


def test_where_a_tag_is_does_not_matter_to_a_pin_that_names_its_commit(
    workshop: Workshop, github: GitHub
) -> None:
    apple = release(github, note="by commit")
    old, new = apple.commit({"x": "x"}), apple.commit({"x": "y"})
    apple.tag("v1.0", old)
    apple.tag("v2.0", new)
    path = overlay(workshop, source="fetchSubmodules = true;")
    path.write_text(path.read_text().replace('rev = "v${version}"', f'rev = "{old}"'))
    with moved_meanwhile(apple, github, "POST", BY_GIT.format("fetch")):
        assert passed(workshop)["commit"] == new
