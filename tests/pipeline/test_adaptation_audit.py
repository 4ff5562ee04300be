"""An edit beside a pin that would break a rule of the audit is known before it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.project import FAKE, pypi_overlay
from updater.config.load import load
from updater.find.packages import find_packages
from updater.model.adaptation import Adaptation, InputAddition
from updater.pipeline.adaptation_audit import AdaptationAudit

if TYPE_CHECKING:
    from pathlib import Path

NAMED = ("overlays/a.nix", "overlays/base.nix")
FLAKE = """\
{
  outputs = { nixpkgs, ... }:
    let
      listed = [
        (import ./overlays/FIRST.nix)
        (import ./overlays/SECOND.nix)
      ];
    in
    { overlays.default = nixpkgs.lib.composeManyExtensions listed; };
}
"""
INPUTS = "propagatedBuildInputs = with super.python3Packages; [ %s ];\n      src ="


@pytest.fixture
def overlays(tmp_path: Path) -> Path:
    """Two overlays; the first of them has a list of inputs."""
    (tmp_path / "overlays").mkdir()
    (tmp_path / "config.yaml").write_text("overlays: [overlays]\n")
    for name in ("a", "base"):
        text = pypi_overlay(name, "1.0", sri=FAKE)
        (tmp_path / f"overlays/{name}.nix").write_text(text.replace("src =", INPUTS % "numpy"))
    return tmp_path


@pytest.mark.parametrize(
    ("listed", "added", "broken"),
    [
        (("base", "a"), "(self.python3Packages.base)", ""),
        (
            ("a", "base"),
            "(self.python3Packages.base)",
            "overlay-order: overlays/a.nix uses base, which overlays/base.nix adds further down",
        ),
    ],
)
def test_an_input_of_the_overlays_must_come_before(
    overlays: Path, listed: tuple[str, str], added: str, broken: str
) -> None:
    text = FLAKE.replace("FIRST", listed[0]).replace("SECOND", listed[1])
    (overlays / "flake.nix").write_text(text)
    audit = AdaptationAudit(load(overlays, None), find_packages(overlays, NAMED))
    before = (overlays / "overlays/a.nix").read_bytes()
    after = before.replace(b"[ numpy ]", f"[ numpy {added} ]".encode())
    edit = Adaptation("requirements", InputAddition("propagatedBuildInputs", "base", own=True), "")
    assert audit.broken(edit, "overlays/a.nix", before, after) == broken


def test_an_input_of_another_python_breaks_a_rule_of_its_own_file(overlays: Path) -> None:
    audit = AdaptationAudit(load(overlays, None), find_packages(overlays, NAMED))
    before = (overlays / "overlays/a.nix").read_bytes()
    after = before.replace(b"[ numpy ]", b"[ numpy super.python311Packages.tqdm ]")
    edit = Adaptation("requirements", InputAddition("propagatedBuildInputs", "tqdm"), "")
    assert audit.broken(edit, "overlays/a.nix", before, before) == ""
    assert audit.broken(edit, "overlays/a.nix", before, after) == (
        "other-python: tqdm of python311Packages in a package of python3Packages"
    )
