"""What is on the network right now, for whoever shows it; tasks and worker threads add to it."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from updater.effects.http.addresses import shown

if TYPE_CHECKING:
    from collections.abc import Iterator


class Traffic:
    """The hosts that are waited for, and how much was downloaded.

    Attributes:
        downloaded: bytes of archives and files; answers of APIs are not counted.
    """

    def __init__(self) -> None:
        self.downloaded = 0
        self._lock = threading.Lock()
        self._open: dict[object, tuple[str, float]] = {}

    @contextmanager
    def asking(self, host: str) -> Iterator[None]:
        """Count a host among those that are waited for, as long as this is open."""
        request = object()
        with self._lock:
            self._open[request] = host, time.monotonic()
        try:
            yield
        finally:
            with self._lock:
                del self._open[request]

    def received(self, size: int) -> None:
        """Count so many bytes of a download."""
        with self._lock:
            self.downloaded += size

    def slowest(self) -> tuple[str, float] | None:
        """Return the host that is waited for the longest, and for how many seconds."""
        with self._lock:
            if not self._open:
                return None
            host, since = min(self._open.values(), key=lambda request: request[1])
        return host, time.monotonic() - since


def host_of(url: str) -> str:
    """Return an address's host, with its port where it has one, as a message may show it."""
    return shown(url).partition("://")[2].partition("/")[0]
