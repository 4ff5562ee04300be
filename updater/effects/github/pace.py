"""How fast GitHub lets one user make things.

Source: GitHub docs, "Rate limits for the REST API", "About secondary rate limits": 80 requests a
minute that generate content, and 500 an hour. Every request that writes is counted here. Of other
runs only that is known which GitHub shows; it alone knows the rest, and may ask to wait.
"""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Final

from updater.effects.github.refusals import in_words
from updater.errors import PublishError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PER_MINUTE: Final = 80
PER_HOUR: Final = 500
RESERVE: Final = 50
"""How many of the hour's are left for what is begun already: no pull request is begun with them."""

PER_PULL: Final = 3
"""How many an earlier run sent at least for a pull request."""

_MINUTE, _HOUR = 60.0, 3600.0


class WritePace:
    """Counts the requests that write, waits for the minute, stops for the hour.

    Args:
        clock: tells seconds.
        sleep: waits some.
        most: for how many seconds is waited where GitHub asks for it.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        most: float = _MINUTE,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._most = most
        self._sent: deque[float] = deque(maxlen=PER_HOUR)
        self._closed_until = clock()

    def made(self, ages: Iterable[float]) -> None:
        """Count what earlier runs made.

        Args:
            ages: of pull requests, in seconds.
        """
        now = self._clock()
        earlier = [now - age for age in ages if 0 <= age < _HOUR for _ in range(PER_PULL)]
        self._sent = deque(sorted([*earlier, *self._sent]), maxlen=PER_HOUR)

    def close(self, seconds: float) -> None:
        """Take note that GitHub asked to wait."""
        self._closed_until = max(self._closed_until, self._clock() + seconds)

    @property
    def obstacle(self) -> str:
        """Why nothing can be written for long; empty where something can."""
        wait = self._closed_until - self._clock()
        if wait <= self._most:
            return ""
        return f"GitHub asks to wait {in_words(wait)} before more is written"

    @property
    def has_room(self) -> bool:
        """Tell whether something new may be begun."""
        return self._of_last(_HOUR) <= PER_HOUR - RESERVE

    def admit(self) -> None:
        """Wait until one more request that writes may be sent.

        Raises:
            PublishError: that takes longer than a minute, or than may be waited.
        """
        if self.obstacle:
            wait = in_words(self._closed_until - self._clock())
            raise PublishError(
                self.obstacle,
                hint=f"run the command again in {wait}: it continues where it stopped",
            )
        if self._of_last(_HOUR) >= PER_HOUR:
            wait = in_words(self._sent[0] + _HOUR - self._clock() + 1)
            raise PublishError(
                f"{PER_HOUR} requests that write were sent within the hour, and GitHub takes "
                "no more",
                hint=f"run the command again in {wait}: it continues where it stopped",
            )
        wait_for_minute = 0.0
        if self._of_last(_MINUTE) >= PER_MINUTE:
            wait_for_minute = self._sent[-PER_MINUTE] + _MINUTE - self._clock()
        seconds = max(wait_for_minute, self._closed_until - self._clock())
        if seconds > 0:
            self._sleep(seconds)
        self._sent.append(self._clock())

    def _of_last(self, seconds: float) -> int:
        since = self._clock() - seconds
        return sum(sent > since for sent in self._sent)
