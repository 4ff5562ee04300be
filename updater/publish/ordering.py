"""What people say in comments on pull requests is taken, done and answered, each once.

Nothing else remembers it: orders stand in the hidden marker of the pull request, also after it was
closed, and `rebuild` ticks its box. The answer names the comment that it is to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from updater.choose.releases import fits
from updater.model.orders import Order
from updater.model.proposal import read_key
from updater.publish import rules
from updater.publish.text.answers import Answered, answer, answered_comments, is_answer
from updater.publish.text.commands import may_have_commands, read_commands
from updater.publish.text.marker import read_marker, ticked, with_orders

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from updater.model import Policy, Pull
    from updater.model.pulls import PullComment
    from updater.publish.looking import RepositoryView
    from updater.publish.text.commands import Command

_MOST_AUTHORS = 20


class OrderTaker(Struct, frozen=True):
    """Reads the comments on the updater's open pull requests."""

    view: RepositoryView
    _may_write: dict[str, bool] = field(default_factory=dict)

    def take(self) -> None:
        """Do what comments say, and answer them.

        Raises:
            PublishError: it cannot be now; the next run does it.
        """
        view = self.view
        mine = [
            pull
            for pull in view.own_pulls
            if rules.packages_of(pull) and view.naming.may_own(pull.branch)
        ]
        if mine and all(pull.comments is None for pull in mine):
            listed = view.repository.newest_comments()
            if listed is not None:
                mine = [replace(pull, comments=listed.get(pull.number, ())) for pull in mine]
        for pull in mine:
            self._take_of(pull)

    def _take_of(self, pull: Pull) -> None:
        comments = self.view.comments(pull)
        login = self.view.login.lower()
        own = [comment for comment in comments if comment.author.lower() == login]
        answered = answered_comments(comment.text for comment in own)
        body, answers = pull.body, []
        for comment in comments:
            if comment.key in answered or not may_have_commands(comment.text):
                continue
            if (comment in own and is_answer(comment.text)) or not self._may_order(comment):
                continue
            commands = read_commands(comment.text)
            done = [self._carry_out(command, comment, pull) for command in commands]
            for each in done:
                body = with_orders(body, each.orders)
                body = ticked(body) if each.rebuilds else body
            answers += [answer(comment, done)] if done else []
        if body != pull.body:
            self.view.repository.edit_pull(pull.number, body=body)
            self.view.put(replace(pull, body=body))
        for text in answers:
            self.view.repository.comment(pull.number, text)

    def _may_order(self, comment: PullComment) -> bool:
        """Ask GitHub whether somebody may write, once for each; not for a crowd."""
        author = comment.author.lower()
        if author == self.view.login.lower():
            return True
        if author not in self._may_write:
            asked = bool(author) and len(self._may_write) < _MOST_AUTHORS
            self._may_write[author] = asked and self.view.repository.may_write(comment.author)
        return self._may_write[author]

    def _carry_out(self, command: Command, comment: PullComment, pull: Pull) -> Answered:
        versions = _versions(pull)
        match command.verb:
            case "rebuild":
                return Answered(command, rebuilds=self.view.base.branch)
            case "hold":
                (reason,) = command.details
                orders = [
                    Order(identity, "hold", reason, comment.author, pull.number)
                    for identity in versions
                ]
                return Answered(command, tuple(orders))
            case "ignore":
                orders = [
                    Order(identity, "ignore", pattern, comment.author, pull.number)
                    for pattern in command.details
                    for identity, version in versions.items()
                    if len(versions) == 1 or fits(version, pattern)
                ]
                return Answered(command, tuple(orders))
            case _:
                return Answered(command)


def in_force(orders: Iterable[Order], policy: Policy) -> Iterator[Order]:
    """Yield orders that config.yaml does not say itself."""
    for order in orders:
        said = policy.hold if order.kind == "hold" else order.detail in policy.ignore
        if not said:
            yield order


def refusing(orders: Iterable[Order], identity: str, version: str) -> Order | None:
    """Return the order for which a version may not be proposed."""
    for order in orders:
        if order.identity == identity and (order.kind == "hold" or fits(version, order.detail)):
            return order
    return None


def orders_of(pulls: Iterable[Pull], login: str) -> tuple[Order, ...]:
    """Return the orders of the newest pull request that has a marker: each has those before it.

    Args:
        pulls: newest first.
        login: the updater's own.
    """
    for pull in pulls:
        marker = read_marker(pull.body)
        if marker is not None and rules.is_mine(pull, login):
            return marker.orders
    return ()


def _versions(pull: Pull) -> Mapping[str, str]:
    marker = read_marker(pull.body)
    return dict(map(read_key, marker.keys)) if marker is not None else {}
