"""Progress on stderr: a live line on a terminal, nothing or plain lines elsewhere."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from updater.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress as RichProgress

    from updater.errors import Bug
    from updater.model import Package


class Silent:
    """Says nothing but what somebody must know."""

    def stage(self, name: str, total: int) -> None:
        """Ignore a stage."""

    def step(self, package: Package) -> None:
        """Ignore a step."""

    def written(self, package: Package, version: str) -> None:
        """Ignore what is reported at the end."""

    def bug(self, bug: Bug) -> None:
        """Ignore how a bug came about."""

    def note(self, text: str) -> None:
        """Ignore how far a long step is."""

    def say(self, message: str) -> None:
        """Print one line to stderr."""
        sys.stderr.write(f"updater: {one_line(message)}\n")


class Plain(Silent):
    """One line a stage and package, for logs (``-v``)."""

    def __init__(self) -> None:
        self._stage = ""
        self._traces: set[tuple[str, ...]] = set()

    def stage(self, name: str, total: int) -> None:
        """Print a stage and how many packages it has."""
        self._stage = name
        if total:
            self.say(f"{name}: {total} packages")

    def step(self, package: Package) -> None:
        """Print that the stage is done with a package."""
        self.say(f"{self._stage}: {package.name} done")

    def written(self, package: Package, version: str) -> None:
        """Print that a file has its new version."""
        self.say(f"{package.name}: {version} is written")

    def bug(self, bug: Bug) -> None:
        """Print how a bug came about, once for all packages that meet it in the same way."""
        if bug.trace not in self._traces:
            self._traces.add(bug.trace)
            for line in bug.trace:
                self.say(line)


class Live(Silent):
    """A bar on a terminal."""

    def __init__(self, bar: RichProgress) -> None:
        self._bar = bar
        self._task = bar.add_task("find", total=None, package="")

    def stage(self, name: str, total: int) -> None:
        """Start the bar again for a stage."""
        self._bar.reset(self._task, description=name, total=max(total, 1), package="")

    def step(self, package: Package) -> None:
        """Move the bar on."""
        self._bar.update(self._task, advance=1, package=package.name)

    def written(self, package: Package, version: str) -> None:
        """Print above the bar that a file has its new version."""
        self.say(f"{package.name}: {version} is written")

    def note(self, text: str) -> None:
        """Show how far a long step is beside the bar."""
        self._bar.update(self._task, package=text)

    def say(self, message: str) -> None:
        """Print one line above the bar."""
        self._bar.console.print(f"updater: {one_line(message)}", markup=False, highlight=False)


@contextmanager
def shown(*, quiet: bool, verbose: bool) -> Iterator[Silent]:
    """Yield the progress display that fits where stderr goes."""
    if quiet or not (verbose or sys.stderr.isatty()):
        yield Silent()
        return
    if verbose:
        yield Plain()
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415

    columns = (
        TextColumn("{task.description:<8}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[package]}", style="dim"),
    )
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    with bar:
        yield Live(bar)
