"""What GitHub Actions is told beside the report: annotations on lines, a step summary, and outputs.

Source of the variables: GitHub docs, "Variables reference".
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from msgspec import Struct, json

from updater.errors import WriteError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

    from updater.find.overlay_files import OverlayFiles
    from updater.model import Outcome


class ActionsReport(Struct, frozen=True):
    """What a command has to tell.

    Attributes:
        root: the folder that files are relative to.
        overlays: all packages, for the graph of their dependencies; None leaves it out.
        notes: what is to be known of the whole.
    """

    command: str
    root: Path
    outcomes: Sequence[Outcome]
    overlays: OverlayFiles | None
    notes: Sequence[str] = ()


def tell(report: ActionsReport, stream: TextIO) -> None:
    """Annotate on Actions; add to summary and outputs where the runner names a file for them."""
    annotated = os.environ.get("GITHUB_ACTIONS") == "true"
    summary = os.environ.get("GITHUB_STEP_SUMMARY", "")
    if output := os.environ.get("GITHUB_OUTPUT", ""):
        _append(Path(output), _outputs(report.outcomes))
    if not annotated and not summary:
        return
    import anyio

    from updater.effects.git import own as git

    _, prefix = anyio.run(git.place, report.root)
    if annotated:
        from updater.report.annotations import marks, whole

        marked = dict.fromkeys([*whole(report.command, report.notes), *marks(report.outcomes)])
        stream.writelines(f"{mark.command(prefix)}\n" for mark in marked)
    # Every night `publish` is first given a folder without results: nothing to sum up.
    if summary and (report.outcomes or report.command != "publish"):
        head = anyio.run(git.head, report.root)
        _summarise(report, Path(summary), _blob(head, prefix))


def tell_stopped(command: str, message: str, hint: str) -> None:
    """Tell why a command could not do its work, so that a red run says it at its top."""
    summary = os.environ.get("GITHUB_STEP_SUMMARY", "")
    if os.environ.get("GITHUB_ACTIONS") == "true":
        from updater.report.annotations import Annotation

        text = f"{message}\n{hint}" if hint else message
        annotation = Annotation("error", "", 0, f"updater {command}".strip(), text)
        sys.stderr.write(f"{annotation.command()}\n")
    if summary:
        from updater.report.step_summary import stopped

        _append(Path(summary), stopped(command, message, hint))


def _summarise(report: ActionsReport, path: Path, blob: str) -> None:
    from updater.effects import files
    from updater.overlay.reading.uses import uses
    from updater.report.step_summary import LARGEST, Summary

    used = (
        uses(report.overlays.packages, report.overlays.texts) if report.overlays is not None else {}
    )
    room = LARGEST - files.size(path)
    _append(path, Summary(report.command, report.outcomes, used, blob, report.notes).text(room))


def _outputs(outcomes: Sequence[Outcome]) -> str:
    """Return a step's outputs, ``NAME=JSON`` a line, which action.yml hands on."""
    from updater.model import Outdated, Updated

    behind = [outcome for outcome in outcomes if isinstance(outcome, Outdated | Updated)]
    updated = [outcome for outcome in behind if isinstance(outcome, Updated)]
    pulls = [outcome.pull_request for outcome in updated if outcome.pull_request is not None]
    values = {
        "outdated": [outcome.package.name for outcome in behind],
        "updated": [outcome.package.name for outcome in updated],
        "pull-requests": list(dict.fromkeys(pulls)),  # those of one group have one
    }
    return "".join(f"{name}={json.encode(value).decode()}\n" for name, value in values.items())


def _append(path: Path, text: str) -> None:
    """Add to a file of the runner's; that it cannot be written is said and changes nothing else."""
    from updater.effects import writes

    try:
        writes.append(path, text)
    except WriteError as error:
        sys.stderr.write(f"updater: {error}\n")


def _blob(head: str, prefix: str) -> str:
    server, name = (os.environ.get(key, "") for key in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY"))
    return f"{server}/{name}/blob/{head}/{quote(prefix)}" if server and name and head else ""
