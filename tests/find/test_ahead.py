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


# Prints how often this process parsed anything itself, and what it found.
PARSING = """
import sys
from pathlib import Path
from updater.find.ahead import begin_reading
from updater.find.parsed import ParsedOverlays
from updater.overlay.reading import syntax

parsed, parse = [], syntax.parse
syntax.parse = lambda *arguments: parsed.append(arguments) or parse(*arguments)
root, told = Path(sys.argv[1]), []
known = ParsedOverlays(root / "kept", root, told.append)
found = begin_reading(root, ("aaa.nix", "p.nix"), known)()
print(len(parsed), told)
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


def shown(root: Path, *named: str) -> str:
    found = find_packages(root, named or overlay_files(load(root, None)).files)
    rows = "\n".join(map(repr, found.packages))
    return f"{rows}\n{sorted(found.texts.items())}\n"


def printed(script: str, root: Path) -> tuple[str, str]:
    """What a process without threads prints, which the test runner is not: a line, and the rest."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, str(root)],
        check=True,
        capture_output=True,
        text=True,
    )
    first, _, found = done.stdout.partition("\n")
    return first, found


def found_ahead(root: Path) -> tuple[bool, str]:
    """Whether a process read itself, and what."""
    itself, found = printed(SCRIPT, root)
    return itself == "True", found


def test_of_no_overlays_nothing_is_found(tmp_path: Path) -> None:
    assert begin_reading(tmp_path, ())() == OverlayFiles((), {})


@pytest.mark.parametrize("count", [1, MANY])
def test_copies_find_what_one_process_finds(tmp_path: Path, count: int) -> None:
    project(tmp_path, count)
    itself, found = found_ahead(tmp_path)
    assert found == shown(tmp_path)
    assert itself == (sys.platform != "linux" or len(os.sched_getaffinity(0)) == 1)


LOOKING = """
import sys
from pathlib import Path
from updater.config.load import load
from updater.find.ahead import begin_looking
from updater.find.files import likely_files

root = Path(sys.argv[1])
found = begin_looking(root, likely_files(load(root, None)).files)()
print(any(name.startswith("updater.overlay.reading.walk") for name in sys.modules))
if found is not None:
    print("\\n".join(map(repr, found.packages)))
    print(sorted(found.texts.items()))
"""


def test_a_copy_looks_whether_the_usual_folder_has_packages(tmp_path: Path) -> None:
    """Where it has none, or nobody can look, what is read is found out step by step."""
    project(tmp_path, 1)
    copied = sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1
    assert printed(LOOKING, tmp_path) == ("False", shown(tmp_path) if copied else "")
    for file in (tmp_path / "overlays").iterdir():
        file.write_text("final: prev: { }")
    assert printed(LOOKING, tmp_path) == ("False", "")


def test_what_is_no_text_is_found_as_it_is(tmp_path: Path) -> None:
    """A string may hold any byte; what a copy cannot send is read by the process itself."""
    (tmp_path / "overlays").mkdir()
    text = github_overlay("p", "1.0", sri=FAKE).encode().replace(b"1.0", b"1.0\xff")
    (tmp_path / "overlays" / "p.nix").write_bytes(text)
    assert found_ahead(tmp_path)[1] == shown(tmp_path)


def test_what_copies_parse_is_known_to_the_next_run(tmp_path: Path) -> None:
    """A copy of the process also parses what its files call."""
    (tmp_path / "p.nix").write_text(github_overlay("p", "1.0", sri=FAKE))
    (tmp_path / "aaa.nix").write_text("final: prev: { c = final.callPackage ./c.nix { }; }")
    called = '{ fetchPypi }: { src = fetchPypi { pname = "c"; version = "1"; hash = ""; }; }'
    (tmp_path / "c.nix").write_text(called)
    first, found = printed(PARSING, tmp_path)
    copied = sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1
    assert first == ("0 []" if copied else "3 []")
    assert found == shown(tmp_path, "aaa.nix", "p.nix")
    assert printed(PARSING, tmp_path) == ("0 []", found)
