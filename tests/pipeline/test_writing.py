"""When a file is written, what of it, and what is committed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.pipeline.stand_ins import NEW, OLD, of_index, wait
from updater.effects.git import own as git
from updater.model import Current, Failed, Skipped, Updated
from updater.model.run import Bump
from updater.pipeline.deciding import Decider
from updater.pipeline.ledger import Ledger
from updater.pipeline.preparing import Preparer
from updater.pipeline.writing import Writer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from tests.pipeline.stand_ins import World
    from updater.model import Outcome
    from updater.pipeline.hash.ready import ReadyChange

    Made = Callable[..., World]

BOTH = {
    "fruit.nix": f"""self: super: {{
  apple = super.buildPythonPackage rec {{
    pname = "apple"; version = "1.0";
    src = super.fetchPypi {{ inherit pname version; hash = "{OLD}"; }};
  }};
  pear = super.buildPythonPackage rec {{
    pname = "pear"; version = "1.0";
    src = super.fetchPypi {{ inherit pname version; hash = "{OLD}"; }};
  }};
}}
"""
}


async def ready(world: World) -> list[ReadyChange | Outcome]:
    """Return the changes to version 2.0 of all packages, hashed and not built."""
    for package in world.packages:
        world.upstream.release(package.name, "1.0", "2.0")
    choices = await Decider(world.run).choices(world.packages, "")
    return await Preparer(world.run, world.sets).hash(choices, world.found, Bump(build=False))


def written(world: World, ask: Bump) -> Any:
    async def write() -> list[Outcome]:
        return await Writer(world.run, world.found, ask, Ledger()).write_all(await ready(world))

    return wait(write)


def text(world: World, file: str) -> str:
    return (world.run.config.root / file).read_text()


def test_changes_of_one_file_go_one_over_the_other(made: Made) -> None:
    world = made(BOTH)
    before = text(world, "fruit.nix")
    apple, pear = written(world, Bump())
    assert (type(apple), type(pear)) == (Updated, Updated)
    after = before.replace('"1.0"', '"2.0"').replace(str(OLD), str(NEW))
    assert text(world, "fruit.nix") == after
    assert pear.change.before == apple.change.after


def test_a_dry_run_plans_the_same_and_writes_nothing(made: Made) -> None:
    world = made(BOTH)
    before = text(world, "fruit.nix")
    apple, pear = written(world, Bump(dry_run=True))
    assert (apple.written, pear.written, text(world, "fruit.nix")) == (False, False, before)
    assert pear.change.before == apple.change.after


def test_a_file_that_changed_since_it_was_read_is_left_alone(made: Made) -> None:
    world = made(of_index("apple", "pear"))
    (world.run.config.root / "pear.nix").write_text("{ }\n")
    apple, pear = written(world, Bump())
    assert isinstance(apple, Updated)
    assert (type(pear), pear.stage, text(world, "pear.nix")) == (Failed, "write", "{ }\n")
    assert pear.candidate.version == "2.0"


def test_a_change_that_changes_nothing_is_current(made: Made) -> None:
    """Somebody wrote it meanwhile, or the source was new already."""
    world = made(of_index("pear"))

    async def write() -> list[Outcome]:
        changes = await ready(world)
        new = world.found.texts["pear.nix"].replace(b'"1.0"', b'"2.0"')
        world.found.texts["pear.nix"] = new.replace(str(OLD).encode(), str(NEW).encode())
        return await Writer(world.run, world.found, Bump(), Ledger()).write_all(changes)

    (outcome,) = wait(write)
    assert isinstance(outcome, Current)


def test_outcomes_of_earlier_stages_are_passed_on(made: Made) -> None:
    world = made(of_index("pear"))
    skipped = Skipped(package=world.package("pear"), reason="no")
    assert wait(Writer(world.run, world.found, Bump(), Ledger()).write_all, [skipped]) == [skipped]


def test_a_commit_has_one_file_and_names_the_step(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the file has changes of the user's own is asked before it is written."""
    steps: list[tuple[str, ...]] = []

    async def refuse_uncommitted(root: Path, file: str) -> None:
        steps.append(("look", file, (root / file).read_text().split('version = "')[1][:3]))

    async def commit_files(root: Path, files: list[str], message: str, *, new: list[str]) -> None:
        assert not new
        (file,) = files
        steps.append(("commit", file, message, (root / file).read_text().split('n = "')[1][:3]))

    monkeypatch.setattr(git, "refuse_uncommitted", refuse_uncommitted)
    monkeypatch.setattr(git, "commit_files", commit_files)
    written(made(of_index("apple", "pear")), Bump(commit=True))
    assert steps == [
        ("look", "apple.nix", "1.0"),
        ("commit", "apple.nix", "apple: 1.0 -> 2.0", "2.0"),
        ("look", "pear.nix", "1.0"),
        ("commit", "pear.nix", "pear: 1.0 -> 2.0", "2.0"),
    ]
