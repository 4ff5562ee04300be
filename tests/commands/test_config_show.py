"""`config show` and `schema`: what holds, and the form of what is read and printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema  # type: ignore[import-untyped]  # it has no stubs of its own
import pytest

from tests.project import FAKE, pypi_overlay

if TYPE_CHECKING:
    from tests.project import Project

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"


@pytest.fixture(autouse=True)
def _package(project: Project) -> None:
    project.overlay("apple.nix", pypi_overlay("apple", "1.0", sri=FAKE))


def test_a_package_shows_a_line_for_each_key(project: Project) -> None:
    project.add_configuration("packages:\n  apple: {track: pypi, ignore: 1.2.*}\n")
    result = project.run("config", "show", "apple")
    lines = result.out.splitlines()
    assert (result.code, result.err) == (0, "")
    assert lines[0] == "apple  overlays/apple.nix#python3Packages.apple"
    shown = {line.split()[0]: line.split(maxsplit=1)[1].split("  ", 1) for line in lines[1:]}
    rows = {key: [part.strip() for part in row] for key, row in shown.items()}
    assert rows["track"] == ["pypi", "config.yaml:10 (packages: apple)"]
    assert rows["ignore"] == ["[1.2.*]", "config.yaml:10 (packages: apple)"]
    assert rows["build.enabled"] == ["false", "config.yaml:8 (defaults)"]
    assert rows["allow"] == ["-", "default"]


def test_the_project_shows_its_overlays_where_none_are_named(project: Project) -> None:
    (project.root / "config.yaml").unlink()
    result = project.run("config", "show", "--json")
    settings = {one["key"]: one for one in result.json["settings"]}
    assert (result.code, result.json["file"], result.json["packages"]) == (0, None, [])
    assert settings["overlays"] == {
        "key": "overlays",
        "value": ["overlays/apple.nix"],
        "origin": "no configuration: reading overlays/",
    }


def test_without_any_overlay_it_says_so_and_shows_the_rest(project: Project) -> None:
    (project.root / "overlays" / "apple.nix").unlink()
    result = project.run("config", "show", "--json")
    (overlays,) = [one for one in result.json["settings"] if one["key"] == "overlays"]
    assert (result.code, overlays["value"]) == (0, None)
    assert overlays["origin"].startswith("no package was found in ")


@pytest.mark.parametrize("packages", [[], ["apple"]])
def test_its_json_keeps_its_schema(project: Project, packages: list[str]) -> None:
    result = project.run("config", "show", "--json", *packages)
    schema = json.loads((SCHEMAS / "settings.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(result.json)
    assert [one["name"] for one in result.json["packages"]] == packages


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["config"], 2), (["config", "edit"], 2), (["config", "show", "pear"], 3)],
)
def test_what_cannot_be_shown_is_an_error(
    project: Project, arguments: list[str], code: int
) -> None:
    assert project.run(*arguments).code == code


def test_each_schema_is_printed_as_it_is_published(project: Project) -> None:
    names = [line.split()[0] for line in project.run("schema").out.splitlines()]
    assert sorted(names) == sorted(path.stem for path in SCHEMAS.glob("*.json"))
    for name in names:
        assert project.run("schema", name).out == (SCHEMAS / f"{name}.json").read_text()


def test_a_schema_that_is_not_there_is_an_error_that_names_them_all(project: Project) -> None:
    result = project.run("schema", "confg")
    assert (result.code, result.err.splitlines()) == (
        2,
        [
            "updater: there is no schema 'confg'",
            (
                "hint: one of config, report, truths, review, audit, plan, prefetch, conversion, "
                "settings, composition, start, error"
            ),
        ],
    )
