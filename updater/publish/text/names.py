"""Branch, title and commit message of a change."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from updater.pipeline.titles import described, filled, update_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.model.proposal import Update

PREFIX = "updater/"
"""What the names of all branches of the updater begin with."""


def branch(name: str) -> str:
    """Return the branch of a package or group, stable across versions.

    What git does not take in a branch's name becomes a dash.
    Source of the rules: git-check-ref-format(1).
    """
    safe = re.sub(r"[^A-Za-z0-9._+-]+", "-", name)
    safe = re.sub(r"\.{2,}", ".", safe).strip(".-").removesuffix(".lock")
    return f"{PREFIX}{safe or 'package'}"


def title(group: str, updates: Sequence[Update]) -> str:
    """Return the title of one package's change, or of a group's, as nixpkgs writes them."""
    if len(updates) == 1:
        return _title_of(updates[0])
    words = {"group": group, "count": str(len(updates))}
    return filled(updates[0].group_title, words)


def message(group: str, updates: Sequence[Update]) -> str:
    """Return the commit message without trailers, for a group with each package's title, too."""
    told = [
        described(_title_of(one), one.research.compare, one.url, one.adaptations) for one in updates
    ]
    if len(told) == 1:
        return told[0]
    is_short = not any("\n" in text for text in told)
    return f"{title(group, updates)}\n\n" + ("\n" if is_short else "\n\n").join(told)


def _title_of(update: Update) -> str:
    return update_title(update.name, update.old, update.new, update.kind, update.title)
