"""A run in a project that counts which texts it parses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.effects.processes import beside
from updater.overlay.reading import file as reading

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pytest

    from updater.model import FunctionFile


class CountedRun:
    """A run in a project: which texts it parses, all in this process, and what it is told.

    Args:
        root: has the project, and what is kept of it.
        monkeypatch: replaces the parser.
        further: names by which others have imported the parser.
    """

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch, *further: str) -> None:
        self.root = root
        self.parsed: list[str] = []
        self.told: list[str] = []
        read = reading.read_packages

        def counted(
            data: bytes, file: str, fetchers: frozenset[str], functions: Sequence[FunctionFile] = ()
        ) -> reading.FileContent:
            self.parsed.append(file)
            return read(data, file, fetchers, functions)

        monkeypatch.setattr(reading, "read_packages", counted)
        for name in further:
            monkeypatch.setattr(name, counted)
        monkeypatch.setattr(beside, "_may_copy", lambda: False)

    def begin(self) -> None:
        """Forget what was counted."""
        self.parsed.clear()
        self.told.clear()
