"""The files of a release that `asset` in config.yaml names, where names change between releases."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.effects.processes.budget import OverBudget, ProcessorTime
from updater.kinds import FETCHERS
from updater.model import Fetch, NoFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.choose.run import Run
    from updater.choose.subjects import Subject
    from updater.model import Candidate, Distribution, Source

_SECONDS = 1.0
_MOST_SHOWN = 12
# What GitHub makes of a name, and GitLab of a path; whatever else a host tells is in no address.
_PART = r"[A-Za-z0-9][A-Za-z0-9._+~@=-]{0,254}"
_NAME = re.compile(rf"{_PART}(?:/{_PART}){{0,9}}")


class Assets:
    """The files of releases that one package's sources are; each release is asked for once.

    Args:
        run: whose effects are used.
        subject: the package.
    """

    def __init__(self, run: Run, subject: Subject) -> None:
        self._run = run
        self._subject = subject
        self._files: dict[str, tuple[Distribution, ...]] = {}

    async def named(self, source: Source, candidate: Candidate) -> Candidate | NoFile:
        """Return a candidate with the file of its release that a source becomes.

        Without such a file where no pattern is for the source, so that its name changes by its
        version alone.

        Raises:
            UpstreamError: the release cannot be asked for.
        """
        subject, patterns = self._subject, self._subject.policy.asset
        candidate = replace(candidate, asset=None)  # another source's
        if not patterns:
            return candidate
        kind, is_own = FETCHERS[source.fetcher], source is subject.source
        name = kind.asset(subject.package, source)
        if not name and is_own:
            return NoFile("`asset` is set, but its source is no file of a release: leave it out")
        if not name or kind.project(subject.package, source) != subject.project:
            return candidate
        pattern = _pattern_for(name, patterns, is_own=is_own)
        if pattern is None or isinstance(pattern, NoFile):
            return pattern or candidate
        named = _with_asset(candidate, pattern, await self._of_release(candidate))
        return named if isinstance(named, NoFile) else self._unless_shared(source, named)

    async def _of_release(self, candidate: Candidate) -> tuple[Distribution, ...]:
        if candidate.ref not in self._files:
            subject = self._subject
            self._files[candidate.ref] = await subject.upstream.files_of(
                subject.project, candidate, self._run.surroundings
            )
        return self._files[candidate.ref]

    def _unless_shared(self, source: Source, named: Candidate) -> Candidate | NoFile:
        """Refuse to write one file's name into an address that is other sources' address, too."""
        package = self._subject.package
        spans = {field.span for field in source.fields if field.name.startswith("url")}
        others = (other for other in package.sources if other is not source)
        if not any(field.span in spans for other in others for field in other.fields):
            return named
        kind, plain = FETCHERS[source.fetcher], replace(named, asset=None)
        fetches = [kind.fetch(package, source, each, "") for each in (named, plain)]
        if len({fetch.url for fetch in fetches if isinstance(fetch, Fetch)}) == 1:
            return named
        return NoFile(
            f"{named.ref} has another name for one of the files of line {source.line}, where one "
            "address is for several systems: write an address for each system"
        )


def _pattern_for(
    name: str, patterns: Sequence[re.Pattern[str]], *, is_own: bool
) -> re.Pattern[str] | NoFile | None:
    """Return the pattern of one source; None where its name changes by its version alone.

    Args:
        name: of the release's file that it is now.
        patterns: the user's. One alone is for the package's own source, whatever its name; of
            several each is for the source whose present name it fits.
        is_own: it is the package's own source.
    """
    if len(patterns) == 1:
        return patterns[0] if is_own else None
    fitting: list[re.Pattern[str]] = []
    for pattern in patterns:
        fits = _fitting(pattern, [name])
        if isinstance(fits, NoFile):
            return fits
        fitting += [pattern] if fits else []
    if len(fitting) == 1:
        return fitting[0]
    named = " and ".join(repr(pattern.pattern) for pattern in fitting or patterns)
    how = "both fit" if fitting else "do not fit"
    return NoFile(f"of `asset` {named} {how} the present file {name}: one alone must fit it")


def _with_asset(
    candidate: Candidate, pattern: re.Pattern[str], files: Sequence[Distribution]
) -> Candidate | NoFile:
    """Return a candidate with the one file of its release that fits.

    Args:
        candidate: a tag.
        pattern: for the whole name of the file.
        files: those of its release.
    """
    names = _fitting(pattern, [file.filename for file in files])
    if isinstance(names, NoFile):
        return names
    fitting = [file for file in files if file.filename in names]
    if len(fitting) == 1:
        return replace(candidate, asset=fitting[0])
    there = _listed(fitting or files)
    if fitting:
        return NoFile(f"`asset: {pattern.pattern}` fits several files of {candidate.ref}: {there}")
    return NoFile(f"`asset: {pattern.pattern}` fits no file of {candidate.ref}, which has {there}")


def _fitting(pattern: re.Pattern[str], names: Sequence[str]) -> list[str] | NoFile:
    """Return those of some names that fit, or why that is not found out."""
    try:
        with ProcessorTime(_SECONDS).spent():
            return [name for name in names if _NAME.fullmatch(name) and pattern.fullmatch(name)]
    except OverBudget:
        return NoFile(
            f"`asset: {pattern.pattern}` takes more than {_SECONDS:.0f} s: avoid a repetition "
            "inside another one, such as (a+)+"
        )


def _listed(files: Sequence[Distribution]) -> str:
    names = sorted(file.filename for file in files)
    more = f" and {len(names) - _MOST_SHOWN} more" if len(names) > _MOST_SHOWN else ""
    return f"{', '.join(names[:_MOST_SHOWN])}{more}" if names else "none"
