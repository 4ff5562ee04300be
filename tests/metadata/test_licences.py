"""Licences are read as they are named, and one in two spellings is one."""

from __future__ import annotations

import pytest

from updater.metadata.licences import changed, from_metadata, from_tree

OSI = "License :: OSI Approved ::"
METADATA = {
    "an expression comes first": (
        "License-Expression: MIT OR Apache-2.0\nLicense: no\n",
        "MIT OR Apache-2.0",
    ),
    "a name": ("License: BSD-3-Clause\n", "BSD-3-Clause"),
    "a whole licence is no name": (
        f"License: MIT License\n        Copyright x\nClassifier: {OSI} MIT License\n",
        "MIT License",
    ),
    "UNKNOWN is what old setuptools writes": ("License: UNKNOWN\n", ""),
    "classifiers, sorted": (
        f"Classifier: {OSI} MIT License\nClassifier: {OSI} Apache Software License\n",
        "Apache Software License, MIT License",
    ),
    "other classifiers": ("Classifier: Topic :: Software Development\n", ""),
}


@pytest.mark.parametrize(("data", "licence"), METADATA.values(), ids=METADATA)
def test_metadata_names_it(data: str, licence: str) -> None:
    assert from_metadata(data.encode()) == licence


TREES = {
    "pyproject": ({"pyproject.toml": b'[project]\nlicense = "MIT"\n'}, "MIT"),
    "pyproject's table": ({"pyproject.toml": b'[project]\nlicense = {text = "ISC"}\n'}, "ISC"),
    "pyproject's classifiers": (
        {"pyproject.toml": f'[project]\nclassifiers = ["{OSI} MIT License"]\n'.encode()},
        "MIT License",
    ),
    "the title of the text": (
        {"LICENSE": b"\nCopyright (c) 2020 A\n\n# The MIT License (MIT)\n\nPermission is"},
        "The MIT License (MIT)",
    ),
    "a text below the root is another's": ({"vendor/LICENSE": b"GPL\n"}, ""),
    "what is no TOML": (
        {"pyproject.toml": b"[project\n", "COPYING": b"ISC License\n"},
        "ISC License",
    ),
    "a project that is no table": ({"pyproject.toml": b"project = 1\n"}, ""),
    "nothing": ({}, ""),
}


@pytest.mark.parametrize(("files", "licence"), TREES.values(), ids=TREES)
def test_a_tree_names_it(files: dict[str, bytes], licence: str) -> None:
    assert from_tree(files) == licence


SAME = [
    ("MIT", "MIT License"),
    ("The MIT License (MIT)", "MIT"),
    ("Apache Software License", "Apache-2.0"),
    ("Apache License", "Apache 2.0"),
    ("BSD License", "BSD-3-Clause"),
    ("GNU General Public License v3 (GPLv3)", "GPL-3.0-or-later"),
    ("Custom License", "custom"),
    ("MIT", ""),
    ("", "MIT"),
]
OTHER = [
    ("MIT", "BUSL-1.1"),
    ("GPL-2.0-only", "GPL-3.0-only"),
    ("GPL-3.0", "AGPL-3.0"),
    ("MIT", "MIT OR Apache-2.0"),
    ("Apache License", "GNU LESSER GENERAL PUBLIC LICENSE"),
]


@pytest.mark.parametrize(("old", "new"), SAME)
def test_one_licence_in_two_spellings_is_no_change(old: str, new: str) -> None:
    assert not changed(old, new)


@pytest.mark.parametrize(("old", "new"), OTHER)
def test_another_licence_is_a_change(old: str, new: str) -> None:
    assert changed(old, new)
    assert changed(new, old)
