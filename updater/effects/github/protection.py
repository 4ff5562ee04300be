"""What GitHub asks for before it merges into a branch.

Source: GitHub docs, "Get a branch" (branch protection) and "Get rules for a branch" (rulesets),
which need no right but to read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from updater.effects.github.requests import Requests

_CHECKING_RULES: Final = frozenset({"required_status_checks", "workflows"})


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
    return any(rule["type"] in _CHECKING_RULES for rule in rules)
