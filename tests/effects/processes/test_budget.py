"""Work that may take any time is stopped by the processor's clock, and nothing else is."""

from __future__ import annotations

import re
import signal
import time

import pytest

from updater.effects.processes.budget import OverBudget, ProcessorTime

EVIL = re.compile("(a+)+b")
TEXT = "a" * 60


def test_an_expression_without_end_is_stopped() -> None:
    budget = ProcessorTime(0.2)
    started = time.process_time()
    with pytest.raises(OverBudget), budget.spent():
        EVIL.fullmatch(TEXT)
    assert 0.1 < time.process_time() - started < 1.5
    with pytest.raises(OverBudget), budget.spent():
        raise AssertionError("nothing is begun when the time is used up")


def test_the_time_is_shared() -> None:
    budget = ProcessorTime(0.3)

    def match() -> re.Match[str] | None:
        with budget.spent():
            return EVIL.fullmatch("a" * 18)

    with pytest.raises(OverBudget):
        any(match() for _ in range(1_000))
    assert budget.seconds == 0


def test_what_waits_takes_no_time_and_leaves_nothing_behind() -> None:
    before = signal.getsignal(signal.SIGVTALRM)
    budget = ProcessorTime(0.05)
    with budget.spent():
        time.sleep(0.2)
    assert budget.seconds > 0
    assert signal.getsignal(signal.SIGVTALRM) == before
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)


def test_an_error_inside_is_that_error() -> None:
    budget = ProcessorTime(1.0)
    with pytest.raises(KeyError), budget.spent():
        raise KeyError
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)
