"""Which packages are followed, who is asked, and what is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.pipeline.stand_ins import hashed_by_index, of_github, of_index, wait
from updater.choose.subjects import Decision, Subject
from updater.errors import Unreachable
from updater.model import Failed, Held, Skipped, Stay, Take
from updater.pipeline.deciding import Decider

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.pipeline.stand_ins import World

    Made = Callable[..., World]

BROKEN = {"pear.nix": "self: super: { pear = super.buildPythonPackage { version = ; }; }"}
SOURCELESS = {
    "pear.nix": 'self: super: { pear = super.buildPythonPackage { version = "1"; src = ./.; }; }'
}


# --- which packages ---


def test_a_package_that_can_be_followed_has_its_pin_project_and_upstream(made: Made) -> None:
    world = made(of_github("pear"))
    world.upstream.tag("pear")
    (subject,) = wait(Decider(world.run).subjects, world.packages)
    assert isinstance(subject, Subject)
    assert (subject.pin.rev, subject.pin.version) == ("v1.0", "1.0")
    assert str(subject.project) == "https://github.com/o/pear"
    assert subject.upstream is world.upstream
    assert "fetchFromGitHub" in subject.fetcher.functions


@pytest.mark.parametrize(
    ("overlays", "configuration", "kind", "said"),
    [
        (of_index("pear"), "packages: {pear: {hold: not now}}", Held, "not now"),
        (BROKEN, "", Failed, "pear.nix: cannot parse line 1"),
        (BROKEN, "packages: {pear.nix: {hold: not now}}", Held, "not now"),
        (SOURCELESS, "", Skipped, "its source is the path ./."),
        (of_index("quince"), "", Skipped, "no upstream is known for pypi:quince"),
    ],
    ids=["held", "unreadable", "held although unreadable", "no source", "nobody's"],
)
def test_what_becomes_of_a_package_that_is_not_followed(
    made: Made, overlays: dict[str, str], configuration: str, kind: type, said: str
) -> None:
    world = made(overlays, configuration)
    world.upstream.release("pear", "1.0")
    (outcome,) = wait(Decider(world.run).subjects, world.packages)
    assert type(outcome) is kind
    assert getattr(outcome, "message", getattr(outcome, "reason", "")).startswith(said)


def test_a_held_package_is_looked_at_where_nothing_is_to_be_moved(made: Made) -> None:
    world = made(of_index("pear"), "packages: {pear: {hold: not now}}")
    world.upstream.release("pear", "1.0")

    async def even_held() -> list[object]:
        return list(await Decider(world.run).subjects(world.packages, even_held=True))

    (subject,) = wait(even_held)
    assert isinstance(subject, Subject)


# --- who is asked ---


def test_all_projects_of_an_upstream_are_asked_about_together_and_each_once(made: Made) -> None:
    """Two packages may be of one project."""
    twice = of_index("pear") | {"again.nix": of_index("pear")["pear.nix"]}
    world = made(of_index("apple") | twice)
    for name in ("apple", "pear"):
        world.upstream.release(name, "1.0")
    wait(Decider(world.run).choices, world.packages, "")
    assert world.upstream.asked == [["apple", "pear"]]


@pytest.mark.parametrize(
    ("configuration", "to", "asked"),
    [
        ("", "", [["pear", "pear"]]),
        ("defaults: {cross_check: false}", "", [["pear"]]),
        ("defaults: {track: commit}", "", [["pear"]]),
        ("defaults: {track: pypi, cross_check: false}", "", [["pear", "pear"]]),
        ("", "v1.0", [["pear"]]),
    ],
    ids=["by default", "switched off", "of a branch", "followed", "with --to"],
)
def test_the_index_is_asked_beside_a_repository_only_where_its_answer_counts(
    made: Made, configuration: str, to: str, asked: list[list[str]]
) -> None:
    world = made(of_github("pear"), configuration)
    world.upstream.tag("pear", v1_0="a")
    wait(Decider(world.run).choices, world.packages, to)
    assert world.upstream.asked == asked


def test_held_packages_are_asked_about_by_nobody(made: Made) -> None:
    world = made(of_index("pear"), "defaults: {hold: not now}")
    world.upstream.release("pear", "1.0")
    wait(Decider(world.run).choices, world.packages, "")
    assert (world.upstream.asked, world.steps.stages) == (
        [],
        [("find", 1), ("look-up", 0), ("choose", 0)],
    )


def test_an_error_of_one_project_is_that_of_its_packages(made: Made) -> None:
    world = made(of_index("apple", "pear"))
    world.upstream.release("apple", "1.0")
    error = Unreachable("nobody answers", hint="try again later")
    world.upstream.offered["pear"] = error
    apple, pear = wait(Decider(world.run).choices, world.packages, "")
    assert isinstance(apple, Decision)
    assert pear == Failed(
        package=world.package("pear"), stage="look-up", message=error.message, hint=error.hint
    )


def test_a_bug_of_an_upstream_is_the_failure_of_the_package_with_which_it_comes(
    made: Made,
) -> None:
    world = made(of_index("apple", "pear", "plum"))
    for name in ("apple", "pear", "plum"):
        world.upstream.release(name, "1.0")
    world.upstream.offered["pear"] = KeyError("secret")
    apple, pear, plum = wait(Decider(world.run).choices, world.packages, "")
    assert (type(apple), type(plum), pear.stage) == (Decision, Decision, "look-up")
    assert "KeyError at tests" not in pear.message
    assert "secret" not in repr(pear)


# --- what is chosen ---


@pytest.mark.parametrize(
    ("to", "version", "codes"),
    [
        ("", "3.0", ["major-version"]),
        ("2.0", "2.0", ["major-version"]),
        ("0.9", "0.9", ["downgrade"]),
    ],
    ids=["the newest", "--to", "--to, older"],
)
def test_a_choice_carries_what_the_audit_says_of_its_step(
    made: Made, to: str, version: str, codes: list[str]
) -> None:
    world = made(of_index("pear"))
    world.upstream.release("pear", "0.9", "1.0", "2.0", "3.0")
    (decision,) = wait(Decider(world.run).choices, world.packages, to)
    assert isinstance(decision.choice, Take)
    assert decision.choice.candidate.version == version
    assert [one.code for one in decision.warnings] == codes


def test_what_stays_is_not_audited(made: Made) -> None:
    world = made(hashed_by_index("pear"))
    world.upstream.release("pear", "1.0")
    (decision,) = wait(Decider(world.run).choices, world.packages, "")
    assert (type(decision.choice), decision.warnings) == (Stay, ())


def test_all_packages_are_judged_at_the_moment_of_the_run(made: Made) -> None:
    """A release of May is too young on the first of June for who waits two months."""
    world = made(hashed_by_index("pear"), "defaults: {minimum_release_age: 60d}")
    world.upstream.release("pear", "1.0", "2.0")
    early = replace(world.run, now=world.run.now.replace(year=2024, month=2, day=20))
    for run, taken in ((world.run, Take), (early, None)):
        (decision,) = wait(Decider(run).choices, world.packages, "")
        assert isinstance(decision.choice, Take) == (taken is Take)
