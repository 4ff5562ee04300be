"""Answers that cannot change, kept in the cache folder for ever."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path


class Answers:
    """Small JSON objects by their question; a broken or unwritable cache only costs time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, *question: str) -> dict[str, object] | None:
        """Return what was kept for a question, None where nothing was."""
        with suppress(OSError, ValueError):
            answer = json.loads(self._path(question).read_bytes())
            if isinstance(answer, dict) and answer.get("question") == list(question):
                return answer
        return None

    def keep(self, answer: dict[str, object], *question: str) -> None:
        """Keep an answer."""
        path = self._path(question)
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._folder)
            with os.fdopen(handle, "w") as file:
                json.dump({"question": list(question), **answer}, file)
            Path(name).replace(path)

    def _path(self, question: tuple[str, ...]) -> Path:
        digest = hashlib.sha256("\0".join(question).encode()).hexdigest()
        return self._folder / f"{digest[:40]}.json"
