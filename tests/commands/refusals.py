"""What GitHub may answer instead of doing what it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.loopback.faults import Drop, Lost
from tests.loopback.messages import json_answer
from tests.loopback.rest import forbidden, invalid, problem, secondary_limit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.loopback.faults import Fault

REFUSALS: dict[str, Fault] = {
    "401": problem(401, "Bad credentials"),
    "403 no right": forbidden("contents=write"),
    "403 secondary limit": secondary_limit(3600),
    "404": problem(404, "Not Found"),
    "409": problem(409, "Git Repository is empty."),
    "422": invalid("PullRequest", field="head", code="invalid"),
    "500": problem(500, "Server Error"),
    "502": json_answer({"message": "Server Error"}, 502),
    "connection lost before the work": Drop(),
    "connection lost after the work": Lost(),
}

AFTER_THE_WORK = "connection lost after the work"
_FEWER = 5


def at_steps(steps: Sequence[str], refusals: Sequence[str]) -> list[object]:
    """Return every step with every refusal, as ``(step, refusal)``.

    Without the thorough run a step meets every fifth of them, the next step the ones beside these,
    so that each refusal meets some steps; and every second step meets an answer that was lost after
    the work, the one refusal which leaves something behind.
    """
    return [
        pytest.param(
            step,
            refusal,
            id=f"{step}-{refusal}",
            marks=()
            if (row % 2 if refusal == AFTER_THE_WORK else (row + column) % _FEWER) == 0
            else pytest.mark.thorough,
        )
        for row, step in enumerate(steps)
        for column, refusal in enumerate(refusals)
    ]
