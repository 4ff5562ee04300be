"""How a change is called: a pull request's title, and the text of a commit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from updater.model.policy import TITLE
from updater.text import address, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.model.adaptation import Adaptation
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


def described(title: str, compare: str, release: str, adaptations: Sequence[Adaptation]) -> str:
    """Return a commit's text: its title, and below it where to look and what else was edited.

    Args:
        title: the first line.
        compare: the page of all that changed; empty where the host has none, or is not known.
        release: the new version's page; empty where there is none.
        adaptations: the edits beside the pin, of which only those that were made are told.
    """
    pages = [
        f"{name}: {address(url).replace('@', '%40')}"  # what upstream named mentions nobody
        for name, url in (("Changes", compare), ("Release", release))
        if address(url)
    ]
    edits = [
        f"- {plain(edit.summary)} in {plain(edit.field)}: {plain(edit.reason)}"
        for edit in adaptations
        if edit.applied
    ]
    told = ["\n".join(pages)] if pages else []
    told += ["\n".join(["Edits that it needs beside the pin:", *edits])] if edits else []
    return "\n\n".join([title, *told])
