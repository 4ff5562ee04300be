"""Which findings are the same ones in another state of a file."""

from __future__ import annotations

from tests.audit.overlay.golden import judged, mended, scope
from updater.audit.overlay.ratchet import new_findings

OVERLAY = """\
self: super: {
  python3Packages = super.python3Packages // {
    tool = super.python3Packages.buildPythonPackage {
      pname = "tool";
      version = "1.0";
      src = super.fetchPypi { pname = "tool"; version = "1.0"; hash = ""; };
      propagatedBuildInputs = with super.python3Packages; [
        torch-bin
        torch super.python311Packages.numpy
      ];
    };
  };
}
"""
RULES = scope("torch-bin", "other-python")


def test_two_findings_of_one_line_are_fixed_in_one_run() -> None:
    """An edit of one of them does not make the other a new one."""
    files = {"overlays/tool.nix": OVERLAY}
    after = mended(judged(files, RULES), RULES)
    text = after.texts["overlays/tool.nix"].decode()
    assert "torch-bin super.python3Packages.numpy" in text
    assert after.left.judgement.findings == ()
    again = {**files, "overlays/tool.nix": text}
    assert mended(judged(again, RULES), RULES).texts == {}


def test_a_finding_is_new_beside_an_edited_one() -> None:
    """What is told of the line that something joins stays what it was; what joins is new."""
    joined = OVERLAY.replace("        torch super", "        torch torchvision super")
    before, now = (judged({"overlays/tool.nix": text}, RULES) for text in (OVERLAY, joined))
    added = new_findings(
        now.judgement.findings, before.judgement.findings, now.project.text, before.project.text
    )
    assert [finding.message for finding in added] == [
        "torchvision is built from source here, and other overlays use torchvision-bin"
    ]
