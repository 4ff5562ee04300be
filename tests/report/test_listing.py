"""Lists of packages: what a pin is called, and what a narrow terminal leaves out."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.report.outcomes import package
from tests.report.screens import plain
from updater.model import Pin
from updater.report.listing import ListedPackage, describe, listing_lines
from updater.report.screen import Screen

COMMIT = "a46c8435428f94116d6164d8fcd6226c5126c0a5"


@pytest.mark.parametrize(
    ("version", "rev", "shown"),
    [
        ("1.0", "main", "1.0 (main)"),
        ("1.0", COMMIT, "1.0 (a46c8435428f)"),
        ("1.0", "release-1.0-of-spring", "1.0 (release-1.0-of-spring)"),
        ("1.0", "1.0", "1.0"),
        (COMMIT, COMMIT, "a46c8435428f"),
        ("", "v1.0", "no version (v1.0)"),
        ("1.0", "", "1.0"),
    ],
)
def test_a_pin_is_its_version_and_a_rev_that_says_more(version: str, rev: str, shown: str) -> None:
    """Only commits are shortened, to 12 digits."""
    assert describe(package("a"), Pin(version, rev), None).pin == shown


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (
            80,
            (
                "PACKAGE  VERSION  FOLLOWS  FETCHER          FILE",
                "a        1.0      tag      fetchFromGitHub  pkgs/some-service/default.nix:3",
                "b        1.0      tag      fetchFromGitHub  pkgs/more/of-it/default.nix:3",
            ),
        ),
        (
            60,
            (
                "PACKAGE  VERSION  FOLLOWS  FILE",
                "a        1.0      tag      pkgs/some-service/default.nix:3",
                "b        1.0      tag      pkgs/more/of-it/default.nix:3",
            ),
        ),
        (
            50,
            (
                "PACKAGE  VERSION  FOLLOWS  FILE",
                "a        1.0      tag      \u2026/default.nix:3",
                "b        1.0      tag      \u2026/of-it/default.nix:3",
            ),
        ),
        (
            40,
            ("PACKAGE  VERSION  FOLLOWS", "a        1.0      tag", "b        1.0      tag"),
        ),
    ],
)
def test_a_narrow_terminal_leaves_out_the_fetchers_before_folders_of_files(
    width: int, lines: tuple[str, ...]
) -> None:
    """Where each file is called default.nix, its folder says what it is."""
    entries = [
        ListedPackage(
            replace(package(name), file=f"pkgs/{folder}/default.nix"), "found", "1.0", "tag"
        )
        for name, folder in (("a", "some-service"), ("b", "more/of-it"))
    ]
    screen = Screen("list", width=width, unicode=True)
    assert tuple(plain(listing_lines(entries, screen))[:3]) == lines
