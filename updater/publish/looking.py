"""What the repository shows in one run: each thing is asked for once.

All requests go through `effects.github`, one after the other, in the thread that called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace

from updater.effects import files
from updater.model.proposal import BranchBeginning, Proposal, RepositoryLinks, Update, blob_id
from updater.overlay.reading.generated import may_have_pins
from updater.publish import rules
from updater.publish.branches import ShownBranches
from updater.publish.ended import EndedPullRequests, newest_first
from updater.publish.first_run import FirstRun
from updater.publish.ordering import orders_of
from updater.publish.rivals import RivalReader
from updater.publish.text import dashboard
from updater.publish.text.names import BranchNaming

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from updater.effects.github.repository import GitHubRepository
    from updater.model import Branch, Issue, Outcome, Pull
    from updater.model.orders import Order
    from updater.model.pulls import PullComment


class BaseBranch(Struct, frozen=True):
    """What pull requests are made against.

    Attributes:
        prefix: the project's folder in the repository, empty or with a slash at the end.
        page: the repository's, such as ``https://github.com/OWNER/NAME``.
        run: the page of the run of GitHub Actions that looks; empty outside.
    """

    branch: str
    commit: str
    prefix: str
    page: str = ""
    run: str = ""


class RepositoryView(Struct):
    """The repository as it was when the run looked.

    Attributes:
        naming: how the project's branches are called.
        login: the updater's own.
        open: the pull requests against the base that were open, but for those that were closed
            since.
        ended: the updater's that were closed or merged.
        is_strict: only what is up to date with the base is merged into it.
        count: how many of the updater's are open by now.
        board: the dashboard issue, where there is one.
        boards: others, which runs at the same time opened.
        forced: what was ticked in it.
        shown_orders: what people said in comments, as it shows.
    """

    repository: GitHubRepository
    base: BaseBranch
    root: Path
    naming: BranchNaming = BranchNaming()
    login: str = ""
    is_strict: bool = False
    open: tuple[Pull, ...] = ()
    ended: EndedPullRequests = EndedPullRequests()
    count: int = 0
    board: Issue | None = None
    boards: tuple[Issue, ...] = ()
    forced: frozenset[str] = frozenset()
    shown_orders: tuple[Order, ...] = ()
    _issues: tuple[Issue, ...] | None = None
    _branches: ShownBranches | None = None
    _checks: bool | None = None
    _first: FirstRun | None = None
    _rivals: RivalReader | None = None

    @property
    def branches(self) -> ShownBranches:
        """The updater's branches, as `look` found them; none before that."""
        if self._branches is None:
            self._branches = ShownBranches(self.repository, self.base.commit, {}, {})
        return self._branches

    @property
    def own_pulls(self) -> list[Pull]:
        """The updater's own among the open pull requests."""
        return [pull for pull in self.open if rules.is_mine(pull, self.login)]

    def links(self, branch: str, configuration: str) -> RepositoryLinks:
        """Return what a body links to.

        Args:
            branch: the one that carries the change.
            configuration: the name of the configuration, below the project's folder; or empty.
        """
        base = self.base
        file = f"{base.page}/blob/{quote(base.branch)}/{quote(base.prefix + configuration)}"
        return RepositoryLinks(
            base.page,
            branch,
            configuration=file if configuration[:1] not in ("", "/", ".") else "",
            run=base.run,
            dashboard=f"{base.page}/issues/{self.board.number}" if self.board is not None else "",
        )

    def beginning(self, branch: Branch | None, watched: Iterable[str]) -> BranchBeginning:
        """Return what a body tells of where a branch begins.

        Args:
            branch: with one commit; None for one that is made now.
            watched: the files for which it is made again.
        """
        commit = branch.commits[0].parents[0] if branch is not None else self.base.commit
        files_ = tuple(sorted(set(watched)))
        return BranchBeginning(self.base.branch, commit, files_)

    def read(self, paths: Sequence[str], commit: str) -> dict[str, bytes]:
        """Return a commit's bytes of some overlay files; those that it lacks are left out."""
        prefix = self.base.prefix
        there = self.repository.files(commit, [prefix + file for file in paths])
        return {
            file: self._bytes(file, there[prefix + file].blob)
            for file in paths
            if prefix + file in there
        }

    def _bytes(self, file: str, blob: str) -> bytes:
        """Take a file from the disk where it is the same there."""
        local = files.find(self.root / file, file) or b""
        return local if blob_id(local) == blob else self.repository.blob(blob)

    def look(self, *, issues: bool) -> None:
        """Read which pull requests and branches there are; with the issues if asked."""
        shown = self.repository.overview(self.base.branch, self.naming.prefixes, issues=issues)
        self.login, self.open, self.is_strict = shown.login, shown.pulls, shown.is_strict
        self._checks = shown.is_checked or None
        ended = tuple(pull for pull in shown.ended if rules.is_mine(pull, self.login))
        self.ended = EndedPullRequests(ended, is_whole=not shown.has_more_ended)
        base, mine = self.base, self.own_pulls
        self._first = FirstRun(self.repository, self.login, base.branch, base.run, mine, self.ended)
        self.count = len(mine)
        self._issues = shown.issues
        by_branch = {pull.branch: pull for pull in mine}
        # Also those under a prefix that config.yaml does not have any more.
        heads = {pull.branch: pull.left for pull in ended if pull.left}
        heads |= {**{pull.branch: pull.head for pull in mine}, **shown.heads}
        self._branches = ShownBranches(self.repository, self.base.commit, heads, by_branch)

    def look_closer(
        self,
        names: Iterable[str],
        watched: Callable[[Iterable[str]], Iterable[str]],
        automerged: Collection[str],
    ) -> None:
        """Read what was proposed before, and what the base had where open branches began.

        Args:
            names: of the packages and groups that are proposed.
            watched: the files that some packages' files are and use.
            automerged: the identities of packages whose pull requests may merge by themselves, so
                that their checks matter.
        """
        branches = [
            branch
            for name in names
            for branch in (self.naming.branch(name), self.naming.former(name))
            if branch
        ]
        self.branches.look_closer(
            branches,
            lambda pull: watched(rules.packages_of(pull)),
            lambda pull: not rules.packages_of(pull).isdisjoint(automerged),
        )

    def look_at_board(self) -> None:
        """Read the dashboard and its boxes."""
        every_issue = self._issues if self._issues is not None else self.repository.issues()
        issues = [
            issue
            for issue in every_issue
            if issue.author == self.login and dashboard.MARKER in issue.body
        ]
        is_open = [issue for issue in issues if issue.is_open]
        self.board = next(iter(is_open or issues), None)
        self.boards = tuple(issue for issue in is_open if issue is not self.board)
        every = (self.board, *self.boards) if self.board is not None else ()
        shown = "\n".join(issue.body for issue in every)
        self.forced, self.shown_orders = dashboard.forced(shown), dashboard.orders(shown)

    @property
    def requires_checks(self) -> bool:
        """Tell whether GitHub merges into the base only what passed some check."""
        if self._checks is None:
            self._checks = self.repository.requires_checks(self.base.branch)
        return self._checks

    def is_forced(self, update: Update) -> bool:
        """Tell whether somebody ticked a package's box."""
        return dashboard.is_forced(update.identity, self.forced)

    def with_pull(self, outcome: Outcome) -> Outcome:
        """Return an outcome with the updater's pull request that was open for its package."""
        links = (pull.link for pull in self._proposing(outcome.package.identity))
        return replace(outcome, pull_request=next(links, None))

    def branches_with(self, identity: str) -> set[str]:
        """Return the branches on which the updater proposes a package."""
        return {pull.branch for pull in self._proposing(identity)}

    def _proposing(self, identity: str) -> Iterator[Pull]:
        """Yield the pull requests in which the updater proposes a package of this project."""
        for pull in self.own_pulls:
            if rules.proposes(pull, identity) and self.naming.may_own(pull.branch):
                yield pull

    @property
    def is_first_run(self) -> bool:
        """Tell whether the updater had no pull request here before this run."""
        return self._first is not None and self._first.look()

    @property
    def was_first_run(self) -> bool:
        """Tell whether somebody asked for that, and it is; makes no request."""
        return self._first is not None and bool(self._first.answer)

    def branch_of(self, name: str, identities: Iterable[str]) -> str:
        """Return the branch of a package or group.

        Where it is proposed already on a branch that was named otherwise, that one.

        Args:
            name: the package's or the group's.
            identities: of the packages that are proposed.
        """
        branch = self.naming.branch(name)
        earlier = [
            pull.branch
            for pull in self.own_pulls
            if self.naming.was_branch(pull.branch, name)
            and rules.packages_of(pull) & set(identities)
        ]
        if not earlier or any(pull.branch == branch for pull in self.open):
            return branch
        for other in earlier:
            there = self.branches.branch(other)
            if there is not None and self.is_of_this_project(there, identities):
                return other
        return branch

    def pulls(self, branch: str, name: str) -> tuple[Pull, ...]:
        """Return the pull requests of a branch, and what was closed where it was named otherwise.

        Args:
            branch: as `branch_of` returns it.
            name: the package's or the group's.
        """
        former = self.naming.former(name)
        earlier = self.branches.earlier(former) if former not in ("", branch) else ()
        closed = [pull for pull in earlier if pull.state != "open"]
        closed += self.ended.declined(self.naming, name)
        return newest_first((*closed, *self.branches.earlier(branch)))

    def is_of_this_project(self, branch: Branch, identities: Iterable[str]) -> bool:
        """Tell whether a branch changes some packages' files below the project's own folder.

        Another project in the same repository may have files and packages of the same names. Of
        a pin that stands in data beside the overlay, only the data changes.
        """
        changed = {path for commit in branch.commits for path in commit.files}
        files_ = {identity.partition("#")[0] for identity in identities}
        if any(path.startswith(self.base.prefix) and may_have_pins(path) for path in changed):
            return True
        return changed >= {self.base.prefix + file for file in files_}

    def rivals(self, proposal: Proposal) -> list[Pull]:
        """Return the open pull requests of others that give all packages the same versions."""
        others = [pull for pull in self.open if not rules.is_mine(pull, self.login)]
        if self._rivals is None:
            self._rivals = RivalReader(self.repository, self.base.prefix)
        return [pull for pull in others if self._rivals.does_the_same(pull, proposal)]

    def may_write(self, pull: Pull) -> bool:
        """Tell whether a pull request's author may push to the repository."""
        return pull.own or self.repository.may_write(pull.author)

    def comments(self, pull: Pull) -> tuple[PullComment, ...]:
        """Return what was said about a pull request, oldest first."""
        if pull.comments is not None:
            return pull.comments
        return self.repository.comments(pull.number)

    def orders(self, pulls: Sequence[Pull]) -> tuple[Order, ...]:
        """Return what people said: on a branch's newest pull request, and as the dashboard shows.

        Args:
            pulls: of a branch, newest first.
        """
        return tuple(dict.fromkeys((*orders_of(pulls, self.login), *self.shown_orders)))

    def put(self, pull: Pull) -> None:
        """Take note of what a pull request is by now."""
        if pull.state != "open":
            self.ended = self.ended.put(pull)
            return
        self.open = tuple(pull if other.number == pull.number else other for other in self.open)
        self.branches.put(pull)

    def say_once(self, pull: Pull, marker: str, text: str) -> None:
        """Comment on a pull request, unless the updater said something with that marker there."""
        if not any(
            comment.author.lower() == self.login.lower() and marker in comment.text
            for comment in self.comments(pull)
        ):
            self.repository.comment(pull.number, text)

    def close(self, pull: Pull, body: str) -> None:
        """Close a pull request of the updater with another text, and delete its branch."""
        self.repository.edit_pull(pull.number, body=body, state="closed")
        self.open = tuple(
            other_pull for other_pull in self.open if other_pull.number != pull.number
        )
        self.count -= 1
        self.drop_branch(pull)

    def drop_branch(self, pull: Pull) -> None:
        """Delete the branch of a pull request that is not open any more.

        It stays where another pull request from it is open, such as one against another branch:
        GitHub would close that one too.
        """
        others = (
            other_pull
            for other_pull in self.repository.pulls(pull.branch)
            if other_pull.number != pull.number
        )
        if all(other_pull.state != "open" for other_pull in others):
            self.repository.delete_branch(pull.branch)
            self.branches.drop(pull.branch)
