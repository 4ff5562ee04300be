"""`add --pr` opens one pull request of all that it adds, and leaves the files alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.loopback.distributions import tarred

if TYPE_CHECKING:
    from tests.commands.repository import Home

LIST = "{ }: import <nixpkgs> { overlays = [ (import ./overlays/apple.nix) ]; }\n"
BODY = """\
- `plum` `2.0` from `pypi:plum`
  - not built: its inputs are what the text of its source says
  - its licence is not known: add meta.license by hand

Made by `updater add`."""
PLUM = """\
[project]
name = "plum"
version = "2.0"
dependencies = ["apple", "tqdm"]
"""


def test_a_new_overlay_is_proposed_on_a_branch_of_its_own(home: Home) -> None:
    """The same again finds it; a later run of updates leaves it alone; another base is refused."""
    project = home.project
    (project.root / "default.nix").write_text(LIST)
    home.hosted.commit({"default.nix": LIST})
    home.hosted.settle()
    sdist = tarred({"plum-2.0/pyproject.toml": PLUM})
    home.index.release("plum", "2.0", files={"plum-2.0.tar.gz": sdist})
    tree = project.snapshot()

    results = [project.run("add", "plum", "--no-build", "--pr", "--json") for _ in range(2)]

    assert [result.code for result in results] == [0, 0], results[0].err
    assert project.snapshot() == tree
    reports = [result.json["pull_request"] for result in results]
    assert [report["number"] for report in reports] == [1, 1]
    pull = home.pull(1)
    assert (pull.title, pull.branch, pull.body) == ("plum: add", "add/plum", BODY)
    head = home.branch("add/plum")
    assert head is not None
    assert home.changed(head) == ["default.nix", "overlays/plum.nix"]
    listed = "[ (import ./overlays/apple.nix) (import ./overlays/plum.nix) ]"
    assert listed in home.show(head, "default.nix")
    assert "[ self.python3Packages.apple tqdm ]" in home.show(head, "overlays/plum.nix")
    home.bump()
    assert (home.branch("add/plum"), home.pull(1).state) == (head, "open")

    (project.root / "default.nix").write_text(f"# changed\n{LIST}")
    refused = project.run("add", "plum", "--no-build", "--pr", "--name", "prune")
    assert (refused.code, refused.err) == (
        1,
        (
            "updater: default.nix is not what the branch main has\n"
            "hint: run the command again with main checked out and nothing changed\n"
        ),
    )
