"""What is good to know of a new overlay: why it is as it is, and what it leaves to its user."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

from updater.adapt.markers import ENVIRONMENTS
from updater.metadata import requirements, source_code
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from updater.compose.drafts import OverlayDraft
    from updater.model import Updated


def notes_of(draft: OverlayDraft, updated: Updated, failure: str) -> tuple[str, ...]:
    """Return the notes on a package that is added.

    Args:
        draft: with the sources that were given up.
        updated: what its bump found that no edit expresses.
        failure: why it does not build; empty where it does, or nobody tried.
    """
    notes = [*draft.reasons, *([f"it does not build: {failure}"] if failure else [])]
    notes += draft.project.passed_over if draft.origin.tag else ()
    notes += (warning.message for warning in updated.warnings if warning.code == "requirements")
    if _runs_cmake(draft.project.files):
        notes.append(
            "its setup.py runs cmake: give it cmake by hand, and the toolkit if it needs CUDA"
        )
    elsewhere = ", ".join(_elsewhere(draft))
    if elsewhere:
        notes.append(f"other systems need more than is written here: {printable(elsewhere)}")
    if not draft.project.licence:
        notes.append("its licence is not known: add meta.license by hand")
    return tuple(dict.fromkeys(notes))


def _runs_cmake(files: Mapping[str, bytes]) -> bool:
    """Tell whether a source's setup.py names the program; it is not run."""
    script = source_code.parsed(files["setup.py"]) if "setup.py" in files else None
    nodes = ast.walk(script) if script is not None else ()
    return any(isinstance(node, ast.Constant) and node.value == "cmake" for node in nodes)


def _elsewhere(draft: OverlayDraft) -> Iterator[str]:
    """Yield the requirements that hold on another system, and not on this one."""
    read = requirements.from_tree(draft.project.files)
    for _, text in read.needed if read is not None else ():
        marker = Requirement(text).marker
        if marker is not None and not marker.evaluate({"extra": ""}):
            systems = ENVIRONMENTS.values()
            if any(marker.evaluate({**system, "extra": ""}) for system in systems):
                yield text
