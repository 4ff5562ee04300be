"""Facts of real repositories, cut to what choosing needs: tags, their commits and dates.

Read from the repositories themselves; ``upstreams.json`` holds them.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path

from updater.model import Candidate, Offer, Project


@cache
def offers() -> dict[str, Offer]:
    """Every repository's offer, by the package's name."""
    facts = json.loads((Path(__file__).parent / "upstreams.json").read_text())
    return {name: _offer(about) for name, about in facts.items()}


def _offer(about: dict[str, object]) -> Offer:
    tags = about["tags"]
    assert isinstance(tags, dict)
    candidates = tuple(
        Candidate(version=tag, ref=tag, commit=commit, published=datetime.fromisoformat(date))
        for tag, (commit, date) in tags.items()
    )
    branch, head = str(about["branch"]), str(about["head"])
    return Offer(
        Project.parse(f"https://github.com/{about['path']}"), candidates, {branch: head}, branch
    )
