"""`init` writes first files that need no other edit, and overwrites none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

from docs.make import repository
from tests.test_docs import ROOT
from updater import __version__

if TYPE_CHECKING:
    from tests.commands.repository import Home

GUIDE = (ROOT / "docs" / "github-actions.md").read_text()
LIST = "{ }: import <nixpkgs> { overlays = [ (import ./overlays/apple.nix) ]; }\n"
FILES = ("config.yaml", ".github/workflows/update.yml", ".github/workflows/review.yml")


def test_a_first_run_needs_no_other_edit(home: Home) -> None:
    """The workflows are those of the docs, whose steps are run there, pinned by commit."""
    project = home.project
    settings = (project.root / "config.yaml").read_text()
    (project.root / "default.nix").write_text(LIST)
    own = home.github.repository(*repository().split("/"))
    commit = own.commit({"action.yml": "name: updater\n"})
    own.tag(f"v{__version__}", commit)
    own.settle()
    before = project.snapshot()

    shown = project.run("init", "--actions", "--dry-run")
    assert (shown.code, project.snapshot()) == (0, before), shown.err
    assert "+++ b/.github/workflows/update.yml\n" in shown.out
    result = project.run("init", "--actions")

    assert (result.code, result.out) == (
        0,
        (
            "found 2 packages in 2 files: 2 can be followed\n"
            "found default.nix lists the overlays\n"
            "found no remote `origin`: pull requests need `repository: OWNER/NAME` in config.yaml\n"
            "wrote .github/workflows/update.yml\n"
            "wrote .github/workflows/review.yml\n"
            "kept config.yaml, which is there already\n"
            'Run "updater check" to see which pins are behind.\n'
        ),
    )
    documented = re.findall(r"```yaml\n(on: .*?)```", GUIDE, re.DOTALL)
    for file, text in zip(FILES[1:], documented, strict=True):
        written = (project.root / file).read_text()
        assert f"uses: {repository()}@{commit} # v{__version__}\n" in written
        given = yaml.safe_load(written.replace(f"@{commit}", f"@v{__version__}"))
        given.pop("name")
        assert given == yaml.safe_load(text)
    assert (project.root / "config.yaml").read_text() == settings
    again = project.snapshot()
    assert project.run("init", "--actions").code == 0
    assert project.snapshot() == again
    statuses = [one["status"] for one in project.run("check", "--json").json["packages"]]
    assert statuses == ["outdated", "outdated"]


def test_the_first_configuration_changes_nothing_until_somebody_edits_it(home: Home) -> None:
    """It is YAML of comments with the schema for editors, and its examples are valid."""
    root = home.project.root
    (root / "config.yaml").unlink()

    assert home.project.run("init", "--json").json == {
        "schema": 1,
        "command": "init",
        "written": ["config.yaml"],
        "present": [],
        "packages": ["apple", "pear"],
    }
    text = (root / "config.yaml").read_text()
    first, *rest = text.splitlines()
    assert first.endswith(f"/{repository()}/v{__version__}/docs/schemas/config.json")
    assert home.project.run("list").code == 0
    examples = "\n".join(line.removeprefix("# ") for line in rest if re.match(r"# ( |\w+:$)", line))
    (root / "config.yaml").write_text(examples)
    shown = home.project.run("config", "show", "apple", "--json").json["packages"][0]["settings"]
    values = {one["key"]: one["value"] for one in shown}
    assert (values["hold"], values["minimum_release_age"]) == ("a reason", "3d")


def test_workflows_are_not_written_where_github_does_not_look(home: Home) -> None:
    project = home.project
    project.git("init", "--quiet", "..")
    result = project.run("init", "--actions")
    folder = project.root.name
    assert (result.code, result.err) == (
        2,
        (
            f"updater: the project is in {folder}/, and GitHub reads workflows only at the "
            "repository's top\n"
            f"hint: write them by hand there, with `directory: {folder}`, as "
            "docs/github-actions.md shows\n"
        ),
    )
    assert not (project.root / ".github").exists()
