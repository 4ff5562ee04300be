"""Where a new overlay lies among its siblings."""

from __future__ import annotations

import pytest

from tests.project import pypi_overlay
from updater.compose.styles import style_of
from updater.find.overlay_files import OverlayFiles
from updater.kinds import FETCH_FUNCTIONS
from updater.overlay.reading.file import read_packages


@pytest.mark.parametrize(
    ("files", "folder"),
    [
        ((), "overlays"),
        (("nix/a.nix", "nix/b.nix"), "nix"),
        (("nix/a.nix", "nix/b.nix", "nix/a/c.nix", "nix/a/d.nix", "nix/a/e.nix"), "nix"),
        (("nix/x.nix", "python/a.nix", "python/b.nix", "python/c.nix"), "python"),
        (("python/a/default.nix", "python/b/default.nix"), "python"),
        (("pkgs/aa/a/package.nix", "pkgs/bb/b/package.nix"), "pkgs"),
        ((*(f"pkgs/{letter}/{letter}.nix" for letter in "abcdefgh"), "pkgs/a/i.nix"), "pkgs"),
        (("a.nix", "b.nix"), "overlays"),
    ],
)
def test_it_lies_where_most_lie_or_around_them(files: tuple[str, ...], folder: str) -> None:
    """Never in the folder of one package, or of what one project needs."""
    texts = {file: pypi_overlay(f"p{at}", "1.0").encode() for at, file in enumerate(files)}
    packages = tuple(
        package
        for file, text in texts.items()
        for package in read_packages(text, file, FETCH_FUNCTIONS).packages
    )
    assert style_of(OverlayFiles(packages, texts)).folder == folder
