"""Decisions on what the repository shows, without a repository."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from tests.publish.examples import DAY, WARNED, example
from updater.model import Branch, BranchCommit, Build, PinWarning, Pull
from updater.model.adaptation import Adaptation, InputAddition
from updater.model.proposal import Proposal, read_key
from updater.publish.rules import (
    LeaveAlone,
    Publish,
    ShownState,
    declining,
    is_mine,
    is_spent,
    may_automerge,
    person_commit,
    proposed_on,
    proposes,
    rule_on,
    stopped_by,
)
from updater.publish.text.comments import superseded_body
from updater.publish.text.marker import Marker, emptied, rebuild_box, signed

if TYPE_CHECKING:
    from updater.model.proposal import Update

TODAY = date(2026, 3, 20)
UPDATE = example()
PROPOSAL = Proposal("updater/ema-pytorch", "t", "m", "b", (UPDATE,), {"overlays/e.nix": b"new"})
OWN = BranchCommit("c1", ("base",), signed("m", PROPOSAL.blobs), PROPOSAL.blobs)
PERSONS = BranchCommit("c2", ("c1",), "by hand", {"x": "1"})
MERGE = BranchCommit("c3", ("c1", "newer"), "Merge branch 'main'", {"README": "2"})
PULL = Pull(
    number=1,
    node="PR_1",
    url="https://github.com/me/overlays/pull/1",
    state="open",
    title="t",
    body=f"{rebuild_box()}\n{Marker(PROPOSAL.keys, ready=True)}",
    branch="updater/ema-pytorch",
    head="c1",
    own=True,
    author="bot[bot]",
)
SEEN = ShownState("bot[bot]", "base", None, (), None, 0, 10)


def branch(*commits: BranchCommit) -> Branch:
    return Branch(commits[-1].sha, commits)


def seen(**changes: Any) -> ShownState:
    return replace(SEEN, **changes)


CLOSED = replace(PULL, state="closed")
TICKED = replace(PULL, body=PULL.body.replace("[ ]", "[x]"))
DECISIONS: dict[str, tuple[ShownState, type[Publish | LeaveAlone], bool | str]] = {
    "nothing there": (seen(), Publish, True),
    "as it should be": (seen(branch=branch(OWN), pulls=(PULL,)), Publish, False),
    "branch without pull request": (seen(branch=branch(OWN)), Publish, False),
    "another base": (seen(base="newer", branch=branch(OWN), pulls=(PULL,)), Publish, True),
    "base merged in": (seen(branch=branch(OWN, MERGE), pulls=(PULL,)), Publish, True),
    "a person's commit": (seen(branch=branch(OWN, PERSONS), pulls=(PULL,)), LeaveAlone, "c2"),
    "handed back": (seen(branch=branch(OWN, PERSONS), pulls=(TICKED,)), Publish, True),
    "declined": (seen(pulls=(CLOSED,)), LeaveAlone, ""),
    "declined, and forced": (seen(pulls=(CLOSED,), forced=True), Publish, True),
    "declined in somebody else's": (seen(pulls=(replace(CLOSED, author="x"),)), Publish, True),
    "declined in a fork's": (seen(pulls=(replace(CLOSED, own=False),)), Publish, True),
    "declined another version": (
        seen(pulls=(replace(CLOSED, body=str(Marker(("other 1 c",), ready=True))),)),
        Publish,
        True,
    ),
    "declined, then reopened": (seen(pulls=(PULL, CLOSED), branch=branch(OWN)), Publish, False),
    "merged before": (seen(pulls=(replace(PULL, state="merged"),)), Publish, True),
    "somebody else's on the branch": (seen(pulls=(replace(PULL, author="x"),)), LeaveAlone, ""),
    "a rival": (seen(rival=replace(PULL, author="anna", branch="b")), LeaveAlone, ""),
    "a rival, and mine is open": (
        seen(rival=replace(PULL, author="anna"), pulls=(PULL,), branch=branch(OWN)),
        Publish,
        False,
    ),
    "too many": (seen(open=10), LeaveAlone, ""),
    "too many, and mine is one": (seen(open=10, pulls=(PULL,)), Publish, True),
}


@pytest.mark.parametrize(("state", "kind", "detail"), DECISIONS.values(), ids=DECISIONS)
def test_decisions(state: ShownState, kind: type, detail: bool | str) -> None:  # noqa: FBT001 - a value
    decision = rule_on(PROPOSAL, state)
    assert isinstance(decision, kind)
    found = decision.push if isinstance(decision, Publish) else decision.stopped_by
    assert found == detail


def test_a_trailer_counts_only_for_what_it_was_written_for() -> None:
    amended = replace(OWN, files={**OWN.files, "more": "1"})
    assert person_commit(branch(OWN)) is None
    assert person_commit(branch(amended)) == amended


def test_a_branch_that_was_handed_back_is_stopped_by_nobody() -> None:
    assert stopped_by(branch(OWN, PERSONS), PULL) == PERSONS
    assert stopped_by(branch(OWN, PERSONS), TICKED) is None
    assert stopped_by(branch(OWN), PULL) is None
    assert stopped_by(None, PULL) is None


def test_a_body_without_updates_declines_none_and_spends_its_branch() -> None:
    """And tells the rest as before."""
    body = emptied(PULL.body)
    assert body == f"{rebuild_box()}\n{Marker((), ready=True, done=(UPDATE.key,))}"
    assert emptied(body) == body
    closed = replace(PULL, state="closed", body=body)
    assert declining([closed], "bot[bot]", PROPOSAL.keys) is None
    assert is_spent(closed, "bot[bot]", "c1")


def test_a_key_is_read_as_it_was_written_also_with_spaces_in_a_name() -> None:
    update = replace(UPDATE, identity='o/c.nix#p."x y"')
    assert read_key(update.key) == ('o/c.nix#p."x y"', update.new)


def test_a_pull_request_is_mine_by_user_repository_and_branch() -> None:
    assert is_mine(PULL, "Bot[bot]")
    for changes in ({"own": False}, {"author": "bot"}, {"branch": "feature"}):
        assert not is_mine(replace(PULL, **changes), "bot[bot]")


def test_a_merged_branch_is_spent_until_somebody_pushes() -> None:
    merged = replace(PULL, state="merged")
    assert is_spent(merged, "bot[bot]", "c1")
    assert not is_spent(merged, "bot[bot]", "c2")
    assert not is_spent(PULL, "bot[bot]", "c1")


@pytest.mark.parametrize("body", ["", "bump the things", "<!-- updater: {} -->"])
def test_a_merged_branch_without_the_marker_is_somebody_elses(body: str) -> None:
    """Another workflow has the same login, and may call its branches whatever it likes."""
    assert not is_spent(replace(PULL, state="merged", body=body), "bot[bot]", "c1")


def test_a_replaced_branch_is_spent_and_a_declined_one_is_not() -> None:
    closed = replace(PULL, state="closed")
    replaced = replace(closed, body=superseded_body(PULL.body))
    assert is_spent(replaced, "bot[bot]", "c1")
    assert not is_spent(replaced, "bot[bot]", "c2")
    assert not is_spent(closed, "bot[bot]", "c1")
    assert not is_spent(replace(replaced, author="mallory"), "bot[bot]", "c1")


DATED = replace(
    PULL, body=str(Marker(PROPOSAL.keys, ready=True, proposed=dict.fromkeys(PROPOSAL.keys, DAY)))
)
DAYS: dict[str, tuple[Pull, Update, date]] = {
    "open": (DATED, UPDATE, DAY),
    "another version": (DATED, example(new="0.8.4"), TODAY),
    "closed": (replace(DATED, state="closed"), UPDATE, TODAY),
    "somebody else's": (replace(DATED, author="mallory"), UPDATE, TODAY),
    "of an updater that kept no days": (PULL, UPDATE, TODAY),
}


@pytest.mark.parametrize(("pull", "update", "day"), DAYS.values(), ids=DAYS)
def test_the_day_of_the_proposal_is_kept_by_its_open_pull_request(
    pull: Pull, update: Update, day: date
) -> None:
    assert proposed_on([pull], "bot[bot]", update, TODAY) == day


AUTOMERGE = {
    "allowed": (example(), True),
    "another kind": (example(new="2.0"), False),
    "versions that nobody can compare": (example(old="2024-01-15", new="2024-02-20"), False),
    "with a warning": (example(warnings=(WARNED,)), False),
    "a minor version below 1.0, which may break": (
        example(warnings=(PinWarning("major-version", "0.7 -> 0.8"),)),
        False,
    ),
    "not built": (example(build=None), False),
    "skipped": (example(build=Build("skipped", "")), False),
    "failed": (example(build=Build("failed", "")), False),
}


@pytest.mark.parametrize(("update", "allowed"), AUTOMERGE.values(), ids=AUTOMERGE)
def test_automerge_needs_a_build_an_allowed_kind_and_no_warning(
    update: Any,
    allowed: bool,  # noqa: FBT001 - a value
) -> None:
    assert may_automerge([update], ["minor", "patch", "pin"]) is allowed


EDIT = Adaptation("requirements", InputAddition("dependencies", "numpy"), "new")


@pytest.mark.parametrize(
    ("edit", "kinds", "allowed"),
    [
        (EDIT, ("minor",), False),
        (EDIT, ("adapted",), False),
        (EDIT, ("minor", "adapted"), True),
        (replace(EDIT, applied=False), ("minor",), True),
    ],
)
def test_automerge_of_an_adapted_update_must_be_asked_for(
    edit: Adaptation, kinds: tuple[str, ...], *, allowed: bool
) -> None:
    assert may_automerge([example(adaptations=(edit,))], kinds) is allowed


def test_a_name_may_have_spaces() -> None:
    """As `read_key` reads it."""
    identity = 'overlays/my fruit.nix#python3Packages."a b"'
    pull = replace(PULL, body=str(Marker((f"{identity} 1.0 c1",), ready=True)))
    assert proposes(pull, identity)
