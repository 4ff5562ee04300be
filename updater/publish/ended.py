"""Pull requests that ended: what they decline, and what is said on them afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from updater.model import Pull
    from updater.publish.text.names import BranchNaming


class EndedPullRequests(Struct, frozen=True):
    """The updater's pull requests that were closed or merged, as far as one query tells.

    Attributes:
        pulls: the last changed first.
        is_whole: there was none before these, of the updater or of anybody.
    """

    pulls: tuple[Pull, ...] = ()
    is_whole: bool = False

    def declined(self, naming: BranchNaming, name: str) -> list[Pull]:
        """Return what was closed of a package or group, where branches were named otherwise."""
        return [
            pull
            for pull in self.pulls
            if pull.state == "closed"
            and naming.was_branch(pull.branch, name)
            and naming.may_own(pull.branch)
        ]

    def put(self, pull: Pull) -> EndedPullRequests:
        """Return them with what one of them is by now."""
        pulls = (pull if other.number == pull.number else other for other in self.pulls)
        return replace(self, pulls=tuple(pulls))


def newest_first(pulls: Iterable[Pull]) -> tuple[Pull, ...]:
    """Return pull requests, each once: the open one, then the newest first."""
    by_number = {pull.number: pull for pull in pulls}
    ordered = sorted(by_number.values(), key=lambda pull: (pull.state != "open", -pull.number))
    return tuple(ordered)
