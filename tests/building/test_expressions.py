"""The expressions that Nix is given, and how its answers are read."""

from __future__ import annotations

import json

import pytest

from updater.building import expressions
from updater.errors import BuildError


@pytest.mark.parametrize(
    ("template", "name", "path"),
    [
        ("python3Packages.{name}", "a", "python3Packages.a"),
        ("python3Packages.{name}", "ema-pytorch", "python3Packages.ema-pytorch"),
        ("python3Packages.{name}", "a.b", 'python3Packages."a.b"'),
        ("python3Packages.{name}", '${x}"', 'python3Packages."\\${x}\\""'),
        ("packages.{system}.{name}", "a", f"packages.{expressions.system()}.a"),
    ],
)
def test_an_attribute_is_quoted_where_nix_needs_it(template: str, name: str, path: str) -> None:
    assert expressions.attribute_path(template, name) == path


def test_the_probes_answer_is_read() -> None:
    found = {"drv": "/d", "source": None, "check": None}
    assert expressions.read_evaluated(json.dumps(found)) == expressions.EvaluatedPackage(
        "/d", "", "", ""
    )


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"drv": "/d"}'])
def test_another_answer_is_an_error(text: str) -> None:
    with pytest.raises(BuildError, match="Nix returned an unexpected value"):
        expressions.read_evaluated(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"version": 1, "modules": []}',
        '{"version": null, "modules": 1}',
        "[" * 9999,
    ],
    ids=["nothing", "a list", "no keys", "a number", "no list", "too deep"],
)
def test_whatever_else_upstreams_code_wrote_is_its_packages_error(text: str) -> None:
    with pytest.raises(BuildError, match="the check of the imports returned an unexpected value"):
        expressions.read_imported(text)


def test_what_was_imported_is_spelled_out_whatever_upstreams_code_wrote() -> None:
    """Its modules ran where the answer is written."""
    said = {"version": "1.0\x9b", "modules": ["a", "b\u202ec", 7]}
    assert expressions.read_imported(json.dumps(said)) == expressions.Imported(
        "1.0<U+009B>", ("a", "b<U+202E>c", "7")
    )
