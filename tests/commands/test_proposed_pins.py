"""Pins in data beside the overlay, in pull requests: the data alone changes there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.project import unpacked_hash

if TYPE_CHECKING:
    from pathlib import Path

    from tests.commands.repository import Home

OVERLAY = """\
final: prev: let pins = prev.lib.importJSON ./pins.json; in {
  tool = prev.mkDerivation rec {
    pname = "tool";
    inherit (pins.tool) version;
    src = prev.fetchFromGitHub {
      owner = "o";
      repo = "tool";
      tag = "v${version}";
      inherit (pins.tool) hash;
    };
  };
}
"""
PINS = '{ "tool": {"hash": "HASH",\n  "version" : "VERSION"} }\n'


def test_a_pull_request_changes_the_data_and_is_closed_when_the_base_has_it(
    home: Home, tmp_path: Path
) -> None:
    """A second run proposes nothing anew; what somebody else brought to the base is done."""
    repository = home.github.repository("o", "tool")
    repository.tag("v1.0.7", repository.commit({"a": "1"}))
    new = repository.commit({"a": "2"})
    repository.tag("v1.1.3", new)
    sri = unpacked_hash(repository, new, tmp_path)
    old_pins = PINS.replace("VERSION", "1.0.7").replace("HASH", "sha256-x")
    new_pins = PINS.replace("VERSION", "1.1.3").replace("HASH", sri)
    files = {"overlays/tool.nix": OVERLAY, "overlays/pins.json": old_pins}
    home.push("main", dict(files))
    for file, text in files.items():
        home.project.overlay(file.removeprefix("overlays/"), text)
    home.configure("defaults: {generated: edit}\n")

    result = home.bump("tool")
    assert (result.code, home.packages(result)["tool"]["status"]) == (0, "updated")
    head = home.branch("updater/tool") or ""
    assert home.changed(head) == ["overlays/pins.json"]
    assert home.show(head, "overlays/pins.json") == new_pins.rstrip("\n")

    state, written = home.state(), home.writes()
    assert home.bump("tool").code == 0
    assert (home.state(), home.writes()) == (state, written)

    home.push("main", {"overlays/pins.json": f"\n{new_pins}"})
    result = home.bump("tool")
    assert (result.code, home.packages(result)["tool"]["status"]) == (0, "current")
    assert home.pull(1).state == "closed"
