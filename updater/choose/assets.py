"""The file of a release that `asset` in config.yaml names, where names change between releases."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.effects.processes.budget import OverBudget, ProcessorTime
from updater.model import NoFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.model import Candidate, Distribution

_SECONDS = 1.0
_MOST_SHOWN = 12
# What GitHub makes of a name; whatever else a host tells is in no address.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+~@=-]{0,254}")


def with_asset(
    candidate: Candidate, pattern: re.Pattern[str], files: Sequence[Distribution]
) -> Candidate | NoFile:
    """Return a candidate with the one file of its release that fits.

    Args:
        candidate: a tag.
        pattern: for the whole name of the file.
        files: those of its release.
    """
    try:
        with ProcessorTime(_SECONDS).spent():
            fitting = [file for file in files if _fits(file.filename, pattern)]
    except OverBudget:
        return NoFile(
            f"`asset: {pattern.pattern}` takes more than {_SECONDS:.0f} s: avoid a repetition "
            "inside another one, such as (a+)+"
        )
    if len(fitting) == 1:
        return replace(candidate, asset=fitting[0])
    there = _listed(fitting or files)
    if fitting:
        return NoFile(f"`asset: {pattern.pattern}` fits several files of {candidate.ref}: {there}")
    return NoFile(f"`asset: {pattern.pattern}` fits no file of {candidate.ref}, which has {there}")


def _fits(name: str, pattern: re.Pattern[str]) -> bool:
    return _NAME.fullmatch(name) is not None and pattern.fullmatch(name) is not None


def _listed(files: Sequence[Distribution]) -> str:
    names = sorted(file.filename for file in files)
    more = f" and {len(names) - _MOST_SHOWN} more" if len(names) > _MOST_SHOWN else ""
    return f"{', '.join(names[:_MOST_SHOWN])}{more}" if names else "none"
