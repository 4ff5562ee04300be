"""The dashboard is brought up to date after a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.publish import rules
from updater.publish.ordering import in_force, orders_of
from updater.publish.text import dashboard
from updater.publish.text.body import is_same, origin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from updater.config.load import Config
    from updater.model import Outcome, Package
    from updater.model.orders import Order
    from updater.publish.looking import RepositoryView


class BoardSource(Struct, frozen=True):
    """What only the dashboard wants to know.

    Attributes:
        outcomes: of packages that are not proposed.
        follows: says what a package follows, as far as its text and the configuration tell.
    """

    outcomes: Sequence[Outcome] = ()
    follows: Callable[[Package], str] = lambda _: ""


NOTHING = BoardSource()


class BoardWriter(Struct, frozen=True):
    """Writes the dashboard.

    Attributes:
        packages: all of the base.
        follows: as `BoardSource` has it.
    """

    view: RepositoryView
    config: Config
    packages: Sequence[Package]
    follows: Callable[[Package], str]

    def show(self, outcomes: Sequence[Outcome], orders: Mapping[str, tuple[Order, ...]]) -> None:
        """Bring the issue up to date.

        Args:
            outcomes: of the run.
            orders: identity -> what people said, of the packages of which all is known.

        Raises:
            PublishError: it cannot be now; the next run does it.
        """
        board, repository = self.view.board, self.view.repository
        links = replace(self.view.links("", self.config.file), dashboard="")
        context = dashboard.BoardContext(
            self.packages,
            self.follows,
            self._is_settled,
            self._title(),
            self.view.base.page,
            self._with_open(orders),
        )
        if board is None:
            text = dashboard.render("", outcomes, origin(links), context)
            repository.open_issue(dashboard.TITLE, text)
            return
        others = self.view.boards
        before = dashboard.merged([board.body, *(issue.body for issue in others)])
        body = dashboard.render(before, outcomes, origin(links), context)
        if not is_same(body, board.body):
            repository.edit_issue(board.number, body=body)
        for issue in others:
            text = dashboard.replaced(board.number)
            repository.edit_issue(issue.number, body=text, state="closed")

    def _title(self) -> str:
        configured = self.config.document.max_open
        is_first = configured is None and self.view.was_first_run
        limit = rules.FIRST if is_first else rules.MOST if configured is None else configured
        later = f"; later runs open up to {rules.MOST}" if is_first else ""
        count = self.view.count
        if count > limit:  # somebody asked for more
            return f"{count} pull requests are open, and max_open is {limit}"
        return f"{count} of {limit} pull requests are open{later}"

    def _is_settled(self, order: Order) -> bool:
        package = next((own for own in self.packages if own.identity == order.identity), None)
        return package is None or not any(in_force([order], self.config.policy(package)))

    def _with_open(self, orders: Mapping[str, tuple[Order, ...]]) -> dict[str, tuple[Order, ...]]:
        """Return orders with those of pull requests that are open, whatever the run is about."""
        every = dict(orders)
        for pull in self.view.open:
            for order in orders_of([pull], self.view.login):
                said = every.get(order.identity, ())
                every[order.identity] = tuple(dict.fromkeys((*said, order)))
        return every
