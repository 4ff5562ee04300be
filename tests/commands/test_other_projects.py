"""A project at the top of a source that has another name says nothing of the package."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.situations import WAYS, Situations, nar_hash, situations

if TYPE_CHECKING:
    from collections.abc import Iterator

BUMP = "bump --no-build"
SUITE = '[project]\nname = "suite"\nversion = "9.0"\ndependencies = ["numpy>=2"]\n'
PART = '[project]\nname = "part"\ndynamic = ["version"]\n[tool.setuptools_scm]\n'
ROOT = 'sourceRoot = "${src.name}/part";\n'

# --- package: the files of a source of another project, and more of its overlay ---
OTHERS = {
    "tables": ({"pyproject.toml": SUITE}, ""),
    "poetry": ({"pyproject.toml": SUITE.replace("[project]", "[tool.poetry]")}, ""),
    "ini": ({"setup.cfg": "[metadata]\nname = suite\nversion = 9.0\n"}, ""),
    "script": ({"setup.py": "setup(name='suite', version='9.0')\n"}, ""),
    "variable": ({"setup.py": "N = 'suite'\nsetup(name=N, version='9.0')\n"}, ""),
    "metadata": ({"PKG-INFO": "Metadata-Version: 2.1\nName: suite\nVersion: 9.0\n"}, ""),
    "module": ({"pyproject.toml": PART.replace("part", "suite"), "VERSION": "9.0\n"}, ""),
    "below": ({"pyproject.toml": SUITE, "part/pyproject.toml": PART}, ROOT),
    "below-bare": ({"pyproject.toml": SUITE, "part/setup.py": "setup()\n"}, ROOT),
    "below-file": ({"pyproject.toml": SUITE, "VERSION": "9.0\n", "part/a": "a"}, ROOT),
}
# --- package: what its project is called, so that it is the same all the same ---
SAME = {
    "python-tiger": "tiger",
    "lion": "python-lion",
    "lynx2": "LYNX-2",
    "puma-nightly": "puma",
    "PyOcelot": "ocelot",
    "cat.fish_x": "Cat_Fish.x",
    "bobcat": "bobcat-headless",
}


def attribute(name: str) -> str:
    return name.replace(".", "-")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Situations]:
    """Each has the tag of its own version, another one after it, and a commit after that."""
    with situations(tmp_path_factory.mktemp("projects")) as made:
        for name, (files, more) in OTHERS.items():
            # The repository has the suite's name: that is not the package's.
            repository = made.github.repository(f"o{len(name)}{name}", "suite")
            commits = [
                repository.commit({**files, "a": label}, date=f"2025-01-0{day}T00:00:00Z")
                for day, label in enumerate(("1.0", "1.1", "1.2"), 1)
            ]
            for label, commit in zip(("1.0", "1.1"), commits, strict=False):
                repository.tag(f"v{label}", commit)
            owner = f'owner = "o{len(name)}{name}"; repo = "suite"; '
            for own, label, rev, held in (
                (name, "1.0", "v${version}", commits[0]),
                (f"{name}-at", "1.0-unstable-2025-01-02", commits[1], commits[1]),
            ):
                call = (
                    f'fetchFromGitHub {{ {owner}rev = "{rev}"; '
                    f'hash = "{nar_hash(repository, held)}"; }}'
                )
                head = f'  pname = "{own}"; version = "{label}";\n  src = {call};\n  {more}'
                made.overlay(
                    own, head, "track: commit, commit_interval: 0d" if "-at" in own else ""
                )
        for name, project in SAME.items():
            repository = made.repository(attribute(name))
            for tag, declared in (("1.0", "1.0"), ("1.2", "1.1")):
                text = f'[project]\nname = "{project}"\nversion = "{declared}"\n'
                repository.tag(f"v{tag}", repository.commit({"pyproject.toml": text, "a": tag}))
            sri = f'"{nar_hash(repository, "v1.0")}"'
            made.pin(attribute(name), "1.0", rev='"v${version}"', sri=sri)
        yield made


@pytest.mark.parametrize("token", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("name", OTHERS)
class TestOthers:
    """Its labels come from tags alone."""

    def test_a_true_label_is_not_called_false(
        self, world: Situations, token: str, name: str
    ) -> None:
        package = world.results("verify", token=token)[name]
        assert package["state"] == "true", package["reason"]

    def test_pin_leaves_the_label(self, world: Situations, token: str, name: str) -> None:
        package = world.results("pin", token=token)[name]
        assert package["status"] == "current", package
        assert world.text(name, token, "pin") == world.text(name, token)

    def test_bump_takes_the_version_of_the_tag(
        self, world: Situations, token: str, name: str
    ) -> None:
        package = world.results(*BUMP.split(), token=token)[name]
        assert (package["status"], package["latest"]) == ("updated", "1.1"), package
        assert 'version = "1.1"' in world.text(name, token, BUMP)
        said = [one["message"] for one in package["warnings"] if one["code"] == "other-project"]
        assert len(said) == (name[:5] != "below"), package["warnings"]

    def test_a_commit_is_labelled_by_the_tag_before_it(
        self, world: Situations, token: str, name: str
    ) -> None:
        package = world.results("check", token=token)[f"{name}-at"]
        assert package["latest"] == "1.1-unstable-2025-01-03", package


@pytest.mark.parametrize("name", [attribute(name) for name in SAME])
def test_a_project_of_nearly_the_name_counts(world: Situations, name: str) -> None:
    """What it declares is the version that a build of it has."""
    package = world.results(*BUMP.split())[name]
    assert package["status"] == "updated", package
    assert 'version = "1.1"' in world.text(name, "", BUMP)
