"""What is said of many packages in one evaluation, and how it is told apart."""

from __future__ import annotations

import json

import pytest

from updater.building import batches
from updater.building.batches import EvaluatedTree, Evaluation, EvaluationRequest
from updater.building.expressions import EvaluatedPackage
from updater.errors import BuildError

FOUND = {"drv": "/s/a.drv", "source": None, "check": "/s/i.drv"}
TREES = [
    EvaluatedTree("/t/1/default.nix", {0: EvaluationRequest("p.a", None)}),
    EvaluatedTree(
        "/t/2/default.nix", {1: EvaluationRequest("p.b", ()), 2: EvaluationRequest("p.c", ("c",))}
    ),
]


def test_what_was_said_before_an_error_counts() -> None:
    log = f"""warning: of the first
trace: mark 0 {json.dumps(FOUND)}
trace: other 1 {json.dumps(FOUND)}
trace: mark 2 {json.dumps({**FOUND, "check": None})}
error: undefined variable 'x'
"""
    assert batches.read_traced(log, "mark") == {
        0: Evaluation(EvaluatedPackage("/s/a.drv", "/s/i.drv", "", ""), "warning: of the first\n"),
        2: Evaluation(
            EvaluatedPackage("/s/a.drv", "", "", ""), f"trace: other 1 {json.dumps(FOUND)}\n"
        ),
    }


def test_something_else_behind_the_mark_is_an_error() -> None:
    with pytest.raises(BuildError, match="Nix returned an unexpected value"):
        batches.read_traced("trace: mark 0 true\n", "mark")


def test_each_tree_is_loaded_once_for_its_packages() -> None:
    text = batches.traced("file", TREES, "mark")
    assert [text.count(f'"{tree.place}"') for tree in TREES] == [1, 1]
    assert [text.count(f"at = {at};") for at in range(3)] == [1, 1, 1]


# As nix-eval-jobs 2.24 prints them (its README), with the paths shortened.
LINES = [
    {
        "attr": f"p{at}.{part}",
        "attrPath": [f"p{at}", part],
        "drvPath": f"/nix/store/{name}.drv",
        "inputDrvs": {},
        "name": name,
        "outputs": {"out": f"/nix/store/{name}"},
        "system": "x86_64-linux",
    }
    for at, part, name in [
        (0, "package", "python3.12-a-1.0"),
        (0, "source", "source"),
        (0, "imports", "imports"),
        (1, "package", "tool-1.0"),
        (1, "source", "tool-1.0"),
        (1, "imports", "tool-1.0"),
        (2, "package", "python3.12-c-1.0"),
        (2, "source", "source"),
    ]
]


def test_a_package_counts_when_all_of_its_parts_were_evaluated() -> None:
    """Without the derivation that imports it, a package would pass unseen."""
    failed = {"attr": "p2.imports", "attrPath": ["p2", "imports"], "error": "error: no"}
    output = "\n".join([*map(json.dumps, [*LINES, failed]), "no JSON", "[]", '{"attrPath": 1}'])
    assert batches.read_jobs(output) == {
        0: Evaluation(
            EvaluatedPackage(
                "/nix/store/python3.12-a-1.0.drv",
                "/nix/store/imports.drv",
                "source",
                "/nix/store/source",
            ),
            "",
        ),
        1: Evaluation(EvaluatedPackage("/nix/store/tool-1.0.drv", "", "", ""), ""),
    }
