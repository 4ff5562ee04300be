"""What GitHub asks for before it merges into a branch.

Source: GitHub docs, "Get a branch" (branch protection) and "Get rules for a branch" (rulesets),
which need no right but to read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias
from urllib.parse import quote

if TYPE_CHECKING:
    from updater.effects.github.requests import Requests

CheckState: TypeAlias = Literal["passed", "failed", "pending"]
"""What all checks of a commit say together, those that nothing requires too."""

_STATES: Final[dict[str, CheckState]] = {
    "SUCCESS": "passed",
    "PENDING": "pending",
    "EXPECTED": "pending",
    "FAILURE": "failed",
    "ERROR": "failed",
}
ROLLUP: Final = "... on Commit { statusCheckRollup { state } }"
"""What is asked of a commit for `read_rollup`."""

_ASKING: Final = f"""query ($owner: String!, $name: String!, $commit: GitObjectID!) {{
  repository(owner: $owner, name: $name) {{ object(oid: $commit) {{ {ROLLUP} }} }}
}}"""
CHECKING_RULES: Final = frozenset({"required_status_checks", "workflows"})
"""The rules of a ruleset by which something is checked before it is merged."""


def requires_checks(requests: Requests, branch: str) -> bool:
    """Tell whether only what passed some check, as GitHub itself sees it, is merged into a branch.

    Raises:
        GithubException: GitHub refuses or cannot be reached.
    """
    name = quote(branch, safe="")
    protection = (requests.find(f"/branches/{name}") or {}).get("protection") or {}
    checks = protection.get("required_status_checks") or {}
    named = checks.get("contexts") or checks.get("checks")
    if named and checks.get("enforcement_level") != "off":
        return True
    rules = requests.find(f"/rules/branches/{name}") or []
    return any(rule["type"] in CHECKING_RULES for rule in rules)


def reported_checks(requests: Requests, commit: str) -> CheckState | None:
    """Return what GitHub reports of a commit's check runs and statuses; None where it has none.

    Source: GitHub docs, GraphQL, ``StatusCheckRollup`` and ``StatusState``.

    Raises:
        GithubException: GitHub refuses or cannot be reached.
    """
    answer = requests.graphql(_ASKING, requests.named | {"commit": commit})
    return read_rollup(answer["repository"]["object"])


def read_rollup(node: Any) -> CheckState | None:  # noqa: ANN401 - JSON
    """Read what was asked of a commit by `ROLLUP`; None also where the token may not see it."""
    rollup = (node or {}).get("statusCheckRollup")
    return _STATES[rollup["state"]] if rollup else None
