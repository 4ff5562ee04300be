"""The last line of a report: the command to run next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from updater.model import Identified, Outdated, Updated, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.model import Outcome
    from updater.report.screen import Screen

PIN: Final = "`updater pin`"
"""How the hint of a verdict names the command that corrects the pin."""


def next_step(outcomes: Sequence[Outcome], screen: Screen) -> str:
    """Return a sentence with the next command; an empty string where there is nothing to do."""
    match screen.command:
        case "list":
            return _run("check", screen, "see which packages are behind")
        case "check":
            outdated = [outcome for outcome in outcomes if isinstance(outcome, Outdated)]
            return _run("bump", screen, _applying(outdated)) if outdated else ""
        case "verify":
            wrong = sum(isinstance(pin, Verdict) and PIN in pin.hint for pin in outcomes)
            return _run("pin", screen, f"correct {counted(wrong, 'pin')}") if wrong else ""
        case "identify":
            moving = sum(_is_moving(outcome) for outcome in outcomes)
            what = "replace the branch name by a tag or commit"
            if moving > 1:
                what = f"replace {moving} branch names by tags or commits"
            return _run("pin", screen, what) if moving else ""
        case "bump" | "pin":
            updates = [outcome for outcome in outcomes if isinstance(outcome, Updated)]
            return _after_changes(updates, screen)
        case _:
            return ""


def _applying(outdated: Sequence[Outdated]) -> str:
    """Return what a bump does, and that what only sources tell may still hold an update."""
    whose = "its source allows" if len(outdated) == 1 else "their sources allow"
    condition = f", if {whose} it" if any(each.awaits_source for each in outdated) else ""
    return f"apply {counted(len(outdated), 'update')}{condition}"


def _after_changes(updates: Sequence[Updated], screen: Screen) -> str:
    written = sum(update.written for update in updates)
    waiting = sum(update.waits for update in updates)
    if waiting:
        noun = "pin" if screen.command == "pin" else "update"
        return _run(screen.command, screen, f"apply {counted(waiting, noun)}")
    if written and screen.results:
        return f'Run "updater publish {screen.results}" to open pull requests.'
    if not written or not screen.git:
        return ""
    if screen.committed:
        return f'Run "{screen.git} log -p -{written}" to see {counted(written, "commit")}.'
    return f'Run "{screen.git} diff" to see {counted(written, "change")}.'


def _is_moving(outcome: Outcome) -> bool:
    tracking = outcome.tracking
    return isinstance(outcome, Identified) and tracking is not None and tracking.moving


def _run(command: str, screen: Screen, purpose: str) -> str:
    return f'Run "updater {command}{screen.arguments}" to {purpose}.'


def counted(number: int, noun: str) -> str:
    """Return ``1 update``, ``2 updates``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
