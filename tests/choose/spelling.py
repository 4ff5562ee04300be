"""A short spelling of candidates and choices, so that a table of cases can be read."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, assert_never

from updater.model import Candidate, Stay, Take, Wait

if TYPE_CHECKING:
    from updater.model import Choice, PinWarning

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
_TOKEN = re.compile(r"(?P<name>[^#~^]+)(?P<marked>~)?(?:#(?P<yanked>\w+))?(?:\^(?P<age>\d+)d)?")


def commit(name: str) -> str:
    """A commit id of its own for every name."""
    return name.encode().hex().rjust(40, "0")[-40:]


def candidates(text: str, *, tags: bool) -> tuple[Candidate, ...]:
    """Read ``1.0 1.1#broken 2.0~ 2.1^3d``.

    ``#`` is yanked for that reason, ``~`` is marked as a pre-release by upstream, ``^3d`` was
    published three days ago; without it there is no date.
    """
    found = []
    for token in text.split():
        read = _TOKEN.fullmatch(token)
        assert read is not None, token
        age = read["age"]
        found.append(
            Candidate(
                version=read["name"],
                ref=read["name"] if tags else "",
                commit=commit(read["name"]) if tags else "",
                published=NOW - timedelta(days=int(age)) if age else None,
                prerelease=bool(read["marked"]),
                yanked=read["yanked"],
            )
        )
    return tuple(found)


def spelled(choice: Choice) -> str:
    """Write a choice: ``take 1.1 (newer-held)``, ``stay 1.0``, ``wait 2.0: why until DATE``."""
    match choice:
        case Take(candidate):
            said = f"take {candidate.ref or candidate.version}"
        case Stay(candidate):
            said = f"stay {candidate.ref or candidate.version}" if candidate else "stay"
        case Wait(reason, until, candidate):
            name = f" {candidate.ref or candidate.version}" if candidate else ""
            said = f"wait{name}: {reason}" + (f" until {until:%Y-%m-%d}" if until else "")
        case _:
            assert_never(choice)
    return said + codes(choice.warnings)


def codes(warnings: tuple[PinWarning, ...]) -> str:
    """Write the codes of warnings, nothing where there are none."""
    return f" ({', '.join(one.code for one in warnings)})" if warnings else ""
