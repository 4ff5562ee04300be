"""Proposed updates -> pull requests: looks at the repository, asks the rules, does what they say.

All requests go through `effects.github`, one after the other, in the thread that called.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import anyio

from updater.effects import files
from updater.effects.git_push import Commit, Remote
from updater.effects.github import Access, Repository
from updater.errors import PublishError, StageError, UsageError
from updater.model import PinWarning
from updater.overlay.order import in_order, uses
from updater.pipeline.steps import Proposed
from updater.pipeline.writing import plan
from updater.proposing.members import Member, failed, held, member_of, together
from updater.proposing.target import find_target
from updater.publish import dashboard, names, rules
from updater.publish.body import render, stopped_comment, stopped_marker, superseded_body
from updater.publish.marker import read_marker, signed
from updater.publish.proposal import Proposal, Update, blob_id
from updater.publish.schedule import opens
from updater.selection import read_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from updater.config import Config
    from updater.model import Issue, Outcome, Pull
    from updater.selection import Found


@dataclass(frozen=True, slots=True)
class Base:
    """What pull requests are made against.

    Attributes:
        prefix: the project's folder in the repository, empty or with a slash at the end.
    """

    branch: str
    commit: str
    prefix: str


@contextmanager
def opened(config: Config) -> Iterator[Publisher]:
    """Open the repository that the configuration names.

    Raises:
        UsageError: it is not known which, or there is no token for it.
        PublishError: it cannot be read.
    """
    target = find_target(config)
    limits, publish = config.document.network, config.document.publish
    access = Access(
        target.host.api,
        target.repository,
        target.variable,
        target.token,
        publish.pause.total_seconds(),
        limits.timeout.total_seconds(),
        limits.retries,
        limits.max_wait.total_seconds(),
    )
    with Repository.opened(access) as repository:
        branch = config.document.base or repository.default_branch()
        commit = repository.head(branch)
        if commit is None:
            raise UsageError(
                f"{target.repository} has no branch {branch!r}", hint="check `base:` in config.yaml"
            )
        remote = Remote(target.host.web, target.repository, target.token)
        by_git = remote if publish.via == "git" else None
        yield Publisher(config, repository, Base(branch, commit, target.prefix), by_git)


class Publisher:
    """Makes and updates pull requests in one repository; use it through `opened`.

    Attributes:
        problems: what went wrong beside the pull requests themselves.
    """

    def __init__(
        self, config: Config, repository: Repository, base: Base, push_by_git: Remote | None
    ) -> None:
        self._push_by_git = push_by_git
        self._config = config
        self._repository = repository
        self._base = base
        self.problems: list[str] = []
        self._now = datetime.now(UTC)
        self._login = ""
        self._open: tuple[Pull, ...] = ()
        self._count = 0
        self._forced: frozenset[str] = frozenset()
        self._theirs: dict[int, dict[str, str]] = {}

    def read(self, paths: Sequence[str]) -> dict[str, bytes]:
        """Return the base's bytes of some overlay files; those that it lacks are left out."""
        prefix = self._base.prefix
        there = self._repository.files(self._base.commit, [prefix + file for file in paths])
        return {
            file: self._bytes(file, there[prefix + file].blob)
            for file in paths
            if prefix + file in there
        }

    def _bytes(self, file: str, blob: str) -> bytes:
        """Take a file from the disk where it is the same there."""
        path = self._config.root / file
        local = files.read(path, file) if path.is_file() else b""
        return local if blob_id(local) == blob else self._repository.blob(blob)

    def publish(
        self, proposed: Sequence[Proposed | Outcome], found: Found, *, reported: bool
    ) -> list[Outcome]:
        """Publish updates; return all outcomes in the given order.

        Args:
            proposed: planned on the base's text; what is no update is passed on.
            found: the packages of the base.
            reported: the builds are another process's word.
        """
        outcomes: dict[str, Outcome] = {}
        members = []
        for one in proposed:
            if isinstance(one, Proposed):
                members.append(self._member(one, reported=reported))
            else:
                outcomes[one.package.identity] = one
        board = None
        if members or self._config.document.dashboard:
            self._login = self._repository.login()
        if self._config.document.dashboard:
            board = self._repository.issue(self._login, dashboard.MARKER)
            self._forced = dashboard.forced(board.body) if board is not None else frozenset()
        if members:
            self._open = self._repository.open_pulls(self._base.branch)
            self._count = sum(rules.is_mine(pull, self._login) for pull in self._open)
            proposals = []
            for name, group in self._groups(members, found).items():
                done, proposal = self._group(name, group, found)
                outcomes |= {outcome.package.identity: outcome for outcome in done}
                proposals += [proposal] if proposal is not None else []
            self._clean_up(proposals)
        order = [
            one.outcome.package if isinstance(one, Proposed) else one.package for one in proposed
        ]
        ordered = [outcomes[package.identity] for package in order]
        if self._config.document.dashboard:
            self._show(board, ordered)
        return ordered

    def _show(self, board: Issue | None, outcomes: Sequence[Outcome]) -> None:
        """Bring the dashboard up to date."""
        body = dashboard.render(board.body if board is not None else "", outcomes)
        try:
            if board is None:
                self._repository.open_issue(dashboard.TITLE, body)
            elif body.strip() != board.body.strip():
                self._repository.edit_issue(board.number, body)
        except PublishError as error:
            self.problems.append(f"{error}; {error.hint}")

    # --- what belongs together ---

    def _member(self, proposed: Proposed, *, reported: bool) -> Member:
        return member_of(proposed, self._config.policy(proposed.outcome.package), reported=reported)

    def _groups(self, members: Sequence[Member], found: Found) -> dict[str, list[Member]]:
        """Return the members of each pull request by its name, dependencies first."""
        position = {
            identity: place
            for place, identity in enumerate(in_order(uses(found.packages, found.texts)))
        }
        named = [package.name for package in found.packages]
        grouped: dict[str, list[Member]] = {}
        for member in sorted(members, key=lambda one: position.get(one.package.identity, 0)):
            own = member.package.name
            if named.count(own) > 1:
                own = f"{member.package.file.removesuffix('.nix')}-{own}"
            grouped.setdefault(member.policy.group or own, []).append(member)
        return grouped

    # --- one pull request ---

    def _group(
        self, name: str, members: list[Member], found: Found
    ) -> tuple[list[Outcome], Proposal | None]:
        until = opens(together(members).schedule, self._now)
        if until is not None and not any(self._is_forced(one.update) for one in members):
            closed = rules.Leave("it is not the time that `schedule:` allows", until=until)
            return [held(member, closed) for member in members], None
        try:
            pulls = self._repository.pulls(names.branch(name))
            updates = [member.update for member in members]
            no = {}
            if not any(pull.state == "open" for pull in pulls):
                asked = [one for one in updates if not self._is_forced(one)]
                no = rules.declined(pulls, self._login, asked)
            wanted = [one for one in members if one.package.identity not in no]
            left: list[Outcome] = [
                held(one, rules.declined_by(no[one.package.identity]))
                for one in members
                if one not in wanted
            ]
            if not wanted:
                return left, None
            proposal = self._proposal(name, wanted, found)
            done = self._one(proposal, wanted, pulls)
        except StageError as error:
            return [failed(member, error) for member in members], None
        return done + left, proposal

    def _is_forced(self, update: Update) -> bool:
        return dashboard.is_forced(update.identity, self._forced)

    def _proposal(self, name: str, members: list[Member], found: Found) -> Proposal:
        """Plan all members' edits on the base's text, one after the other."""
        texts = dict(found.texts)
        for member in members:
            file = member.package.file
            proposed = member.proposed
            change = plan(member.package, proposed.values, texts[file], proposed.companions)
            texts[file] = change.after
        changed = {member.package.file for member in members}
        updates = tuple(member.update for member in members)
        return Proposal(
            name=name,
            branch=names.branch(name),
            title=names.title(name, updates),
            message=names.message(name, updates),
            body=render(updates),
            updates=updates,
            files={f"{self._base.prefix}{file}": texts[file] for file in sorted(changed)},
        )

    def _one(
        self, proposal: Proposal, members: list[Member], pulls: tuple[Pull, ...]
    ) -> list[Outcome]:
        mine = any(pull.state == "open" and rules.is_mine(pull, self._login) for pull in pulls)
        rivals = [] if mine else self._rivals(proposal)
        strong = [pull for pull in rivals if self._may_write(pull)]
        seen = rules.Seen(
            self._login,
            self._base.commit,
            self._repository.branch(proposal.branch, self._base.commit),
            pulls,
            strong[0] if strong else None,
            self._count,
            self._config.document.max_open,
            forced=any(map(self._is_forced, proposal.updates)),
        )
        told = tuple(
            PinWarning("rival", f"pull request {pull.number} of {pull.author} does the same")
            for pull in rivals
            if pull not in strong
        )
        decision = rules.decide(proposal, seen)
        if isinstance(decision, rules.Leave):
            self._tell(decision)
            return [held(member, decision) for member in members]
        pull = self._publish(proposal, members, seen, decision)
        return [
            replace(
                member.outcome,
                warnings=member.outcome.warnings + told,
                pull_request=pull.link,
            )
            for member in members
        ]

    def _publish(
        self,
        proposal: Proposal,
        members: list[Member],
        seen: rules.Seen,
        decision: rules.Publish,
    ) -> Pull:
        policy = together(members)
        automerge = all(rules.may_automerge([one.update], one.policy.automerge) for one in members)
        pull = decision.pull
        if pull is not None and pull.automerge and not automerge:
            self._repository.set_automerge(pull, on=False)
        if decision.push:
            self._push(proposal, seen)
        if pull is None:
            body = render(proposal.updates, ready=False)
            pull = self._repository.open_pull(
                self._base.branch, proposal.branch, proposal.title, body, draft=policy.draft
            )
            self._count += 1
        marker = read_marker(pull.body)
        if marker is not None and not marker.ready:
            self._repository.furnish(pull.number, policy)
        if automerge and not pull.automerge and (decision.push or not (marker and marker.ready)):
            self._repository.set_automerge(pull, on=True)
        wanted = {"title": proposal.title, "body": proposal.body}
        changed = {
            name: text
            for name, text in wanted.items()
            if text.strip() != str(getattr(pull, name)).strip()
        }
        if changed:
            self._repository.edit_pull(pull.number, **changed)
        return pull

    def _push(self, proposal: Proposal, seen: rules.Seen) -> None:
        message = signed(proposal.message, proposal.blobs)
        if self._push_by_git is not None:
            there = self._repository.files(self._base.commit, tuple(proposal.files))
            modes = {path: file.mode for path, file in there.items()}
            change = Commit(self._base.commit, message, proposal.files, modes, self._login)
            old = seen.branch.head if seen.branch is not None else ""
            anyio.run(self._push_by_git.push, proposal.branch, old, change)
            return
        commit = self._repository.commit(self._base.commit, message, proposal.files)
        if seen.branch is None:
            self._repository.make_branch(proposal.branch, commit)
        else:
            self._repository.move_branch(proposal.branch, commit)

    def _tell(self, decision: rules.Leave) -> None:
        """Comment once about a person's commits."""
        pull, sha = decision.pull, decision.stopped_by
        if pull is None or not sha:
            return
        said = self._repository.comments(pull.number)
        if not any(
            author.lower() == self._login.lower() and stopped_marker(sha) in text
            for author, text in said
        ):
            self._repository.comment(pull.number, stopped_comment(sha))

    # --- other people's pull requests ---

    def _rivals(self, proposal: Proposal) -> list[Pull]:
        """Return the open pull requests of others that give all packages the same versions."""
        others = [pull for pull in self._open if not rules.is_mine(pull, self._login)]
        return [pull for pull in others if self._does_the_same(pull, proposal)]

    def _does_the_same(self, pull: Pull, proposal: Proposal) -> bool:
        if pull.number not in self._theirs:
            self._theirs[pull.number] = self._repository.pull_files(pull.number)
        theirs = self._theirs[pull.number]
        if not all(theirs.get(path) for path in proposal.files):
            return False
        versions: dict[str, str | None] = {}
        for path in proposal.files:
            data = self._repository.blob(theirs[path])
            for package in read_file(data, path.removeprefix(self._base.prefix)):
                version = package.version
                versions[package.identity] = version.value if version is not None else None
        return all(versions.get(update.identity) == update.new for update in proposal.updates)

    def _may_write(self, pull: Pull) -> bool:
        return pull.own or self._repository.may_write(pull.author)

    # --- what is left of earlier runs ---

    def _clean_up(self, proposals: Sequence[Proposal]) -> None:
        """Close what another branch proposes by now; delete branches that were merged.

        What cannot be cleaned up now is by the next run.
        """
        try:
            for pull in rules.superseded(self._open, self._login, proposals):
                branch = self._repository.branch(pull.branch, self._base.commit)
                if branch is None or rules.person_commit(branch) is None:
                    self._repository.edit_pull(pull.number, body=superseded_body(), state="closed")
                    self._repository.delete_branch(pull.branch)
            busy = {pull.branch for pull in self._open} | {one.branch for one in proposals}
            for name, head in self._repository.heads(names.PREFIX).items():
                if name not in busy:
                    newest = next(iter(self._repository.pulls(name)), None)
                    if newest is not None and rules.is_spent(newest, self._login, head):
                        self._repository.delete_branch(name)
        except PublishError as error:
            self.problems.append(str(error))
