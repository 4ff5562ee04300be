"""The script that imports what was built, on trees as wheels leave them."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import resources
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

TREES: dict[str, tuple[dict[str, str], list[str], list[str], bool]] = {
    "a package and a module": (
        {"apple/__init__.py": "", "pear.py": "", "apple-1.dist-info/METADATA": ""},
        ["apple", "pear"],
        ["apple", "pear"],
        False,
    ),
    "a namespace": (
        {"fruit/apple/__init__.py": "", "fruit/ripe/pear.py": ""},
        ["fruit.apple", "fruit.ripe"],
        ["fruit"],
        False,
    ),
    "private modules and tests beside it": (
        {"_apple.py": "", "tests/__init__.py": "x", "apple.py": ""},
        ["apple"],
        ["apple"],
        False,
    ),
    "only a private one": ({"_apple.py": ""}, ["_apple"], [], False),
    "only stubs": ({"apple-stubs/__init__.pyi": ""}, [], [], True),
    "nothing": ({"apple-1.dist-info/METADATA": "", "data/apple.json": ""}, [], [], False),
}


@pytest.mark.parametrize(("files", "imported", "top", "stubs"), TREES.values(), ids=TREES)
def test_modules_are_found_and_imported(
    tmp_path: Path, files: dict[str, str], imported: list[str], top: list[str], *, stubs: bool
) -> None:
    site = tmp_path / "package" / "lib" / "python3.11" / "site-packages"
    for name, text in files.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text)
    script = resources.files("updater.building").joinpath("check_imports.py.txt").read_text()
    subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        capture_output=True,
        env={
            "package": str(tmp_path / "package"),
            "modules": "null",
            "out": str(tmp_path / "out"),
            "PYTHONPATH": str(site),
        },
    )
    assert json.loads((tmp_path / "out").read_text()) == {
        "version": None,
        "requires": [],
        "modules": imported,
        "top": top,
        "stubs": stubs,
    }
