"""Answers that cannot change, kept in the cache folder for ever, but for the oldest of too many."""

from __future__ import annotations

import hashlib
import json
import math
from typing import TYPE_CHECKING

from updater.effects.database import KeptDatabase
from updater.effects.kept import untold

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_NAME = "facts-1.sqlite3"


class Answers:
    """Small JSON objects by their question; a broken or unwritable cache only costs time.

    Args:
        folder: made where it is missing.
        detail: is told that it was damaged.
    """

    def __init__(self, folder: Path, detail: Callable[[str], None] = untold) -> None:
        self._database = KeptDatabase(folder / _NAME, untold, detail, math.inf)

    def get(self, *question: str) -> dict[str, object] | None:
        """Return what was kept for a question, None where nothing was, or it is damaged."""
        row = self._database.find(_key(question))
        answer: dict[str, object] | None = json.loads(row[1]) if row is not None else None
        return answer

    def keep(self, answer: dict[str, object], *question: str) -> None:
        """Keep an answer."""
        self._database.keep(_key(question), b"", json.dumps(answer).encode())

    def close(self) -> None:
        """Write what is still to be written."""
        self._database.close()


def _key(question: tuple[str, ...]) -> bytes:
    return hashlib.sha256("\0".join(question).encode(errors="surrogateescape")).digest()
