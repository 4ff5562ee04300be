"""Which changed files are a package's own: its lock files, however it names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from updater.find.changed import has_lock_in
from updater.find.packages import read_file

if TYPE_CHECKING:
    from pathlib import Path

OVERLAY = """\
final: prev: BEFORE{
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "1.0";
    patches = [ ./a.patch ];
    src = prev.fetchurl { url = "https://example.org/tool-${version}.tar.gz"; hash = ""; };
    BESIDE
  };
}
"""


@pytest.mark.parametrize(
    ("beside", "before", "lock"),
    [
        ("cargoLock.lockFile = ./Cargo.lock;", "", "overlays/Cargo.lock"),
        ("nugetDeps = ../deps.json;", "", "deps.json"),
        ("yarnNix = lock;", 'let lock = ./locks + "/yarn.nix"; in ', "overlays/locks/yarn.nix"),
        ("nugetDeps = lock;", "let lock = ./locks/deps.nix; in ", "overlays/locks/deps.nix"),
        ("inherit nugetDeps;", "let nugetDeps = ./x.json; in ", "overlays/x.json"),
        ("gemdir = ./.;", "", "overlays/gemset.nix"),
        ("gemdir = ../.;", "", "Gemfile.lock"),
        ('postPatch = "cp ${./locks/yarn.lock} .";', "", "overlays/locks/yarn.lock"),
    ],
)
def test_a_lock_file_is_its_packages_own(
    tmp_path: Path, beside: str, before: str, lock: str
) -> None:
    """Neither a patch nor another file of the folder is."""
    text = OVERLAY.replace("BEFORE", before).replace("BESIDE", beside)
    (package,) = read_file(text.encode(), "overlays/tool.nix", ())
    assert has_lock_in(package, tmp_path, [str(tmp_path / lock)])
    others = ("overlays/a.patch", "overlays/other.nix", "overlays/tool.nix", "locks/Cargo.lock")
    assert not has_lock_in(package, tmp_path, [str(tmp_path / other) for other in others])
