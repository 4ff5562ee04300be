"""How fast GitHub lets one user make things.

Source: GitHub docs, "Rate limits for the REST API", "About secondary rate limits": 80 requests a
minute that generate content, and 500 an hour. Every request that writes is counted here.
"""

from __future__ import annotations

import math
import time
from collections import deque
from typing import TYPE_CHECKING, Final

from updater.errors import PublishError

if TYPE_CHECKING:
    from collections.abc import Callable

PER_MINUTE: Final = 80
PER_HOUR: Final = 500
RESERVE: Final = 50
"""How many of the hour's are left for what is begun already: no pull request is begun with them."""

_MINUTE, _HOUR = 60.0, 3600.0


class WritePace:
    """Counts the requests of this process that write, waits for the minute, stops for the hour.

    Args:
        clock: tells seconds.
        sleep: waits some.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._sent: deque[float] = deque(maxlen=PER_HOUR)

    @property
    def has_room(self) -> bool:
        """Tell whether something new may be begun."""
        return self._of_last(_HOUR) <= PER_HOUR - RESERVE

    def admit(self) -> None:
        """Wait until one more request that writes may be sent.

        Raises:
            PublishError: that takes longer than a minute.
        """
        if self._of_last(_HOUR) >= PER_HOUR:
            minutes = math.ceil((self._sent[0] + _HOUR - self._clock()) / _MINUTE)
            raise PublishError(
                f"this run sent {PER_HOUR} requests that write within the hour, and GitHub takes "
                "no more",
                hint=f"run the command again in {minutes} minutes: it continues where it stopped",
            )
        if self._of_last(_MINUTE) >= PER_MINUTE:
            self._sleep(max(0.0, self._sent[-PER_MINUTE] + _MINUTE - self._clock()))
        self._sent.append(self._clock())

    def _of_last(self, seconds: float) -> int:
        since = self._clock() - seconds
        return sum(sent > since for sent in self._sent)
