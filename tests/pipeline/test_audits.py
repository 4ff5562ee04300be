"""What a change breaks that was not broken before."""

from __future__ import annotations

from tests.project import FAKE
from updater.audit.overlay.looking import text_rules
from updater.audit.overlay.shelf import overlay_rules
from updater.find.packages import read_file
from updater.model import Change
from updater.pipeline.audits import ChangeAudit

BEFORE = f"""\
self: super: {{
  python3Packages = super.python3Packages // {{
    tool = super.python3Packages.buildPythonPackage rec {{
      pname = "tool";
      version = "1.0.0";
      src = super.fetchPypi {{ inherit pname version; sha256 = "{FAKE}"; }};
      doCheck = false;
    }};
  }};
}}
"""


def change(before: str, after: str) -> Change:
    (package,) = read_file(before.encode(), "overlays/tool.nix")
    return Change(package, (), (), before.encode(), after.encode())


def audit() -> ChangeAudit:
    return ChangeAudit(text_rules([rule.name for rule in overlay_rules()]))


def test_a_new_version_and_hash_break_nothing_new() -> None:
    """Although the overlay breaks rules on the very lines that are written."""
    after = BEFORE.replace("1.0.0", "2.0.0").replace(FAKE, f"{FAKE[:-2]}g=")
    assert audit().new([change(BEFORE, after)]) == {}
    assert audit().new([change(BEFORE, BEFORE)]) == {}


def test_what_a_change_breaks_is_a_warning_with_its_line() -> None:
    after = BEFORE.replace("doCheck", "dontCheckRuntimeDeps = true;\n      doCheck")
    ((identity, (warning,)),) = audit().new([change(BEFORE, after)]).items()
    assert identity == "overlays/tool.nix#python3Packages.tool"
    assert (warning.code, warning.message) == (
        "checks-off",
        (
            "`dontCheckRuntimeDeps` switches a check off without a comment that says why "
            "(overlays/tool.nix:7; rule checks-off)"
        ),
    )


def test_what_is_mended_is_nothing_new() -> None:
    assert audit().new([change(BEFORE, BEFORE.replace("false;", "false; # needs a GPU"))]) == {}
