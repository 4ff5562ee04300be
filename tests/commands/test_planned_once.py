"""A change is planned once for each text that it is made of, however many stages need it.

A file is parsed once to find its packages, and once for each text that a plan begins or ends
with; once to say which packages use which where something is built or proposed; where it is built,
once to find the package set, and once to see what the file declares.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from msgspec import Struct

from tests.commands.built import overlay, passed, release
from tests.commands.test_built_hashes import BESIDE
from tests.project import FAKE, pypi_overlay
from updater.overlay.editing.proof import prove
from updater.overlay.reading import syntax

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.commands.repository import Home
    from tests.loopback.github import GitHub
    from tests.loopback.index import Index
    from tests.project import Project
    from tests.workshop import Workshop
    from updater.model import Edit, FunctionFile, PinValues
    from updater.overlay.reading.file import ParsedFile

GROUP = "packages: {'*': {pull_request: {group: fruit}}}\n"


class Work(Struct, frozen=True):
    """What was done for the files, each named by its first package.

    Attributes:
        plans: how many times edits were proven.
        parses: how many times it was parsed.
    """

    plans: Counter[str]
    parses: Counter[str]

    def of(self, *names: str) -> list[tuple[int, int]]:
        """Return plans and parses of some files."""
        return [(self.plans[name], self.parses[name]) for name in names]


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    """What is done from now on."""
    made = Work(Counter(), Counter())

    def parsed(data: bytes, functions: Sequence[FunctionFile] = ()) -> syntax.NixText:
        made.parses.update(re.findall(r'pname = "(\w+)"', data.decode())[:1])
        return parse(data, functions)

    def proven(
        wanted: Mapping[str, PinValues],
        edits: tuple[Edit, ...],
        after: ParsedFile,
        before: ParsedFile,
    ) -> None:
        made.plans[re.findall(r'pname = "(\w+)"', before.text.data.decode())[0]] += 1
        prove(wanted, edits, after, before)

    parse = syntax.parse
    monkeypatch.setattr(syntax, "parse", parsed)
    monkeypatch.setattr("updater.overlay.editing.patch.prove", proven)
    return made


def in_one_file(first: str, second: str) -> str:
    """Return an overlay with two packages from the package index."""
    text = pypi_overlay(first, "1.0", sri=FAKE)
    start, end = text.index(f"    {first} ="), text.index("  };\n}")
    return text[:end] + text[start:end].replace(first, second) + text[end:]


def test_what_is_written(project: Project, index: Index, work: Work) -> None:
    for name in ("apple", "pear"):
        project.overlay(f"{name}.nix", pypi_overlay(name, "1.0", sri=FAKE))
        index.release(name, "2.0")
    assert project.run("bump", "--no-build").out.endswith("2 updated\n")
    assert work.of("apple", "pear") == [(1, 3), (1, 3)]


@pytest.mark.parametrize("option", ["--no-build", "--dry-run"])
def test_what_is_written_into_one_file(
    project: Project, index: Index, work: Work, option: str
) -> None:
    """All at once, however many packages it has."""
    project.overlay("fruit.nix", in_one_file("apple", "pear"))
    index.release("apple", "2.0")
    index.release("pear", "2.0")
    assert len(project.run("bump", option, "--json").json["packages"]) == 2
    assert work.of("apple") == [(1, 3)]


@pytest.mark.parametrize("configuration", ["", GROUP], ids=["alone", "group"])
def test_what_is_proposed(home: Home, work: Work, configuration: str) -> None:
    home.configure(configuration)
    assert home.bump().json["summary"]["updated"] == 2
    assert len(home.hosted.pulls) == (1 if configuration else 2)
    assert work.of("apple", "pear") == [(1, 4), (1, 4)]


def test_what_is_proposed_of_one_file_in_a_group(home: Home, work: Work) -> None:
    """The second member's change is one of the base's text, and one after the first member's."""
    home.configure(GROUP)
    text = in_one_file("apple", "pear")
    for path in ("apple.nix", "pear.nix"):
        (home.project.root / "overlays" / path).unlink()
    home.project.overlay("fruit.nix", text)
    gone = {"overlays/apple.nix": None, "overlays/pear.nix": None}
    home.hosted.commit({**gone, "overlays/fruit.nix": text})
    home.hosted.settle()
    assert home.bump().json["summary"]["updated"] == 2
    assert home.show("updater/fruit", "overlays/fruit.nix").count('version = "2.0"') == 2
    assert work.of("apple") == [(3, 2 + 4)]


@pytest.mark.nix
@pytest.mark.parametrize("configuration", ["", GROUP], ids=["alone", "group"])
def test_what_is_built_and_written(workshop: Workshop, work: Work, configuration: str) -> None:
    workshop.overlay("apple", "pear")
    for name in ("apple", "pear"):
        workshop.add(name, "2.0")
    workshop.project.add_configuration(configuration)
    _, packages = workshop.bump()
    assert [one["build"]["status"] for one in packages.values()] == ["passed", "passed"]
    assert work.of("apple", "pear") == [(1, 6), (1, 6)]


@pytest.mark.nix
def test_what_writes_fake_hashes(workshop: Workshop, github: GitHub, work: Work) -> None:
    """Three hashes are found in turn, each in a text of its own, and then all are written."""
    release(github)
    beside = f"{BESIDE['fetchCargoVendor'][0]}\n{BESIDE['npmDeps'][0]}"
    overlay(workshop, source="fetchSubmodules = true;", beside=beside)
    passed(workshop)
    assert work.of("apple") == [(4, 4 + 5)]
