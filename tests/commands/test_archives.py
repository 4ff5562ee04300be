"""Archives whose text depends on refs, and those with pointers of Git LFS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.commands.situations import WAYS, Situations, nar_hash, situations
from tests.loopback.lfs import ATTRIBUTES, pointer_of
from tests.project import FAKE

if TYPE_CHECKING:
    from collections.abc import Iterator

V = '"v${version}"'

# --- files whose text depends on refs ---
SUBSTITUTED = {
    "archival": (".git_archival.txt", "ref-names: $Format:%D$\n"),
    "archival-d": (".git_archival.txt", "node: $Format:%H$\nref-names: $Format:%d$\n"),
    "versioneer": ("pkg/_version.py", 'def f():\n    git_refnames = "$Format:%d$"\n'),
    "deep": ("src/pkg/_version.py", 'git_refnames = "$Format:%D$"\n'),
    "any-file": ("notes.txt", "$Format:%D$\n"),
    "header": ("src/refs.h", '#define REFS "$Format:%d$"\n'),
    "by-glob": ("deep/notes.txt", "$Format:% D$\n"),
    "own-mark": ("pkg/_git.py", "refs = '$Format:%h %+d$'\n"),
    "described": (".git_archival.txt", "describe-name: x\nref-names: $Format:%D$\nnode: y\n"),
}

# --- calls that take the archive by its address, as a tree or as it is ---
UNTOUCHED = {
    "file": ("fetchurl", "hash"),
    "zip": ("fetchzip", "hash"),
    "tarball": ("builtins.fetchTarball", "sha256"),
}

# The whole template of setuptools-scm, and files of other languages; what led to the commit, too:
# the default branch by another name than now, a tag that moves on, and a branch that is gone.
WHOLE = (
    "node: $Format:%H$\nnode-date: $Format:%cI$\n"
    "describe-name: $Format:%(describe:tags=true,match=*[0-9]*)$\nref-names: $Format:%D$\n"
)
OTHER_HEADS = {"json": "trunk", "versioneer": "develop"}
MOVED_ON = {
    "archival": (".git_archival.txt", "ref-names: $Format:%D$\n"),
    "whole": (".git_archival.txt", WHOLE),
    "json": (".git_archival.json", '{"refs": "$Format:%D$", "id": "$Format:%h$"}\n'),
    "versioneer": ("pkg/_version.py", 'git_refnames = "$Format:%d$"\ngit_full = "$Format:%H$"\n'),
    "header": ("src/git.h", '#define REFS "$Format:%d$"\n'),
}


def substituted(world: Situations) -> None:
    for name, (path, text) in SUBSTITUTED.items():
        repository = world.repository(f"subst-{name}")
        marks = {"by-glob": (".gitattributes", "*.txt"), "own-mark": ("pkg/.gitattributes", "_*")}
        file, pattern = marks.get(name, (".gitattributes", path))
        attributes = {file: f"{pattern} export-subst\n", path: text}
        repository.tag("v1.0", repository.commit(attributes))
        repository.tag("v1.1", repository.commit({"a": "1.1"}))
        world.pin(f"subst-{name}", "1.0", rev=V, sri=f'"{FAKE}"')
    # A second source, and a branch that is not the default one.
    plain = world.repository("subst-nothing")
    for version in ("1.0", "1.1"):
        plain.tag(f"v{version}", plain.commit({"a": version}))
    call = f'owner = "o"; repo = "subst-archival"; tag = {V}; hash = "{FAKE}";'
    more = f"data = fetchFromGitHub {{ {call} }};\n"
    world.pin("subst-second", "1.0", rev=V, sri=f'"{FAKE}"', repo="subst-nothing", more=more)
    beside = world.repository("subst-beside")
    files = {".gitattributes": "refs export-subst\n", "refs": "$Format:%D$\n"}
    beside.tag("v1.0", beside.commit(files))
    beside.tag("v1.1", beside.commit({"a": "1.1"}))
    beside.branch("1.x")
    beside.commit({"a": "on"})
    world.pin("subst-beside", "1.0", rev=V, sri=f'"{FAKE}"')
    for name, (function, argument) in UNTOUCHED.items():
        url = "https://github.com/o/subst-archival/archive/v${version}.tar.gz"
        call = f'{function} {{ url = "{url}"; {argument} = "{FAKE}"; }}'
        world.overlay(f"subst-{name}", f'  pname = "s"; version = "1.0";\n  src = {call};\n')


def moved_on(world: Situations) -> None:
    """Pin what was hashed while the branch was at its tag; it has moved on."""
    for name, (path, text) in MOVED_ON.items():
        repository = world.repository(f"moved-{name}")
        branch = OTHER_HEADS.get(name, "main")
        repository.set_default_branch(branch)
        commit = repository.commit({".gitattributes": f"{path} export-subst\n", path: text})
        repository.tag("v1.0", commit)
        repository.tag("stable", commit)
        sri = f'"{nar_hash(repository, "v1.0")}"'
        if branch != "main":
            repository.git("branch", "-m", branch, "main")
            repository.set_default_branch("main")
        later = repository.commit({"a": "later"}, parents=[commit])
        repository.tag("stable", later)
        world.pin(f"moved-{name}", "1.0", rev=V, sri=sri)
        if name == "header":
            repository.branch("gone", commit)
            sri = f'"{nar_hash(repository, "v1.0")}"'
            repository.git("update-ref", "-d", "refs/heads/gone")
            repository.forget()
            world.pin("moved-gone", "1.0", rev=V, sri=sri, repo="moved-header")
        if name == "archival":
            for kind, rev in (("commit", f'"{commit}"'), ("moving", '"main"')):
                world.pin(f"moved-{kind}", "1.0", rev=rev, sri=sri, repo=f"moved-{name}")


# --- files in Git LFS: what is committed, and what is said of it ---
LARGE = {
    "weights": (("weights.bin",), "weights.bin is in Git LFS: the archive has a pointer to it"),
    "deep": (("a/b/c.pt",), "c.pt is in Git LFS: the archive has a pointer to it"),
    "two": (("a.bin", "b.bin"), "a.bin and b.bin are in Git LFS: the archive has pointers to them"),
    "many": (("a", "b", "c", "d"), "a and 3 other files are in Git LFS: the archive has pointers"),
    "test-data": (("tests/x.npz",), "x.npz is in Git LFS: the archive has a pointer to it"),
}
# Files that quote a pointer, or are no pointers any more.
QUOTING = {
    "README.md": f"An example:\n\n{pointer_of(b'x')}",
    "begins.txt": f"{pointer_of(b'x')}and so on\n",
    "windows.txt": pointer_of(b"x").replace("\n", "\r\n"),
    "empty.bin": "",
}


def large(world: Situations) -> None:
    """Pin archives with pointers, and one with the files, as some hosts make them."""
    for name, (paths, _) in LARGE.items():
        pointers: dict[str, Any] = {path: pointer_of(path.encode()) for path in paths}
        repository = world.repository(f"large-{name}")
        repository.tag("v1.0", repository.commit({".gitattributes": ATTRIBUTES, **pointers}))
        sri = f'"{nar_hash(repository, "v1.0")}"'
        world.pin(f"large-{name}", "1.0", rev=V, sri=sri)
        repository.tag("v1.1", repository.commit({"a.py": "1.1"}))
        if name == "deep":
            url = "https://github.com/o/large-deep/archive/v${version}.tar.gz"
            call = f'fetchzip {{ url = "{url}"; hash = {sri}; }}'
            body = f'  pname = "d"; version = "1.0";\n  src = {call};\n'
            world.overlay("zip-of-large", body)
        if name == "weights":
            files = world.repository("files")
            commit = files.commit({".gitattributes": ATTRIBUTES, "weights.bin": "large"})
            sri = f'"{nar_hash(files, commit)}"'
            world.pin("files-of-large", "1.0", rev=V, sri=sri, repo="large-weights")
    quoting = world.repository("quoting-large")
    quoting.tag("v1.0", quoting.commit(QUOTING))
    world.pin("quoting-large", "1.0", rev=V, sri=f'"{nar_hash(quoting, "v1.0")}"')


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Situations]:
    """All of them in one project."""
    with situations(tmp_path_factory.mktemp("archives")) as made:
        substituted(made)
        moved_on(made)
        large(made)
        yield made


@pytest.mark.parametrize("name", [*SUBSTITUTED, *UNTOUCHED])
def test_an_archive_that_names_a_branch_waits(world: Situations, name: str) -> None:
    package = world.results("bump", "--no-build")[f"subst-{name}"]
    assert package["status"] == "held", package
    assert "names the branch main, which is at the same commit" in package["reason"]
    checked = world.results("check", "subst-*", after=("bump --no-build",))[f"subst-{name}"]
    assert (checked["status"], checked["reason"]) == ("held", package["reason"])


def test_an_archive_that_names_a_branch_beside_the_default_one_waits(world: Situations) -> None:
    """And a check that comes after asks where that branch is."""
    held = world.results("bump", "--no-build")["subst-beside"]
    assert held["status"] == "held"
    assert "names the branch 1.x, which is at the same commit" in held["reason"]
    checked = world.results("check", "subst-*", after=("bump --no-build",))["subst-beside"]
    assert (checked["status"], checked["reason"]) == ("held", held["reason"])


def test_a_second_source_that_names_a_branch_waits(world: Situations) -> None:
    held = world.results("bump", "--no-build")["subst-second"]
    assert held["status"] == "held"
    expected = "its further source, line 10: its .git_archival.txt names the branch main"
    assert held["reason"].startswith(expected), held["reason"]


@pytest.mark.parametrize("name", [*MOVED_ON, "commit", "moving"])
def test_an_archive_that_named_a_branch_is_explained_and_repaired(
    world: Situations, name: str
) -> None:
    package, is_moving = f"moved-{name}", name == "moving"
    branch = OTHER_HEADS.get(name, "main")
    why = f"its text named the branch {branch}, which has moved on"
    for token in WAYS.values():
        verified = world.results("verify", "moved-*", token=token)[package]
        assert verified["state"] == ("drifted" if is_moving else "wrong hash")
        assert why in verified["reason"]
    identified = world.results("identify", "moved-*")[package]
    assert identified["status"] == "identified"
    assert [why in warning["message"] for warning in identified["warnings"]] == [True]
    status = world.results("check", "moved-*")[package]["status"]
    assert status == ("outdated" if is_moving else "current")
    assert world.results("pin", "moved-*")[package]["status"] == "updated"
    assert world.results("verify", "moved-*", after=("pin moved-*",))[package]["state"] == "true"


def test_an_archive_that_named_what_is_gone_is_explained(world: Situations) -> None:
    """What led there nobody can tell: `pin` says so, and how to write the hash of now."""
    why = "one that is gone by now may have led there when the hash was written"
    assert why in world.results("verify", "moved-*")["moved-gone"]["reason"]
    for command in ("pin", "identify"):
        package = world.results(command, "moved-*")["moved-gone"]
        assert package["status"] == "held"
        assert f"{why}. `updater bump --rehash PKG` writes the hash" in package["reason"]
    rehashed = "bump --no-build --rehash moved-gone"
    assert world.results("verify", "moved-*", after=(rehashed,))["moved-gone"]["state"] == "true"


def lfs(package: dict[str, Any]) -> list[str]:
    return [one["message"] for one in package["warnings"] if one["code"] == "lfs-pointers"]


@pytest.mark.parametrize("name", LARGE)
def test_files_in_git_lfs_are_named(world: Situations, name: str) -> None:
    paths, expected = LARGE[name]
    (identified,) = lfs(world.results("identify", "*large*")[f"large-{name}"])
    assert identified.startswith(expected)
    verified = world.results("verify", "*large*")[f"large-{name}"]
    bumped = world.results("bump", "--no-build", "*large*")[f"large-{name}"]
    assert (verified["state"], bumped["status"]) == ("true", "updated")
    for (said,) in (lfs(verified), lfs(bumped)):
        assert said.startswith(paths[0])
        assert "`fetchLFS = true` fetches" in said


@pytest.mark.parametrize("command", ["identify", "verify"])
def test_a_call_that_fetches_no_large_files_is_told_one_that_does(
    world: Situations, command: str
) -> None:
    (said,) = lfs(world.results(command, "*large*")["zip-of-large"])
    assert said.endswith("not the file; fetchgit with `fetchLFS = true` fetches it")
    assert lfs(world.results(command, "*large*")["quoting-large"]) == []


@pytest.mark.parametrize("command", ["identify", "verify"])
def test_an_archive_with_the_files_themselves_is_explained(world: Situations, command: str) -> None:
    package = world.results(command, "*large*")["files-of-large"]
    assert "weights.bin is in Git LFS, and an archive with the files" in package["reason"]


@pytest.mark.parametrize("command", ["bump --no-build", "pin", "verify"])
def test_a_token_changes_nothing(world: Situations, command: str) -> None:
    assert world.differences(command) == []
