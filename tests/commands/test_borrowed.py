"""Packages that have the source of another: they move with it, or neither moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.project import FAKE, Project, unpacked_hash

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub

TOOL = (
    '  tool = prev.mkDerivation rec {{ pname = "tool"; version = "{version}";\n'
    '    src = prev.fetchFromGitHub {{ owner = "o"; repo = "tool"; tag = "v${{version}}"; '
    'hash = "{sri}"; }}; }};\n'
)
DOCS = (
    '  docs = prev.mkDerivation { pname = "docs"; version = "7"; '
    'src = "${final.tool.src}/docs"; };\n'
)


def test_a_member_with_a_version_of_its_own_is_told(
    project: Project, github: GitHub, tmp_path: Path
) -> None:
    """Its source moves; its own version stays, and nobody can miss that."""
    repository = github.repository("o", "tool")
    repository.tag("v1.0", repository.commit({"a": "1"}))
    commit = repository.commit({"a": "2"})
    repository.tag("v1.1", commit)
    text = "final: prev: {{\n{}{}}}\n"
    path = project.overlay("tool.nix", text.format(TOOL.format(version="1.0", sri=FAKE), DOCS))
    result = project.run("bump", "--json")
    sri = unpacked_hash(repository, commit, tmp_path)
    assert path.read_text() == text.format(TOOL.format(version="1.1", sri=sri), DOCS)
    tool = next(row for row in result.json["packages"] if row["name"] == "tool")
    message = (
        "docs moves with it, and goes on calling itself 7 (line 4): "
        "if that is not a number of its own, let both share one `version`"
    )
    assert {"code": "member-label", "message": message} in tool["warnings"]


UI = (
    "{ buildNpmPackage, tool }: buildNpmPackage {\n"
    '  pname = "ui"; inherit (tool) version src;\n'
    f'  npmDepsHash = "{FAKE}"; }}\n'
)
DATA = (
    "{ mkDerivation, fetchurl, tool }: mkDerivation {\n"
    '  pname = "ui"; inherit (tool) version;\n'
    '  src = fetchurl { url = "https://d.example/${tool.version}.zip"; '
    f'hash = "{FAKE}"; }}; }}\n'
)


@pytest.mark.parametrize(
    ("text", "what", "name"), [(UI, "source", "npmDepsHash"), (DATA, "version", "hash")]
)
def test_neither_moves_where_another_file_has_a_hash_of_the_source(
    project: Project, github: GitHub, tmp_path: Path, text: str, what: str, name: str
) -> None:
    """One edit cannot reach both; `src_only` moves the source alone, as asked."""
    repository = github.repository("o", "tool")
    repository.tag("v1.0", repository.commit({"a": "1"}))
    commit = repository.commit({"a": "2"})
    repository.tag("v1.1", commit)
    overlay = "final: prev: {{\n{}  ui = final.callPackage ./ui.nix {{ }};\n}}\n"
    path = project.overlay("tool.nix", overlay.format(TOOL.format(version="1.0", sri=FAKE)))
    other = project.overlay("ui.nix", text)
    before = path.read_text()
    result = project.run("bump", "--json")
    assert result.code == 0
    rows = {row["name"]: row for row in result.json["packages"]}
    assert path.read_text() == before
    assert (rows["tool"]["status"], rows["tool"]["reason"]) == (
        "held",
        (
            f"ui (overlays/ui.nix:1) has its {what}, and an update would leave the {name} there "
            "stale: let both take `version` and `src` from one place in one file, or move tool "
            "alone with `packages: {tool: {src_only: true}}`"
        ),
    )
    assert (rows["ui"]["status"], rows["ui"]["reason"]) == (
        "skipped",
        (
            f"its {what} is that of tool (overlays/tool.nix:2), and its {name} would have to "
            "change with it: write both in one file, with `inherit (final.tool) version src;`, "
            "and they move together"
        ),
    )
    statuses = {
        row["name"]: row["status"] for row in project.run("list", "--json").json["packages"]
    }
    assert statuses == {"tool": "held", "ui": "skipped"}
    project.add_configuration("packages: {tool: {src_only: true}}\n")
    assert project.run("bump").code == 0
    sri = unpacked_hash(repository, commit, tmp_path)
    assert path.read_text() == overlay.format(TOOL.format(version="1.1", sri=sri))
    assert other.read_text() == text


PLAIN = '{ mkDerivation, tool }: mkDerivation { pname = "ui"; inherit (tool) version src; }\n'


def test_what_has_no_hash_of_its_own_moves_with_another_file(
    project: Project, github: GitHub
) -> None:
    repository = github.repository("o", "tool")
    repository.tag("v1.0", repository.commit({"a": "1"}))
    repository.tag("v1.1", repository.commit({"a": "2"}))
    overlay = "final: prev: {{\n{}  ui = final.callPackage ./ui.nix {{ }};\n}}\n"
    project.overlay("tool.nix", overlay.format(TOOL.format(version="1.0", sri=FAKE)))
    project.overlay("ui.nix", PLAIN)
    result = project.run("bump", "--json")
    rows = {row["name"]: row for row in result.json["packages"]}
    assert (rows["tool"]["status"], rows["ui"]["status"]) == ("updated", "skipped")
    assert rows["ui"]["reason"] == (
        "its source is that of tool (overlays/tool.nix:2), and moves with it"
    )
    # Of two packages with that name, nobody can say which is meant; of nixpkgs' one, nothing.
    for other in ("final: prev: {{\n{}}}\n".format(TOOL.format(version="2.0", sri=FAKE)), "{ }"):
        project.overlay("other.nix", other)
        if other == "{ }":
            project.overlay("tool.nix", "final: prev: { ui = final.callPackage ./ui.nix { }; }\n")
        (row,) = project.run("list", "ui", "--json").json["packages"]
        assert row["reason"] == "its source is tool.src, which is not written here"


def test_what_a_program_moves_is_left_to_it_together(project: Project) -> None:
    """Both are skipped by the program's name; nothing of them is held, or failed."""
    generated = '{ fetchurl }: { tool = { pname = "tool"; version = "1.0"; src = fetchurl '
    generated += f'{{ url = "https://d.example/1.0.zip"; hash = "{FAKE}"; }}; }}; }}\n'
    project.overlay("_sources/generated.nix", f"# generated by nvfetcher\n{generated}")
    project.overlay(
        "tool.nix",
        "final: prev: let sources = prev.callPackage ./_sources/generated.nix { }; in {\n"
        "  ui = prev.buildNpmPackage { inherit (final.tool) version src;\n"
        f'    npmDepsHash = "{FAKE}"; }};\n}}\n',
    )
    result = project.run("list", "--json")
    assert result.code == 0
    told = {row["name"]: (row["status"], row["reason"]) for row in result.json["packages"]}
    assert told == {
        "tool": (
            "skipped",
            "updated by nvfetcher; `generated: edit` in config.yaml follows it here",
        ),
        "ui": (
            "skipped",
            "updated by nvfetcher: its source is that of tool (overlays/_sources/generated.nix:2)",
        ),
    }
