"""What a pull request's body says of requirements that changed: those of extras apart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from updater.text import code

if TYPE_CHECKING:
    from updater.model.proposal import Update
    from updater.model.research import RequirementChange

_EXTRA = re.compile(r"\bextra\s*==")


def counted(update: Update) -> str:
    """Return how many requirements changed in which way, in words; of extras how many in all."""
    changes = update.research.difference.requirements or ()
    kinds = [change.kind for change in changes if not _is_extra(change)]
    counts = ((kind, kinds.count(kind)) for kind in ("added", "removed", "changed"))
    parts = [f"{count} {kind}" for kind, count in counts if count]
    extras = len(changes) - len(kinds)
    parts += [f"{extras} of extras and for development"] if extras else []
    return ", ".join(parts)


def requirements(update: Update, which: str | None) -> str:
    """Return a table of the runtime requirements that changed, or of those of extras."""
    changes = [
        change
        for change in update.research.difference.requirements or ()
        if _is_extra(change) == (which == "extras")
    ]
    rows = [
        f"| {code(change.name)} | {change.kind} | {code(change.old)} | {code(change.new)} |"
        for change in changes
    ]
    head = ["| requirement | change | before | after |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *rows]) if rows else ""


def _is_extra(change: RequirementChange) -> bool:
    """Whether it is required for an extra alone, before and after."""
    return all(_EXTRA.search(text) for text in (change.old, change.new) if text)
