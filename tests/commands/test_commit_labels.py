"""Versions that are the id of the commit that they are of, whole or short."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.project import unpacked_hash

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted
    from tests.project import Project

OVERLAY = """\
final: prev: let rev = "{rev}"; in {{
  tool = prev.stdenv.mkDerivation {{
    pname = "tool";
    version = rev;
    src = prev.fetchFromGitHub {{
      owner = "o";
      repo = "tool";
      inherit rev;
      hash = "{sri}";
    }};
  }};
}}
"""


@pytest.fixture
def pinned(project: Project, github: GitHub, tmp_path: Path) -> tuple[Path, str, str, Hosted]:
    """An overlay at a commit between a tag and the newest commit, both, and the repository."""
    made = github.repository("o", "tool")
    made.tag("v1.0", made.commit({"a": "1"}, date="2024-01-01T00:00:00+00:00"))
    old = made.commit({"a": "2"}, date="2024-02-01T00:00:00+00:00")
    new = made.commit({"a": "3"}, date="2024-03-01T00:00:00+00:00")
    sri = unpacked_hash(made, old, tmp_path)
    return project.overlay("tool.nix", OVERLAY.format(rev=old, sri=sri)), old, new, made


def test_a_whole_id_is_a_true_label_and_moves_without_a_word(
    project: Project, pinned: tuple[Path, str, str, Hosted]
) -> None:
    """No order of ids means anything, and none is told by another name."""
    _, old, new, _ = pinned
    (listed,) = project.run("list", "--json").json["packages"]
    assert listed["track"] == "commit"
    (checked,) = project.run("check", "--json").json["packages"]
    assert (checked["status"], checked["version"], checked["latest"]) == ("outdated", old, new)
    assert (checked["warnings"], checked["pinned"]["version"]) == ([], old)
    (verified,) = project.run("verify", "--json").json["packages"]
    assert verified["state"] == "true"


def test_a_short_id_as_a_version_is_a_rev_that_moves(
    project: Project, pinned: tuple[Path, str, str, Hosted]
) -> None:
    """It is no tag in a form of its own, of which nothing could be newer."""
    path, old, new, _ = pinned
    whole = path.read_text()
    path.write_text(whole.replace(old, old[:7]))
    (checked,) = project.run("check", "--json").json["packages"]
    assert (checked["status"], checked["latest"], checked["warnings"]) == ("outdated", new, [])
    short = f"the short commit id `{old[:7]}`"
    assert checked["reason"] == f"replaces {short} by the newest commit of the branch `main`"
    (verified,) = project.run("verify", "--json").json["packages"]
    assert verified["state"] == "true"
    assert [warning["code"] for warning in verified["warnings"]] == ["moving-rev"]
    assert project.run("pin").code == 0
    assert path.read_text() == whole
    path.write_text(whole.replace(old, old[:7]))
    assert project.run("bump").code == 0
    assert f'rev = "{new}"; in' in path.read_text()
    assert project.run("check", "--exit-code").code == 0
    assert project.run("verify").code == 0


def test_a_short_id_that_a_tag_names_stays_an_id(
    project: Project, pinned: tuple[Path, str, str, Hosted]
) -> None:
    """As a whole one does: what is written as an id goes on saying one."""
    path, old, new, made = pinned
    made.tag("v1.1", new)
    path.write_text(path.read_text().replace(old, old[:7]))
    assert project.run("bump").code == 0
    assert f'rev = "{new}"; in' in path.read_text()
    assert project.run("check", "--exit-code").code == 0
