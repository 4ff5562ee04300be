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
from updater.publish.text.commands import ENDED, may_have_commands, read_commands
from updater.publish.text.marker import read_marker, ticked, with_orders

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from updater.model import Policy, Pull
    from updater.model.pulls import PullComment
    from updater.publish.looking import RepositoryView
    from updater.publish.text.commands import Command

_MOST_AUTHORS = 20
_MOST_ASKED = 5


class OrderTaker(Struct, frozen=True):
    """Reads the comments on the updater's pull requests, also on those that ended lately.

    Who closes one often says why in the same moment.
    """

    view: RepositoryView
    _may_write: dict[str, bool] = field(default_factory=dict)

    def take(self) -> dict[str, tuple[Order, ...]]:
        """Do what comments say, and answer them.

        Returns:
            Identity -> what people said of it, of the packages of which something is new.

        Raises:
            PublishError: it cannot be now; the next run does it.
        """
        view = self.view
        pulls = [
            pull
            for pull in (*view.own_pulls, *view.ended.pulls)
            if _keys(pull) and view.naming.may_own(pull.branch)
        ]
        if pulls and all(pull.comments is None for pull in pulls):
            listed = view.repository.newest_comments()
            if listed is not None:
                pulls = [replace(pull, comments=listed.get(pull.number, ())) for pull in pulls]
            else:  # each is a request: those that ended last come first
                ended = [pull for pull in pulls if pull.state != "open"][:_MOST_ASKED]
                pulls = [pull for pull in pulls if pull.state == "open" or pull in ended]
        taken: dict[str, tuple[Order, ...]] = {}
        for pull in pulls:
            taken |= self._take_of(pull, pulls)
        return taken

    def _take_of(self, pull: Pull, pulls: Sequence[Pull]) -> dict[str, tuple[Order, ...]]:
        comments = self.view.comments(pull)
        login = self.view.login.lower()
        own = [comment for comment in comments if comment.author.lower() == login]
        answered = answered_comments(comment.text for comment in own)
        answers: list[str] = []
        replies: list[Answered] = []
        for comment in comments:
            if comment.key in answered or not may_have_commands(comment.text):
                continue
            if (comment in own and is_answer(comment.text)) or not self._may_order(comment):
                continue
            commands = read_commands(comment.text)
            done = [self._carry_out(command, comment, pull) for command in commands]
            answers += [answer(comment, done)] if done else []
            replies += done
        taken = self._keep(pull, pulls, replies) if replies else {}
        for text in answers:
            self.view.repository.comment(pull.number, text)
        return taken

    def _keep(
        self, pull: Pull, pulls: Sequence[Pull], replies: Sequence[Answered]
    ) -> dict[str, tuple[Order, ...]]:
        """Write what was said into the marker that the next runs read: of the newest pull request.

        Args:
            pull: where it was said.
            pulls: all that may have a marker.
            replies: what was said, and what is to be done.
        """
        taken: dict[str, tuple[Order, ...]] = {}
        by_number = {own.number: own for own in pulls}
        orders = [order for each in replies for order in each.orders]
        for number in dict.fromkeys((pull.number, *by_number)):
            shown = self._shown(by_number[number])
            own = [order for order in orders if _home(order, pull, pulls).number == number]
            body = with_orders(shown.body, own)
            if number == pull.number and any(each.rebuilds for each in replies):
                body = ticked(body)
            if body != shown.body:
                self.view.repository.edit_pull(number, body=body)
                self.view.put(replace(shown, body=body))
            kept = orders_of([replace(shown, body=body)], self.view.login)
            for identity in dict.fromkeys(order.identity for order in own):
                taken[identity] = tuple(order for order in kept if order.identity == identity)
        return taken

    def _shown(self, pull: Pull) -> Pull:
        """Return a pull request as this run left it."""
        every = (*self.view.open, *self.view.ended.pulls)
        return next((own for own in every if own.number == pull.number), pull)

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
        versions = dict(map(read_key, _keys(pull)))
        match command.verb:
            case "rebuild" if pull.state != "open":
                return Answered(replace(command, problem=ENDED))
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


def _home(order: Order, pull: Pull, pulls: Iterable[Pull]) -> Pull:
    """Return the pull request that keeps an order: the newest of the package where one ended."""
    about = [own for own in pulls if order.identity in dict(map(read_key, _keys(own)))]
    if pull.state == "open" or not about:
        return pull
    return max(about, key=lambda own: (own.state == "open", own.number))


def _keys(pull: Pull) -> Sequence[str]:
    """Return the updates that a pull request proposes, or did until nothing was left of them."""
    marker = read_marker(pull.body)
    return (marker.keys or marker.done) if marker is not None else ()
