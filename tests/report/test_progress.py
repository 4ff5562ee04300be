"""While something takes long, a terminal shows what it is, for how long, and which host is slow."""

from __future__ import annotations

import io
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

import updater
from tests.report.outcomes import package
from updater.report import progress
from updater.report.layout import cells
from updater.report.progress import (
    LiveProgress,
    PlainProgress,
    SilentProgress,
    StageState,
    progress_sentence,
)

if TYPE_CHECKING:
    from collections.abc import Callable

WAIT = "no answer from code.example for 30 s, trying again in 2 s, 2 of 4"


@dataclass
class Network:
    downloaded: int = 0
    waits: tuple[str, float] | None = None

    def slowest(self) -> tuple[str, float] | None:
        return self.waits


SENTENCES = {
    "a stage": (StageState("find", 0, 100.0), None, "Finding packages, 14 s"),
    "a package": (
        StageState("hash", 26, 0.0, 3, "vocos"),
        Network(),
        "Hashing sources 3/26, 1 min 54 s: vocos",
    ),
    "downloads": (
        StageState("hash", 26, 100.0, 3, "vocos"),
        Network(34_567_890),
        "Hashing sources 3/26, 14 s, 34.6 MB downloaded: vocos",
    ),
    "a slow host": (
        StageState("look-up", 26, 100.0, 3, "vocos"),
        Network(0, ("code.example", 12.4)),
        "Asking upstreams 3/26, 14 s: waiting for code.example for 12 s",
    ),
    "a host that takes no time": (
        StageState("look-up", 26, 100.0, 3, "vocos"),
        Network(0, ("code.example", 2.9)),
        "Asking upstreams 3/26, 14 s: vocos",
    ),
    "a wait": (
        StageState("look-up", 26, 100.0, 3, WAIT, waits=True),
        Network(0, ("code.example", 12.4)),
        f"Asking upstreams 3/26, 14 s: {WAIT}",
    ),
    "more steps than were told": (
        StageState("own", 2, 100.0, 3),
        None,
        "own 2/2, 14 s",
    ),
}


@pytest.mark.parametrize(("state", "network", "said"), SENTENCES.values(), ids=SENTENCES)
def test_says_what_goes_on_for_how_long_and_who_is_slow(
    state: StageState, network: Network | None, said: str
) -> None:
    assert progress_sentence(state, network, 114.9) == said


@pytest.mark.parametrize("width", [30, 40, 80, 120])
def test_no_word_is_cut_and_no_line_is_as_wide_as_the_terminal(width: int) -> None:
    live = LiveProgress(Console(file=io.StringIO(), width=width))
    live.stage("look-up", 26)
    live.wait("code.example", WAIT)
    assert " ".join(" ".join(live.lines).split()).endswith(WAIT)
    assert all(cells(line) < width for line in live.lines)


def test_a_wait_is_shown_until_something_is_done() -> None:
    live = LiveProgress(Console(file=io.StringIO(), width=200))
    live.watch(Network(0, ("code.example", 60.0)))
    live.stage("look-up", 2)
    live.wait("code.example", WAIT)
    assert live.lines[0].endswith(WAIT)
    live.step(package("vocos"))
    assert live.lines[0].endswith(
        "Asking upstreams 1/2, 0 s: waiting for code.example for 1 min 0 s"
    )
    live.note("https://code.example/o/r.git: 150 trees")
    live.watch(Network())
    assert live.lines == ["Asking upstreams 1/2, 0 s: https://code.example/o/r.git: 150 trees"]
    live.stage("write", 1)
    assert live.lines == ["Writing 0/1, 0 s"]


WAITS: dict[str, tuple[Callable[[], SilentProgress], int]] = {
    "silent": (SilentProgress, 2),
    "plain": (PlainProgress, 4),
}


@pytest.mark.parametrize(("display", "lines"), WAITS.values(), ids=WAITS)
def test_where_lines_stay_a_host_is_named_once_unless_details_are_wanted(
    capsys: pytest.CaptureFixture[str], display: Callable[[], SilentProgress], lines: int
) -> None:
    shown = display()
    for _ in range(2):
        shown.wait("code.example", "code.example cannot be reached")
        shown.wait("other.example", "other.example cannot be reached")
    err = capsys.readouterr().err.splitlines()
    assert err == [
        "updater: code.example cannot be reached",
        "updater: other.example cannot be reached",
    ] * (lines // 2)


def test_a_terminal_is_left_without_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    """But for what was said: rich puts it above the line that changes."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    with progress.shown(quiet=False, verbose=False) as live:
        live.stage("look-up", 2)
        live.say("a message")
    shown = stream.getvalue()
    assert "Asking upstreams 0/2, 0 s" in shown
    assert "updater: a message\n" in shown
    assert shown.endswith("\x1b[?25h\r\x1b[1A\x1b[2K")


def test_every_stage_has_a_title() -> None:
    sources = [path.read_text() for path in Path(updater.__file__).parent.rglob("*.py")]
    stages = {name for text in sources for name in re.findall(r'\bStage\("([a-z-]+)"', text)}
    assert len(stages) > 5
    for name in stages:
        assert progress_sentence(StageState(name, 0, 0.0), None, 0.0)[0].isupper(), name
