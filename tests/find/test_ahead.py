"""Overlays that copies of the process read are those that it would read itself."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.project import FAKE, github_overlay
from updater.config.load import load
from updater.find.ahead import begin_reading
from updater.find.files import overlay_files
from updater.find.overlay_files import OverlayFiles
from updater.find.packages import find_packages

if TYPE_CHECKING:
    from pathlib import Path

MANY = 1100
"""So many that several copies read them."""

# Prints whether this process read anything itself, and what it found.
SCRIPT = """
import sys
from pathlib import Path
from updater.config.load import load
from updater.find.ahead import begin_reading
from updater.find.files import overlay_files

root = Path(sys.argv[1])
found = begin_reading(root, overlay_files(load(root, None)).files)()
print("updater.find.packages" in sys.modules)
print("\\n".join(map(repr, found.packages)))
print(sorted(found.texts.items()))
"""


def project(root: Path, count: int) -> None:
    """Many overlays; the first and the last call the same package file, the others none."""
    (root / "overlays").mkdir()
    (root / "packages").mkdir()
    called = '{ fetchPypi }: { src = fetchPypi { pname = "c"; version = "1"; hash = ""; }; }'
    (root / "packages" / "c.nix").write_text(called)
    for number in range(count):
        text = github_overlay(f"p{number}", "1.0", sri=FAKE)
        (root / "overlays" / f"p{number:04}.nix").write_text(text)
    for name in ("aaa", "zzz"):
        text = f"final: prev: {{ {name} = final.callPackage ../packages/c.nix {{ }}; }}"
        (root / "overlays" / f"{name}.nix").write_text(text)


def shown(root: Path) -> str:
    found = find_packages(root, overlay_files(load(root, None)).files)
    rows = "\n".join(map(repr, found.packages))
    return f"{rows}\n{sorted(found.texts.items())}\n"


def found_ahead(root: Path) -> tuple[bool, str]:
    """Whether a process without threads, which the test runner is not, read itself, and what."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT, str(root)],
        check=True,
        capture_output=True,
        text=True,
    )
    itself, _, found = done.stdout.partition("\n")
    return itself == "True", found


def test_of_no_overlays_nothing_is_found(tmp_path: Path) -> None:
    assert begin_reading(tmp_path, ())() == OverlayFiles((), {})


@pytest.mark.parametrize("count", [1, MANY])
def test_copies_find_what_one_process_finds(tmp_path: Path, count: int) -> None:
    project(tmp_path, count)
    itself, found = found_ahead(tmp_path)
    assert found == shown(tmp_path)
    assert itself == (sys.platform != "linux" or len(os.sched_getaffinity(0)) == 1)


def test_what_is_no_text_is_found_as_it_is(tmp_path: Path) -> None:
    """A string may hold any byte; what a copy cannot send is read by the process itself."""
    (tmp_path / "overlays").mkdir()
    text = github_overlay("p", "1.0", sri=FAKE).encode().replace(b"1.0", b"1.0\xff")
    (tmp_path / "overlays" / "p.nix").write_bytes(text)
    assert found_ahead(tmp_path)[1] == shown(tmp_path)
