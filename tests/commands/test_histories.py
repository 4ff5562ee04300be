"""What holds for every history: generated ones, with branches, slips, dates in any order."""

from __future__ import annotations

import random
import subprocess
from typing import TYPE_CHECKING

import pytest
from msgspec import Struct

from tests.commands.situations import WAYS, Situations, nar_hash, situations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.loopback.hosting import Hosted

BUMP = "bump --no-build"
SEEDS = (126, 141, 144)


class History(Struct, frozen=True):
    """A generated history.

    Attributes:
        parents: of each commit after the first, which of those before it comes before it.
        days: of each commit.
        tags: version and the commit that it is on.
        own_tags: the same, with the package's name in front.
        declared: of each commit, what its source declares; empty for nothing.
        moved: version and the commit that its tag is moved to, once it was pinned and verified.
    """

    parents: tuple[int, ...]
    days: tuple[int, ...]
    tags: dict[str, int]
    own_tags: dict[str, int]
    declared: tuple[str, ...]
    moved: dict[str, int]


def generated(seed: int) -> History:
    """Return a history of some commits, of which most come after the one before."""
    draw = random.Random(seed)  # noqa: S311 - the same one every time
    count = draw.randint(3, 6)
    versions = [f"{draw.randint(0, 2)}.{draw.randint(0, 3)}" for _ in range(5)]
    return History(
        tuple(draw.choice([at, at, at, max(0, at - 2)]) for at in range(count - 1)),
        tuple(draw.randint(1, 28) for _ in range(count)),
        {version: draw.randrange(count) for version in versions[:4]},
        {version: draw.randrange(count) for version in versions[4:]},
        tuple(draw.choice(["", "0.5", "1.1"]) for _ in range(count)),
        {versions[0]: draw.randrange(count)},
    )


def made(
    world: Situations, name: str, history: History
) -> tuple[dict[str, tuple[Hosted, str]], Callable[[], None]]:
    """Make a repository, and pin each of its tags, and some commits.

    Returns:
        What each pin holds, and what moves tags.
    """
    repository = world.repository(name)
    commits: list[str] = []
    for at, (day, version) in enumerate(zip(history.days, history.declared, strict=True)):
        text = f"setup(name='{name}', version='{version}')\n" if version else "setup()\n"
        commits.append(
            repository.commit(
                {"setup.py": text, "a": str(at)},
                date=f"2025-01-{day:02}T00:00:00Z",
                branch="main" if at == len(history.days) - 1 else f"side-{at}",
                parents=[commits[history.parents[at - 1]]] if at else [],
            )
        )
    for version, at in history.tags.items():
        repository.tag(f"v{version}", commits[at])
    for version, at in history.own_tags.items():
        repository.tag(f"{name}-x-{version}", commits[at])
    held = {}
    settings_ = "commit_interval: 0d"
    for version, at in history.tags.items():
        package = f"{name}-t{version.replace('.', '-')}"
        sri = f'"{nar_hash(repository, commits[at])}"'
        world.pin(package, version, rev='"v${version}"', sri=sri, repo=name, settings=settings_)
        held[package] = (repository, commits[at])
    for at, commit in enumerate(commits[:4]):
        package = f"{name}-c{at}" if at % 2 else f"{name}-x"
        if package not in held:
            sri = f'"{nar_hash(repository, commit)}"'
            world.pin(package, "0.1", rev=f'"{commit}"', sri=sri, repo=name, settings=settings_)
            held[package] = (repository, commit)

    def move() -> None:
        for version, at in history.moved.items():
            repository.tag(f"v{version}", commits[at])

    return held, move


def is_behind(repository: Hosted, commit: str, held: str) -> bool:
    """Tell whether a commit is an ancestor of another, by git itself."""
    command = ["git", "merge-base", "--is-ancestor", commit, held]
    done = subprocess.run(command, cwd=repository.path, check=False)
    return commit != held and done.returncode == 0


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Situations]:
    """Some histories, whose pins are all of one project."""
    with situations(tmp_path_factory.mktemp("histories")) as histories:
        yield histories


@pytest.fixture(scope="module")
def held(world: Situations) -> dict[str, tuple[Hosted, str]]:
    """Package -> its repository, and the commit that it holds."""
    commits: dict[str, tuple[Hosted, str]] = {}
    moves = []
    for seed in SEEDS:
        own, move = made(world, f"h{seed}", generated(seed))
        commits |= own
        moves.append(move)
    for token in WAYS.values():  # so that it is known which commits the tags named
        assert {one["state"] for one in world.results("verify", token=token).values()} <= {
            "true",
            "false version",
        }
    for move in moves:
        move()
    return commits


@pytest.mark.parametrize("token", WAYS.values(), ids=WAYS)
def test_no_decision_goes_back(
    world: Situations, held: dict[str, tuple[Hosted, str]], token: str
) -> None:
    checked = world.results("check", token=token)
    for name, (repository, commit) in held.items():
        assert checked[name]["status"] != "failed", checked[name]
        if checked[name]["status"] == "outdated":
            assert not is_behind(repository, checked[name]["commit"], commit), checked[name]


@pytest.mark.parametrize("token", WAYS.values(), ids=WAYS)
def test_check_says_what_bump_does_and_bump_does_it_once(
    world: Situations, held: dict[str, tuple[Hosted, str]], token: str
) -> None:
    checked = world.results("check", token=token)
    bumped = world.results(*BUMP.split(), token=token)
    verified = world.results("verify", token=token, after=(BUMP,))
    for name, (repository, commit) in held.items():
        outcome = bumped[name]
        assert (checked[name]["status"] == "current") == (outcome["status"] == "current"), outcome
        if outcome["status"] == "updated":
            assert not is_behind(repository, outcome["commit"], commit), outcome
            assert verified[name]["state"] == "true", verified[name]
        text = world.text(name, token, BUMP)
        changes = text != world.text(name, token)
        assert changes == (checked[name]["status"] == "outdated"), outcome
        assert world.text(name, token, BUMP, BUMP) == text, outcome


@pytest.mark.parametrize("token", WAYS.values(), ids=WAYS)
def test_what_pin_writes_is_true(
    world: Situations, held: dict[str, tuple[Hosted, str]], token: str
) -> None:
    pinned = world.results("pin", token=token)
    verified = world.results("verify", token=token, after=("pin",))
    for name in held:
        assert pinned[name]["status"] in ("updated", "current"), pinned[name]
        assert verified[name]["state"] == "true", verified[name]
