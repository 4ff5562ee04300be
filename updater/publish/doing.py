"""What was decided about one pull request is done: branch, pull request, comment."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import anyio
from msgspec import Struct
from msgspec.structs import replace

from updater.effects.git.push import NewCommit
from updater.effects.github.branching import PullRequestText
from updater.errors import PublishError
from updater.publish import rules
from updater.publish.members import together
from updater.publish.text.body import is_same, render
from updater.publish.text.comments import stopped_comment, stopped_marker
from updater.publish.text.marker import read_marker, signed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from updater.effects.git.push import PushRemote
    from updater.effects.github.protection import CheckState
    from updater.model import Pull, PullPolicy
    from updater.model.proposal import Proposal
    from updater.model.pulls import PullRequestLink
    from updater.publish.looking import RepositoryView
    from updater.publish.members import PullRequestPart


class PullRequestWriter(Struct, frozen=True):
    """Makes and updates pull requests.

    Attributes:
        push_by_git: None where the API makes the commits.
        note: is told what was left undone.
    """

    view: RepositoryView
    push_by_git: PushRemote | None
    note: Callable[[str], None]

    def publish(
        self,
        proposal: Proposal,
        members: list[PullRequestPart],
        state: rules.ShownState,
        decision: rules.Publish,
    ) -> PullRequestLink:
        """Bring branch and pull request up to date; return its link, with what was done to it."""
        repository = self.view.repository
        policy = together(members)
        is_allowed = all(
            rules.may_automerge([member.update], member.policy.automerge) for member in members
        )
        pull = decision.pull
        automerge = is_allowed and not _is_settled(decision) and self._is_checked(members)
        is_new, checks = pull is None, None
        if pull is None:
            is_whole = not automerge and not policy.furnishes
            pull = self._open(proposal, state, decision, whole=is_whole, draft=policy.draft)
        else:
            if automerge and not decision.push:  # of a new commit nothing is reported yet
                checks = self._checks(pull)
            self._take_back_automerge(pull, checks, is_allowed=automerge)
            if decision.push:
                self._push(proposal, state, None)
        marker = read_marker(pull.body)
        if marker is not None and not marker.ready:
            furnishing = repository.furnishing
            furnish = furnishing.ask_for_reviews if is_new else furnishing.add
            furnish(pull.number, policy)
        is_ready = True
        if decision.push or not (marker and marker.ready):
            if automerge and not pull.automerge:
                is_ready = self._merge_when_checked(pull, checks)
            elif is_allowed and not automerge:
                self.note(
                    f"pull request {pull.number} is not merged by itself: another job reports its "
                    f"build, and {self.view.base.branch} requires no check of GitHub's"
                )
        body = proposal.body if is_ready else render(proposal.updates, proposal.links, ready=False)
        changed = self._bring_texts(pull, proposal.title, body, policy if is_new else None)
        if is_new:
            return replace(pull.link, step="opened")
        return replace(pull.link, step="changed") if changed or decision.push else pull.link

    def _bring_texts(self, pull: Pull, title: str, body: str, policy: PullPolicy | None) -> bool:
        """Give a pull request its texts; return whether it had others.

        Args:
            pull: as it is.
            title: that it is to have.
            body: the same.
            policy: of one that was opened just now, and gets the rest with them; else None.
        """
        changed = {
            name: text
            for name, text in {"title": title, "body": body}.items()
            if not is_same(text, str(getattr(pull, name)))
        }
        if changed and policy is not None:
            self.view.repository.furnishing.finish(pull.number, policy, body)
        elif changed:
            self.view.repository.edit_pull(pull.number, **changed)
        return bool(changed)

    def _open(
        self,
        proposal: Proposal,
        state: rules.ShownState,
        decision: rules.Publish,
        *,
        whole: bool,
        draft: bool,
    ) -> Pull:
        """Open a pull request; the marker of one that is not whole yet says so."""
        body = proposal.body if whole else render(proposal.updates, proposal.links, ready=False)
        base = self.view.base.branch
        opening = PullRequestText(base, proposal.branch, proposal.title, body, draft=draft)
        pull = self._push(proposal, state, opening) if decision.push else None
        if pull is None:
            pull = self.view.repository.open_pull(opening)
        self.view.count += 1
        return pull

    def _take_back_automerge(
        self, pull: Pull, checks: CheckState | None, *, is_allowed: bool
    ) -> None:
        if pull.automerge and (checks == "failed" or not is_allowed):
            self.view.repository.set_automerge(pull, on=False)
            if checks == "failed":
                self.note(
                    f"pull request {pull.number} is not merged by itself any more: a check failed"
                )

    def _merge_when_checked(self, pull: Pull, checks: CheckState | None) -> bool:
        """Have GitHub merge a pull request by itself; return whether that is settled by now.

        Args:
            pull: the pull request.
            checks: what is reported of its commit.
        """
        if checks in ("failed", "pending"):
            why = "a check failed" if checks == "failed" else "its checks are not done"
            self.note(f"pull request {pull.number} is not merged by itself: {why}")
            return checks == "failed"
        self.view.repository.set_automerge(pull, on=True)
        return True

    def _checks(self, pull: Pull) -> CheckState | None:
        """Return what GitHub reports of a pull request's checks; None where it does not tell."""
        try:
            return self.view.branches.checks(pull)
        except PublishError as error:
            self.note(
                f"{error}; auto-merge heeds the required checks alone, unless the token has the "
                "rights checks=read and statuses=read"
            )
            return None

    def _is_checked(self, members: Sequence[PullRequestPart]) -> bool:
        """Tell whether this process built it all, or GitHub checks it before it is merged.

        What another process left says nothing: who can change it could have anything merged.
        """
        is_reported = any(member.update.reported for member in members)
        return not is_reported or self.view.requires_checks

    def _push(
        self, proposal: Proposal, state: rules.ShownState, opening: PullRequestText | None
    ) -> Pull | None:
        """Make the commit and bring the branch to it.

        Args:
            proposal: what is proposed.
            state: what there is.
            opening: the pull request to be; where that takes no request more, it is opened and
                returned.

        Raises:
            PublishError: it cannot be, such as where another branch is called as a folder of its.
        """
        try:
            return self._push_anyhow(proposal, state, opening)
        except PublishError as error:
            obstacle = ""
            if state.branch is None:
                with suppress(PublishError):
                    obstacle = self.view.repository.obstacle(proposal.branch)
            if not obstacle:
                raise
            raise PublishError(
                f"the branch {proposal.branch} cannot be made while there is a branch {obstacle}",
                hint=f"git cannot have both: rename or delete the branch {obstacle}, or give the "
                "updater's branches another name with `branch_prefix:` in config.yaml",
            ) from error

    def _push_anyhow(
        self, proposal: Proposal, state: rules.ShownState, opening: PullRequestText | None
    ) -> Pull | None:
        repository, base = self.view.repository, self.view.base
        message = signed(proposal.message, proposal.blobs)
        if self.push_by_git is not None:
            there = repository.files(base.commit, tuple(proposal.files))
            modes = {path: file.mode for path, file in there.items()}
            change = NewCommit(base.commit, message, proposal.files, modes, self.view.login)
            old = state.branch.head if state.branch is not None else ""
            anyio.run(self.push_by_git.push, proposal.branch, old, change)
            return None
        commit = repository.commit(base.commit, message, proposal.files)
        if state.branch is not None:
            repository.move_branch(proposal.branch, commit, state.branch.head)
        elif opening is not None:
            return repository.propose(commit, opening)
        else:
            repository.make_branch(proposal.branch, commit)
        return None

    def tell(self, decision: rules.LeaveAlone) -> None:
        """Comment once about a person's commits."""
        pull, sha = decision.pull, decision.stopped_by
        if pull is None or not sha:
            return
        self.view.say_once(pull, stopped_marker(sha), stopped_comment(sha))


def _is_settled(decision: rules.Publish) -> bool:
    """Tell whether an earlier run has decided that a pull request is not merged by itself."""
    pull = decision.pull
    marker = read_marker(pull.body) if pull is not None and not pull.automerge else None
    return not decision.push and marker is not None and marker.ready
