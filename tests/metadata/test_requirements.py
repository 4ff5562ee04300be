"""Requirements are read statically and compared by meaning."""

from __future__ import annotations

import pytest

from updater.metadata.requirements import (
    Requirements,
    compare,
    from_metadata,
    from_pyproject,
    from_setup_cfg,
    from_setup_py,
    from_tree,
)
from updater.model.research import RequirementChange


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
    assert read is not None
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


def test_metadata_that_leaves_them_to_the_build_is_not_known() -> None:
    assert from_metadata(b"Metadata-Version: 2.2\nDynamic: Requires-Dist\n") is None


def test_setup_cfg_with_extras() -> None:
    data = b"""[options]
python_requires = >=3.8
install_requires =
    a>=1
    b; python_version < "3.11"
[options.extras_require]
x = c
"""
    assert from_setup_cfg(data) == Requirements(
        ">=3.8", (("a", "a>=1"), ("b", 'b; python_version < "3.11"'), ("c", 'c; extra == "x"'))
    )


@pytest.mark.parametrize(
    "data",
    [b"[metadata]\n", b"[options]\ninstall_requires = file: x.txt\n", b"no section\n", b"\xff"],
)
def test_setup_cfg_that_does_not_list_them_is_not_known(data: bytes) -> None:
    assert from_setup_cfg(data) is None


def test_setup_py_is_read_and_not_run() -> None:
    data = b"""import os
from setuptools import setup
os.abort()
setup(
    name=make(),
    install_requires=["a>=1", "b"],
    extras_require={"x": ["c"], "y": "d"},
    python_requires=">=3.8",
)
"""
    assert from_setup_py(data) == Requirements(
        ">=3.8",
        (("a", "a>=1"), ("b", "b"), ("c", 'c; extra == "x"'), ("d", 'd; extra == "y"')),
    )


def test_a_name_that_is_written_once_is_what_it_stands_for() -> None:
    data = b"needs = ['a']\nsetup(install_requires=needs)\n"
    assert from_setup_py(data) == Requirements("", (("a", "a"),))


@pytest.mark.parametrize(
    "data",
    [
        b"needs = ['a']\nneeds.append('b')\nsetup(install_requires=needs)",
        b"needs = ['a']\nneeds += ['b']\nsetup(install_requires=needs)",
        b"needs = ['a']\nadd(needs)\nsetup(install_requires=needs)",
        b"if x:\n    needs = ['a']\nsetup(install_requires=needs)",
        b"needs = ['a']\nif x:\n    needs = ['b']\nsetup(install_requires=needs)",
        b"setup(install_requires=read())",
        b"setup(install_requires=['a'] + more)",
        b"setup(name='x')",
        b"setup(install_requires='a')",
        b"x = 1",
        b"print 'Python 2'",
    ],
)
def test_setup_py_that_makes_them_is_not_known(data: bytes) -> None:
    assert from_setup_py(data) is None


MODERN = b"Metadata-Version: 2.2\nRequires-Dist: modern\n"
OLD = b"Metadata-Version: 2.1\nRequires-Dist: built\n"
TOML = b'[project]\ndependencies = ["toml"]\n'
DYNAMIC = b'[project]\ndynamic = ["dependencies"]\n'
CFG = b"[options]\ninstall_requires = cfg\n"
PY = b"setup(install_requires=['py'])"
TREES: dict[str, tuple[dict[str, bytes], str | None]] = {
    "modern PKG-INFO before all": (
        {"PKG-INFO": MODERN, "pyproject.toml": TOML, "setup.cfg": CFG},
        "modern",
    ),
    "older PKG-INFO after all": ({"PKG-INFO": OLD, "setup.py": PY}, "py"),
    "older PKG-INFO where it says any": (
        {"PKG-INFO": OLD, "setup.py": b"setup(install_requires=read())"},
        "built",
    ),
    "modern PKG-INFO that is dynamic": (
        {"PKG-INFO": b"Metadata-Version: 2.2\nDynamic: Requires-Dist\n", "setup.cfg": CFG},
        "cfg",
    ),
    "pyproject before setup.cfg": ({"pyproject.toml": TOML, "setup.cfg": CFG}, "toml"),
    "dynamic pyproject": ({"pyproject.toml": DYNAMIC, "setup.cfg": CFG, "setup.py": PY}, "cfg"),
    "older PKG-INFO without any": ({"PKG-INFO": b"Metadata-Version: 1.0\n"}, None),
    "a version that is none": ({"PKG-INFO": b"Metadata-Version: new\n"}, None),
    "nothing": ({}, None),
}


@pytest.mark.parametrize(("files", "name"), TREES.values(), ids=TREES)
def test_a_tree_is_read_in_the_order_of_trust(files: dict[str, bytes], name: str | None) -> None:
    found = from_tree(files)
    assert (found.needed if found is not None else None) == (((name, name),) if name else None)
