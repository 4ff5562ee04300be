"""What is hashed and built, and what becomes of what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.pipeline.stand_ins import (
    NEW,
    OLD,
    failed,
    hashed_by_index,
    of_github,
    of_index,
    passed,
    wait,
)
from updater.errors import HashError
from updater.model import Build, Current, Failed, Held, Outcome
from updater.model.run import Bump
from updater.pipeline.deciding import Decider
from updater.pipeline.hash.ready import ReadyChange
from updater.pipeline.preparing import Preparer, unwritten

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.pipeline.stand_ins import World

    Made = Callable[..., World]


async def hashed(world: World, ask: Bump | None = None) -> list[ReadyChange | Outcome]:
    """Return what hashing hands on of all packages."""
    ask = ask or Bump()
    choices = await Decider(world.run).choices(world.packages, ask.to)
    return await Preparer(world.run, world.sets).hash(choices, world.found, ask)


def built(world: World) -> Any:
    async def work() -> list[ReadyChange | Outcome]:
        preparer = Preparer(world.run, world.sets)
        return await preparer.build(await hashed(world), world.found, Bump(), unwritten)

    return wait(work)


def behind(made: Made, *names: str, configuration: str = "") -> World:
    """Return a run over packages of the index of which there is a version 2.0."""
    world = made(of_index(*names), configuration)
    for name in names:
        world.upstream.release(name, "1.0", "2.0")
    return world


# --- hash ---


def test_a_change_has_the_new_version_and_its_hash(made: Made) -> None:
    world = behind(made, "pear")
    (ready,) = wait(hashed, world)
    assert isinstance(ready, ReadyChange)
    assert ready.planned.values.own == {"version": "2.0", "hash": str(NEW)}
    assert ready.hashed is not None
    assert (ready.hashed.sri, ready.build) == (NEW, None)


@pytest.mark.parametrize(
    ("ask", "phase"),
    [(Bump(build=False), "--no-build"), (Bump(dry_run=True), "--dry-run")],
    ids=["--no-build", "--dry-run"],
)
def test_what_is_not_to_be_built_says_why(made: Made, ask: Bump, phase: str) -> None:
    (ready,) = wait(hashed, behind(made, "pear"), ask)
    assert isinstance(ready, ReadyChange)
    assert ready.build == Build("skipped", "", phase=phase)


def test_nothing_is_hashed_of_what_stays_or_waits(made: Made) -> None:
    world = made(hashed_by_index("apple", "pear"), "defaults: {minimum_release_age: 900d}")
    world.upstream.release("apple", "1.0")
    world.upstream.release("pear", "1.0", "2.0")
    apple, pear = wait(hashed, world)
    assert (type(apple), type(pear), world.hashes.asked) == (Current, Held, [])


def test_a_hash_that_cannot_be_had_is_its_package_s_failure(made: Made) -> None:
    """What was decided before is told with it."""
    world = behind(made, "apple", "pear")
    world.hashes.errors["pear"] = HashError("not the file", hint="try again")
    apple, pear = wait(hashed, world)
    assert isinstance(apple, ReadyChange)
    assert isinstance(pear, Failed)
    assert (pear.stage, pear.message, pear.hint) == ("hash", "not the file", "try again")
    assert pear.candidate is not None
    assert pear.candidate.version == "2.0"


def test_which_commit_a_tag_named_with_its_hash_is_kept(made: Made) -> None:
    world = made(of_github("pear"))
    world.upstream.tag("pear", v1_0="a", v2_0="b")
    wait(hashed, world)
    assert world.records.noted == [("https://github.com/o/pear", "2.0", str(NEW))]


# --- build ---


def test_each_change_is_built_over_the_tree_as_it_was_read(made: Made) -> None:
    world = behind(made, "apple", "pear")
    apple, pear = built(world)
    assert (apple.build, pear.build) == (passed("apple"), passed("pear"))
    for job in world.builder.built:
        ((file, text),) = job.changes.items()
        assert (file, job.label) == (job.target.package.file, "2.0")
        assert text == world.found.texts[file].replace(b'"1.0"', b'"2.0"').replace(
            str(OLD).encode(), str(NEW).encode()
        )


def test_all_changes_are_evaluated_together_before_any_is_built(made: Made) -> None:
    world = behind(made, "apple", "pear")
    built(world)
    assert world.builder.ahead == [["apple", "pear"]]


@pytest.mark.parametrize("policy", ["keep", "draft", "skip"])
def test_what_becomes_of_a_change_that_does_not_build_is_its_policy_s(
    made: Made, policy: str
) -> None:
    world = behind(made, "pear", configuration=f"defaults: {{build: {{on_failure: {policy}}}}}")
    world.builder.results["pear"] = [failed("pear")]
    (end,) = built(world)
    assert (type(end), end.build) == (Failed if policy == "skip" else ReadyChange, failed("pear"))


def test_what_uses_a_package_is_built_after_it_where_that_is_asked_for(made: Made) -> None:
    """It is built with its own attribute and imports, in the same changed tree."""
    overlays = of_index("pear", "tart")
    overlays["tart.nix"] = overlays["tart.nix"].replace(
        "src =", "propagatedBuildInputs = [ self.python3Packages.pear ];\n      src ="
    )
    configuration = """
      packages:
        pear: {build: {dependents: true, timeout: 7m}}
        tart: {hold: not now, build: {attribute: "my.{name}", imports: [crust]}}
    """
    world = made(overlays, configuration)
    world.upstream.release("pear", "1.0", "2.0")
    built(world)
    (job,) = world.builder.built
    (tart,) = job.dependents
    assert (tart.package.name, tart.attribute) == ("tart", "my.tart")
    assert (tart.policy.imports, tart.policy.timeout) == (("crust",), job.target.policy.timeout)


def test_where_nothing_is_to_be_built_nothing_is_evaluated(made: Made) -> None:
    world = behind(made, "pear")

    async def work() -> list[ReadyChange | Outcome]:
        changes = await hashed(world, Bump(build=False))
        return await Preparer(world.run, world.sets).build(changes, world.found, Bump(), unwritten)

    (ready,) = wait(work)
    assert isinstance(ready, ReadyChange)
    assert (world.builder.ahead, world.builder.built) == ([], [])


def test_a_bug_in_a_build_is_its_package_s_failure(made: Made) -> None:
    world = behind(made, "apple", "pear")
    world.builder.results["pear"] = KeyError("secret")
    apple, pear = built(world)
    assert apple.build == passed("apple")
    assert (type(pear), pear.stage, pear.candidate.version) == (Failed, "build", "2.0")
    assert "secret" not in repr(pear)
