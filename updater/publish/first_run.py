"""Whether this is the updater's first run in a repository, which opens few pull requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.publish import rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.effects.github.repository import GitHubRepository
    from updater.model import Pull
    from updater.publish.ended import EndedPullRequests


class FirstRun(Struct):
    """Tells whether the updater had no pull request against the base before this run.

    A run of GitHub Actions may begin the updater several times: its address tells the run. Of what
    is closed the newest hundred are looked at.

    Attributes:
        login: the updater's own.
        base: the branch that pull requests are made against.
        run: the page of the run of GitHub Actions that looks; empty outside.
        open: the updater's that were open when the run looked.
        ended: those that were closed or merged.
        answer: None where nobody asked yet.
    """

    repository: GitHubRepository
    login: str
    base: str
    run: str
    open: Sequence[Pull]
    ended: EndedPullRequests
    answer: bool | None = None

    def look(self) -> bool:
        """Return whether it is; a request is made where nothing told it before."""
        if self.answer is None:
            self.answer = (
                all(self.run and f"({self.run})" in pull.body for pull in self.open)
                and not self.ended.pulls
                and (self.ended.is_whole or not self._has_closed())
            )
        return self.answer

    def _has_closed(self) -> bool:
        closed = self.repository.closed_pulls(self.base)
        return any(rules.is_mine(pull, self.login) for pull in closed)
