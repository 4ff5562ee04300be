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
