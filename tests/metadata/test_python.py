"""The Pythons that a source tree declares, read without running it."""

from __future__ import annotations

import pytest

from updater.metadata.python import declared_python

PYPROJECT = '[project]\nname = "pkg"\nrequires-python = ">=3.10"\n'
SETUP_CFG = "[options]\npython_requires = >=3.11\n"
PKG_INFO = "Metadata-Version: 2.2\nName: pkg\nVersion: 1\nRequires-Python: >=3.12\n\nlong\n"

TREES: dict[str, tuple[dict[str, str | None], str | None]] = {
    "pyproject": ({"pyproject.toml": PYPROJECT}, ">=3.10"),
    "setup.cfg": ({"setup.cfg": SETUP_CFG}, ">=3.11"),
    "PKG-INFO": ({"PKG-INFO": PKG_INFO}, ">=3.12"),
    "all: pyproject is what is built": (
        {"pyproject.toml": PYPROJECT, "setup.cfg": SETUP_CFG, "PKG-INFO": PKG_INFO},
        ">=3.10",
    ),
    "pyproject of the build alone": (
        {"pyproject.toml": "[build-system]\nrequires = []\n", "setup.cfg": SETUP_CFG},
        ">=3.11",
    ),
    "several": ({"setup.cfg": "[options]\npython_requires = >=3.8, !=3.9.*\n"}, ">=3.8, !=3.9.*"),
    "none says it": (
        {"pyproject.toml": '[project]\nname = "pkg"\n', "PKG-INFO": "Name: a\n"},
        None,
    ),
    "in a long description": ({"PKG-INFO": "Name: a\n\nRequires-Python: >=3.12\n"}, None),
    "nothing is there": ({"pyproject.toml": None}, None),
    "no TOML": ({"pyproject.toml": "[project", "setup.cfg": SETUP_CFG}, ">=3.11"),
    "no INI": ({"setup.cfg": "python_requires = 3"}, None),
    "of another type": ({"pyproject.toml": "[project]\nrequires-python = 3\n"}, None),
    "project that is no table": ({"pyproject.toml": 'project = "x"\n'}, None),
    "no UTF-8": ({"pyproject.toml": "\udcff", "setup.cfg": "\udcff"}, None),
    "empty": ({"pyproject.toml": '[project]\nrequires-python = " "\n'}, None),
}


@pytest.mark.parametrize(("files", "expected"), TREES.values(), ids=TREES)
def test_what_a_tree_declares(files: dict[str, str | None], expected: str | None) -> None:
    data = {
        path: text.encode("utf-8", "surrogateescape") if text is not None else None
        for path, text in files.items()
    }
    assert declared_python(data) == expected
