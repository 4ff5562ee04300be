"""niv's ``sources.NAME``: an entry of nix/sources.json. Source: niv, README.md."""

from __future__ import annotations

from typing import ClassVar

from updater.fetchers.by_program import ProgramEntry


class FetchNiv(ProgramEntry):
    """A commit of a repository."""

    command: ClassVar[str] = "niv update"
    forges: ClassVar[str] = "GitHub"
    functions: ClassVar[frozenset[str]] = frozenset({"fetchNiv"})


KIND = FetchNiv()
