"""An exception that nobody foresaw is its package's failure; it ends no run, and tells no value."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import wraps
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from tests.project import FAKE, github_overlay, pypi_overlay, unpacked_hash
from updater.config.load import Config
from updater.errors import UsageError
from updater.overlay.reading import file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.commands.repository import Home
    from tests.loopback.github import GitHub
    from tests.loopback.index import Index
    from tests.project import Project, Result
    from tests.workshop import Workshop

SECRET = "ghp_in-the-exception"
HINT = "report it with this message and what `updater --version` says"

READ = ("overlay.reading.assemble:Assembler._package", "find")
FILE = ("overlay.reading.syntax:parse", "find")
FIND = ("pipeline.deciding:skip_reason", "find")
ASK = ("choose.lookup:_questions", "look-up")
ANSWER = ("upstreams.github_git:offer", "look-up")
CHOOSE = ("choose.follower:Follower.decide", "choose")
HASH = ("hashing.prefetch:Prefetcher.hash", "hash")
RECORD = ("choose.records:Records.note", "hash")
PATCH = ("pipeline.hash.planned:plan_change", "patch")
WRITE = ("effects.writes:replace", "write")
VERIFY = ("verify.verifier:Verifier.judge", "verify")
IDENTIFY = ("verify.inspector:Inspector.inspect", "identify")
PIN = ("verify.inspector:Inspector.pin", "identify")

STAGES = {
    "list": [READ, FILE],
    "check": [READ, FILE, FIND, ASK, ANSWER, CHOOSE],
    "bump": [READ, FILE, FIND, ASK, ANSWER, CHOOSE, HASH, RECORD, PATCH, WRITE],
    "verify": [READ, FIND, ASK, ANSWER, VERIFY],
    "identify": [READ, FIND, ANSWER, IDENTIFY],
    "pin": [READ, FIND, ANSWER, PIN, PATCH, WRITE],
}
ROWS = [
    pytest.param(command, place, stage, id=f"{command} {place.partition(':')[2]}")
    for command, places in STAGES.items()
    for place, stage in places
]


def owner_of(place: str) -> tuple[Any, str]:
    """Return what holds a function of the program, ``MODULE:NAME`` or ``MODULE:CLASS.NAME``."""
    module, _, path = place.partition(":")
    owner: Any = import_module(f"updater.{module}")
    *classes, name = path.split(".")
    for one in classes:
        owner = getattr(owner, one)
    return owner, name


def break_for(patch: pytest.MonkeyPatch, place: str, name: str, error: type = IndexError) -> None:
    """Let a function raise wherever its arguments tell of a package."""
    owner, attribute = owner_of(place)
    sound: Callable[..., object] = getattr(owner, attribute)
    first = 1 if isinstance(owner, type) else 0

    @wraps(sound)
    def broken(*arguments: object, **named: object) -> object:
        if re.search(rf"(?<![a-z]){re.escape(name)}", repr(arguments[first:])):  # not "appeared"
            raise error(SECRET)
        return sound(*arguments, **named)

    patch.setattr(owner, attribute, broken)


def by_name(result: Result) -> dict[str, dict[str, Any]]:
    assert "packages" in result.json, result.out
    return {one["name"]: one for one in result.json["packages"]}


def expect_bug(package: dict[str, Any], stage: str, kind: str = "IndexError") -> None:
    """Hold a package's failure against what is promised of one."""
    assert (package["status"], package["error"]["stage"]) == ("failed", stage)
    message = rf"this is a bug in the updater: {kind} at updater/[\w/]+\.py:\d+"
    assert re.search(rf"{message}\Z", package["error"]["message"]), package["error"]["message"]
    assert package["error"]["hint"].startswith(HINT)


@pytest.fixture
def orchard(project: Project, github: GitHub, tmp_path: Path) -> Project:
    """Three packages that are behind, and whose labels are false: apple, pear and plum."""
    for name in ("apple", "pear", "plum"):
        repository = github.repository("o", name)
        for version in ("1.0", "2.0"):
            commit = repository.commit({"setup.py": f"setup(version='{version}')\n"})
            repository.tag(f"v{version}", commit)
        if not SRI:
            SRI.append(unpacked_hash(repository, "v1.0", tmp_path))
        project.overlay(f"{name}.nix", github_overlay(name, "0.9", rev="v1.0", sri=SRI[0]))
    return project


SRI: list[str] = []
"""The hash of v1.0 of every package, which have the same files, once it is known."""


WHOLE: dict[str, dict[str, dict[str, Any]]] = {}
"""What each command says of the packages without a bug, once it is known."""


def anywhere(project: Project, result: Result) -> dict[str, dict[str, Any]]:
    """Return a result's packages without the ports and the folder of their test."""
    out = re.sub(r"http://([\w.]+):\d+", r"http://\1", result.out)
    return by_name(replace(result, out=out.replace(str(project.root), "")))


@pytest.mark.parametrize(("command", "place", "stage"), ROWS)
def test_it_is_one_package_s_failure(
    orchard: Project, monkeypatch: pytest.MonkeyPatch, command: str, place: str, stage: str
) -> None:
    """The others end as they do without it; the package's file stays as it is."""
    before = orchard.snapshot()
    with monkeypatch.context() as patch:
        break_for(patch, place, "pear")
        result = orchard.run(command, "--json", "--no-cache", "-v")
    # This process keeps what it read last, also what it read while it was broken.
    for reading in (file._packages, file.parse_file):
        reading.cache_clear()
    assert SECRET not in result.out + result.err
    after = orchard.snapshot()
    assert after["overlays/pear.nix"] == before["overlays/pear.nix"]
    for name, data in before.items():
        (orchard.root / name).write_bytes(data)
    if command not in WHOLE:
        WHOLE[command] = anywhere(orchard, orchard.run(command, "--json", "--no-cache"))
    whole = dict(WHOLE[command])
    packages = anywhere(orchard, result)
    assert result.code == 1
    pear = packages.pop("pear")
    if command == "list":
        assert "this is a bug in the updater: IndexError" in pear["reason"]
    else:
        expect_bug(pear, stage)
    del whole["pear"]
    assert packages == whole


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (KeyError(SECRET), "KeyError"),
        (ValueError(SECRET), "ValueError"),
        (RecursionError(SECRET), "RecursionError"),
        (OSError(28, SECRET), "OSError ENOSPC"),
        (ExceptionGroup(SECRET, [AttributeError(SECRET), KeyError()]), "AttributeError"),
    ],
    ids=repr,
)
def test_its_kind_and_place_are_told_and_never_its_text(
    orchard: Project, monkeypatch: pytest.MonkeyPatch, error: Exception, kind: str
) -> None:
    def broken(*_: object) -> None:
        raise error

    monkeypatch.setattr("updater.choose.follower.Follower.decide", broken)
    result = orchard.run("check", "--json", "-v")
    for package in by_name(result).values():
        expect_bug(package, "choose", kind)
    assert SECRET not in result.out + result.err


def test_an_upstream_s_bug_is_that_of_the_project_with_which_it_comes(
    orchard: Project, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.release("cherry", "2.0")
    orchard.overlay("cherry.nix", pypi_overlay("cherry", "1.0", sri=FAKE))
    break_for(monkeypatch, "upstreams.github:GitHub.offers", "pear")
    packages = by_name(orchard.run("check", "--json"))
    expect_bug(packages["pear"], "look-up")
    assert {packages[name]["status"] for name in ("apple", "plum", "cherry")} == {"outdated"}


def test_a_person_reads_what_to_do(orchard: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without -v no traceback is shown; with it where the exception passed, and no value."""
    break_for(monkeypatch, CHOOSE[0], "pear")
    said = orchard.run("check", "pear")
    assert "choose: this is a bug in the updater: IndexError at updater/" in said.out
    assert (HINT in said.out, said.err) == (True, "")
    more = orchard.run("check", "pear", "-v")
    place = re.search(r"updater/[\w/]+\.py:\d+", said.out)
    assert place is not None
    assert f"updater: at {place[0]} in " in more.err
    assert SECRET not in more.out + more.err


# --- builds ---


@pytest.mark.usefixtures("tokenless")
@pytest.mark.parametrize("command", ["bump", "test"])
def test_a_build_s_bug_lets_the_others_be_built(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """Whatever evaluates all packages together is done without, too."""
    for name in ("apple", "pear"):
        sri = workshop.add(name, "1.0")
        workshop.overlay(name)
        path = workshop.project.root / "overlays" / f"{name}.nix"
        path.write_text(path.read_text().replace(FAKE, sri))
        if command == "bump":
            workshop.add(name, "2.0")
    pear = "'pear')"  # the end of its attribute path: each job names the files of all overlays
    break_for(monkeypatch, "building.builder:Builder.build", pear)
    break_for(monkeypatch, "building.evaluating:Evaluator.evaluate", pear)
    result = workshop.project.run(command, "--json")
    packages = by_name(result)
    expect_bug(packages["pear"], "build")
    assert packages["apple"]["build"]["status"] == "passed"
    assert "each package is evaluated by itself, since this is a bug in the updater" in result.err
    assert SECRET not in result.out + result.err
    assert workshop.version("pear") == "1.0"
    assert workshop.version("apple") == ("2.0" if command == "bump" else "1.0")


# --- pull requests ---


@pytest.mark.parametrize(
    ("place", "stage"),
    [
        ("publish.research.telling:Researcher._about", "publish"),
        ("publish.publisher:member_of", "publish"),
        ("publish.rules:rule_on", "publish"),
        ("publish.text.names:title", "publish"),
        PATCH,
    ],
    ids=["Researcher", "member_of", "rule_on", "title", "plan_change"],
)
def test_the_other_pull_requests_are_made(
    home: Home, monkeypatch: pytest.MonkeyPatch, place: str, stage: str
) -> None:
    """The next run, without the bug, makes the one that is missing."""
    with monkeypatch.context() as patch:
        break_for(patch, place, "pear")
        result = home.bump()
    packages = home.packages(result)
    assert result.code == 1
    expect_bug(packages["pear"], stage)
    assert (packages["apple"]["status"], packages["apple"]["pull_request"]["number"]) == (
        "updated",
        1,
    )
    assert SECRET not in result.out + result.err
    assert home.packages(home.bump())["pear"]["pull_request"]["number"] == 2


@pytest.mark.parametrize(
    ("place", "stage"),
    [("publish.text.names:_title_of", "publish"), ("publish.text.body:_released", "publish")],
    ids=["message", "body"],
)
def test_the_group_and_the_other_groups_go_on_without_it(
    home: Home, monkeypatch: pytest.MonkeyPatch, place: str, stage: str
) -> None:
    home.add("cherry", "plum")
    for name in ("cherry", "plum"):
        home.release(name, "2.0")
    home.configure(
        "packages:\n  cherry: {pull_request: {group: c}}\n"
        "  pear: {pull_request: {group: p}}\n  plum: {pull_request: {group: p}}\n"
    )
    with monkeypatch.context() as patch:
        break_for(patch, place, "pear")
        packages = home.packages(home.bump())
    expect_bug(packages.pop("pear"), stage)
    assert {name: one["pull_request"]["number"] for name, one in packages.items()} == {
        "apple": 1,
        "cherry": 2,
        "plum": 3,
    }
    assert home.packages(home.bump())["pear"]["pull_request"]["number"] == 3


def test_what_only_a_reader_wants_to_know_stops_no_pull_request(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not known then, as where upstream does not answer."""
    break_for(monkeypatch, "metadata.releases:ReleaseReader.read", "pear")
    result = home.bump()
    assert {one["status"] for one in home.packages(result).values()} == {"updated"}
    said = "the metadata of pear is not known: this is a bug in the updater: IndexError at upda"
    assert said in result.err
    assert SECRET not in result.out + result.err


@pytest.mark.parametrize(
    "place",
    ["publish.text.dashboard:render", "publish.cleaning:rules.superseded"],
    ids=lambda one: one.partition(":")[2],
)
def test_what_fails_beside_pull_requests_is_a_problem_of_the_run(
    home: Home, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    home.configure("dashboard: true\n")
    break_for(monkeypatch, place, "pear")
    result = home.bump("-v")
    assert {one["status"] for one in home.packages(result).values()} == {"updated"}
    assert result.code == 1
    assert "updater: this is a bug in the updater: IndexError at updater/publish/" in result.err
    assert re.search(r"updater: at updater/publish/[\w/]+\.py:\d+ in ", result.err)
    assert SECRET not in result.out + result.err


def test_a_result_s_bug_lets_the_others_be_published(
    home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "results"
    home.project.run("bump", "--output", str(folder))
    break_for(monkeypatch, "publish.results.confirming:_confirmed", "pear")
    result = home.project.run("publish", str(folder), "--json")
    packages = home.packages(result)
    expect_bug(packages["pear"], "publish")
    assert packages["apple"]["pull_request"]["number"] == 1
    assert SECRET not in result.out + result.err


# --- outside any package's stage ---


@pytest.mark.parametrize(
    "place",
    [
        "cli.overlays:select",
        "choose.lookup:merged",
        "report.as_json:outcomes_json",
        "cli.output:tell",
    ],
    ids=lambda one: one.partition(":")[2],
)
def test_the_run_s_own_bug_is_one_json_object_too(
    orchard: Project, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    break_for(monkeypatch, place, "pear")
    result = orchard.run("check", "--json")
    error = result.json["error"]
    assert (result.code, result.json["command"], error["stage"]) == (1, "check", "run")
    assert error["message"].startswith("this is a bug in the updater: IndexError at updater/")
    assert error["hint"].startswith(HINT)
    assert result.err == f"updater: {error['message']}\nhint: {error['hint']}\n"
    assert SECRET not in result.out


def test_the_run_s_own_bug_shows_where_it_passed_if_asked(
    orchard: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_for(monkeypatch, "cli.overlays:select", "pear")
    quiet, loud = orchard.run("check"), orchard.run("check", "-v")
    assert (quiet.code, quiet.out, len(quiet.err.splitlines())) == (1, "", 2)
    assert re.search(r"updater: at updater/cli/overlays\.py:\d+ in packages\n", loud.err)
    assert "Traceback" not in loud.err
    assert SECRET not in quiet.err + loud.err


def test_what_the_user_did_wrong_is_no_bug_where_it_comes_out_beside_other_work(
    orchard: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking up happens side by side, where Python gives exceptions in groups."""

    def refuse(_: Config) -> str:
        raise UsageError("the index is none", hint="check `index:`")

    monkeypatch.setattr(Config, "index", property(refuse))
    result = orchard.run("check", "--json")
    assert (result.code, result.json["error"]) == (
        2,
        {"stage": "arguments", "message": "the index is none", "hint": "check `index:`"},
    )
