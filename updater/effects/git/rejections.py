"""Why a host takes no push, in git's own words, and what to do about a rule of the repository.

Source: GitHub docs, "Troubleshooting rules" (GH013) and "About protected branches" (GH006).
"""

from __future__ import annotations

import re
from typing import Final

BY_RULE: Final = (
    "a ruleset or branch protection forbids it: let the token's user or App bypass it, or except "
    "the updater's branches from it (`branch_prefix:` in config.yaml, or `updater/`)"
)
_RULE = re.compile(r"rule violation|protected branch|\bGH0(?:06|13)\b", re.IGNORECASE)
_REASON = re.compile(
    r"remote: *error: *(?P<said>.+)| *! \[(?P<short>(?:remote )?rejected)\] (?P<why>.+)"
)


def is_by_rule(text: str) -> bool:
    """Tell whether a refusal comes from a rule of the repository."""
    return _RULE.search(text) is not None


def reason_in(text: str) -> str:
    """Return the line of git's output that says why; the last one where none does."""
    lines = text.strip().splitlines()
    matches = [match for match in map(_REASON.match, lines) if match is not None]
    said = next((match["said"] for match in matches if match["said"]), "")
    why = next((f"{match['short']}: {match['why']}" for match in matches if match["why"]), "")
    return " ".join((said or why or (lines[-1] if lines else "")).split())
