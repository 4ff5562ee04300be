"""A label is true, stays what it is, or goes to what the source that is built declares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.commands.situations import WAYS, Situations, nar_hash, situations

if TYPE_CHECKING:
    from collections.abc import Iterator

SUITE = '[project]\nname = "suite"\nversion = "9.0"\nrequires-python = ">=3.99"\n'


def project_file(name: str, version: str) -> str:
    return f'[project]\nname = "{name}"\nversion = "{version}"\n'


# --- a package in a folder of its source: what the overlay says, and the folder ---
FOLDERS = {
    "source-root": ('sourceRoot = "${src.name}/libs/tool";\n', "libs/tool"),
    "set-source-root": ('setSourceRoot = "sourceRoot=$(echo */python)";\n', "python"),
    "cd": ('preBuild = "cd bindings/py";\n', "bindings/py"),
    "after-unpacking": ('postUnpack = "sourceRoot=$sourceRoot/py";\n', "py"),
    "crate": ('buildAndTestSubdir = "crates/py";\n', "crates/py"),
}


def in_folders(world: Situations) -> None:
    """Make a repository for each: a suite at the top, the package below."""
    for name, (more, folder) in FOLDERS.items():
        repository = world.repository(name)
        commits = [
            repository.commit(
                {
                    "pyproject.toml": SUITE,
                    f"{folder}/pyproject.toml": project_file(name, version),
                    "VERSION": "9.0\n",
                }
            )
            for version in ("1.0", "1.1", "1.2")
        ]
        repository.tag("v1.0", commits[0])
        sri = f'"{nar_hash(repository, "v1.0")}"'
        world.pin(name, "1.0", rev='"v${version}"', sri=sri, more=more)
        sri = f'"{nar_hash(repository, commits[1])}"'
        label = "1.1-unstable-2025-01-02"
        world.pin(f"{name}-at", label, rev=f'"{commits[1]}"', sri=sri, repo=name, more=more)


# --- a tag that is the label: PEP 440 or not ---
LABELS = {
    "day": ("2025-04-01", "version", "2025-04-01"),
    "letter": ("1.1.1i", "version", "1.1.1i"),
    "next": ("1.0.0-next.1", '"v${version}"', "v1.0.0-next.1"),
    "year-letter": ("2024b", "version", "2024b"),
    "java": ("17.0.1+12", '"jdk-${version}"', "jdk-17.0.1+12"),
    "build": ("b4567", "version", "b4567"),
    "release-day": ("2022.07.15-1", '"release-${version}"', "release-2022.07.15-1"),
    "canary": ("14.0.0-canary.7", '"v${version}"', "v14.0.0-canary.7"),
    "whole-tag": ("r2024a-2", "version", "r2024a-2"),
}


def of_tags(world: Situations) -> None:
    """Pin the tag of each, and the commit that it names."""
    for name, (label, rev, tag) in LABELS.items():
        repository = world.repository(name)
        repository.tag(tag, repository.commit({"a": name}))
        sri = f'"{nar_hash(repository, tag)}"'
        world.pin(name, label, rev=rev, sri=sri)
        commit = repository.git("rev-parse", tag)
        world.pin(f"{name}-at", label, rev=f'"{commit}"', sri=sri, repo=name)


# --- a tag whose source says otherwise: label, tag, what the source declares ---
OTHERWISE = {
    "patch": ("0.1.20", "0.1.21", "0.1.22", "0.1.21"),
    "stuck": ("1.0", "1.0", "1.1", "1.0"),
    "ahead": ("2.0", "2.0", "2.1", "2.1.1"),
    "minor": ("0.9", "0.9", "1.0", "0.9.9"),
    "post": ("3.0", "3.0", "3.1", "3.0.post1"),
    "plain": ("4.0", "4.0", "4.1", "4.1.dev0"),
}


def otherwise(world: Situations) -> None:
    """Pin the older of two tags; the source of the newer declares another version."""
    for name, (label, declared, newer, own) in OTHERWISE.items():
        repository = world.repository(name)
        for tag, version, text in ((label, declared, "old"), (newer, own, "new")):
            files = {"setup.py": f"setup(version='{version}')\n", "a": text}
            repository.tag(otherwise_tag(name, tag), repository.commit(files))
        sri = f'"{nar_hash(repository, otherwise_tag(name, label))}"'
        rev = "version" if name == "plain" else '"v${version}"'
        world.pin(name, label, rev=rev, sri=sri)


def otherwise_tag(name: str, version: str) -> str:
    """Return a tag, which is the version itself for one of them."""
    return version if name == "plain" else f"v{version}"


# --- the base of a commit's label: tags before the commit, the label before, the new one ---
BASES = {
    "day-tag": (("v0.2", "20250620"), "0.2-unstable-2024-01-01", "0.2-unstable-2025-01-04"),
    "dotted": (("v0.2", "v2025.06.20"), "0.2-unstable-2024-01-01", "0.2-unstable-2025-01-04"),
    "of-years": (("v2024.1", "v2025.1"), "2024.1-unstable-2024-01-01", None),
    "day-label": ((), "2021-04-13", "2025-01-04"),
    "day-with-dots": ((), "2021.04.13", "2025.01.04"),
    "no-base": ((), "0-unstable-2021-04-13", "0-unstable-2025-01-04"),
}


def bases(world: Situations) -> None:
    """Pin a commit between the tags and the head; no source declares anything."""
    for name, (tags, label, _) in BASES.items():
        repository = world.repository(name)
        first = repository.commit({"a": "1"})
        for tag in tags:
            repository.tag(tag, first)
        pinned = repository.commit({"a": "2"}, date="2025-01-02T00:00:00Z")
        repository.commit({"a": "3"}, date="2025-01-04T00:00:00Z")
        sri = f'"{nar_hash(repository, pinned)}"'
        settings = "track: commit, commit_interval: 0d"
        world.pin(name, label, rev=f'"{pinned}"', sri=sri, settings=settings)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Situations]:
    """All of them in one project."""
    with situations(tmp_path_factory.mktemp("labels")) as made:
        for make in (in_folders, of_tags, otherwise, bases):
            make(made)
        yield made


TRUE = [*FOLDERS, *(f"{name}-at" for name in FOLDERS)]
TRUE += [*LABELS, *(f"{name}-at" for name in LABELS), "day-label", "no-base"]


def reason(package: dict[str, Any]) -> str:
    return f"{package['state']}: {package['reason']}"


@pytest.mark.parametrize("token", WAYS.values(), ids=WAYS)
class TestBothWays:
    """GraphQL and git lead to the same."""

    @pytest.mark.parametrize("name", BASES)
    def test_a_commit_s_label_keeps_its_kind(
        self, world: Situations, token: str, name: str
    ) -> None:
        _, label, new = BASES[name]
        package = world.results("check", token=token)[name]
        assert package["status"] == "outdated"
        assert package["latest"] == (new or "2025.1-unstable-2025-01-04"), label

    def test_the_folder_s_version_follows_a_branch(self, world: Situations, token: str) -> None:
        settings = world.results("check", token=token)
        for name in FOLDERS:
            assert "9.0" not in str(settings[f"{name}-at"]["latest"])
            assert "3.99" not in str(settings[f"{name}-at"])


@pytest.mark.parametrize("name", TRUE)
def test_a_true_label_is_called_true(world: Situations, name: str) -> None:
    """And `pin` leaves it as it is."""
    assert reason(world.results("verify")[name]) == "true: None"
    assert world.text(name, "", "pin") == world.text(name, "")


@pytest.mark.parametrize("name", OTHERWISE)
def test_bump_writes_what_the_source_declares(world: Situations, name: str) -> None:
    """The tag stays as text, so that the label is what a build's metadata says."""
    _, _, newer, own = OTHERWISE[name]
    text = world.text(name, "", "bump --no-build")
    assert f'version = "{own}"' in text
    assert f'rev = "{otherwise_tag(name, newer)}"' in text
    verified = world.results("verify", after=("bump --no-build",))[name]
    assert reason(verified) == "true: None"
    assert world.results("check", after=("bump --no-build",))[name]["status"] == "current"
    assert world.text(name, "", "bump --no-build", "bump --no-build") == text


def test_a_label_that_nix_takes_for_older_is_told(world: Situations) -> None:
    package = world.results("check")["of-years"]
    assert [one["code"] for one in package["warnings"]] == []
