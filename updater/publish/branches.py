"""The updater's branches as a run found them, and what the base had where they began."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from updater.effects.github.details import Details
from updater.model import Branch, BranchCommit
from updater.publish.rules import merges_base
from updater.publish.text.marker import has_trailer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from updater.effects.github.protection import CheckState
    from updater.effects.github.repository import GitHubRepository
    from updater.model import Pull
    from updater.model.pulls import PullRequestContent


class ShownBranches(Struct):
    """The branches; what one query told of all is asked for no more.

    Attributes:
        base: the base branch's commit.
        heads: branch -> its commit.
        pulls: branch -> the updater's open pull request from it.
    """

    repository: GitHubRepository
    base: str
    heads: dict[str, str]
    pulls: Mapping[str, Pull]
    _details: Details = Details()
    _branches: dict[str, Branch | None] = field(default_factory=dict)
    _changed: dict[str, frozenset[str] | None] = field(default_factory=dict)
    _is_reported: bool | None = None

    def look_closer(
        self,
        names: Sequence[str],
        watched: Callable[[Pull], Iterable[str]],
        automerged: Callable[[Pull], bool],
    ) -> None:
        """Ask in one query what is needed of some branches, and of all with a pull request.

        Args:
            names: those that are proposed; what was closed of them and of all that have no open
                pull request is asked for.
            watched: the files that a pull request's own files are and use.
            automerged: whether it matters what is reported of a pull request.
        """
        idle = [name for name in dict.fromkeys((*names, *self.heads)) if name not in self.pulls]
        places = list(self._places(watched))
        checked = [pull.head for pull in self.pulls.values() if automerged(pull)]
        if idle or places or checked:
            self._details = self.repository.details(idle, places, checked)

    def checks(self, pull: Pull) -> CheckState | None:
        """Return what is reported of a pull request's checks; None where nothing is.

        The query of all says nothing of one without checks, and of all where the token lacks the
        right: which of the two it is, is asked once.

        Raises:
            PublishError: it may not be seen; only the first time.
        """
        if pull.head in self._details.checks:
            return self._details.checks[pull.head]
        if pull.head in self._details.checked and self._is_reported is not None:
            return None
        self._is_reported = False
        state = self.repository.checks(pull.head)
        self._is_reported = True
        return state

    def _places(self, watched: Callable[[Pull], Iterable[str]]) -> Iterator[tuple[str, str]]:
        for name, pull in self.pulls.items():
            content = self._content(name)
            if content is None or len(content.commits) != 1:
                continue
            (commit,) = content.commits
            for path in content.paths:
                yield commit.sha, path
            for parent in commit.parents:
                if parent != self.base:
                    for path in (*content.paths, *watched(pull)):
                        yield parent, path
                        yield self.base, path

    def earlier(self, name: str) -> tuple[Pull, ...]:
        """Return the pull requests of a branch, newest first; the updater's own, if one is open."""
        if name in self.pulls:
            return (self.pulls[name],)
        known = self._details.pulls.get(name)
        return known if known is not None else self.repository.pulls(name)

    def branch(self, name: str) -> Branch | None:
        """Return a branch with the commits that the base lacks, None where there is none."""
        if name not in self.heads:
            return None
        if name not in self._branches:
            shown = self._branch_of_pull(name)
            self._branches[name] = (
                shown if shown is not None else self.repository.branch(name, self.base)
            )
        return self._branches[name]

    def put(self, pull: Pull) -> None:
        """Take note of what the updater's open pull request from a branch is by now."""
        self.pulls = {**self.pulls, pull.branch: pull}

    def drop(self, name: str) -> None:
        """Forget a branch that was deleted."""
        self.heads.pop(name, None)

    def is_unchanged(
        self, branch: Branch | None, blobs: Mapping[str, str], paths: Iterable[str]
    ) -> bool:
        """Tell whether the base still has at some paths what it had where a branch began.

        False where the branch is not one commit that writes ``blobs``.
        """
        if branch is None or len(branch.commits) != 1:
            return False
        (only,) = branch.commits
        if len(only.parents) != 1 or dict(only.files) != blobs:
            return False
        (parent,) = only.parents
        return parent == self.base or self._is_unchanged_since(parent, list(paths))

    def _is_unchanged_since(self, commit: str, paths: Sequence[str]) -> bool:
        known = self._details.objects
        if all((commit, path) in known and (self.base, path) in known for path in paths):
            return all(known[commit, path] == known[self.base, path] for path in paths)
        if commit not in self._changed:
            self._changed[commit] = self.repository.changed_paths(commit, self.base)
        changed = self._changed[commit]
        return changed is not None and not any(
            name == path or name.startswith(f"{path}/") for name in changed for path in paths
        )

    def _content(self, name: str) -> PullRequestContent | None:
        """Return what a branch adds, if it is still what its pull request was told to have."""
        pull = self.pulls.get(name)
        if pull is None or not pull.own or self.heads.get(name) != pull.head:
            return None
        return pull.content

    def _branch_of_pull(self, name: str) -> Branch | None:
        """Return a branch as the queries told it; None where they did not tell enough."""
        content = self._content(name)
        if content is None:
            return None
        if len(content.commits) == 1:
            (commit,) = content.commits
            places = [(commit.sha, path) for path in content.paths]
            known = self._details.objects
            if not all(place in known for place in places):
                return None
            files = {path: known[commit.sha, path] for path in content.paths}
            single = BranchCommit(commit.sha, commit.parents, commit.message, files)
            return Branch(self.heads[name], (single,))
        # Of which commit each file is was not told; a commit without a trailer is a person's.
        files = dict.fromkeys(content.paths, "")
        commits = tuple(
            BranchCommit(commit.sha, commit.parents, commit.message, files)
            for commit in content.commits
        )
        branch = Branch(self.heads[name], commits)
        is_enough = any(
            not merges_base(commit, branch) and not has_trailer(commit.message)
            for commit in commits
        )
        return branch if is_enough else None
