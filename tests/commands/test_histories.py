"""What holds for every history: generated ones, with branches, slips, dates in any order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.generated import Histories, is_behind
from tests.commands.situations import WAYS, Situations, situations
from tests.loopback.rest import Quota

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.commands.generated import Held

BUMP = "bump --no-build"
SEEDS = (1,)
THOROUGH = pytest.param(
    (100, 101, 102, 103, 104, 105, 106, 107, 108, 233, 237, 276),
    marks=pytest.mark.thorough,
    id="more",
)


@pytest.fixture(scope="module", params=(pytest.param(SEEDS, id="found"), THOROUGH))
def histories(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Situations, dict[str, Held]]]:
    """Some histories, whose pins are all of one project, and what each of them holds."""
    with situations(tmp_path_factory.mktemp("histories")) as world:
        world.github.rest.anonymous = Quota(100_000)
        made = Histories(world)
        for seed in request.param:
            made.make(seed)
        for token in WAYS.values():  # so that it is known which commits the tags named
            world.results("verify", token=token)
        made.move_tags()
        yield world, made.held


@pytest.mark.parametrize("token", WAYS.values(), ids=WAYS)
def test_check_says_what_bump_does_and_neither_goes_back(
    histories: tuple[Situations, dict[str, Held]], token: str
) -> None:
    """And bump does it once, and what it writes is true.

    But a file that was uploaded for a tag that was moved since stays one, whoever pins it.
    """
    world, pins = histories
    checked = world.results("check", token=token)
    bumped = world.results(*BUMP.split(), token=token)
    verified = world.results("verify", token=token, after=(BUMP,))
    for name, held in pins.items():
        look, outcome = checked[name], bumped[name]
        expected = "updated" if look["status"] == "outdated" else look["status"]
        assert outcome["status"] == expected, (look, outcome)
        assert expected in {"updated", "current", "held"}, look
        if expected == "updated":
            for commit in (look["commit"], outcome["commit"]):
                assert not is_behind(held.repository, commit, held.commit), (look, outcome)
            verdict = verified[name]
            is_moved = verdict["state"] == "tag moved" and "both have the hash" in verdict["reason"]
            assert verdict["state"] == "true" or is_moved, (outcome, verdict)
        text = world.text(name, token, BUMP)
        assert (text != world.text(name, token)) == (expected == "updated"), outcome
        assert world.text(name, token, BUMP, BUMP) == text, outcome


@pytest.mark.parametrize("token", WAYS.values(), ids=WAYS)
def test_what_pin_writes_is_true(histories: tuple[Situations, dict[str, Held]], token: str) -> None:
    """What cannot hold a commit is held where its tag was moved, and left as it is."""
    world, pins = histories
    pinned = world.results("pin", token=token)
    verified = world.results("verify", token=token, after=("pin",))
    for name, held in pins.items():
        outcome = pinned[name]
        if outcome["status"] == "held" and not held.takes_commit:
            assert world.text(name, token, "pin") == world.text(name, token), outcome
            continue
        assert outcome["status"] in {"updated", "current"}, outcome
        assert verified[name]["state"] == "true", verified[name]
