"""Packages that share a source, and lock files beside them, built by real Nix together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.commands.built import hashes, release
from tests.commands.test_built_hashes import vendored
from tests.project import FAKE, unpacked_hash

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted
    from tests.real_nix import Nix
    from tests.workshop import Workshop

pytestmark = pytest.mark.nix

SOURCE = f"""prev.fetchFromGitHub {{
      owner = "o";
      repo = "apple";
      tag = "v${{finalAttrs.version}}";
      hash = "{FAKE}";
    }}"""
UNIT = f"""\
final: prev: {{
  apple = prev.buildGoModule (finalAttrs: {{
    pname = "apple";
    version = "1.0";
    src = {SOURCE};
    vendorHash = "{FAKE}";
    frontend = prev.buildNpmPackage {{
      pname = "apple-frontend";
      inherit (finalAttrs) version src;
      npmDepsHash = "{FAKE}";
    }};
    postPatch = "ln -s ${{finalAttrs.frontend}} dist";
  }});
}}
"""


def test_a_part_of_a_package_moves_with_it_and_all_its_hashes(
    workshop: Workshop, github: GitHub, nix: Nix, tmp_path: Path
) -> None:
    """One change has the version, the source's hash, and those of both languages."""
    apple = release(github, submodule=False)
    path = workshop.project.overlay("apple.nix", UNIT)
    workshop.overlay()
    result, packages = workshop.bump()
    assert (result.code, packages["apple"]["status"]) == (0, "updated"), packages["apple"]["error"]
    assert packages["apple"]["build"]["status"] == "passed"
    new = [
        unpacked_hash(apple, apple.head(), tmp_path),
        vendored(nix, "go.sum", tmp_path),
        vendored(nix, "package-lock.json", tmp_path),
    ]
    assert hashes(path) == new
    parts = re.split(re.escape(FAKE), UNIT.replace('"1.0"', '"2.0"'))
    assert path.read_text() == "".join(
        part + sri for part, sri in zip(parts, [*new, ""], strict=True)
    )


def crate(name: str, version: str, repository: Hosted, home: str) -> str:
    """Return a package of a Cargo.lock that comes from git, at the newest commit."""
    source = f"git+{home}/o/{name}#{repository.head()}"
    return f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = "{source}"\n'


CARGO = f"""\
final: prev: {{
  apple = prev.rustPlatform.buildRustPackage (finalAttrs: {{
    pname = "apple";
    version = "1.0";
    src = {SOURCE};
    cargoLock = {{
      lockFile = ./Cargo.lock;
      outputHashes = {{
        # moves
        "crate-a-0.1.0" = "{FAKE}";
        "crate-b-0.1.0" = "{FAKE}"; # goes
        "crate-c-0.1.0" = "HASH";
      }};
    }};
  }});
}}
"""


def test_a_lock_file_and_the_hashes_of_what_it_takes_from_git_are_the_new_sources(
    workshop: Workshop, github: GitHub, tmp_path: Path
) -> None:
    """The builder compares both lock files, and refuses a name that the lock does not have."""
    parts = {name: github.repository("o", f"crate-{name}") for name in "abcd"}
    for name, part in parts.items():
        part.commit({"lib.rs": f"// {name}\n"})
        part.settle()
    own = '[[package]]\nname = "apple"\nversion = "{}"\n'

    def lock(version: str, **crates: str) -> str:
        listed = (
            crate(f"crate-{name}", at, parts[name], github.url) for name, at in crates.items()
        )
        return own.format(version) + "".join(listed)

    def tree(name: str) -> str:
        return unpacked_hash(parts[name], parts[name].head(), tmp_path)

    old = lock("1.0", a="0.1.0", b="0.1.0", c="0.1.0")
    text = CARGO.replace("HASH", tree("c"))
    parts["a"].commit({"lib.rs": "// a, newer\n"})
    parts["a"].settle()
    new = lock("2.0", a="0.2.0", c="0.1.0", d="3.0.0")
    apple = github.repository("o", "apple")
    apple.tag("v2.0", apple.commit({"Cargo.lock": new}))
    path = workshop.project.overlay("apple.nix", text)
    workshop.project.overlay("Cargo.lock", old)
    workshop.overlay()
    result, packages = workshop.bump()
    assert (result.code, packages["apple"]["status"]) == (0, "updated"), packages["apple"]["reason"]
    assert packages["apple"]["build"]["status"] == "passed"
    assert (path.parent / "Cargo.lock").read_text() == new
    wanted = text.replace('"1.0"', '"2.0"')
    wanted = wanted.replace(FAKE, unpacked_hash(apple, apple.head(), tmp_path), 1)
    wanted = wanted.replace(
        f'"crate-a-0.1.0" = "{FAKE}"', f'"crate-a-0.2.0" = "{tree("a")}"'
    ).replace(f'        "crate-b-0.1.0" = "{FAKE}"; # goes\n', "")
    last = f'"crate-c-0.1.0" = "{tree("c")}";'
    wanted = wanted.replace(last, f'{last}\n        "crate-d-3.0.0" = "{tree("d")}";')
    assert path.read_text() == wanted
    assert {one["field"] for one in packages["apple"]["changes"]} == {
        "version",
        "hash",
        "cargoLock.lockFile",
        "cargoLock.outputHashes.crate-a-0.1.0",
        "cargoLock.outputHashes.crate-a-0.2.0",
        "cargoLock.outputHashes.crate-b-0.1.0",
        "cargoLock.outputHashes.crate-d-3.0.0",
    }
