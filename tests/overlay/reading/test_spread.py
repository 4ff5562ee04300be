"""Under which names a pin goes through a project, and that long texts are read in time.

A text of a hundred thousand signs takes minutes where a reader begins anew at each of them.
"""

from __future__ import annotations

import pytest

from updater.model import PinEntry
from updater.overlay.reading.callees import names_of_functions
from updater.overlay.reading.callers import Functions
from updater.overlay.reading.file import read_packages
from updater.overlay.reading.spread import Spread
from updater.overlay.reading.syntax import parse

FETCHERS = frozenset({"fetchgit"})
ENTRY = PinEntry("npins/sources.json", "tool", frozenset({"other"}))
LONG = 100_000
TEXTS = {
    "a word": "a" * LONG,
    "words": "version" * (LONG // 7),
    "inherit": "inherit (" * (LONG // 9),
    "inherit of nothing": "inherit ()" * (LONG // 10),
    "lines": "\n" * LONG,
}

BINDINGS = {
    "by a path": "pin = import ./npins;",
    "by a key": "pin = all.tool;",
    "inherited": "inherit (all.tool (f { })) pin;",
    "with a default": "{ pin ? all.tool }: pin",
}


@pytest.mark.parametrize("text", BINDINGS.values(), ids=BINDINGS)
def test_a_name_that_is_bound_to_a_pin_is_one_of_it(text: str) -> None:
    assert Spread({"a.nix": text.encode()}).of(ENTRY, frozenset({"npins"})) == {"pin"}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_text_as_long_as_a_file_is_read_once(text: str) -> None:
    overlay = f"""final: prev: {{
  tool = final.buildPythonPackage {{
    pname = "tool";
    version = "1.0";
    src = prev.fetchgit {{ url = "https://h.example/tool"; rev = "v1.0"; hash = ""; }};
    preBuild = ''\n{text} 1.0'';
  }};
}}
""".encode()
    tree = parse(b"{ }").root
    assert names_of_functions(overlay, FETCHERS) == frozenset()
    assert Functions(overlay, {"./make.nix": tree}).names == frozenset()
    entry = PinEntry("npins/sources.json", "another")
    assert Spread({"a.nix": overlay}).of(entry, frozenset({"npins"})) == frozenset()
    (package,) = read_packages(overlay, "a.nix", FETCHERS).packages
    assert (package.label, package.folder) == ("1.0", "")
