"""Groups: what shares a pull request is built as it stands there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from tests.pipeline.stand_ins import failed, of_index, passed, wait
from tests.pipeline.test_preparing import hashed
from updater.errors import BuildError
from updater.model import Build, Diagnosis, Failed
from updater.model.run import Bump
from updater.pipeline.hash.ready import ReadyChange
from updater.pipeline.jobs import JobMaker
from updater.pipeline.preparing import Preparer, unwritten
from updater.pipeline.together import GroupBuild, groups_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.pipeline.stand_ins import World
    from updater.model import Outcome

    Made = Callable[..., World]

FRUIT = "defaults: {pull_request: {group: fruit}}"


def orchard(made: Made, *names: str, configuration: str = FRUIT, **uses: str) -> World:
    """Return a run over packages that are behind.

    Args:
        made: makes it.
        names: of the packages.
        configuration: config.yaml; all of one group without it.
        uses: a package's name -> another one that it uses.
    """
    overlays = of_index(*names)
    for user, used in uses.items():
        overlays[f"{user}.nix"] = overlays[f"{user}.nix"].replace(
            "src =", f"propagatedBuildInputs = [ self.python3Packages.{used} ];\n      src ="
        )
    world = made(overlays, configuration)
    for name in names:
        world.upstream.release(name, "1.0", "2.0")
    return world


def ends(world: World) -> Any:
    """Build all and return name -> what became of it."""

    async def work() -> list[ReadyChange | Outcome]:
        preparer = Preparer(world.run, world.sets)
        return await preparer.build(await hashed(world), world.found, Bump(), unwritten)

    return {one.package.name: one for one in wait(work)}


def changed(changes: Mapping[str, bytes]) -> list[str]:
    return [file.removesuffix(".nix") for file in changes]


def test_every_member_is_built_over_the_changes_of_all(made: Made) -> None:
    world = orchard(made, "apple", "pear", "plum")
    end = ends(world)
    assert {changed for job in world.builder.built for changed in job.changes} == {
        "apple.nix",
        "pear.nix",
        "plum.nix",
    }
    assert all(len(job.changes) == 3 for job in world.builder.built)
    assert end["pear"].build == replace(
        passed("pear"), beside=tuple(end[name].package.identity for name in ("apple", "plum"))
    )


def test_dependencies_are_built_first(made: Made) -> None:
    world = orchard(made, "apple", "pear", "plum", apple="plum", plum="pear")
    ends(world)
    assert world.builder.names == ["pear", "plum", "apple"]


def test_a_member_that_fails_is_dropped_and_the_others_are_built_again_without_it(
    made: Made,
) -> None:
    """No set of changes is ready that was not built as this set."""
    world = orchard(made, "apple", "pear", "plum")
    world.builder.results["pear"] = [failed("pear")]
    end = ends(world)
    assert world.builder.names == ["apple", "pear", "apple", "plum"]
    assert [changed(job.changes) for job in world.builder.built[2:]] == [["apple", "plum"]] * 2
    assert isinstance(end["pear"], Failed)
    assert end["pear"].message.startswith("in group fruit, together with apple, plum: ")
    assert end["apple"].build.beside == (end["plum"].package.identity,)


def test_an_evaluation_that_stops_in_the_file_of_another_member_drops_that_one(made: Made) -> None:
    """What breaks there breaks for all."""
    world = orchard(made, "apple", "pear", "plum")
    told = Diagnosis("evaluation", "it does not evaluate: undefined x at plum.nix:3:4", "")
    broken = replace(failed("apple"), phase="evaluation", diagnosis=told)
    world.builder.results["apple"] = [broken, passed("apple")]
    end = ends(world)
    assert world.builder.names == ["apple", "apple", "pear"]
    assert isinstance(end["plum"], Failed)
    assert end["apple"].build.beside == (end["pear"].package.identity,)


def test_a_dropped_package_is_built_as_it_is_where_it_uses_the_others(made: Made) -> None:
    world = orchard(made, "apple", "pear", pear="apple")
    world.builder.results["pear"] = [failed("pear")]
    ends(world)
    last = world.builder.built[-1]
    assert last.target.package.name == "apple"
    assert [one.package.name for one in last.dependents] == ["pear"]


def test_the_last_one_of_a_group_fails_alone(made: Made) -> None:
    world = orchard(made, "apple", "pear")
    for name in ("apple", "pear"):
        world.builder.results[name] = [failed(name)]
    end = ends(world)
    assert end["pear"].message.startswith("the only package of group fruit: ")


def test_a_member_whose_policy_keeps_what_fails_stays(made: Made) -> None:
    configuration = "defaults: {pull_request: {group: fruit}, build: {on_failure: keep}}"
    world = orchard(made, "apple", "pear", configuration=configuration)
    world.builder.results["apple"] = [failed("apple")]
    end = ends(world)
    assert world.builder.names == ["apple", "pear"]
    assert (type(end["apple"]), end["apple"].build.status) == (ReadyChange, "failed")


def test_an_error_of_the_builder_is_that_of_all_members_and_of_no_other_package(
    made: Made,
) -> None:
    configuration = "packages: {apple: &fruit {pull_request: {group: fruit}}, pear: *fruit}"
    world = orchard(made, "apple", "pear", "leek", configuration=configuration)
    world.builder.results["pear"] = BuildError("Nix cannot be asked")
    end = ends(world)
    assert {name: type(one) for name, one in end.items()} == {
        "apple": Failed,
        "pear": Failed,
        "leek": ReadyChange,
    }
    assert end["apple"].message == "Nix cannot be asked"


def test_a_member_whose_build_meets_a_bug_is_dropped(made: Made) -> None:
    world = orchard(made, "apple", "pear", "plum")
    world.builder.results["pear"] = KeyError("secret")
    end = ends(world)
    assert (type(end["pear"]), end["pear"].stage) == (Failed, "build")
    assert end["pear"].message.startswith("this is a bug in the updater: KeyError at updater/")
    assert "secret" not in repr(end)
    assert len(world.steps.bugs) == 1
    assert end["apple"].build.beside == (end["plum"].package.identity,)
    assert [changed(job.changes) for job in world.builder.built[2:]] == [["apple", "plum"]] * 2


def test_one_package_and_what_needs_no_build_are_no_group(made: Made) -> None:
    world = orchard(made, "apple", "pear")

    async def groups(*, alone: bool) -> dict[str, GroupBuild]:
        changes = await hashed(world)
        if alone:
            changes = changes[:1]
        else:
            unbuilt = Build("skipped", "", phase="--no-build")
            changes = [
                replace(one, build=unbuilt) for one in changes if isinstance(one, ReadyChange)
            ]
        return groups_of(changes, JobMaker(world.run, world.sets, world.found, {}))

    async def both() -> list[dict[str, GroupBuild]]:
        return [await groups(alone=True), await groups(alone=False)]

    assert wait(both) == [{}, {}]


def test_what_is_decided_already_only_lends_its_change(made: Made) -> None:
    world = orchard(made, "apple", "pear")

    async def work() -> list[ReadyChange | Outcome]:
        apple, pear = await hashed(world)
        assert isinstance(apple, ReadyChange)
        decided = replace(apple, build=Build("skipped", "", phase="the source stays the same"))
        return await Preparer(world.run, world.sets).build(
            [decided, pear], world.found, Bump(), unwritten
        )

    apple, _ = wait(work)
    assert world.builder.names == ["pear"]
    assert changed(world.builder.built[0].changes) == ["apple", "pear"]
    assert apple.build.phase == "the source stays the same"
