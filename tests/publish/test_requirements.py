"""Requirements are read statically and compared by meaning."""

from __future__ import annotations

import pytest

from updater.publish.requirements import (
    RequirementChange,
    Requirements,
    compare,
    from_metadata,
    from_pyproject,
)


def test_pyproject_with_extras_and_markers() -> None:
    data = b"""[project]
requires-python = ">=3.9"
dependencies = ["B >= 1", "a ; python_version < '3.11'"]
optional-dependencies = {x = ["c", "d; os_name == 'nt'"]}
"""
    assert from_pyproject(data) == Requirements(
        ">=3.9",
        (
            ("b", "b>=1"),
            ("a", 'a; python_version < "3.11"'),
            ("c", 'c; extra == "x"'),
            ("d", 'd; os_name == "nt" and extra == "x"'),
        ),
    )


UNKNOWN = {
    "no project table": b"[tool.x]\n",
    "dynamic": b'[project]\ndynamic = ["dependencies"]\n',
    "no TOML": b"[project\n",
    "not UTF-8": b"\xff",
    "another type": b'[project]\ndependencies = "x"\n',
}


@pytest.mark.parametrize("data", UNKNOWN.values(), ids=UNKNOWN)
def test_what_the_file_does_not_say_is_not_known(data: bytes) -> None:
    assert from_pyproject(data) is None


def test_metadata_says_the_same_in_another_spelling() -> None:
    data = b"Name: x\nRequires-Python: >=3.9\nRequires-Dist: B (>=1)\nRequires-Dist: ???\n\nbody"
    read = from_metadata(data)
    assert read == Requirements(">=3.9", (("b", "b>=1"),))
    assert compare(read, Requirements(">=3.9", (("b", "b>=1"),))) == ()


def test_differences_are_added_removed_or_changed() -> None:
    old = Requirements("", (("a", "a"), ("b", "b<2"), ("b", "b>1")))
    new = Requirements(">=3.10", (("b", "b>1"), ("c", "c")))
    assert compare(old, new) == (
        RequirementChange("added", "Python", "", ">=3.10"),
        RequirementChange("removed", "a", "a", ""),
        RequirementChange("changed", "b", "b<2, b>1", "b>1"),
        RequirementChange("added", "c", "", "c"),
    )
