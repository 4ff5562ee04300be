"""Hashes that no download tells: the real Nix builds fixed outputs of the user's package set."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.loopback.faults import Hang
from tests.loopback.repositories import Submodule
from tests.project import FAKE, github_overlay, unpacked_hash
from tests.workshop import buildable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted
    from tests.real_nix import Nix
    from tests.workshop import Workshop

pytestmark = pytest.mark.nix

PYPROJECT = """\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "apple"
version = "{version}"
[tool.setuptools]
packages = ["apple", "apple.part"]
"""
LOCKS = {
    "Cargo.lock": "crates of {version}\n",
    "go.sum": "modules of {version}\n",
    "package-lock.json": "packages of {version}\n",
    "widgets.lock": "widgets of {version}\n",
}
MODULES = '[submodule "part"]\n\tpath = apple/part\n\turl = {url}/o/part\n'


def release(
    github: GitHub, version: str = "2.0", *, submodule: bool = True, note: str = ""
) -> Hosted:
    """Tag a commit of o/apple that has lock files of several languages, and a submodule."""
    apple = github.named("o/apple") or github.repository("o", "apple")
    files: dict[str, Any] = {
        "pyproject.toml": PYPROJECT.format(version=version),
        "apple/__init__.py": "from apple.part.core import version\n",
        "README": note,
        **{name: text.format(version=version) for name, text in LOCKS.items()},
    }
    if submodule:
        part = github.repository("o", "part")
        files["apple/part"] = Submodule(part.commit({"core.py": f"version = '{version}'\n"}))
        files[".gitmodules"] = MODULES.format(url=github.url)
        part.settle()
    else:
        files["apple/part/core.py"] = f"version = '{version}'\n"
    apple.tag(f"v{version}", apple.commit(files))
    apple.settle()
    return apple


def overlay(workshop: Workshop, *, source: str = "", beside: str = "", builder: str = "") -> Path:
    """Write an overlay of apple 1.0 with arguments for its source, and others beside it."""
    text = github_overlay("apple", "1.0", sri=FAKE).replace("hash = ", f"{source}\n hash = ")
    text = buildable(text, beside)
    if builder:
        text = text.replace("super.python3Packages.buildPythonPackage", builder)
    path = workshop.project.overlay("apple.nix", text)
    workshop.overlay()
    return path


def reachable_by_its_address(workshop: Workshop, github: GitHub) -> None:
    """Say what the loopback server's own address is, for calls that name it."""
    host = github.url.removeprefix("http://")
    path = workshop.project.root / "config.yaml"
    hosts = f"hosts:\n  '{host}': {{kind: git, web: '{github.url}'}}\n"
    path.write_text(path.read_text().replace("hosts:\n", hosts))


def hashes(path: Path) -> list[str]:
    """Return the hashes of a file in their order."""
    return hashes_of(path.read_text())


def hashes_of(text: str) -> list[str]:
    """Return the hashes of a text in their order."""
    return re.findall(r'"(sha(?:256|512)-[^"]*)"', text)


def checkout(apple: Hosted, folder: Path) -> Path:
    """Return a checkout with its submodules, made with git alone."""

    def git(*arguments: str) -> None:
        subprocess.run(["git", *arguments], check=True, capture_output=True)

    git("clone", "--quiet", str(apple.path), str(folder))
    git("-C", str(folder), "submodule", "update", "--init", "--recursive")
    for inside in list(folder.rglob(".git")):
        shutil.rmtree(inside) if inside.is_dir() else inside.unlink()
    return folder


def vendored(nix: Nix, lock: str, folder: Path, version: str = "2.0") -> str:
    """Return the hash of what a lock file of the tiny package set's vendors."""
    tree = folder / lock.replace(".", "-")
    tree.mkdir()
    (tree / lock).write_text(LOCKS[lock].format(version=version))
    return nix.hash_of(tree)


def passed(workshop: Workshop, *arguments: str) -> dict[str, Any]:
    """Bump apple, which must build with what was written, and return its report."""
    result, packages = workshop.bump(*arguments)
    apple = packages["apple"]
    assert (result.code, apple["status"]) == (0, "updated"), result.out
    assert apple["build"]["status"] == "passed"
    return apple


def held(workshop: Workshop, *arguments: str) -> str:
    """Bump apple, which must be held and stay as it is, and return why."""
    before = workshop.project.snapshot()
    result, packages = workshop.bump(*arguments)
    assert (result.code, packages["apple"]["status"]) == (0, "held"), result.out
    assert workshop.project.snapshot() == before
    return str(packages["apple"]["reason"])


# --- sources ------------------------------------------------------------------------------------


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
    call = f'super.fetchgit {{ url = "{github.url}/o/apple.git"; rev = '
    text = re.sub(r"super\.fetchFromGitHub {[^=]*=[^=]*=[^=]*rev = ", call, path.read_text())
    path.write_text(text)
    reachable_by_its_address(workshop, github)
    assert passed(workshop)["hash"]["method"] == "build"
    assert hashes(path) == [nix.hash_of(checkout(apple, tmp_path / "clone"))]


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
    files = {"pyproject.toml": PYPROJECT.format(version="3.0"), "apple/__init__.py": ""}
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


def refused(workshop: Workshop, where: str) -> None:
    """Bump apple, which must fail since its tag moved, and stay as it is."""
    before = workshop.project.snapshot()
    result, packages = workshop.bump()
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


@pytest.mark.parametrize("method", ["auto", "nix"])
def test_a_files_own_hash_is_of_the_tags_commit_too(
    workshop: Workshop, github: GitHub, method: str
) -> None:
    """An archive's bytes, and what Nix tells of them, name no commit that could be compared."""
    apple = release(github, submodule=False, note=f"bytes {method}")
    commit = apple.head()
    path = overlay(workshop)
    address = f'"{github.url}/o/apple/archive/v${{version}}.tar.gz"'
    call = f"super.fetchurl {{ url = {address}; hash = "
    text = re.sub(
        r"super\.fetchFromGitHub {.*?hash = ", lambda _: call, path.read_text(), flags=re.DOTALL
    )
    path.write_text(text)
    reachable_by_its_address(workshop, github)
    workshop.project.add_configuration(f"packages: {{apple: {{hash: {method}}}}}\n")
    with moved_meanwhile(apple, github, r"GET .*/archive/v2\.0") as other:
        refused(workshop, f"{commit}, and is at {other} now")


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


# --- hashes beside the source -------------------------------------------------------------------

BESIDE: dict[str, tuple[str, str, str]] = {
    "fetchCargoVendor": (
        'cargoDeps = super.rustPlatform.fetchCargoVendor { inherit src; hash = ""; };',
        "",
        "Cargo.lock",
    ),
    "cargoHash": ('cargoHash = "";', "super.rustPlatform.buildRustPackage", "Cargo.lock"),
    "vendorHash": (f'vendorHash = "{FAKE}";', "super.buildGoModule", "go.sum"),
    "npmDeps": (
        'npmDeps = super.fetchNpmDeps { inherit src; hash = ""; };',
        "",
        "package-lock.json",
    ),
    "a name given in the configuration": (
        f'widgetDigest = "{FAKE}";',
        "super.buildWidget",
        "widgets.lock",
    ),
}


@pytest.mark.parametrize(("beside", "builder", "lock"), BESIDE.values(), ids=BESIDE)
def test_a_hash_beside_the_source_follows_it(
    workshop: Workshop,
    github: GitHub,
    nix: Nix,
    tmp_path: Path,
    beside: str,
    builder: str,
    lock: str,
) -> None:
    """The archive, which the source's own hash is computed from, is downloaded once."""
    apple = release(github, submodule=False, note=beside)
    path = overlay(workshop, beside=beside, builder=builder)
    workshop.project.add_configuration("packages: {apple: {dependent_hashes: [widgetDigest]}}\n")
    report = passed(workshop)
    plain = unpacked_hash(apple, apple.head(), tmp_path)
    assert hashes(path) == [vendored(nix, lock, tmp_path), plain]
    assert report["hash"]["method"] == "embedded"
    assert len(report["changes"]) == len({one["field"] for one in report["changes"]}) == 3
    assert len(github.server.requests("archive")) == 1


def test_all_of_them_are_found_in_turn(
    workshop: Workshop, github: GitHub, nix: Nix, tmp_path: Path
) -> None:
    """The source first, since the others are made from it."""
    apple = release(github)
    beside = f"{BESIDE['fetchCargoVendor'][0]}\n{BESIDE['npmDeps'][0]}"
    path = overlay(workshop, source="fetchSubmodules = true;", beside=beside)
    assert passed(workshop)["hash"]["method"] == "build"
    assert hashes(path) == [
        vendored(nix, "Cargo.lock", tmp_path),
        vendored(nix, "package-lock.json", tmp_path),
        nix.hash_of(checkout(apple, tmp_path / "clone")),
    ]


def test_a_dry_run_shows_them_and_writes_nothing(
    workshop: Workshop, github: GitHub, nix: Nix, tmp_path: Path
) -> None:
    """A diff without them would be no diff to apply; the package itself is not built."""
    release(github, submodule=False)
    overlay(workshop, beside=BESIDE["fetchCargoVendor"][0])
    before = workshop.project.snapshot()
    result = workshop.project.run("bump", "--dry-run")
    assert (result.code, workshop.project.snapshot()) == (0, before), result.err
    assert f"+{' ' * 6}cargoDeps" in result.out
    assert vendored(nix, "Cargo.lock", tmp_path) in result.out


# --- what cannot be built -----------------------------------------------------------------------


def test_what_nobody_may_build_is_held(workshop: Workshop, github: GitHub) -> None:
    release(github)
    overlay(workshop, source="fetchSubmodules = true;")
    workshop.configure(enabled=False)
    assert held(workshop) == (
        "fetchSubmodules asks for more than the archive: only a build can tell its hash, and "
        "build: {enabled: false}; let Nix evaluate it (`build:` in config.yaml), or update it by "
        "hand"
    )


def test_a_method_that_cannot_tell_the_hash_holds(workshop: Workshop, github: GitHub) -> None:
    release(github)
    overlay(workshop, source="fetchSubmodules = true;")
    workshop.project.add_configuration("packages: {apple: {hash: embedded}}\n")
    assert held(workshop) == (
        "fetchSubmodules asks for more than the archive, and `hash: embedded` cannot tell its "
        "hash; set `hash: auto`"
    )


def test_a_package_set_that_does_not_evaluate_holds(workshop: Workshop, github: GitHub) -> None:
    release(github)
    overlay(workshop, source="fetchSubmodules = true;")
    workshop.configure(attribute="no-such-set.{name}")
    assert held(workshop) == (
        "only a build can tell its hash, and of no-such-set.apple Nix says: it does not evaluate: "
        "attribute 'no-such-set' missing; let Nix evaluate it (`build:` in "
        "config.yaml), or update it by hand"
    )


def test_a_lock_file_beside_the_package_holds(workshop: Workshop, github: GitHub) -> None:
    release(github, submodule=False)
    (workshop.project.root / "overlays" / "Cargo.lock").write_text("")
    overlay(workshop, beside="cargoLock = { lockFile = ./Cargo.lock; };")
    assert held(workshop) == (
        "cargoLock (line 9) must change with the source: update this package by hand"
    )


def test_a_submodule_that_is_gone_is_a_failure_that_shows_gits_words(
    workshop: Workshop, github: GitHub
) -> None:
    release(github)
    part = github.named("o/part")
    assert part is not None
    github.remove(part)
    overlay(workshop, source="fetchSubmodules = true;")
    before = workshop.project.snapshot()
    result, packages = workshop.bump()
    error = packages["apple"]["error"]
    assert (result.code, error["stage"], workshop.project.snapshot()) == (1, "hash", before)
    assert "before Nix could tell the true hash" in error["message"]
    assert "o/part" in error["message"]


def test_a_fixed_output_that_takes_too_long_is_stopped(workshop: Workshop, github: GitHub) -> None:
    """Its processes too: nothing of it is left to wait for."""
    release(github, submodule=False)
    overlay(workshop, source="postFetch = ''while :; do read -t 1 < /dev/null || :; done'';")
    workshop.configure(timeout="3s")
    before = workshop.project.snapshot()
    result, packages = workshop.bump()
    assert (result.code, workshop.project.snapshot()) == (1, before)
    assert packages["apple"]["error"] == {
        "stage": "hash",
        "message": "the fixed-output build for its hash took longer than 3 s",
        "hint": "raise `timeout:` under `build:` in config.yaml",
    }


def test_a_flake_without_a_lock_is_not_evaluated_for_a_hash(
    workshop: Workshop, github: GitHub
) -> None:
    """What it would evaluate to is anybody's guess, and a download of its inputs."""
    release(github)
    overlay(workshop, source="fetchSubmodules = true;")
    (workshop.project.root / "flake.nix").write_text("{ outputs = _: { }; }")
    workshop.configure(enabled="auto", file=None)
    assert "and flake.nix has no flake.lock" in held(workshop)


def test_a_flake_tells_a_hash_as_a_default_nix_does(
    workshop: Workshop, github: GitHub, nix: Nix, tmp_path: Path
) -> None:
    apple = release(github)
    path = overlay(workshop, source="fetchSubmodules = true;")
    workshop.flake()
    assert passed(workshop)["hash"]["method"] == "build"
    assert hashes(path) == [nix.hash_of(checkout(apple, tmp_path / "clone"))]


def test_no_fixed_output_is_built_while_a_build_could_read_a_token(
    workshop: Workshop, github: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs what upstream wrote, on the network and, without a sandbox, beside the token."""
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_loopback")
    github.tokens.add("ghp_loopback")
    release(github)
    overlay(workshop, source="fetchSubmodules = true;")
    result, packages = workshop.bump()
    assert (result.code, packages["apple"]["error"]["message"]) == (
        1,
        "builds are not sandboxed, and GITHUB_TOKEN is set: upstream code could read it",
    )


def test_a_package_that_is_made_from_another_source_is_no_proof(
    workshop: Workshop, github: GitHub
) -> None:
    """What is evaluated must be made from what was hashed."""
    release(github, submodule=False)
    path = overlay(workshop)
    (workshop.project.root / "default.nix").write_text(
        f"{{ }}: import {workshop.tiny} {{ overlays = [ (import ./overlays/apple.nix) (self: super:"
        " { python3Packages = super.python3Packages // { apple = super.python3Packages.apple"
        '.overrideAttrs (_: { src = super.runCommand "source" { } "mkdir $out"; }); }; }) ]; }'
    )
    result, packages = workshop.bump()
    assert (result.code, packages["apple"]["status"], hashes(path)) == (1, "failed", [FAKE])
    assert "python3Packages.apple evaluates to the source " in packages["apple"]["error"]["message"]


# --- functions that no kind knows ---------------------------------------------------------------

OWN = """\
self: super:
let
  fetchOurs = { owner, repo, rev, hash, name ? "ours" }:
    super.fetchgit { url = "GITHUB/${owner}/${repo}.git"; inherit rev name hash; };
in {
  python3Packages = super.python3Packages // {
    apple = super.python3Packages.buildPythonPackage rec {
      pname = "apple";
      version = "1.0";
      format = "pyproject";
      nativeBuildInputs = [ super.python3Packages.setuptools ];
      src = fetchOurs {
        owner = "o";
        repo = "apple";
        rev = "v${version}";
        hash = "";
      };
    };
  };
}
"""


def test_a_function_of_ones_own_is_followed_where_its_hash_is_left_to_nix(
    workshop: Workshop, github: GitHub, nix: Nix, tmp_path: Path
) -> None:
    """What it does is its own affair; its arguments say where versions come from."""
    apple = release(github)
    text = OWN.replace("GITHUB", github.url)
    path = workshop.project.overlay("apple.nix", text)
    workshop.overlay()
    result, packages = workshop.bump()
    assert (result.code, packages["apple"]["status"], packages["apple"]["reason"]) == (
        0,
        "skipped",
        "no fetcher kind knows fetchOurs",
    )
    workshop.project.add_configuration("packages: {apple: {hash: build}}\n")
    assert passed(workshop)["hash"]["method"] == "build"
    true = nix.hash_of(checkout(apple, tmp_path / "clone"))
    assert path.read_text() == text.replace('"1.0"', '"2.0"').replace('""', f'"{true}"')
    listed = workshop.project.run("list", "apple").out
    assert listed == (
        "apple  overlays/apple.nix:7  fetchFromGitHub   2.0  tag: its rev is made from the "
        "version\n"
    )
