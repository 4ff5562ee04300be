"""What an override leaves to the package that it overrides is found, or the override is skipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.project import FAKE, unpacked_hash
from updater.find.packages import find_packages

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.project import Project
    from updater.model import Package

CALL = f'owner = "{{}}"; repo = "tool"; rev = "v${{{{version}}}}"; hash = "{FAKE}";'
TOOL = 'mkDerivation rec {{ pname = "tool"; version = "1.0"; src = fetchFromGitHub {{ {} }}; }}'
OVERRIDE = 'tool = prev.tool.overrideAttrs (old: rec {{ version = "1.2"; src = {}; }});\n'
SOURCES = {
    "override": f'old.src.override {{ rev = "v${{version}}"; hash = "{FAKE}"; }}',
    "owner": f'fetchFromGitHub {{ inherit (old.src) owner repo; rev = "v1.2"; hash = "{FAKE}"; }}',
}


def tool(owner: str = "o") -> str:
    return TOOL.format(CALL.format(owner))


def overriding(root: Path, source: str, **files: str) -> Package:
    """Return the package that overrides, beside files of these names."""
    files["z"] = f"final: prev: {{ {OVERRIDE.format(SOURCES[source])} }}"
    for name, text in files.items():
        (root / f"{name}.nix").write_text(text)
    found = find_packages(root, [f"{name}.nix" for name in files]).packages
    return next(package for package in found if package.file == "z.nix")


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    "files",
    [
        {"a": f"final: prev: {{ tool = {tool()}; }}"},
        {"a": "final: prev: { tool = prev.callPackage ./b.nix { }; }", "b": f"{{ }}: {tool()}"},
        {name: f"final: prev: {{ tool = {tool()}; }}" for name in ("a", "b")},
    ],
    ids=["overlay", "called", "agreeing"],
)
def test_another_file_says_where_the_source_is(
    tmp_path: Path, source: str, files: dict[str, str]
) -> None:
    package = overriding(tmp_path, source, **files)
    assert package.skip == ""
    assert package.source is not None
    read = {name: package.source.value(name) for name in ("owner", "repo", "rev", "hash")}
    assert read == {"owner": "o", "repo": "tool", "rev": "v1.2", "hash": FAKE}
    assert package.source.fetcher == "fetchFromGitHub"


ELSEWHERE = {"a": f"final: prev: {{ python3Packages.tool = {tool()}; }}"}
TWO = {name: f"final: prev: {{ tool = {tool(name)}; }}" for name in ("a", "b")}
WITHOUT = {"a": "final: prev: { tool = prev.tool.overrideAttrs { doCheck = false; }; }"}


@pytest.mark.parametrize(
    ("files", "who"),
    [
        ({}, "this project does not say"),
        (ELSEWHERE, "this project does not say"),
        (TWO, "packages of this project disagree"),
        (WITHOUT, "this project does not say"),
    ],
    ids=["none", "elsewhere", "two", "without"],
)
def test_it_is_skipped_where_none_or_two_say_it(
    tmp_path: Path, files: dict[str, str], who: str
) -> None:
    assert overriding(tmp_path, "override", **files).skip == (
        f"its source is made by tool.src.override, and {who} where that is fetched from: write "
        "the whole call, such as fetchFromGitHub { owner = ...; repo = ...; }"
    )
    missing = (
        ("owner (line 1) is that", 'owner = "...";')
        if "disagree" in who
        else ("owner and repo (line 1) are those", 'owner = "..."; repo = "...";')
    )
    assert overriding(tmp_path, "owner", **files).skip == (
        f"its {missing[0]} of tool.src, which cannot be told from this project: "
        f"write {missing[1]} in the call"
    )


def test_an_overlay_does_not_override_what_it_makes_itself(tmp_path: Path) -> None:
    """``prev.tool`` beside ``tool = ...`` is the one of the package set below."""
    text = f"final: prev: {{ tool = {tool()}; next = {OVERRIDE.format(SOURCES['owner'])[7:]} }}"
    (tmp_path / "a.nix").write_text(text)
    skips = {
        package.name: bool(package.skip) for package in find_packages(tmp_path, ["a.nix"]).packages
    }
    assert skips == {"tool": False, "next": True}


def test_an_override_of_a_source_is_bumped(
    project: Project, github: GitHub, tmp_path: Path
) -> None:
    """By what another overlay says of the repository; that one has its own pin."""
    repository = github.repository("o", "tool")
    for version in ("1.0", "1.2", "1.3"):
        repository.tag(f"v{version}", repository.commit({"a": version}))
    project.overlay("a.nix", f"# updater: hold old\nfinal: prev: {{ tool = {tool()}; }}\n")
    text = f"final: prev: {{ {OVERRIDE.format(SOURCES['override'])} }}\n"
    path = project.overlay("b.nix", text)
    result = project.run("bump")
    assert result.code == 0, result.err
    sri = unpacked_hash(repository, repository.git("rev-parse", "v1.3").strip(), tmp_path)
    assert path.read_text() == text.replace('"1.2"', '"1.3"').replace(FAKE, sri)
    assert project.run("check", "--exit-code").code == 0
