"""How a change is called: a commit's first line, and a pull request's title."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from updater.model.policy import TITLE
from updater.text import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from updater.model.policy import UpdateKind

_LONGEST = 200


def update_title(name: str, old: str, new: str, kind: UpdateKind, template: str = TITLE) -> str:
    """Return the title of one package's update, as nixpkgs writes them.

    In place of a template with ``{old}``: ``NAME: pin NEW`` where the source stays, and
    ``NAME: update to NEW`` where no other version was there before.
    """
    if "{old}" in template:
        if kind == "pin":
            template = "{name}: pin {new}"
        elif old in {"", new}:
            template = "{name}: update to {new}"
    return filled(template, {"name": name, "old": old, "new": new})


def filled(template: str, words: Mapping[str, str]) -> str:
    """Return a template with its words, which cannot act: they are one line and mention nobody."""
    names = "|".join(words)
    text = re.sub(f"{{({names})}}", lambda word: plain(words[word[1]]), template)
    return text[:_LONGEST].rstrip()
