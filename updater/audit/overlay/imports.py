"""Which files other Nix files lead to, also through those that hold no package."""

from __future__ import annotations

import os.path
from typing import TYPE_CHECKING

from updater.audit.overlay.overlay_text import OverlayText

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_MOST_FILES = 500


def led_to(named: Iterable[str], read: Callable[[str], bytes | None]) -> frozenset[str]:
    """Return files, those that they name, those that these name, and so on.

    A folder leads to what its default.nix names.

    Args:
        named: the first files, relative to the root.
        read: returns the bytes of a file; None for one that is not to be followed.
    """
    reached = set(named)
    waiting = sorted(reached)
    followed = 0
    while waiting and followed < _MOST_FILES:
        file = waiting.pop()
        data = read(file if file.endswith(".nix") else os.path.normpath(f"{file}/default.nix"))
        if data is None:
            continue
        followed += 1
        folder = os.path.dirname(file) if file.endswith(".nix") else file  # noqa: PTH120 - as text
        for path in OverlayText(file, data, ()).paths:
            below = os.path.normpath(f"{folder}/{path}" if folder else path)
            if below not in reached:
                reached.add(below)
                waiting.append(below)
    return frozenset(reached)
