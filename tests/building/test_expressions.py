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


@pytest.mark.parametrize(
    ("label", "built", "same"),
    [
        ("1.0", "1.0", True),
        ("1.0", "1.0.0", True),
        ("1.0", "1.1", False),
        ("0.2.5-unstable-2026-01-31", "0.2.5", True),
        ("unstable-2026-01-31", "0", False),
        ("2.0a1", "2.0.0a1", True),
        ("weird", "weird", True),
        ("weird", "1", False),
    ],
)
def test_versions_are_compared_before_the_unstable_part(
    label: str, built: str, *, same: bool
) -> None:
    assert expressions.same_version(label, built) is same


def test_the_probes_answer_is_read() -> None:
    found = {"drv": "/d", "source": None, "check": None}
    assert expressions.read_evaluated(json.dumps(found)) == expressions.Evaluated("/d", "", "", "")


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"drv": "/d"}'])
def test_another_answer_is_an_error(text: str) -> None:
    with pytest.raises(BuildError, match="Nix evaluates to something unexpected"):
        expressions.read_evaluated(text)
