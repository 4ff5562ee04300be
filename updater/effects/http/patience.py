"""How often a request is sent, how long is waited in between, and who is told."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, TypeVar

import anyio
from msgspec import Struct, field

from updater.effects.http.traffic import host_of
from updater.errors import RateLimited, ServerFailed, Unreachable, UpstreamError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import tenacity
    from tenacity.wait import wait_base

T = TypeVar("T")

TRANSIENT: tuple[type[UpstreamError], ...] = (RateLimited, ServerFailed, Unreachable)
"""What may succeed when it is sent again."""


class Clock(Struct, frozen=True):
    """The time, and how it is let pass: in a task, and in a worker thread."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep
    block: Callable[[float], None] = time.sleep


class Patience(Struct, frozen=True):
    """One run's limits and words.

    Attributes:
        retries: tries after the first.
        max_wait: the longest wait before one of them, in seconds; for more, the request fails.
        wait: is told of every wait, its host and a sentence, but once of the same rate limit, and
            once a try of a host that cannot be reached, however many requests wait for it.
    """

    retries: int
    max_wait: float
    wait: Callable[[str, str], None]
    clock: Clock = Clock()
    _notices: set[tuple[str, str]] = field(default_factory=set)

    async def answered(
        self, what: str, on: tuple[type[UpstreamError], ...], once: Callable[[], Awaitable[T]]
    ) -> T:
        """Send a request, again where that may mend its failure, and return what it returns.

        Args:
            what: the request's address.
            on: the failures after which it is sent again.
            once: sends it.
        """
        try:
            return await once()
        except on as error:
            failures = [error]

        import tenacity  # noqa: PLC0415 - where something has failed, or takes long

        async def again() -> T:
            if failures:  # tenacity sees the first one, too
                raise failures.pop()
            return await once()

        tries = tenacity.AsyncRetrying(
            sleep=self.clock.sleep,
            retry=tenacity.retry_if_exception_type(on),
            wait=self._wait,
            stop=self._stop,
            before_sleep=lambda state: self._announce(state, what),
            reraise=True,
        )
        answer: T = await tries(again)
        return answer

    def blocking_tries(
        self, what: str, worth: Callable[[BaseException], bool]
    ) -> tenacity.Retrying:
        """Return the loop for a request in a worker thread.

        Args:
            what: the request's address.
            worth: whether it is sent again after a failure that may be mended by that.
        """
        import tenacity  # noqa: PLC0415 - as above

        return tenacity.Retrying(
            sleep=self.clock.block,
            retry=tenacity.retry_if_exception(
                lambda error: isinstance(error, TRANSIENT) and worth(error)
            ),
            wait=self._wait,
            stop=self._stop,
            before_sleep=lambda state: self._announce(state, what),
            reraise=True,
        )

    def _wait(self, state: tenacity.RetryCallState) -> float:
        error = _error(state)
        if isinstance(error, RateLimited) and error.until is not None:
            left = (error.until - self.clock.now()).total_seconds()
            return max(0.0, left) + _spread()(state)
        return _backoff()(state)

    def _stop(self, state: tenacity.RetryCallState) -> bool:
        tried_enough = state.attempt_number > self.retries
        return tried_enough or state.upcoming_sleep > self.max_wait

    def _announce(self, state: tenacity.RetryCallState, what: str) -> None:
        error = _error(state)
        same = ""
        if isinstance(error, RateLimited) and error.until is not None:
            same = f"{error.until:%H:%M:%S}"
        elif isinstance(error, Unreachable):
            same = f"try {state.attempt_number}"
        host = host_of(what)
        if same and (host, same) in self._notices:
            return
        self._notices.add((host, same))
        why = error.cause if isinstance(error, UpstreamError) else ""
        seconds = round(state.upcoming_sleep)
        when = f" in {seconds} s" if seconds else ""
        number = f"{state.attempt_number + 1} of {self.retries + 1}"
        self.wait(host, f"{why or error}, trying again{when}, {number}")


@cache
def _backoff() -> wait_base:
    import tenacity  # noqa: PLC0415 - as above

    # Not `wait_exponential_jitter`, whose arguments have other names before tenacity 9.2
    return tenacity.wait_exponential(multiplier=0.5, max=10) + tenacity.wait_random(0, 0.5)


@cache
def _spread() -> wait_base:
    """Return a wait so that all who wait for one limit's end do not come back at once."""
    import tenacity  # noqa: PLC0415 - as above

    return tenacity.wait_random(0, 1)


def _error(state: tenacity.RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome is not None else None
