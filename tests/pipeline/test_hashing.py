"""What one change writes, and why there may be none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from tests.pipeline.stand_ins import NEW, OLD, of_index, wait
from updater.choose.subjects import Decision
from updater.errors import HashError
from updater.model import Held, Offer, Take
from updater.model.run import Bump
from updater.pipeline.deciding import Decider
from updater.pipeline.hash.ready import ReadyChange
from updater.pipeline.hashing import HashStage

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.pipeline.stand_ins import World
    from updater.model import Candidate, Sri

    Made = Callable[..., World]

CARGO = f'cargoHash = "{OLD}";\n\n      src ='


def found(
    world: World, ask: Bump, meanwhile: Callable[[Candidate], Candidate] | None = None
) -> Any:
    """Return what hashing makes of the newest version of the only package.

    Args:
        world: the run.
        ask: how it ends.
        meanwhile: what happens between choosing and hashing; returns the candidate.
    """

    async def work() -> object:
        (decision,) = await Decider(world.run).choices(world.packages, "")
        assert isinstance(decision, Decision)
        assert isinstance(decision.choice, Take)
        candidate = decision.choice.candidate
        candidate = meanwhile(candidate) if meanwhile is not None else candidate
        return await HashStage(world.run, world.sets).find(decision, candidate, world.found, ask)

    return wait(work)


def with_cargo_hash(made: Made, source: Sri = OLD) -> World:
    """Return a run over a package with a hash beside its source, of which 2.0 is there."""
    text = of_index("pear")["pear.nix"].replace(str(OLD), str(source)).replace("src =", CARGO)
    world = made({"pear.nix": text})
    world.upstream.release("pear", "1.0", "2.0")
    return world


def test_a_hash_beside_the_source_takes_a_build(made: Made) -> None:
    world = with_cargo_hash(made)
    world.sets.why_not_built = "Nix is not installed"
    outcome = found(world, Bump())
    assert isinstance(outcome, Held)
    assert outcome.reason == (
        "cargoHash (line 7) must change with the source, and only a build can compute the new "
        "value: "
        "Nix is not installed; let Nix evaluate it (`build:` in config.yaml), or update it by hand"
    )


def test_what_another_process_built_is_taken_at_its_word_and_told(made: Made) -> None:
    world = with_cargo_hash(made)
    (package,) = world.packages
    ready = found(world, Bump(reported={package.identity: {"cargoHash": str(NEW)}}))
    assert isinstance(ready, ReadyChange)
    assert ready.planned.values.own["cargoHash"] == str(NEW)
    assert [one.code for one in ready.decision.warnings] == ["major-version", "reported-hash"]


def test_a_hash_that_the_other_process_does_not_tell_is_missed(made: Made) -> None:
    with pytest.raises(
        HashError, match="only a build can compute cargoHash, and the results do not"
    ):
        found(with_cargo_hash(made), Bump(reported={}))


def test_the_pinned_source_keeps_the_hashes_beside_it(made: Made) -> None:
    """Nothing is built for a label that is corrected."""
    ready = found(with_cargo_hash(made, source=NEW), Bump(build=False))
    assert ready.planned.values.own == {
        "version": "2.0",
        "hash": str(NEW),
        "cargoHash": str(OLD),
    }


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("c", "the tag v2.0 moved while its source was hashed: it was at commit bbbb"),
        ("", "and is gone now"),
    ],
    ids=["moved", "gone"],
)
def test_a_tag_that_moves_while_its_source_is_hashed_by_it_is_refused(
    made: Made, now: str, said: str
) -> None:
    """The bytes of an archive tell no commit, so the tag is asked about again."""
    text = of_index("pear")["pear.nix"].replace(
        "fetchPypi {\n        inherit pname version;",
        'fetchurl {\n        url = "https://github.com/o/pear/archive/v${version}.tar.gz";',
    )
    world = made({"pear.nix": text})
    world.upstream.tag("pear", v1_0="a", v2_0="b")

    def move(candidate: Candidate) -> Candidate:
        offer = world.upstream.offered["pear"]
        assert isinstance(offer, Offer)
        old, new = offer.candidates
        moved = (old, replace(new, commit=now * 40)) if now else (old,)
        world.upstream.offered["pear"] = replace(offer, candidates=moved)
        return candidate

    with pytest.raises(HashError, match=said):
        found(world, Bump(build=False), move)


def test_what_the_fetcher_call_cannot_get_is_held(made: Made) -> None:
    """The index has no file of the version that the call could fetch."""
    world = made(of_index("pear"))
    world.upstream.release("pear", "1.0", "2.0")
    outcome = found(world, Bump(build=False), lambda one: replace(one, distributions=()))
    assert (type(outcome), world.hashes.asked) == (Held, [])


def without_hashes(made: Made) -> World:
    """Return a run over a package at its newest version, with no hash of its own nor beside it."""
    text = of_index("pear")["pear.nix"].replace(str(OLD), "")
    world = made({"pear.nix": text.replace("src =", CARGO.replace(str(OLD), ""))})
    world.upstream.release("pear", "1.0")
    return world


def test_what_no_build_reports_stays_without_a_value(made: Made) -> None:
    """The source needs no build, and what publishes comes to what bumped."""
    world = without_hashes(made)
    published = found(world, Bump(reported={}))
    world.sets.why_not_built = "Nix is not installed"
    bumped = found(world, Bump())
    assert published.planned.values.own == bumped.planned.values.own
    assert published.planned.values.own["hash"] == str(NEW)
    assert published.planned.values.own["cargoHash"] == ""
    said = [
        [own.message for own in ready.decision.warnings if own.code == "no-value-yet"]
        for ready in (published, bumped)
    ]
    needs = "cargoHash (line 7) has no value yet, and only a build can compute it"
    advice = "let Nix evaluate it (`build:` in config.yaml), or update it by hand"
    assert said == [
        [f"{needs}: the build job reports none; {advice}"],
        [f"{needs}: Nix is not installed; {advice}"],
    ]


def test_what_a_build_reports_is_written_with_the_source(made: Made) -> None:
    world = without_hashes(made)
    (package,) = world.packages
    ready = found(world, Bump(reported={package.identity: {"cargoHash": str(NEW)}}))
    assert ready.planned.values.own["cargoHash"] == str(NEW)
    assert "no-value-yet" not in [own.code for own in ready.decision.warnings]
