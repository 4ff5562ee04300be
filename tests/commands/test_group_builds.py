"""A group is built as it will stand in its pull request: all its changes in one copy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.commands.repository import Home
from tests.project import FAKE, flat_hash
from tests.workshop import sdist_files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.workshop import Workshop

pytestmark = pytest.mark.nix

USES_APPLE = "propagatedBuildInputs = [ self.python3Packages.apple ];"
FRUIT = "packages: {'*': {pull_request: {group: fruit}}}\n"


def pin_old(workshop: Workshop, name: str, extra: str = "") -> None:
    """Let an overlay hold the true hash of its version 1.0."""
    content = sdist_files(name, "1.0", "", extra)
    workshop.index.release(name, "1.0", files={f"{name}-1.0.tar.gz": content})
    path = workshop.project.root / "overlays" / f"{name}.nix"
    path.write_text(path.read_text().replace(FAKE, flat_hash(content)))


@pytest.fixture
def coupled(workshop: Workshop) -> Workshop:
    """Pear uses apple, and its new version takes only apple's new version."""
    workshop.overlay("apple")
    workshop.overlay("pear", arguments=USES_APPLE)
    pin_old(workshop, "apple")
    pin_old(workshop, "pear", 'dependencies = ["apple<2"]\n')
    workshop.add("apple", "2.0")
    return workshop


def test_members_that_build_only_together_are_built_together(coupled: Workshop) -> None:
    """By itself, pear waits: the package set has apple 1.0."""
    coupled.add("pear", "2.0", extra='dependencies = ["apple>=2"]\n')
    result, packages = coupled.bump("pear")
    assert (result.code, packages["pear"]["reason"]) == (
        0,
        "2.0 needs a newer package set: it requires apple >= 2, and it is 1.0 there",
    )
    coupled.project.add_configuration(FRUIT)

    result, packages = coupled.bump()

    assert result.code == 0, result.out
    assert [packages[name]["build"]["status"] for name in ("apple", "pear")] == ["passed"] * 2
    assert [coupled.version(name) for name in ("apple", "pear")] == ["2.0", "2.0"]


@pytest.mark.thorough
def test_the_member_that_fails_is_named_and_the_others_are_built_without_it(
    workshop: Workshop,
) -> None:
    workshop.overlay("apple", "fig", "pear")
    for name in ("apple", "fig", "pear"):
        workshop.add(name, "2.0", module="import no_such_module\n" if name == "fig" else "")
    workshop.project.add_configuration(FRUIT)

    result, packages = workshop.bump()

    assert (result.code, [packages[name]["status"] for name in sorted(packages)]) == (
        1,
        ["updated", "failed", "updated"],
    )
    assert packages["fig"]["error"]["message"].startswith(
        "in group fruit, together with apple, pear: imports of python3Packages.fig: "
        "the module no_such_module is missing"
    )
    assert [workshop.version(name) for name in ("apple", "fig", "pear")] == ["2.0", "1.0", "2.0"]


def test_what_stays_behind_must_go_on_building_with_the_rest(coupled: Workshop) -> None:
    """Pear's new version does not build, and its old one not with the new apple: nothing moves."""
    coupled.add("pear", "2.0", module="import no_such_module\n")
    coupled.project.add_configuration(FRUIT)
    before = coupled.project.snapshot()

    result, packages = coupled.bump()

    assert (result.code, [packages[name]["status"] for name in sorted(packages)]) == (
        1,
        ["failed", "failed"],
    )
    assert coupled.project.snapshot() == before
    assert packages["apple"]["error"]["message"].startswith(
        "the only package of group fruit: build of python3Packages.pear: the package requires "
        "apple<2"
    )


def test_a_member_that_may_fail_stays_in_the_group(workshop: Workshop) -> None:
    workshop.overlay("apple", "pear")
    workshop.add("apple", "2.0", module="import no_such_module\n")
    workshop.add("pear", "2.0")
    workshop.configure(on_failure="draft")
    workshop.project.add_configuration(FRUIT)
    result, packages = workshop.bump()
    said = [packages[name]["build"]["status"] for name in ("apple", "pear")]
    assert (result.code, said) == (0, ["failed", "passed"])


def test_a_build_that_is_refused_is_refused_to_all_members(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.overlay("apple", "pear")
    for name in ("apple", "pear"):
        workshop.add(name, "2.0")
    workshop.project.add_configuration(FRUIT)
    monkeypatch.setenv("GITHUB_TOKEN", "hush-hush")
    before = workshop.project.snapshot()
    result, packages = workshop.bump()
    assert (result.code, workshop.project.snapshot()) == (1, before)
    for name in ("apple", "pear"):
        message = packages[name]["error"]["message"]
        assert message.startswith("builds are not sandboxed, and ")


PEAR_LEFT_OUT = (
    "; not built: these changes were not built together: the build passed together with "
    "overlays/pear.nix#python3Packages.pear, which this pull request leaves out"
)


@pytest.fixture
def home(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A repository with the two members of a group, both behind."""
    workshop.overlay("apple", "pear")
    for name in ("apple", "pear"):
        workshop.add(name, "2.0")
    workshop.project.add_configuration(FRUIT)
    made = Home.made(workshop.project, workshop.github, workshop.index, monkeypatch)
    paths = ("overlays/apple.nix", "overlays/pear.nix")
    made.hosted.commit({path: (workshop.project.root / path).read_text() for path in paths})
    made.hosted.settle()
    return made


def build(home: Home, results: Path) -> None:
    """Build what is behind, in a process without a token and a checkout that is thrown away."""
    before = home.project.snapshot()
    with home.patch.context() as without:
        without.delenv("GITHUB_TOKEN")
        assert home.project.run("bump", "--output", str(results)).code == 0
    for path, data in before.items():
        (home.project.root / path).write_bytes(data)


def test_a_build_counts_for_the_packages_that_it_was_of_only(home: Home, tmp_path: Path) -> None:
    """Two were built together; the result of one of them is missing."""
    results = tmp_path / "results"
    build(home, results)
    assert home.project.run("publish", str(results)).code == 0
    assert home.pull(1).body.count("| build | pass (") == 2

    (pear,) = [file for file in results.iterdir() if "pear" in file.name]
    said = json.loads(pear.read_text())
    assert said["build"]["beside"] == ["overlays/apple.nix#python3Packages.apple"]
    pear.unlink()
    assert home.project.run("publish", str(results)).code == 0

    assert home.pull(1).body.splitlines()[2].endswith(PEAR_LEFT_OUT)
    assert "| build |" not in home.pull(1).body


@pytest.mark.thorough
def test_the_rest_of_a_group_says_that_it_was_built_with_what_was_declined(
    home: Home, workshop: Workshop, tmp_path: Path
) -> None:
    """And nothing is merged by itself on the strength of such a build."""
    home.hosted.required_checks = ("test",)
    config = home.project.root / "config.yaml"
    config.write_text(config.read_text().replace("group: fruit", "group: fruit, automerge: true"))
    build(home, tmp_path / "first")
    assert home.project.run("publish", str(tmp_path / "first")).code == 0
    assert home.pull(1).automerge is True
    home.pull(1).state = "closed"
    workshop.add("apple", "3.0")
    build(home, tmp_path / "second")

    assert home.project.run("publish", str(tmp_path / "second")).code == 0

    assert home.pull(2).title == "apple: 1.0 -> 3.0"
    assert home.pull(2).body.splitlines()[2].endswith(PEAR_LEFT_OUT)
    assert home.pull(2).automerge is False
