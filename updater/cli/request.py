"""What was asked for; light, since every start of the command reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from updater.config.kept_yaml import KeptYaml
    from updater.config.load import Config
    from updater.find.selection import Names


Color = Literal["auto", "always", "never"]
"""What ``--color`` says."""


class Request(Struct, frozen=True):
    """What every command takes; None where the configuration decides.

    Attributes:
        brief: the command only looks, and begins no long search.
    """

    root: Path
    config: str | None
    packages: tuple[str, ...] = ()
    json: bool = False
    verbose: bool = False
    quiet: bool = False
    cache: bool = True
    offline: bool = False
    color: Color = "auto"
    max_candidates: int | None = None
    timeout: float | None = None
    brief: bool = False

    def about(self, packages: Sequence[str] | None) -> Request:
        """Return this request about some packages; None is about all."""
        return replace(self, packages=tuple(packages or ()))

    def within(
        self, max_candidates: int | None, timeout: float | None, *, brief: bool = False
    ) -> Request:
        """Return this request with a budget for identifying pins: trees, and seconds."""
        return replace(self, max_candidates=max_candidates, timeout=timeout, brief=brief)

    def load(self) -> Config:
        """Read the configuration; what was passed over on the way is told."""
        from updater.config import load

        config = load.load(self.root, self.config, self._kept_yaml())
        for note in config.place.notes:
            self.note(note)
        return config

    def _kept_yaml(self) -> KeptYaml | None:
        if not self.cache:
            return None
        from platformdirs import user_cache_path

        from updater.config.kept_yaml import KeptYaml

        return KeptYaml(user_cache_path("updater") / "configurations", self.note)

    def names(self, config: Config) -> Names:
        """Return the PKG arguments, which may be paths from where they were given."""
        from updater.find.selection import Names

        return Names(self.packages, config.root, self.root)

    def note(self, text: str) -> None:
        """Tell the user something that is good to know, unless only errors are wanted."""
        if not self.quiet:
            from updater.cli.stderr import tell

            tell(f"updater: {text}")
