"""Whose pins are looked at, and what `pin` may write of what they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.pipeline.stand_ins import NEW, OLD, of_github, of_index, wait
from tests.project import github_overlay
from updater.errors import NotFound, Unreachable
from updater.identify.questions import Identity
from updater.identify.search import NothingFound
from updater.model import Build, Candidate, Evidence, Failed, Held, Identified, Skipped, Verdict
from updater.pipeline.hash.ready import ReadyChange
from updater.pipeline.truths import TruthStage

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.pipeline.stand_ins import World
    from updater.identify.questions import HashQuestion, Identification

    Made = Callable[..., World]

A, B = "a" * 40, "b" * 40
OLD_BASE32 = "07qy3lf1n6hr30bic58l2c91240g1q6hq2qa1440f1h50h1h4080"
INDEX = "its source is a file of the package index, whose name contains the version"


class Answers:
    """Says of every hash that one commit has it, or nobody; remembers whose it was asked."""

    def __init__(self, commit: str = A, *, is_named: bool = False) -> None:
        self._commit = commit
        self._is_named = is_named
        self.asked: list[str] = []

    async def answer(self, question: HashQuestion) -> Identification:
        self.asked.append(question.url.rpartition("/")[2])
        if not self._commit:
            return NothingFound(17, ended_by="--timeout 1s")
        return Identity(self._commit, 3, from_cache=False, is_named=self._is_named)


class KeptAnswers(Answers):
    """Says what an earlier run found; the hash is another commit's if it is computed again."""

    def __init__(self, kept: str, anew: str) -> None:
        super().__init__(kept)
        self._anew = anew

    async def answer(self, _question: HashQuestion) -> Identification:
        self.asked.append("kept")
        return Identity(self._commit, 3, from_cache=True, is_named=False)

    async def answer_anew(self, _question: HashQuestion) -> Identification:
        self.asked.append("anew")
        return Identity(self._anew, 3, from_cache=False, is_named=False)

    async def holds(self, _question: HashQuestion, commit: str) -> bool:
        self.asked.append("holds")
        return commit == self._anew


def pins(world: World, *, sri: bool = False) -> Any:
    async def work() -> list[object]:
        return list(await TruthStage(world.run).pins(world.packages, sri=sri))

    return wait(work)


# --- identify ---


def test_a_hash_is_identified_by_its_commit_and_the_tag_that_names_it(made: Made) -> None:
    world = made(of_github("pear"), identifier=Answers(B))
    world.upstream.tag("pear", v1_0="a", v1_1="b")
    (outcome,) = wait(TruthStage(world.run).commits, world.packages)
    assert isinstance(outcome, Identified)
    assert outcome.candidate == Candidate("1.1", ref="v1.1", commit=B)
    assert outcome.evidence == Evidence(B, "v1.1", 3, str(OLD))


def test_a_file_that_its_version_names_needs_no_identification(made: Made) -> None:
    """Nor is anybody asked about it."""
    answers = Answers()
    world = made(of_github("pear") | of_index("apple"), identifier=answers)
    world.upstream.tag("pear", v1_0="a")
    world.upstream.release("apple", "1.0")
    pear, apple = wait(TruthStage(world.run).commits, world.packages)
    assert isinstance(pear, Identified)
    assert apple == Skipped(package=world.package("apple"), reason=INDEX)
    assert answers.asked == ["pear"]


@pytest.mark.parametrize("work", ["commits", "verdicts"])
def test_held_packages_are_looked_at_too(made: Made, work: str) -> None:
    world = made(of_github("pear"), "defaults: {hold: not now}", identifier=Answers())
    world.upstream.offered["pear"] = Unreachable("nobody answers")
    (outcome,) = wait(getattr(TruthStage(world.run), work), world.packages)
    assert (type(outcome), outcome.stage) == (Failed, "look-up")


# --- verify ---


@pytest.mark.parametrize(("version", "state"), [("2.0", "true"), ("1.0", "wrong hash")])
def test_a_release_is_judged_by_the_index_s_hash(made: Made, version: str, state: str) -> None:
    overlays = of_index("pear", version=version)
    if state == "true":
        overlays = {file: text.replace(str(OLD), str(NEW)) for file, text in overlays.items()}
    world = made(overlays)
    world.upstream.release("pear", "1.0", "2.0")
    (verdict,) = wait(TruthStage(world.run).verdicts, world.packages)
    assert (type(verdict), verdict.state) == (Verdict, state)


def test_a_project_that_is_not_there_is_gone_and_no_failure(made: Made) -> None:
    world = made(of_github("pear", "plum"))
    world.upstream.offered["pear"] = NotFound("there is no pear", hint="renamed?")
    world.upstream.offered["plum"] = Unreachable("nobody answers")
    pear, plum = wait(TruthStage(world.run).verdicts, world.packages)
    assert (type(pear), pear.state, pear.message, pear.hint) == (
        Verdict,
        "gone",
        "there is no pear",
        "renamed?",
    )
    assert (type(plum), plum.stage) == (Failed, "look-up")


# --- pin ---


def test_a_label_that_is_false_is_corrected_and_the_hash_stays(made: Made) -> None:
    """What is built stays the same, so nothing is built."""
    world = made(of_github("pear", version="1.0", rev="v1.1"), identifier=Answers(B, is_named=True))
    world.upstream.tag("pear", v1_0="a", v1_1="b")
    (ready,) = pins(world)
    assert isinstance(ready, ReadyChange)
    assert ready.planned.values.own == {"version": "1.1", "rev": "v1.1"}
    assert ready.hashed is not None
    assert (ready.hashed.sri, ready.build) == (
        OLD,
        Build("skipped", "", phase="the source stays the same"),
    )


def test_a_rev_that_moves_is_pinned_to_what_its_hash_holds(made: Made) -> None:
    world = made(of_github("pear", rev="main"), identifier=Answers(A))
    world.upstream.tag("pear", v1_0="a", v1_1="b")
    (ready,) = pins(world)
    assert ready.planned.values.own == {"version": "1.0", "rev": "v1.0"}
    assert ready.decision.reason == "replaces the branch `main` by the tag that the hash belongs to"


@pytest.mark.parametrize(
    ("kept", "asked"), [(A, ["kept", "holds"]), (B, ["kept", "holds", "anew"])]
)
def test_what_an_earlier_run_found_is_hashed_again_before_it_is_written(
    made: Made, kept: str, asked: list[str]
) -> None:
    answers = KeptAnswers(kept, anew=A)
    world = made(of_github("pear", rev="main"), identifier=answers)
    world.upstream.tag("pear", v1_0="a", v1_1="b")
    (ready,) = pins(world)
    assert ready.planned.values.own == {"version": "1.0", "rev": "v1.0"}
    assert answers.asked == asked


def test_what_nobody_knows_is_left_to_a_person(made: Made) -> None:
    world = made(of_github("pear", rev="main"), identifier=Answers(""))
    world.upstream.tag("pear", v1_0="a")
    (outcome,) = pins(world)
    assert isinstance(outcome, Held)
    assert outcome.reason.startswith("none of ")
    assert outcome.reason.endswith(". Choose one with `updater bump --to VERSION`.")


def test_a_version_that_makes_other_sources_is_not_corrected(made: Made) -> None:
    text = github_overlay("pear", "1.0", rev="v1.1", sri=str(OLD)).replace(
        "    };\n  };\n}",
        '      data = super.fetchurl { url = "https://index.example/${version}.gz"; '
        f'hash = "{OLD}"; }};\n    }};\n  }};\n}}',
    )
    world = made({"pear.nix": text}, identifier=Answers(B, is_named=True))
    world.upstream.tag("pear", v1_0="a", v1_1="b")
    (outcome,) = pins(world)
    assert (type(outcome), outcome.reason) == (
        Held,
        "other sources are made from its version too, and would change with it",
    )


@pytest.mark.parametrize(
    ("hashed", "sri", "written"),
    [
        (f'sha256 = "{OLD_BASE32}"', True, {"hash": str(OLD)}),
        (f'sha256 = "{OLD_BASE32}"', False, None),
        (f'hash = "{OLD}"', True, None),
        ('hash = "sha256-no"', True, None),
    ],
    ids=["old form", "old form, not asked", "SRI already", "none at all"],
)
def test_only_an_old_form_of_a_hash_is_written_for_a_file_of_the_index(
    made: Made, hashed: str, *, sri: bool, written: dict[str, str] | None
) -> None:
    text = of_index("pear")["pear.nix"].replace(f'hash = "{OLD}"', hashed)
    world = made({"pear.nix": text})
    world.upstream.release("pear", "1.0")
    (outcome,) = pins(world, sri=sri)
    if written is None:
        assert outcome == Skipped(package=world.package("pear"), reason=INDEX)
    else:
        assert outcome.planned.values.own == written
    assert world.upstream.asked == []


def test_pins_stand_in_the_packages_order_whether_they_were_asked_about_or_not(made: Made) -> None:
    world = made(of_index("apple") | of_github("pear") | of_index("plum"), identifier=Answers(A))
    world.upstream.tag("pear", v1_0="a")
    for name in ("apple", "plum"):
        world.upstream.release(name, "1.0")
    assert [one.package.name for one in pins(world)] == ["apple", "pear", "plum"]
