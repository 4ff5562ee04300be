"""Files whose names lie are not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.project import github_overlay
from updater.config.load import load
from updater.find.files import overlay_files
from updater.find.packages import find_packages, found_in

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_whose_name_has_a_control_character_is_not_read(tmp_path: Path) -> None:
    """It does not stand in the place of the file whose name it seems to be either."""
    (tmp_path / "overlays").mkdir()
    overlay = github_overlay("tool", "1.0")
    for name in ("a.nix", "\u202ea.nix", "b\n.nix"):
        (tmp_path / "overlays" / name).write_text(overlay)
    config = load(tmp_path, None)

    def read(paths: object) -> dict[str, bytes]:
        assert paths == ("overlays/a.nix",)
        return {"overlays/a.nix": overlay.encode()}

    named = overlay_files(config).files
    for found in (find_packages(tmp_path, named), found_in(read, named)):
        assert {(one.file, one.name, one.problem) for one in found.packages} == {
            ("overlays/a.nix", "tool", ""),
            ("overlays/<U+202E>a.nix", "<U+202E>a", "the file's name has a control character"),
            ("overlays/b .nix", "b ", "the file's name has a control character"),
        }
        assert list(found.texts) == ["overlays/a.nix"]


@pytest.mark.parametrize(
    ("given", "skip"),
    [
        ("{ }", ""),
        ("{ inherit (prev) fetchFromGitHub; }", ""),
        ("{ fetchFromGitHub = prev.fetchFromGitHub; fetchurl = final.corp; }", ""),
        (
            "{ fetchFromGitHub = args: prev.fetchFromGitHub (args // corp); }",
            "a caller of tool.nix gives it a function of its own as fetchFromGitHub",
        ),
        (
            "{ fetchFromGitHub = final.corpFetch; }",
            "a caller of tool.nix gives it a function of its own as fetchFromGitHub",
        ),
    ],
)
def test_a_caller_may_give_a_file_another_function_than_the_fetcher(
    tmp_path: Path, given: str, skip: str
) -> None:
    """It may ask a host of its own, so that nothing is looked up at GitHub."""
    (tmp_path / "tool.nix").write_text(
        '{ mkDerivation, fetchFromGitHub }: mkDerivation rec { pname = "tool"; version = "1"; '
        'src = fetchFromGitHub { owner = "o"; repo = "r"; rev = "v1"; hash = ""; }; }'
    )
    (tmp_path / "a.nix").write_text(
        f"final: prev: {{ tool = prev.callPackage ./tool.nix {given}; }}"
    )
    (package,) = find_packages(tmp_path, ["a.nix"]).packages
    assert (package.name, package.skip) == ("tool", skip)


CORP = "args: prev.fetchFromGitHub (args // { githubBase = corp; })"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("final: prev: { inherit (prev) fetchFromGitHub; }", ""),
        ("final: prev: { fetchFromGitHub = prev.fetchFromGitHub; }", ""),
        ("final: prev: { fetchurl = final.corp; }", ""),
        ("final: prev: { other = prev.other.override { fetchFromGitHub = final.corp; }; }", ""),
        ("final: prev: let fetchFromGitHub = final.corp; in { }", ""),
        (f"final: prev: {{\n  fetchFromGitHub = {CORP}; }}", "2"),
        (f"final: prev: prev // {{ fetchFromGitHub = {CORP}; }}", "1"),
        ("final: prev: { pkgs.fetchFromGitHub = final.corp; }", "1"),
        ("final: prev: { tool = prev.tool.override { fetchFromGitHub = final.corp; }; }", "1"),
        ("final: prev: { t = final.tool.override (old: { fetchFromGitHub = final.corp; }); }", "1"),
        ("final: prev: { s = prev.newScope (final // { fetchFromGitHub = x: x; }); }", "1"),
    ],
)
def test_the_project_may_put_another_function_in_a_fetchers_place(
    tmp_path: Path, text: str, place: str
) -> None:
    """For all of its files, or for one package; below its own overlay nixpkgs' stands."""
    call = 'fetchFromGitHub { owner = "o"; repo = "r"; rev = "v1"; hash = ""; }'
    package = 'mkDerivation rec {{ pname = "{}"; version = "1"; src = {}{}; }}'
    texts = {
        "tool.nix": f"{{ mkDerivation, fetchFromGitHub }}: {package.format('tool', '', call)}",
        "b.nix": f"final: prev: {{ tool2 = prev.{package.format('tool2', 'prev.', call)}; }}",
        "a.nix": text,
    }
    for name, own in texts.items():
        (tmp_path / name).write_text(own)
    packages = find_packages(tmp_path, [*texts]).packages
    why = (
        f"fetchFromGitHub is another function in this project (a.nix:{place}), "
        "which may fetch from another host"
    )
    is_of_all = place and "override" not in text
    assert {package.name: package.skip for package in packages} == {
        "tool": why if place else "",
        "tool2": why if is_of_all else "",
    }


def test_below_an_overlay_that_replaces_a_fetcher_is_nixpkgs_own(tmp_path: Path) -> None:
    """Of its own file that is seen; `final` and what is called have the other."""
    call = 'fetchurl { url = "https://github.com/o/r/archive/v1.zip"; hash = ""; }'
    package = 'prev.mkDerivation rec {{ pname = "t"; version = "1"; src = {}{}; }}'
    (tmp_path / "a.nix").write_text(
        f"final: prev: let inherit (prev) fetchurl; in {{ fetchurl = final.corp;\n"
        f"below = {package.format('prev.', call)};\n"
        f"above = {package.format('final.', call)};\n"
        f"named = {package.format('', call)}; }}"
    )
    packages = find_packages(tmp_path, ["a.nix"]).packages
    assert {package.name: package.skip for package in packages} == {
        "below": "",
        "above": "fetchurl is another function here, and no fetcher of nixpkgs",
        "named": "",
    }
