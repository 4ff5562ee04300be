"""What becomes of a proposal, given what the repository shows: pure decisions.

Markers and closed pull requests count only where the updater's own user opened them from this
repository, so that nobody else can steer or block it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from msgspec import Struct

from updater.model.proposal import read_key
from updater.publish.text.answers import reason_of
from updater.publish.text.marker import has_trailer, is_signed, read_marker, wants_rebuild
from updater.publish.text.names import PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from updater.model import Branch, BranchCommit, Pull
    from updater.model.orders import Order
    from updater.model.proposal import Proposal, Update


MOST: Final = 5
"""How many pull requests may be open where config.yaml does not say it."""

FIRST: Final = 3
"""How many of them the first run in a repository opens."""


class ShownState(Struct, frozen=True):
    """What the repository shows about one proposal.

    Attributes:
        login: the updater's own.
        base: the base branch's commit.
        branch: the proposal's branch, None where there is none.
        pulls: of that branch, newest first.
        rival: somebody with write access proposes the same already.
        open: how many pull requests of the updater are open in all.
        max_open: how many may be.
        is_first_run: the repository has had no pull request of the updater before.
        forced: somebody asked for it on the dashboard.
        has_room: GitHub takes another one within the hour.
        obstacle: why GitHub takes nothing at all for now; empty where it does.
        is_unchanged: the base has the files that the branch changes, and those that they use, as
            it had them where the branch began.
        is_strict: only what is up to date with the base is merged into it.
    """

    login: str
    base: str
    branch: Branch | None
    pulls: tuple[Pull, ...]
    rival: Pull | None
    open: int
    max_open: int
    is_first_run: bool = False
    forced: bool = False
    has_room: bool = True
    obstacle: str = ""
    is_unchanged: bool = False
    is_strict: bool = False


class Publish(Struct, frozen=True):
    """Bring branch and pull request up to date; ``push`` where the branch is not."""

    pull: Pull | None
    push: bool


class LeaveAlone(Struct, frozen=True):
    """Touch nothing, because ``reason``.

    Attributes:
        pull: the pull request to name, where there is one.
        stopped_by: a person's commit, about which a comment tells once; else empty.
        until: when it may be otherwise, where that is known.
        pending: it is only a question of time.
    """

    reason: str
    pull: Pull | None = None
    stopped_by: str = ""
    until: datetime | None = None
    pending: bool = False


Ruling: TypeAlias = "Publish | LeaveAlone"


def rule_on(proposal: Proposal, state: ShownState) -> Ruling:
    """Say what to do about a proposal."""
    opened = [pull for pull in state.pulls if pull.state == "open" and pull.own]
    own = next((pull for pull in opened if pull.author.lower() == state.login.lower()), None)
    if own is None and opened:
        theirs = opened[0]
        return LeaveAlone(
            f"{theirs.author} opened pull request {theirs.number} from {proposal.branch}", theirs
        )
    if own is not None and proposal.only_pins and not _only_pins(own):
        return LeaveAlone(f"pull request {own.number} updates it, and names its source too", own)
    if own is None and not state.forced:
        closed = declining(state.pulls, state.login, proposal.keys)
        if closed is not None:
            return declined_by(closed)
    stopped = stopped_by(state.branch, own)
    if stopped is not None:
        reason = f"{proposal.branch} has commits of others, such as {stopped.sha[:12]}"
        return LeaveAlone(reason, own, stopped.sha)
    if own is None and state.rival is not None and not state.forced:
        rival = state.rival
        return LeaveAlone(f"pull request {rival.number} of {rival.author} does the same", rival)
    push = not _stays(proposal, state, own)
    return _waiting(state, own) or Publish(own, push=push)


def _waiting(state: ShownState, own: Pull | None) -> LeaveAlone | None:
    """Return why a later run goes on; None where this one can."""
    if own is None and state.open >= state.max_open and not state.forced:
        are_open = "pull request is open" if state.open == 1 else "pull requests are open"
        reason = f"{state.open} {are_open}, and max_open is {state.max_open}"
        if state.is_first_run:
            reason = (
                f"{state.open} {are_open}, and the first run opens no more; later ones up to {MOST}"
            )
        return LeaveAlone(reason, pending=True)
    if own is None and not state.has_room:
        reason = "GitHub takes 500 new things an hour, and as many were made; a later run goes on"
        return LeaveAlone(reason, pending=True)
    if state.obstacle:
        return LeaveAlone(f"{state.obstacle}; a later run goes on", own, pending=True)
    return None


def _only_pins(pull: Pull) -> bool:
    marker = read_marker(pull.body)
    return marker is not None and marker.only_pins


def _stays(proposal: Proposal, state: ShownState, pull: Pull | None) -> bool:
    """Tell whether the branch is what it would be made to be, or differs in nothing that matters.

    Each push runs all checks again and takes reviews back, so one that only brings a newer base is
    left out, unless GitHub or a person wants it.
    """
    if state.branch is None or len(state.branch.commits) != 1:
        return False
    (commit,) = state.branch.commits
    if dict(commit.files) != proposal.blobs or (pull is not None and wants_rebuild(pull.body)):
        return False
    if commit.parents == (state.base,):
        return True
    is_wanted = state.is_strict or pull is None or pull.standing
    return len(commit.parents) == 1 and state.is_unchanged and not is_wanted


def is_mine(pull: Pull, login: str) -> bool:
    """Tell whether the updater's own user opened a pull request, from this repository.

    The branch's name says that it is the updater's, or the marker does: that of another branch, in
    a text that somebody copied, says nothing.
    """
    if not pull.own or pull.author.lower() != login.lower():
        return False
    marker = None if pull.branch.startswith(PREFIX) else read_marker(pull.body)
    return pull.branch.startswith(PREFIX) or (marker is not None and marker.branch == pull.branch)


def proposes(pull: Pull, identity: str) -> bool:
    """Tell whether a pull request is about a package."""
    return identity in packages_of(pull)


def packages_of(pull: Pull) -> frozenset[str]:
    """Return the identities of the packages that a pull request is about."""
    marker = read_marker(pull.body)
    keys = marker.keys if marker is not None else ()
    return frozenset(identity for identity, _ in map(read_key, keys))


def declining(pulls: Iterable[Pull], login: str, keys: Sequence[str]) -> Pull | None:
    """Return the closed pull request that says no to all of these updates."""
    for pull in pulls:
        marker = read_marker(pull.body) if pull.state == "closed" else None
        if marker is not None and is_mine(pull, login) and set(keys) <= set(marker.keys):
            return pull
    return None


def declined_by(pull: Pull) -> LeaveAlone:
    """Return what a closed pull request means for the updates that it proposed."""
    return LeaveAlone(
        f"pull request {pull.number} with this version was closed without merging; the next "
        "version is proposed again",
        pull,
    )


def refused_by(order: Order, pull: Pull | None) -> LeaveAlone:
    """Return what somebody's order means for the updates that it is about."""
    return LeaveAlone(f"{reason_of(order)}; config.yaml should say it", pull)


def declined(pulls: Iterable[Pull], login: str, updates: Iterable[Update]) -> dict[str, Pull]:
    """Return identity -> the closed pull request that says no to the update."""
    pulls = tuple(pulls)
    closed = {update.identity: declining(pulls, login, (update.key,)) for update in updates}
    return {identity: pull for identity, pull in closed.items() if pull is not None}


def proposed_on(pulls: Iterable[Pull], login: str, update: Update, today: date) -> date:
    """Return the day on which an update was first proposed, as its open pull request tells it."""
    for pull in pulls:
        marker = read_marker(pull.body) if pull.state == "open" else None
        if marker is not None and is_mine(pull, login):
            return marker.proposed.get(update.key, today)
    return today


def person_commit(branch: Branch) -> BranchCommit | None:
    """Return the first commit that is neither the updater's, as it made it, nor a merge of base.

    One that does not even say so is named before one that somebody changed.
    """
    commits = [commit for commit in branch.commits if not merges_base(commit, branch)]
    silent = (commit for commit in commits if not has_trailer(commit.message))
    changed = (commit for commit in commits if not is_signed(commit.message, commit.files))
    return next(silent, None) or next(changed, None)


def merges_base(commit: BranchCommit, branch: Branch) -> bool:
    """Tell whether a commit of a branch brings in the base, or anything else from outside."""
    own = {other_commit.sha for other_commit in branch.commits}
    return len(commit.parents) > 1 and any(parent not in own for parent in commit.parents[1:])


def stopped_by(branch: Branch | None, pull: Pull | None) -> BranchCommit | None:
    """Return the person's commit for which a branch is left alone, unless it was handed back."""
    if branch is None or (pull is not None and wants_rebuild(pull.body)):
        return None
    return person_commit(branch)


def superseded(pulls: Iterable[Pull], login: str, proposals: Sequence[Proposal]) -> list[Pull]:
    """Return open pull requests whose packages are all proposed on other branches by now.

    What only makes a pin true replaces no update.
    """
    replaced = []
    for pull in pulls:
        marker = read_marker(pull.body)
        if marker is None or pull.state != "open" or not is_mine(pull, login):
            continue
        elsewhere = {
            update.identity
            for proposal in proposals
            if proposal.branch != pull.branch and (marker.only_pins or not proposal.only_pins)
            for update in proposal.updates
        }
        packages = packages_of(pull)
        if packages and packages <= elsewhere:
            replaced.append(pull)
    return replaced


def may_automerge(updates: Sequence[Update], allowed: Iterable[str]) -> bool:
    """Tell whether GitHub may merge by itself: allowed kinds only, built, and no warning.

    One whose overlay is adapted to it is also of the kind ``adapted``.
    """
    kinds = set(allowed)
    return bool(updates) and all(
        update.kind in kinds
        and ("adapted" in kinds or not any(edit.applied for edit in update.adaptations))
        and all(
            warning.configured
            or (warning.code == "major-version" and update.kind == "major")  # as its kind says
            for warning in update.warnings
        )
        and update.build is not None
        and update.build.status == "passed"
        for update in updates
    )


def is_spent(pull: Pull, login: str, head: str) -> bool:
    """Tell whether a branch has done its work, and nobody pushed to it since.

    It has where its pull request was merged, or closed since nothing was left for it to propose.
    Without the updater's marker it is somebody else's, whatever it is called.
    """
    marker = read_marker(pull.body) if pull.state != "open" else None
    done = marker is not None and (pull.state == "merged" or not marker.keys)
    return done and is_mine(pull, login) and pull.head == head
