"""Answers that cannot change, kept in the cache folder for ever."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from typing import TYPE_CHECKING

from updater.effects import kept

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_FORM = "updater-answer-1"


class Answers:
    """Small JSON objects by their question; a broken or unwritable cache only costs time.

    Args:
        folder: made where it is missing.
        detail: is told which answer was dropped.
    """

    def __init__(self, folder: Path, detail: Callable[[str], None] = kept.untold) -> None:
        self._folder = folder
        self._detail = detail

    def get(self, *question: str) -> dict[str, object] | None:
        """Return what was kept for a question, None where nothing was, or it is damaged."""
        path = self._path(question)
        try:
            data = kept.read(path, _FORM)
        except OSError:
            return None
        except kept.DamagedFile:
            self._detail(f"{path} is damaged and was dropped; it is looked for again")
            return None
        answer = json.loads(data) if data is not None else None
        return answer if answer and answer["question"] == list(question) else None

    def keep(self, answer: dict[str, object], *question: str) -> None:
        """Keep an answer."""
        data = json.dumps({"question": list(question), **answer}).encode()
        with suppress(OSError):
            kept.write(self._path(question), _FORM, data)

    def _path(self, question: tuple[str, ...]) -> Path:
        digest = hashlib.sha256("\0".join(question).encode()).hexdigest()
        return self._folder / f"{digest[:40]}.json"
