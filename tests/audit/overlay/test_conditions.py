"""On which systems a Nix condition holds."""

from __future__ import annotations

import pytest

from updater.audit.overlay.conditions import systems_of

LINUX = {"x86_64-linux", "aarch64-linux"}
X86 = {"x86_64-linux", "x86_64-darwin"}


@pytest.mark.parametrize(
    ("text", "systems"),
    [
        ("super.stdenv.isLinux", LINUX),
        ("prev.stdenv.hostPlatform.isx86_64", X86),
        ("stdenv.isLinux && stdenv.isx86_64", LINUX & X86),
        ("stdenv.isLinux || stdenv.isx86_64", LINUX | X86),
        (
            "!stdenv.isLinux || stdenv.isLinux && stdenv.isx86_64",
            {"x86_64-darwin"} | X86 | {"aarch64-darwin"},
        ),
        ("!(stdenv.isLinux || stdenv.isDarwin)", set()),
        ("(!super.stdenv.isAarch64)", X86),
    ],
)
def test_predicates_of_platforms_are_read(text: str, systems: set[str]) -> None:
    assert systems_of(text) == frozenset(systems)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "config.cudaSupport",
        "stdenv.isLinux && cudaSupport",
        "stdenv.isLinux &&",
        "(stdenv.isLinux",
        "stdenv.isLinux stdenv.isDarwin",
        "stdenv.isMusl",
        'lib.versionAtLeast python.version "3.12"',
        "(" * 290,
        "stdenv.isLinux" + " " * 400 + "&& stdenv.isDarwin",
    ],
)
def test_what_cannot_be_read_says_nothing(text: str) -> None:
    assert systems_of(text) is None
