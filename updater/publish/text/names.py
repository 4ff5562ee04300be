"""Branch, title and commit message of a change."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.pipeline.titles import described, filled, update_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.model.proposal import Update

PREFIX = "updater/"
"""What the names of the updater's branches begin with where config.yaml says nothing else."""


class BranchNaming(Struct, frozen=True):
    """How the branches of one project are called: ``updater/NAME``, ``updater/NAME@FOLDER``.

    Attributes:
        prefix: what the names begin with.
        directory: the project's folder in the repository; empty where it is the repository's root.
    """

    prefix: str = PREFIX
    directory: str = ""

    def branch(self, name: str) -> str:
        """Return the branch of a package or group, stable across versions."""
        return f"{self.prefix}{safe(name)}{self.suffix}"

    @property
    def suffix(self) -> str:
        """What the names of the project's branches end with; no other project's do."""
        parts = self.directory.strip("/").split("/") if self.directory else []
        return "".join(f"@{_distinct(part)}" for part in parts)

    @property
    def prefixes(self) -> tuple[str, ...]:
        """What the names of branches begin with, now and by default."""
        return tuple(dict.fromkeys((self.prefix, PREFIX)))

    def may_own(self, branch: str) -> bool:
        """Tell whether a branch may be this project's by its name.

        Branches that were made before projects had names of their own tell nothing.
        """
        _, there, project = branch.rpartition("/")[2].partition("@")
        return not there or f"@{project}" == self.suffix

    def former(self, name: str) -> str:
        """Return the branch that ``name`` has where nothing is configured; empty if it is that."""
        branch = f"{PREFIX}{safe(name)}"
        return "" if branch == self.branch(name) else branch

    def was_branch(self, branch: str, name: str) -> bool:
        """Tell whether a branch can be that of ``name`` from before the naming changed."""
        endings = (f"{safe(name)}{self.suffix}", safe(name))
        return branch != self.branch(name) and branch.endswith(endings)


def safe(name: str) -> str:
    """Return a name with a dash for what git does not take in a branch's name, or ``@``.

    Source of the rules: git-check-ref-format(1).
    """
    plain = re.sub(r"[^A-Za-z0-9._+-]+", "-", name)
    plain = re.sub(r"\.{2,}", ".", plain).strip(".-").removesuffix(".lock")
    return plain or "package"


def _distinct(part: str) -> str:
    """Return a folder's name as a part of a branch's; what is spelled anew gets its digest."""
    plain = safe(part)
    return plain if plain == part else f"{plain}-{hashlib.sha256(part.encode()).hexdigest()[:8]}"


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
