"""Reading overlays while this process imports what asks upstreams: both take as long."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec.msgpack

from updater.effects.beside import Beside
from updater.selection.found import Found

if TYPE_CHECKING:
    from collections.abc import Callable

    from updater.config import Config


def begin_reading(config: Config) -> Callable[[], Found]:
    """Begin to read what the configuration names, and return what ends it.

    Raises:
        ConfigError: (at the end) an entry of ``overlays:`` names nothing.
    """

    def read() -> Found:
        from updater.selection.finding import find_packages  # noqa: PLC0415 - where it is done

        return find_packages(config)

    beside = Beside(lambda: msgspec.msgpack.encode(read()))

    def end() -> Found:
        data = beside.result()
        # What went wrong there is said here, where it is met again.
        return read() if data is None else msgspec.msgpack.decode(data, type=Found)

    return end
