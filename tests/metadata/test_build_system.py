"""What a source is built with is read from its own files."""

from __future__ import annotations

import pytest

from updater.metadata.build_system import BuildSystem, build_system

LEGACY = "setuptools.build_meta:__legacy__"
TREES: dict[str, tuple[dict[str, bytes], BuildSystem | None]] = {
    "nothing": ({}, None),
    "hatchling": (
        {
            "pyproject.toml": b'[build-system]\nrequires = ["Hatchling>=1", "hatch_vcs"]\n'
            b'build-backend = "hatchling.build"\n'
        },
        BuildSystem(
            "hatchling.build",
            (("hatchling", "hatchling>=1"), ("hatch-vcs", "hatch-vcs")),
            script=False,
        ),
    ),
    "setup.py alone": (
        {"setup.py": b"setup()"},
        BuildSystem(LEGACY, (("setuptools", "setuptools"),), script=True),
    ),
    "a pyproject.toml that says nothing of it": (
        {"pyproject.toml": b"[tool.x]\ny = 1\n"},
        BuildSystem(LEGACY, (("setuptools", "setuptools"),), script=False),
    ),
    "other types": (
        {"pyproject.toml": b"[build-system]\nrequires = 1\nbuild-backend = 2\n"},
        BuildSystem(LEGACY, (("setuptools", "setuptools"),), script=False),
    ),
}


@pytest.mark.parametrize(("files", "system"), TREES.values(), ids=TREES)
def test_what_builds_a_tree_is_read(files: dict[str, bytes], system: BuildSystem | None) -> None:
    assert build_system(files) == system
