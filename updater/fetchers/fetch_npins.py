"""npins' ``sources.NAME``: an entry of npins/sources.json. Source: npins, README.md."""

from __future__ import annotations

from typing import ClassVar

from updater.fetchers.by_program import ProgramEntry


class FetchNpins(ProgramEntry):
    """A branch's commit or a release of a repository."""

    command: ClassVar[str] = "npins update"
    forges: ClassVar[str] = "GitHub, GitLab or Forgejo"
    functions: ClassVar[frozenset[str]] = frozenset({"fetchNpins"})


KIND = FetchNpins()
