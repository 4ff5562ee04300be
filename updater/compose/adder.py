"""From names to overlays that build."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.compose.drafts import OverlayDraft
from updater.compose.origins import OriginReader
from updater.compose.presence import refuse_in_overlays
from updater.compose.references import read_reference
from updater.compose.rounds import AddRounds
from updater.compose.styles import style_of
from updater.compose.trees import ProjectCopy
from updater.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.compose.additions import Addition, AddRequest
    from updater.compose.origins import NewProject
    from updater.compose.references import Channel, NamedProject
    from updater.compose.trees import Runner
    from updater.config.load import Config
    from updater.find.overlay_files import OverlayFiles
    from updater.pipeline.pipeline import Pipeline


class Adder(Struct, frozen=True):
    """Adds overlays.

    Attributes:
        run: gives a pipeline to what asks upstreams and Nix.
    """

    config: Config
    run: Runner

    def add(self, overlays: OverlayFiles, ask: AddRequest) -> Addition:
        """Return new overlays with their places; nothing is written.

        Args:
            overlays: all that there are.
            ask: what is wanted.

        Raises:
            UpdaterError: one of them is there already, or cannot be packaged; then none is.
        """
        named = [read_reference(text, self.config.hosts) for text in ask.references]
        if len(named) != 1 and (ask.file or ask.name):
            raise UsageError(
                f"--file and --name go with one REF, and {len(named)} are given",
                hint="add the packages one after the other",
            )
        _refuse_twice([(own.text, str(own.project)) for own in named], "the same project")
        if not ask.name:
            # Of a repository it is not known yet what its project is called
            refuse_in_overlays(
                [own.project.name for own in named if own.project.on_index], overlays
            )
        style = style_of(overlays)
        projects = self._look_up(named, ask.channel)
        if ask.name:
            projects = [replace(project, name=ask.name) for project in projects]
        drafts = [OverlayDraft.beside(project, style) for project in projects]
        if ask.file:
            drafts = [replace(draft, file=ask.file) for draft in drafts]
        refuse_in_overlays([draft.name for draft in drafts], overlays)
        files = [(own.text, draft.file) for own, draft in zip(named, drafts, strict=True)]
        _refuse_twice(files, "projects of the same name")
        with ProjectCopy.made(self.config) as copy:
            return AddRounds(self.run, self.missing, copy, ask).finish(drafts)

    def _look_up(self, named: Sequence[NamedProject], channel: Channel | None) -> list[NewProject]:
        async def look_up(pipeline: Pipeline) -> list[NewProject]:
            reader = OriginReader(pipeline.run)
            return [await reader.look_up(project, channel) for project in named]

        return self.run(self.config, look_up)

    def named(self, name: str, channel: Channel) -> list[NewProject]:
        """Look up a project of the index whose source comes from one place."""
        return self._look_up([read_reference(f"pypi:{name}", self.config.hosts)], channel)

    def missing(self, names: Sequence[str]) -> list[NewProject]:
        """Look up what is required and nobody has, on the index."""
        named = [read_reference(f"pypi:{name}", self.config.hosts) for name in names]
        return self._look_up(named, None)


def _refuse_twice(meant: Sequence[tuple[str, str]], what: str) -> None:
    """Refuse arguments that mean the same.

    Args:
        meant: arguments, and what each means.
        what: they are, if two mean the same.

    Raises:
        UsageError: two of them mean the same.
    """
    texts: dict[str, str] = {}
    for text, meaning in meant:
        if meaning in texts:
            raise UsageError(
                f"{texts[meaning]} and {text} are {what}", hint="leave one of them out"
            )
        texts[meaning] = text
