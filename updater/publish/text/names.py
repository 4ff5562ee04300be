"""Branch, title and commit message of a change."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from updater.text import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.model.proposal import Update

PREFIX = "updater/"
"""What the names of all branches of the updater begin with."""

_TITLE_LENGTH = 200


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
        return first_line(updates[0])
    words = {"group": group, "count": str(len(updates))}
    template = updates[0].group_title
    return re.sub("{(group|count)}", lambda found: plain(words[found[1]]), template)[:_TITLE_LENGTH]


def message(group: str, updates: Sequence[Update]) -> str:
    """Return the commit message without trailers: the title, for a group also each package's."""
    if len(updates) == 1:
        return first_line(updates[0])
    listed = "\n".join(first_line(update) for update in updates)
    return f"{title(group, updates)}\n\n{listed}"


def first_line(update: Update) -> str:
    """Return one package's title: the template, or ``NAME: pin VERSION`` where only the pin moves.

    The template's words that upstream writes cannot act: they are one line and mention nobody.
    """
    words = {"name": update.name, "old": update.old, "new": update.new}
    template = update.title
    if update.kind == "pin" and "{old}" in template:
        template = "{name}: pin {new}"
    written = re.sub("{(name|old|new)}", lambda found: plain(words[found[1]]), template)
    return written[:_TITLE_LENGTH]
