"""``passthru.updateScript``, as runners like those of nixpkgs call it: the docs' own line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from updater.__main__ import main

if TYPE_CHECKING:
    from tests.real_nix import Nix
    from tests.workshop import Workshop

pytestmark = pytest.mark.nix

GUIDE = Path(__file__).parent.parent.parent / "docs" / "comparison.md"


def test_the_script_of_the_docs_updates_its_package(
    workshop: Workshop, nix: Nix, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The runner reads the list from the package set and starts it in the repository."""
    (line,) = re.findall(r"^passthru\.updateScript = .*;$", GUIDE.read_text(), re.MULTILINE)
    script = line.replace("ema-pytorch", "apple").replace(" ];", ' "--no-build" ];')
    workshop.add("apple", "1.0")
    workshop.add("apple", "2.0")
    workshop.overlay("apple", arguments=f"{script}\n")
    read = '{ root }: (import (root + "/default.nix") { }).python3Packages.apple.updateScript'
    program, *arguments = nix.eval(read, root=workshop.project.root)
    monkeypatch.chdir(workshop.project.root)
    assert (program, main(arguments), workshop.version("apple")) == ("updater", 0, "2.0")
