"""Where Nix looks for the commit of a checkout at evaluation time: its ``ref`` must hold it.

Source: Nix manual, "builtins.fetchGit": "ref", "rev" and "allRefs".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.model import NoFile

if TYPE_CHECKING:
    from updater.model import Candidate, Source

_TAGS = "refs/tags/"
_BRANCHES = "refs/heads/"
_ARCHIVED = ("github", "gitlab", "sourcehut")


def tag_of(source: Source) -> str:
    """Return the tag that the commit is looked for in, or an empty string for a branch."""
    ref = source.value("ref") or ""
    return ref.removeprefix(_TAGS) if ref.startswith(_TAGS) else ""


def branch_of(source: Source) -> str:
    """Return the branch that must hold the commit; empty where any ref may, or the default one."""
    ref = source.value("ref") or ""
    elsewhere = tag_of(source) or ref == "HEAD" or source.value("allRefs") == "true"
    return "" if elsewhere else ref.removeprefix(_BRANCHES)


def is_in_default(source: Source) -> bool:
    """Tell whether the call names no ref, so that Nix may look in the default branch alone."""
    return source.value("ref") in (None, "", "HEAD") and source.value("allRefs") != "true"


def new_ref(source: Source, candidate: Candidate) -> dict[str, str] | NoFile:
    """Return what becomes of ``ref`` where the commit becomes a candidate's."""
    if candidate.ref and source.get("ref") is not None:
        # What asks a host for an archive takes the name of a tag alone, too.
        is_bare = source.value("type") in _ARCHIVED and not tag_of(source)
        return {"ref": candidate.ref if is_bare else f"{_TAGS}{candidate.ref}"}
    if tag_of(source):
        return NoFile(f"its ref is a tag, but {candidate.commit} has no tag")
    return {}
