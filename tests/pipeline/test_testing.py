"""What `test` makes of packages, their builds, and builders that refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.pipeline.stand_ins import failed, of_index, passed, wait
from updater.errors import BuildError
from updater.model import Failed, Passed, Skipped
from updater.pipeline.testing import TrialStage

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.pipeline.stand_ins import World

    Made = Callable[..., World]


def test_each_package_is_built_as_it_is(made: Made) -> None:
    """Nothing of the tree is changed, and the built metadata must have the label."""
    world = made(of_index("apple", "pear"))
    outcomes = wait(TrialStage(world.run, world.sets, world.found.texts).test, world.packages)
    assert outcomes == [Passed(package=one, build=passed(one.name)) for one in world.packages]
    assert [(one.label, one.changes) for one in world.builder.built] == [("1.0", {}), ("1.0", {})]


def test_all_are_evaluated_together_before_any_is_built(made: Made) -> None:
    world = made(of_index("apple", "pear"))
    wait(TrialStage(world.run, world.sets, world.found.texts).test, world.packages)
    assert world.builder.ahead == [["apple", "pear"]]


def test_a_build_that_fails_is_its_package_s_alone(made: Made) -> None:
    world = made(of_index("apple", "pear"))
    world.builder.results["pear"] = [failed("pear")]
    apple, pear = wait(TrialStage(world.run, world.sets, world.found.texts).test, world.packages)
    assert isinstance(apple, Passed)
    assert pear == Failed(
        package=world.package("pear"),
        stage="build",
        message="build of pear: pear does not build\ngcc: no",
        hint="the log: pear.log",
        build=failed("pear"),
    )


def test_why_a_package_is_not_built_is_told(made: Made) -> None:
    world = made(of_index("pear"))
    world.sets.why_not_built = "Nix is not installed"
    (outcome,) = wait(TrialStage(world.run, world.sets, world.found.texts).test, world.packages)
    assert outcome == Skipped(
        package=world.package("pear"), reason="not built: Nix is not installed"
    )
    assert world.builder.built == []


def test_what_must_be_built_and_cannot_has_failed(made: Made) -> None:
    world = made(of_index("pear"))
    world.sets.why_not_built = BuildError(
        "`enabled: true` needs a build, but there is no flake.nix"
    )
    (outcome,) = wait(TrialStage(world.run, world.sets, world.found.texts).test, world.packages)
    assert (type(outcome), outcome.stage) == (Failed, "build")


def test_what_cannot_be_read_is_not_built(made: Made) -> None:
    world = made({"pear.nix": "self: super: { pear = super.buildPythonPackage { version = ; }; }"})
    (outcome,) = wait(TrialStage(world.run, world.sets, world.found.texts).test, world.packages)
    assert (type(outcome), outcome.stage, world.builder.built) == (Failed, "find", [])


def test_a_bug_in_evaluating_all_together_leaves_each_to_itself(made: Made) -> None:
    world = made(of_index("apple", "pear"))
    world.builder.evaluation = KeyError("secret")
    outcomes = wait(TrialStage(world.run, world.sets, world.found.texts).test, world.packages)
    assert [type(one) for one in outcomes] == [Passed, Passed]
    (said,) = world.hashes.http.said
    assert said.startswith("each package is evaluated by itself, since this is a bug in the upda")
    assert "secret" not in said
    assert len(world.steps.bugs) == 1
