"""Packages of Mercurial's repositories, by a real `hg serve`: tags by hgweb, hashes by a build."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.project import FAKE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.mercurial import Mercurial
    from tests.project import Project
    from tests.real_nix import Nix
    from tests.workshop import Workshop

OVERLAY = """\
final: prev: {
  other = prev.stdenv.mkDerivation { pname = "other"; version = "1.0"; src = null; };
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "1.0";
    src = prev.fetchhg {
      url = "URL";
      rev = "REV";
      sha256 = "FAKE";
    };
    installPhase = "cp -r . $out; true";
  };
}
""".replace("FAKE", FAKE)


@pytest.fixture(scope="module")
def nodes(mercurial: Mercurial) -> dict[str, str]:
    """The changesets of its tags; the newest has none, as always after a tag."""
    return {name: mercurial.tag(name, f"version {name}") for name in ("v1.0", "v1.1", "start")}


def overlay(project: Project, mercurial: Mercurial, rev: str) -> tuple[Path, str]:
    """Write the overlay, and return its path and text."""
    known = OVERLAY.replace("URL", mercurial.url).replace("REV", rev)
    return project.overlay("tool.nix", known), known


@pytest.mark.nix
@pytest.mark.parametrize("form", ["v${version}", "v1.0", "the changeset"])
def test_a_bump_writes_version_rev_and_hash_and_nothing_else(
    workshop: Workshop,
    mercurial: Mercurial,
    nodes: dict[str, str],
    nix: Nix,
    tmp_path: Path,
    form: str,
) -> None:
    """The hash is that of a clone's tree, without what says which changeset it is."""
    old, new = nodes["v1.0"], nodes["v1.1"]
    path, before = overlay(workshop.project, mercurial, old if form == "the changeset" else form)
    workshop.overlay()
    assert workshop.project.run("list").code == 0
    result, packages = workshop.bump()
    assert (result.code, packages["tool"]["status"]) == (0, "updated")
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "a").write_text("version v1.1")
    (tree / ".hgtags").write_text(f"{old} v1.0\n")
    head, _, own = before.partition("  tool =")
    own = own.replace(old, new).replace('"v1.0"', '"v${version}"').replace("1.0", "1.1")
    assert path.read_text() == f"{head}  tool ={own.replace(FAKE, nix.hash_of(tree))}"
    assert workshop.project.run("check", "--exit-code").code == 0


@pytest.mark.parametrize(
    ("rev", "status", "reason"),
    [
        ("default", "skipped", "its rev 'default' is neither a tag of its version nor"),
        ("a" * 40, "held", "its rev is a commit that no tag names, and the history is not asked"),
        ("release-${version}", "held", "its tag v1.1 has another form than release-1.0"),
    ],
)
def test_what_would_need_a_guess_stays(
    project: Project,
    mercurial: Mercurial,
    nodes: dict[str, str],
    rev: str,
    status: str,
    reason: str,
) -> None:
    assert len(nodes) == 3
    path, before = overlay(project, mercurial, rev)
    result = project.run("bump", "--json")
    row = next(row for row in result.json["packages"] if row["name"] == "tool")
    assert (result.code, row["status"]) == (0, status)
    assert row["reason"].startswith(reason)
    assert path.read_text() == before
