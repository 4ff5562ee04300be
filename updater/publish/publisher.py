"""Proposed updates -> pull requests: looks at the repository, asks the rules, does what they say.

All requests go through `effects.github`, one after the other, in the thread that called.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.errors import Bug, PublishError, StageError, bugs_at
from updater.model import Failed, PinWarning
from updater.model.schedule import opens
from updater.overlay.reading.uses import dependents, uses
from updater.pipeline.proposed import ProposedUpdate
from updater.publish import retiring, rules
from updater.publish.board import NOTHING, BoardSource, BoardWriter
from updater.publish.cleaning import clean_up
from updater.publish.doing import PullRequestWriter
from updater.publish.groups import by_name
from updater.publish.members import PullRequestPart, apart, failed, held, member_of, together
from updater.publish.ordering import OrderTaker, in_force, refusing
from updater.publish.planning import ProposalPlanner
from updater.publish.text.body import render
from updater.publish.watching import watched_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from updater.config.load import Config
    from updater.effects.git.push import PushRemote
    from updater.find.overlay_files import OverlayFiles
    from updater.model import Outcome, Pull
    from updater.model.orders import Order
    from updater.model.proposal import Proposal
    from updater.publish.looking import RepositoryView


class Publisher:
    """Makes and updates pull requests in one repository; use it through `opening.opened`.

    Attributes:
        problems: what went wrong beside the pull requests themselves.
        notes: what was done about pull requests that have nothing left to propose, and what is not
            merged by itself.
        bugs: those that outcomes and problems tell of, whose traces help to mend them.
    """

    def __init__(
        self, config: Config, now: datetime, view: RepositoryView, push_by_git: PushRemote | None
    ) -> None:
        self._config = config
        self._view = view
        self._now = now
        self.problems: list[str] = []
        self.notes: list[str] = []
        self._planner = ProposalPlanner(view, config.file)
        self._pull_requests = PullRequestWriter(view, push_by_git, self.notes.append)
        self.bugs: list[Bug] = []
        self._watched: Callable[[Iterable[str]], tuple[str, ...]] = tuple
        self._orders: dict[str, tuple[Order, ...]] = {}

    def read(self, paths: Sequence[str]) -> dict[str, bytes]:
        """Return the base's bytes of some overlay files; those that it lacks are left out."""
        return self._view.read(paths, self._view.base.commit)

    def publish(
        self,
        proposed: Sequence[ProposedUpdate | Outcome],
        overlays: OverlayFiles,
        *,
        reported: bool,
        board: BoardSource = NOTHING,
        objector: retiring.Objector = retiring.NOBODY,
    ) -> list[Outcome]:
        """Publish updates; return all outcomes in the given order.

        Args:
            proposed: planned on the base's text; what is no update is passed on.
            overlays: the packages of the base.
            reported: the builds are another process's word.
            board: what the dashboard alone shows.
            objector: says which versions that are proposed may not be taken any more.
        """
        outcomes: dict[str, Outcome] = {}
        members = []
        used = uses(overlays.packages, overlays.texts)
        for update in proposed:
            if not isinstance(update, ProposedUpdate):
                outcomes[update.package.identity] = update
                continue
            try:
                with bugs_at(PublishError.stage):
                    members.append(self._member(update, used, reported=reported))
            except StageError as error:
                outcomes[update.package.identity] = self._failed(update, error)
        view = self._view
        wants_board = self._config.document.dashboard
        view.look(issues=wants_board)
        shows = wants_board and self._look_at_board()
        with self._noting():
            self._orders |= OrderTaker(view).take()
        proposals = []
        groups = by_name(members, overlays, self._config.policy, view)
        self._watched = partial(
            watched_files, overlays=overlays, used=used, prefix=view.base.prefix
        )
        automerged = {own.package.identity for own in members if own.policy.automerge}
        view.look_closer(groups, self._watched, automerged)
        for name, group in groups.items():
            done, proposal = self._group(name, group, overlays)
            outcomes |= {outcome.package.identity: outcome for outcome in done}
            proposals += [proposal] if proposal is not None else []
        failed_ones = {key for key, outcome in outcomes.items() if isinstance(outcome, Failed)}
        retired = self._tidy(proposals, overlays, objector.without(failed_ones))
        order = [
            update.outcome.package if isinstance(update, ProposedUpdate) else update.package
            for update in proposed
        ]
        ordered = list(retiring.linked((outcomes[package.identity] for package in order), retired))
        if shows:
            writer = BoardWriter(view, self._config, overlays.packages, board.follows)
            with self._noting():
                writer.show([*ordered, *map(view.with_pull, board.outcomes)], self._orders)
        return ordered

    def _tidy(
        self, proposals: Sequence[Proposal], overlays: OverlayFiles, objector: retiring.Objector
    ) -> list[retiring.RetiredPullRequest]:
        """Close what has nothing left to propose; remove what earlier runs left."""
        retired: list[retiring.RetiredPullRequest] = []
        packages = {package.identity: package for package in overlays.packages}
        with self._noting():
            retirer = retiring.PullRequestRetirer(self._view, packages, objector)
            for retired_pull in retirer.retire(proposals):
                retired.append(retired_pull)
                self.notes.append(str(retired_pull))
        with self._noting():
            clean_up(self._view, proposals)
        return retired

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """Note what goes wrong beside the pull requests, which are made all the same."""
        try:
            with bugs_at(PublishError.stage):
                yield
        except StageError as error:
            problem = f"{error}; {error.hint}" if error.hint else str(error)
            if problem not in self.problems:
                self.problems.append(problem)
            if isinstance(error, Bug):
                self.bugs.append(error)

    def _look_at_board(self) -> bool:
        """Read the dashboard; return whether it could be read."""
        with self._noting():
            self._view.look_at_board()
            return True
        return False

    def _member(
        self, proposed: ProposedUpdate, used: Mapping[str, tuple[str, ...]], *, reported: bool
    ) -> PullRequestPart:
        package = proposed.outcome.package
        users = dependents(package.identity, used)
        return member_of(proposed, self._config.policy(package), users, reported=reported)

    def _group(
        self, name: str, members: list[PullRequestPart], overlays: OverlayFiles
    ) -> tuple[list[Outcome], Proposal | None]:
        """Propose what shares a pull request.

        A member with which, alone or beside the others, nothing can be proposed fails, and the
        others go on without it. Any other error is the outcome of all.
        """
        try:
            with bugs_at(PublishError.stage):
                return self._pull_request(name, members, overlays)
        except StageError as error:
            errors = self._errors_of_members(name, members, overlays) if len(members) > 1 else {}
            sound = [member for member in members if member.package.identity not in errors]
            if not errors or not sound:
                return [self._failed(member, error) for member in members], None
            ended: list[Outcome] = [
                self._failed(member, errors[member.package.identity])
                for member in members
                if member.package.identity in errors
            ]
            done, proposal = self._group(name, sound, overlays)
            return done + ended, proposal

    def _errors_of_members(
        self, name: str, members: Sequence[PullRequestPart], overlays: OverlayFiles
    ) -> dict[str, StageError]:
        """Return identity -> what goes wrong with a member beside those before it that can be."""
        errors: dict[str, StageError] = {}
        sound: list[PullRequestPart] = []
        for member in members:
            beside = [*sound, member]
            try:
                with bugs_at(PublishError.stage):
                    parts = [part.beside(beside) for part in beside]
                    self._planner.plan(name, self._view.naming.branch(name), parts, overlays)
            except StageError as error:
                errors[member.package.identity] = error
            else:
                sound = beside
        return errors

    def _pull_request(
        self, name: str, members: list[PullRequestPart], overlays: OverlayFiles
    ) -> tuple[list[Outcome], Proposal | None]:
        until = opens(together(members).schedule, self._now)
        if until is not None and not any(self._view.is_forced(member.update) for member in members):
            reason = "`schedule:` does not allow it now"
            closed = rules.LeaveAlone(reason, until=until, pending=True)
            return [held(member, closed) for member in members], None
        branch = self._view.branch_of(name, [member.package.identity for member in members])
        pulls = self._view.pulls(branch, name)
        left: list[Outcome] = []
        members, refused = self._ordered(members, pulls)
        for member, order in refused:
            shown = next((pull for pull in pulls if pull.number == order.pull), None)
            left.append(held(member, rules.refused_by(order, shown)))
        updates = [member.update for member in members]
        no = {}
        if not any(pull.state == "open" for pull in pulls):
            unforced = [update for update in updates if not self._view.is_forced(update)]
            no = rules.declined(pulls, self._view.login, unforced)
        chosen = [member for member in members if member.package.identity not in no]
        left += [
            held(member, rules.declined_by(no[member.package.identity]))
            for member in members
            if member.package.identity in no
        ]
        chosen, later = apart(chosen)
        reason = (
            "another update of this pull request adds overlays to the same list, and goes first"
        )
        left += [held(member, rules.LeaveAlone(reason, pending=True)) for member in later]
        if not chosen:
            return left, None
        chosen = [self._dated(member.beside(chosen), pulls) for member in chosen]
        proposal = self._planner.plan(name, branch, chosen, overlays)
        return self._decide_on(proposal, chosen, pulls) + left, proposal

    def _ordered(
        self, members: Sequence[PullRequestPart], pulls: Sequence[Pull]
    ) -> tuple[list[PullRequestPart], list[tuple[PullRequestPart, Order]]]:
        """Return members with what people said of them, and those of which they refuse the version.

        Who asks for one, on the dashboard or with ``--to``, lifts what was said.
        """
        free, refused = [], []
        said = self._view.orders(pulls)
        for member in members:
            identity, update = member.package.identity, member.update
            lifted = self._view.is_forced(update) or bool(update.requested_version)
            orders = () if lifted else tuple(in_force(said, self._config.policy(member.package)))
            ordered = member.ordered(orders)
            self._orders[identity] = ordered.update.orders
            order = refusing(orders, identity, update.new)
            if order is None:
                free.append(ordered)
            else:
                refused.append((ordered, order))
        return free, refused

    def _most_open(self, *, is_open: bool) -> int:
        """Return how many pull requests may be open, so that another one may be opened."""
        configured = self._config.document.max_open
        if configured is not None:
            return configured
        if is_open or self._view.count < rules.FIRST or not self._view.is_first_run:
            return rules.MOST
        return rules.FIRST

    def _failed(self, part: ProposedUpdate | PullRequestPart, error: StageError) -> Failed:
        if isinstance(error, Bug):
            self.bugs.append(error)
        return failed(part.outcome, error)

    def _dated(self, member: PullRequestPart, pulls: tuple[Pull, ...]) -> PullRequestPart:
        today = self._now.date()
        return member.proposed_on(rules.proposed_on(pulls, self._view.login, member.update, today))

    def _decide_on(
        self, proposal: Proposal, members: list[PullRequestPart], pulls: tuple[Pull, ...]
    ) -> list[Outcome]:
        view = self._view
        is_open = any(pull.state == "open" and rules.is_mine(pull, view.login) for pull in pulls)
        rivals = [] if is_open else view.rivals(proposal)
        strong = [pull for pull in rivals if view.may_write(pull)]
        branch = view.branches.branch(proposal.branch)
        watched = (*proposal.files, *self._watched(update.identity for update in proposal.updates))
        limit = self._most_open(is_open=is_open)
        state = rules.ShownState(
            view.login,
            view.base.commit,
            branch,
            pulls,
            strong[0] if strong else None,
            view.count,
            limit,
            is_first_run=self._config.document.max_open is None and limit == rules.FIRST,
            forced=any(map(view.is_forced, proposal.updates)),
            has_room=view.repository.pace.has_room,
            obstacle=view.repository.pace.obstacle,
            is_unchanged=view.branches.is_unchanged(branch, proposal.blobs, watched),
            is_strict=view.is_strict,
        )
        warnings = tuple(
            PinWarning("rival", f"pull request {pull.number} of {pull.author} does the same")
            for pull in rivals
            if pull not in strong
        )
        decision = rules.rule_on(proposal, state)
        if isinstance(decision, rules.LeaveAlone):
            self._pull_requests.tell(decision)
            return [held(member, decision) for member in members]
        beginning = view.beginning(None if decision.push else branch, watched)
        links = replace(proposal.links, beginning=beginning)
        proposal = replace(proposal, links=links, body=render(proposal.updates, links))
        link = self._pull_requests.publish(proposal, members, state, decision)
        return [
            replace(
                member.outcome,
                warnings=member.outcome.warnings + warnings,
                pull_request=link,
            )
            for member in members
        ]
