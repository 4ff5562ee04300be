"""What a run may ask of the network."""

from __future__ import annotations

from msgspec import Struct

from updater.model.policy import LARGEST_PACK


class Network(Struct, frozen=True):
    """Limits of a run.

    Attributes:
        concurrency: requests at once.
        timeout: seconds for a read.
        retries: tries after the first.
        max_wait: seconds to wait before one of them.
        fetched: the bytes of a pack that git fetches.
        offline: nobody is asked.
    """

    concurrency: int = 32
    timeout: float = 30.0
    retries: int = 3
    max_wait: float = 60.0
    fetched: int = LARGEST_PACK
    offline: bool = False
