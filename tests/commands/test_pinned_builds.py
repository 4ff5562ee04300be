"""`pin` leaves what is built as it is: real Nix compares the derivations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.situations import nar_hash
from tests.project import github_overlay
from tests.workshop import buildable, project_file

if TYPE_CHECKING:
    from tests.workshop import Workshop

pytestmark = pytest.mark.nix

# Read where no package's own text shows it: in an overlay that changes another's package.
CHANGED = """\
self: super: {
  python3Packages = super.python3Packages // {
    pear = super.python3Packages.pear.overridePythonAttrs (old: { NOTE = "of ${old.version}"; });
  };
}
"""


def test_a_label_that_another_overlay_takes_into_the_build_is_held(workshop: Workshop) -> None:
    """Of two false labels that no attribute beside them reads, one changes a derivation."""
    project = workshop.project
    for name in ("apple", "pear"):
        repository = workshop.github.repository("o", name)
        repository.tag("v1.0", repository.commit({"pyproject.toml": project_file(name, "1.0")}))
        text = github_overlay(name, "0.9", rev="main", sri=nar_hash(repository, "v1.0"))
        project.overlay(f"{name}.nix", buildable(text))
    project.overlay("zz.nix", CHANGED)
    workshop.overlay()
    result = project.run("pin", "--json")
    apple, pear = (
        next(one for one in result.json["packages"] if one["file"] == f"overlays/{name}.nix")
        for name in ("apple", "pear")
    )
    assert apple["status"] == "updated", result.json
    assert apple["build"]["phase"] == (
        "the source stays the same, and so does its derivation but for name and version"
    )
    assert workshop.version("apple") == "1.0"
    assert (pear["status"], pear["reason"]) == (
        "held",
        "another version would change what is built: NOTE. `updater bump` moves both, and builds",
    )
    assert workshop.version("pear") == "0.9"
