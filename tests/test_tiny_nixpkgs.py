"""The tiny package set's builders and fetchers do what those of nixpkgs do."""

from __future__ import annotations

import functools
import io
import re
import tarfile
from typing import TYPE_CHECKING

import pytest

from tests.loopback.messages import Response
from tests.loopback.repositories import Executable, Submodule
from tests.real_nix import NixFailed, place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.messages import Request
    from tests.loopback.repositories import Entry
    from tests.loopback.server import Server
    from tests.real_nix import Nix

    Build = Callable[..., Path]

pytestmark = pytest.mark.nix

WITH = "{ tiny, ... }@args: with import (/. + tiny) { config = { }; };"


@pytest.fixture
def build(nix: Nix, tiny: Path) -> Build:
    """Build an expression of the tiny set, without any fetching."""
    return functools.partial(nix.build, tiny=tiny)


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write a tree and return its folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder


# --- substituteInPlace --------------------------------------------------------------------------


def test_replace_fail_fails_on_a_missing_pattern(build: Build) -> None:
    message = "substituteStream() in derivation x: ERROR: pattern absent doesn't match anything"
    with pytest.raises(NixFailed, match=re.escape(message)):
        build(
            f"""{WITH} runCommand "x" {{ }} ''
              echo old > f
              substituteInPlace f --replace-fail absent new
              cp f $out
            ''""",
        )


@pytest.mark.parametrize("flag", ["--replace", "--replace-warn", "--replace-quiet"])
def test_other_replacements_pass_over_a_missing_pattern(build: Build, flag: str) -> None:
    built = build(
        f"""{WITH} runCommand "x" {{ }} ''
          echo old > f
          substituteInPlace f {flag} absent new --replace-fail old 'a & b'
          cp f $out
        ''""",
    )
    assert built.read_text() == "a & b\n"


def test_missing_file_fails(build: Build) -> None:
    message = "substitute(): ERROR: file 'absent' does not exist"
    with pytest.raises(NixFailed, match=re.escape(message)):
        build(
            f"""{WITH} runCommand "x" {{ }} "substituteInPlace absent --replace-quiet a b" """,
        )


# --- fetchers -----------------------------------------------------------------------------------

FILES = {"README.md": "made up\n", "folder/run": "#!/bin/sh\n"}
FROM_GITHUB = f"""{WITH} fetchFromGitHub {{
  owner = "owner";
  repo = "made-up";
  tag = "v1.0";
  hash = args.hash or lib.fakeHash;
}}"""


@pytest.fixture
def served(tmp_path: Path, github: GitHub) -> Path:
    """The tiny set on a loopback GitHub with one repository."""
    repository = github.repository("owner", "made-up")
    run = Executable(FILES["folder/run"])
    commit = repository.commit({"README.md": FILES["README.md"], "folder/run": run})
    repository.tag("v1.0", commit)
    return place(tmp_path / "nixpkgs", github=github.url)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """What the repository holds, written by hand."""
    folder = write(tmp_path / "tree", FILES)
    (folder / "folder" / "run").chmod(0o755)
    return folder


def test_source_from_github_has_the_hash_of_its_tree(nix: Nix, served: Path, tree: Path) -> None:
    """The archive's only folder is stripped, and what is left hashes as `nix-hash` says."""
    expected = nix.hash_of(tree)
    built = nix.build(FROM_GITHUB, tiny=served, hash=expected)
    assert (built.name[33:], nix.hash_of(built)) == ("source", expected)


def test_wrong_hash_fails_with_the_true_one(nix: Nix, served: Path, tree: Path) -> None:
    with pytest.raises(NixFailed, match="hash mismatch in fixed-output derivation") as failed:
        nix.build(FROM_GITHUB, tiny=served)
    got = re.findall(r"got: +(\S+)", failed.value.stderr)
    assert got == [nix.hash_of(tree)]


def test_missing_source_names_its_address(nix: Nix, tmp_path: Path, github: GitHub) -> None:
    empty = place(tmp_path / "nixpkgs", github=github.url)
    with pytest.raises(NixFailed, match="error: cannot download source from any mirror") as failed:
        nix.build(FROM_GITHUB, tiny=empty)
    assert f"trying {github.url}/owner/made-up/archive/refs/tags/v1.0.tar.gz" in failed.value.stderr


def test_submodules_are_fetched_with_git(
    nix: Nix, served: Path, github: GitHub, tmp_path: Path
) -> None:
    """The result is the tree with its submodule and without anything of git's."""
    library = github.repository("owner", "library")
    commit = library.commit({"library.py": "LIBRARY = 1\n"})
    modules = f'[submodule "library"]\n\tpath = library\n\turl = {github.url}/owner/library.git\n'
    whole = github.repository("owner", "whole")
    files: dict[str, Entry] = {
        ".gitmodules": modules,
        "library": Submodule(commit),
        "made_up.py": "",
    }
    whole.tag("v1.0", whole.commit(files))
    expected = write(
        tmp_path / "whole",
        {".gitmodules": modules, "library/library.py": "LIBRARY = 1\n", "made_up.py": ""},
    )
    built = nix.build(
        f"""{WITH} fetchFromGitHub {{
          owner = "owner";
          repo = "whole";
          rev = "v1.0";
          fetchSubmodules = true;
          hash = args.hash;
        }}""",
        tiny=served,
        hash=nix.hash_of(expected),
    )
    assert nix.hash_of(built) == nix.hash_of(expected)


def test_archive_of_several_entries_needs_strip_root(
    nix: Nix, tiny: Path, server: Server, tmp_path: Path
) -> None:
    given = flat_archive(tmp_path, server, {"one": "1", "two": "2"}, nix, tiny)
    fetch = f"{WITH} fetchzip {{ url = args.url; hash = args.hash; stripRoot = %s; }}"
    with pytest.raises(NixFailed, match="must contain a single file or directory"):
        nix.build(fetch % "true", **given)
    assert nix.hash_of(nix.build(fetch % "false", **given)) == given["hash"]


def test_single_file_of_an_archive_is_put_into_a_folder(
    nix: Nix, tiny: Path, server: Server, tmp_path: Path
) -> None:
    given = flat_archive(tmp_path, server, {"only": "1"}, nix, tiny)
    fetch = f"{WITH} fetchzip {{ url = args.url; hash = args.hash; }}"
    assert nix.hash_of(nix.build(fetch, **given)) == given["hash"]


def flat_archive(
    folder: Path, server: Server, files: dict[str, str], nix: Nix, tiny: Path
) -> dict[str, str | Path]:
    """Serve an archive of files without a top folder, and return what a call of it needs."""
    expected = write(folder / "expected", files)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name in files:
            archive.add(expected / name, name)

    def answer(_request: Request) -> Response:
        return Response(200, packed.getvalue(), {"Content-Type": "application/gzip"})

    server.route("GET", "/flat.tar.gz", answer)
    url, tree_hash = f"{server.url}/flat.tar.gz", nix.hash_of(expected)
    return {"tiny": tiny, "url": url, "hash": tree_hash}


def test_github_source_needs_one_ref(nix: Nix, tiny: Path) -> None:
    with pytest.raises(NixFailed, match="requires one of either `rev` or `tag`"):
        nix.eval(f'{WITH} (fetchFromGitHub {{ owner = "o"; repo = "r"; }}).url', tiny=tiny)


# --- other packages -------------------------------------------------------------------------------


def test_unfree_package_is_refused_unless_allowed(nix: Nix, tiny: Path) -> None:
    expression = """{ tiny, allowed }:
      let pkgs = import (/. + tiny) { config.allowUnfree = builtins.fromJSON allowed; };
      in builtins.isString pkgs.cudaPackages_12_8.cuda_nvcc.drvPath"""
    with pytest.raises(NixFailed, match="has an unfree license"):
        nix.eval(expression, tiny=tiny, allowed="false")
    assert nix.eval(expression, tiny=tiny, allowed="true") is True


def test_joined_trees_hold_the_files_of_all(build: Build) -> None:
    built = build(
        """{ tiny }:
        with import (/. + tiny) { config.allowUnfree = true; };
        symlinkJoin {
          name = "cuda-redist";
          paths = with cudaPackages_12_8; [ (lib.getDev cuda_cccl) (lib.getLib libcublas) ];
        }""",
    )
    files = sorted(str(path.relative_to(built)) for path in built.rglob("*") if path.is_file())
    assert files == [
        "include/cuda_cccl.h",
        "include/libcublas.h",
        "lib/libcuda_cccl.so",
        "lib/liblibcublas.so",
    ]
