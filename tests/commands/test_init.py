"""`init` writes first files that need no other edit, and overwrites none."""

from __future__ import annotations

import re
import shutil
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

    told = {
        "schema": 1,
        "command": "init",
        "written": ["config.yaml"],
        "present": [],
        "packages": ["apple", "pear"],
    }
    assert home.project.run("init", "--dry-run", "--json").json == told
    assert not (root / "config.yaml").exists()
    assert home.project.run("init", "--json").json == told
    text = (root / "config.yaml").read_text()
    first, *rest = text.splitlines()
    assert first.endswith(f"/{repository()}/v{__version__}/docs/schemas/config.json")
    assert home.project.run("list").code == 0
    examples = "\n".join(line.removeprefix("# ") for line in rest if re.match(r"# ( |\w+:$)", line))
    (root / "config.yaml").write_text(examples)
    shown = home.project.run("config", "show", "apple", "--json").json["packages"][0]["settings"]
    values = {one["key"]: one["value"] for one in shown}
    assert (values["hold"], values["minimum_release_age"]) == ("a reason", "3d")


def test_a_project_without_packages_is_told_how_to_begin(home: Home) -> None:
    shutil.rmtree(home.project.root / "overlays")

    result = home.project.run("init")

    assert (result.code, result.out) == (
        0,
        (
            "found 0 packages in 0 files: 0 can be followed\n"
            "found neither flake.nix nor default.nix, so that nothing is built\n"
            "found no remote `origin`: pull requests need `repository: OWNER/NAME` in config.yaml\n"
            "kept config.yaml, which is there already\n"
            'Run "updater add NAME" to write a first overlay.\n'
        ),
    )


def test_workflows_of_a_folder_are_at_the_top_and_name_it(home: Home) -> None:
    """GitHub looks there alone; a name that a workflow would have to quote is refused."""
    project = home.project
    (project.root / "config.yaml").rename(project.root.parent / "kept.yaml")
    project.git("init", "--quiet", "..")
    own = home.github.repository(*repository().split("/"))
    own.tag(f"v{__version__}", own.commit({"action.yml": "name: updater\n"}))
    own.settle()
    folder, top = project.root.name, project.root.parent

    result = project.run("init", "--actions", "--config", str(top / "kept.yaml"))

    assert result.code == 0, result.err
    workflows = {path.name: path.read_text() for path in (top / ".github" / "workflows").iterdir()}
    assert sorted(workflows) == [f"review-{folder}.yml", f"update-{folder}.yml"]
    update, review = (
        yaml.safe_load(workflows[f"{name}-{folder}.yml"]) for name in ("update", "review")
    )
    assert update["jobs"]["update"]["steps"][0]["with"] == {"directory": folder}
    assert update["concurrency"]["group"] == f"update-{folder}"
    assert review["jobs"]["review"]["steps"][0]["with"] == {
        "command": "review",
        "directory": folder,
    }
    assert review[True] == {
        "pull_request": {
            "paths": [f"{folder}/**.{one}" for one in ("nix", "lock", "json", "yaml", "patch")]
        }
    }
    assert not (project.root / ".github").exists()
