"""Progress on stderr: a live line on a terminal, nothing or plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from updater.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from updater.errors import Bug
    from updater.model import Package

_TITLES = {
    "find": "Finding packages",
    "look-up": "Asking upstreams",
    "choose": "Choosing versions",
    "identify": "Identifying commits",
    "verify": "Verifying pins",
    "hash": "Hashing sources",
    "adapt": "Comparing requirements",
    "homepage": "Asking for homepages",
    "patch": "Planning edits",
    "evaluate": "Evaluating",
    "build": "Building",
    "write": "Writing",
    "publish": "Publishing",
}
_SLOW = 3.0  # seconds after which a host is worth naming
_MINUTE = 60
_MEGABYTE = 1_000_000


class Watched(Protocol):
    """What is on the network, as `effects` counts it."""

    @property
    def downloaded(self) -> int:
        """Bytes."""

    def slowest(self) -> tuple[str, float] | None:
        """The host that is waited for the longest, and for how many seconds."""


class SilentProgress:
    """Says nothing but what somebody must know."""

    def __init__(self) -> None:
        self._hosts: set[str] = set()

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

    def detail(self, message: str) -> None:
        """Ignore what changes nothing for the user."""

    def watch(self, traffic: Watched) -> None:
        """Ignore the network."""

    def wait(self, host: str, message: str) -> None:
        """Print why a host is waited for; of each host the first time."""
        if host not in self._hosts:
            self._hosts.add(host)
            self.say(message)

    def say(self, message: str) -> None:
        """Print one line to stderr."""
        sys.stderr.write(f"updater: {one_line(message)}\n")


class PlainProgress(SilentProgress):
    """One line a stage and package, for logs (``-v``)."""

    def __init__(self) -> None:
        super().__init__()
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

    def detail(self, message: str) -> None:
        """Print what helps to understand a run."""
        self.say(message)

    def wait(self, host: str, message: str) -> None:  # noqa: ARG002 - each of them is printed
        """Print why a host is waited for."""
        self.say(message)

    def bug(self, bug: Bug) -> None:
        """Print how a bug came about, once for all packages that meet it in the same way."""
        if bug.trace not in self._traces:
            self._traces.add(bug.trace)
            for line in bug.trace:
                self.say(line)


class StageState(Struct):
    """How far the present stage is.

    Attributes:
        name: as the pipeline calls it.
        total: packages to go through; 0 where nobody counts.
        began: on the clock that only goes on.
        text: the last package, or how far a long step is, or why a host is waited for.
        waits: the text is the latter.
    """

    name: str
    total: int
    began: float
    done: int = 0
    text: str = ""
    waits: bool = False

    def show(self, text: str, *, waits: bool = False) -> None:
        """Show a text from now on."""
        self.text, self.waits = text, waits


class LiveProgress(SilentProgress):
    """What goes on now, at the bottom of a terminal.

    Args:
        console: rich's, of the terminal.
    """

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console
        self._traffic: Watched | None = None
        self._state = StageState("find", 0, time.monotonic())

    def stage(self, name: str, total: int) -> None:
        """Begin a stage."""
        self._state = StageState(name, total, time.monotonic())

    def step(self, package: Package) -> None:
        """Count a package that is done."""
        self._state.done += 1
        self._state.show(package.name)

    def written(self, package: Package, version: str) -> None:
        """Print above the line that a file has its new version."""
        self.say(f"{package.name}: {version} is written")

    def note(self, text: str) -> None:
        """Show how far a long step is."""
        self._state.show(text)

    def watch(self, traffic: Watched) -> None:
        """Show what is on the network."""
        self._traffic = traffic

    def wait(self, host: str, message: str) -> None:  # noqa: ARG002 - the message names it
        """Show why a host is waited for, until something is done."""
        self._state.show(message, waits=True)

    def say(self, message: str) -> None:
        """Print one line above."""
        from updater.report.layout import wrapped  # noqa: PLC0415 - as rich, for a terminal

        lines = wrapped(f"updater: {one_line(message)}", self._console.width)
        self._console.print("\n".join(lines), markup=False, highlight=False, soft_wrap=True)

    @property
    def lines(self) -> list[str]:
        """What is shown now, in whole words; a line that is full would go on in the next one."""
        from updater.report.layout import wrapped  # noqa: PLC0415 - as above

        sentence = progress_sentence(self._state, self._traffic, time.monotonic())
        return wrapped(sentence, self._console.width - 1)


def progress_sentence(state: StageState, traffic: Watched | None, now: float) -> str:
    """Return what is going on, for how long, how much was downloaded, and what is waited for.

    Args:
        state: of the present stage.
        traffic: what is on the network, if anybody looks.
        now: on the clock that only goes on.
    """
    count = f" {min(state.done, state.total)}/{state.total}" if state.total else ""
    parts = [f"{_TITLES.get(state.name, state.name)}{count}", _duration(now - state.began)]
    if traffic is not None and traffic.downloaded:
        parts.append(f"{traffic.downloaded / _MEGABYTE:.1f} MB downloaded")
    text = one_line(state.text)
    slowest = traffic.slowest() if traffic is not None and not state.waits else None
    if slowest is not None and slowest[1] >= _SLOW:
        text = f"waiting for {slowest[0]} for {_duration(slowest[1])}"
    return ": ".join(filter(None, (", ".join(parts), text)))


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), _MINUTE)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


@contextmanager
def shown(*, quiet: bool, verbose: bool) -> Iterator[SilentProgress]:
    """Yield the progress display that fits where stderr goes."""
    if quiet or not (verbose or sys.stderr.isatty()):
        yield SilentProgress()
        return
    if verbose:
        yield PlainProgress()
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
    from rich.live import Live as LiveDisplay  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(stderr=True)
    live = LiveProgress(console)

    def display() -> Text:
        return Text("\n".join(live.lines), no_wrap=True, overflow="ignore")

    with LiveDisplay(get_renderable=display, console=console, transient=True):
        yield live
