"""The one loop over packages: an error is its package's outcome, and each package is a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

import anyio
from msgspec import Struct

from updater.errors import Bug, StageError, bugs_at
from updater.model import Failed, Outcome, Package, PackageOutcome

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from updater.model.run import Progress


class InProgress(Protocol):
    """A package on its way, with what is known of it so far."""

    @property
    def common_fields(self) -> dict[str, Any]:
        """The fields of an outcome, as its own `common_fields` has them; ``package`` is one."""


Item = TypeVar("Item", bound="Package | InProgress")
Result = TypeVar("Result")


class Stage(Struct, frozen=True):
    """One stage of a run.

    Attributes:
        name: as progress and errors show it.
        width: how many packages are at it at the same time. Most wait for nothing, and a task for
            each would take as long as its work.
    """

    name: str
    progress: Progress
    width: int = 64

    async def each(
        self, items: Sequence[Item | Outcome], work: Callable[[Item], Awaitable[Result]]
    ) -> list[Result | Outcome]:
        """Do the work of the stage for each package; return what became of them, in their order.

        What is an outcome by now is passed on. An exception, also one that nobody foresaw, is the
        outcome of its package alone.

        Args:
            items: the packages, as the stage before left them.
            work: returns what the next stage takes, or an outcome.
        """
        results: dict[int, Result | Outcome] = {}
        waiting: list[tuple[int, Item]] = []
        for place, item in enumerate(items):
            if isinstance(item, PackageOutcome):
                results[place] = cast("Outcome", item)
            else:
                waiting.append((place, item))
        self.progress.stage(self.name, len(waiting))
        left = iter(waiting)

        async def work_through() -> None:
            for place, item in left:
                results[place] = await self._outcome(item, work)
                self.progress.step(_common_fields(item)["package"])

        async with anyio.create_task_group() as group:
            for _ in range(min(self.width, len(waiting))):
                group.start_soon(work_through)
        return [results[place] for place in range(len(items))]

    async def _outcome(
        self, item: Item, work: Callable[[Item], Awaitable[Result]]
    ) -> Result | Failed:
        try:
            with bugs_at(self.name):
                return await work(item)
        except StageError as error:
            if isinstance(error, Bug):
                self.progress.bug(error)
            return failed(item, error)


def failed(item: Package | InProgress, error: StageError) -> Failed:
    """Return the outcome of an error, with what was known before it."""
    return Failed(
        stage=error.stage,
        message=error.message,
        hint=error.hint,
        cause=error.cause,
        **_common_fields(item),
    )


def _common_fields(item: Package | InProgress) -> dict[str, Any]:
    return {"package": item} if isinstance(item, Package) else item.common_fields
