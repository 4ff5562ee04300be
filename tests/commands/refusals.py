"""What GitHub may answer instead of doing what it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.loopback.faults import Drop, Lost
from tests.loopback.messages import json_answer
from tests.loopback.rest import forbidden, invalid, problem, secondary_limit

if TYPE_CHECKING:
    from tests.loopback.faults import Fault

REFUSALS: dict[str, Fault] = {
    "401": problem(401, "Bad credentials"),
    "403 no right": forbidden("contents=write"),
    "403 secondary limit": secondary_limit(1),
    "404": problem(404, "Not Found"),
    "409": problem(409, "Git Repository is empty."),
    "422": invalid("PullRequest", field="head", code="invalid"),
    "500": problem(500, "Server Error"),
    "502": json_answer({"message": "Server Error"}, 502),
    "connection lost before the work": Drop(),
    "connection lost after the work": Lost(),
}
