"""What a review looks at, and what it says of each package."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.pipeline.stand_ins import of_github, of_index, passed
from updater.model import (
    BuildPolicy,
    Candidate,
    Failed,
    Outcome,
    Package,
    Passed,
    Project,
    Reviewed,
    Skipped,
    Verdict,
)
from updater.pipeline import reviewing
from updater.pipeline.reviewing import Auditor, ReviewScope, builds_otherwise, names_one_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.pipeline.stand_ins import World
    from updater.audit.change import base

    Made = Callable[..., World]


# --- what is looked at ---


@pytest.mark.parametrize(
    ("policy", "changed", "otherwise"),
    [
        (BuildPolicy(), {"flake.lock"}, True),
        (BuildPolicy(), {"flake.nix"}, True),
        (BuildPolicy(), {"README.md", "nix/flake.lock"}, False),
        (BuildPolicy(flake="nix"), {"nix/flake.lock"}, True),
        (BuildPolicy(flake="./nix"), {"nix/flake.lock"}, True),
        (BuildPolicy(flake="nix"), {"flake.lock"}, False),
        (BuildPolicy(file="default.nix"), {"default.nix"}, True),
        (BuildPolicy(file="default.nix"), {"flake.lock"}, False),
    ],
)
def test_which_changed_files_build_a_package_otherwise(
    policy: BuildPolicy, changed: set[str], *, otherwise: bool
) -> None:
    assert builds_otherwise(policy, changed) is otherwise


@pytest.mark.parametrize(
    ("text", "changed", "named"),
    [
        (b"patches = [ ./fix.patch ];", {"overlays/fix.patch"}, True),
        (b"patches = [ ../fix.patch ];", {"fix.patch"}, True),
        (b"src = ./pear;", {"overlays/pear/setup.py"}, True),
        (b"src = ./pear;", {"overlays/pearl/setup.py"}, False),
        (b"patches = [ ./fix.patch ];", {"fix.patch"}, False),
        (b'url = "https://index.example/./fix.patch";', {"overlays/fix.patch"}, False),
    ],
)
def test_which_overlays_name_a_changed_file(text: bytes, changed: set[str], *, named: bool) -> None:
    assert names_one_of(text, "overlays/pear.nix", changed) is named


# --- what is said ---


def reviewed(
    world: World,
    truth: Outcome | None,
    before: Package | None,
    projects: tuple[Mapping[str, Project], Mapping[str, Project]] = ({}, {}),
) -> Reviewed:
    """Return what is said of the only package, which builds."""
    (package,) = world.packages
    bases = {package.identity: before} if before is not None else {}
    asked = (
        ReviewScope((package,), (), bases)
        if truth is not None
        else ReviewScope((), (package,), bases)
    )
    trial = Passed(package=package, build=passed(package.name))
    auditor = Auditor(world.run, *projects, {})
    (outcome,) = auditor.reviewed(asked, [truth] if truth is not None else [], [trial])
    assert isinstance(outcome, Reviewed)
    assert (outcome.trial, outcome.before) == (trial, before)
    return outcome


def true(package: Package, version: str) -> Verdict:
    return Verdict(package=package, state="true", candidate=Candidate(version))


@pytest.mark.parametrize(
    ("before", "now", "codes"),
    [
        ("1.0", "1.1", []),
        ("1.0", "2.0", ["major-version"]),
        ("2.0", "1.0", ["downgrade"]),
        (None, "2.0", []),
    ],
    ids=["minor", "major", "back", "added"],
)
def test_the_step_from_the_base_is_audited(
    made: Made, before: str | None, now: str, codes: list[str]
) -> None:
    world = made(of_index("pear", version=now))
    (package,) = world.packages
    base = None
    if before is not None and package.version is not None:
        base = replace(package, version=replace(package.version, value=before))
    outcome = reviewed(world, true(package, now), base)
    assert [one.code for one in outcome.warnings] == codes


def test_where_nobody_knows_what_a_pin_holds_its_label_is_audited(made: Made) -> None:
    world = made(of_index("pear", version="2.0"))
    (package,) = world.packages
    assert package.version is not None
    base = replace(package, version=replace(package.version, value="1.0"))
    gone = Verdict(package=package, state="gone", message="no file")
    assert [one.code for one in reviewed(world, gone, base).warnings] == ["major-version"]


def test_a_source_of_another_project_is_told(made: Made) -> None:
    world = made(of_github("pear"))
    (package,) = world.packages
    projects = (
        {package.identity: Project.parse("https://github.com/o/pear")},
        {package.identity: Project.parse("https://github.com/evil/pear")},
    )
    outcome = reviewed(world, true(package, "1.0"), package, projects)
    assert [one.code for one in outcome.warnings] == ["other-project"]


def test_a_package_that_is_only_built_otherwise_is_not_verified(made: Made) -> None:
    world = made(of_index("pear"))
    outcome = reviewed(world, None, world.packages[0])
    reason = "its own text is unchanged, but it is built with something that changed"
    assert outcome.truth == Skipped(package=world.packages[0], reason=reason)


def test_a_bug_of_a_rule_is_the_failure_of_its_package(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What builds and what is true is told all the same, and no other package suffers."""

    def broken(step: base.Step, rules: object) -> None:
        del step, rules
        raise KeyError("secret")

    monkeypatch.setattr(reviewing, "examine", broken)
    world = made(of_index("pear"))
    outcome = reviewed(world, true(world.packages[0], "1.0"), world.packages[0])
    assert isinstance(outcome.truth, Failed)
    assert outcome.truth.stage == "audit"
    assert outcome.truth.message.startswith("this is a bug in the updater: KeyError at updater/")
    assert outcome.candidate == Candidate("1.0")
    assert "secret" not in repr(outcome)
    assert len(world.steps.bugs) == 1
