"""Where a report is shown, and how much of it."""

from __future__ import annotations

from msgspec import Struct


class Screen(Struct, frozen=True):
    """What the lines of a report are made for.

    Attributes:
        command: the command's name.
        arguments: what it was asked about, as a shell takes it: with it, the report suggests the
            next command. Empty, or with a space before it.
        width: the terminal's columns; None where the lines go to a file or another program.
        unicode: the lines may have arrows and ellipses.
        verbose: every package has its own row, with all that is known of it.
        git: how to run git on the overlays; empty where they are in no repository.
        committed: the changes were committed.
        results: the folder that `--output` named, as a shell takes it.
    """

    command: str
    arguments: str = ""
    width: int | None = None
    unicode: bool = False
    verbose: bool = False
    git: str = ""
    committed: bool = False
    results: str = ""

    @property
    def arrow(self) -> str:
        """What stands between two versions."""
        return "\u2192" if self.unicode else "->"

    @property
    def ellipsis(self) -> str:
        """What stands for what is left out."""
        return "\u2026" if self.unicode else "..."
