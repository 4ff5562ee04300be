"""The packages' dependencies as a Mermaid graph, coloured by status."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from updater.model import Reviewed
from updater.report.summary import status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.model import Outcome

MOST_EDGES: Final = 500
LONGEST: Final = 50_000
"""Mermaid draws no more: its ``maxEdges`` and ``maxTextSize``, which GitHub leaves as they are."""

_COLOURS = {
    "good": "fill:#dafbe1,stroke:#1a7f37,color:#1f2328",
    "new": "fill:#ddf4ff,stroke:#0969da,color:#1f2328",
    "waiting": "fill:#fff8c5,stroke:#9a6700,color:#1f2328",
    "bad": "fill:#ffebe9,stroke:#cf222e,color:#1f2328",
    "quiet": "fill:#f6f8fa,stroke:#818b98,color:#1f2328",
}
_BEHIND = ("outdated", "updated", "failed", "untrue")
_GROUPS = {
    "current": "good",
    "true": "good",
    "passed": "good",
    "identified": "good",
    "updated": "new",
    "outdated": "new",
    "held": "waiting",
    "skipped": "quiet",
    "failed": "bad",
    "untrue": "bad",
}


def graph(outcomes: Sequence[Outcome], used: Mapping[str, tuple[str, ...]]) -> str:
    """Return a graph in which an arrow leads from a package to one that it uses.

    It has what is behind, failed or reviewed, and what uses that, directly or not. An empty string
    where no two are left, or where there is more than Mermaid draws.
    """
    known = {one.package.identity: one for one in outcomes}
    users: dict[str, list[str]] = {}
    for user in known:
        for other in used.get(user, ()):
            users.setdefault(other, []).append(user)
    reached = {
        identity: None
        for identity, outcome in known.items()
        if isinstance(outcome, Reviewed) or status(outcome) in _BEHIND
    }
    waiting = list(reached)
    for identity in waiting:  # grows on the way
        new = [user for user in users.get(identity, ()) if user not in reached]
        reached |= dict.fromkeys(new)
        waiting += new
    edges = [(user, other) for user in known for other in used.get(user, ()) if other in reached]
    if not edges or len(edges) > MOST_EDGES:
        return ""
    drawn = dict.fromkeys(one for edge in edges for one in edge)
    ids = {identity: f"p{place}" for place, identity in enumerate(drawn)}
    lines = ["graph LR"]
    for identity, short in ids.items():
        outcome = known[identity]
        word = status(outcome)
        label = re.sub(r"[^A-Za-z0-9._+-]", "_", outcome.package.name)
        lines.append(f'  {short}["{label}: {word}"]:::{_GROUPS[word]}')
    lines += [f"  {ids[user]} --> {ids[other]}" for user, other in edges]
    shown = {_GROUPS[status(known[identity])] for identity in drawn}
    lines += [f"  classDef {name} {style}" for name, style in _COLOURS.items() if name in shown]
    text = "".join(f"{line}\n" for line in lines)
    return text if len(text) <= LONGEST else ""
