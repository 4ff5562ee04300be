"""Results as files of a folder: one JSON file a package."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import msgspec

from updater.effects import files, writes
from updater.errors import ReadError, UsageError, WriteError
from updater.model import Failed, Held, Updated
from updater.publish.results.models import (
    LONGEST_TAIL,
    MOST_FILES,
    AdaptationResult,
    BuildResult,
    CheckResult,
    DiagnosisResult,
    Result,
    Results,
    UnmadeResult,
)
from updater.text import control_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from updater.model import Build, Outcome
    from updater.model.proposal import Command

LARGEST_FILE = 256 * 1024

_REASON = 1000
# Where something is wrong, in msgspec's words; the rest of them may quote it.
_PLACE = re.compile(r" - at `\$.{1,99}`$")
# Which kind of file it is; whoever lies about it is refused for the fields that it then lacks.
_UNMADE = b'"unmade"'


def write_results(
    folder: Path,
    outcomes: Sequence[Outcome],
    requested: str,
    command: Command = "bump",
    *,
    dashboard: bool,
) -> None:
    """Write a file for each update, and for a dashboard also for what was held and what failed.

    Args:
        folder: where to.
        outcomes: of the run.
        requested: what ``--to`` named, or an empty string.
        command: of the run.
        dashboard: there is one.

    Raises:
        WriteError: it cannot be written, or is nothing that `read_results` would take.
    """
    for outcome in outcomes:
        if isinstance(outcome, Updated) or (dashboard and isinstance(outcome, Held | Failed)):
            result = _result_of(outcome, requested, command)
            try:
                data = msgspec.json.encode(result)
                _read(data)
            except ValueError as error:
                raise WriteError(
                    f"{result.package}: {_blamed(result, error)} is not a result that `publish` "
                    f"accepts",
                    hint="use `bump --pr`, which leaves no results",
                ) from error
            text = msgspec.json.format(data, indent=2)
            writes.make(folder / _file_name(result.package), text + b"\n")


def read_results(folder: Path) -> Results:
    """Return the results of a folder.

    Raises:
        UsageError: a file is not what `write_results` writes, or two tell of one package.
        ReadError: the folder cannot be read, or breaks a limit.
    """
    try:
        texts = files.read_small(folder, ".json", largest=LARGEST_FILE, most=MOST_FILES)
    except ReadError as error:
        raise UsageError(str(error), hint="name the folder of `bump --output DIR`") from error
    results: dict[str, Result | UnmadeResult] = {}
    for name, data in texts.items():
        try:
            result = _read(data)
        except ValueError as error:
            raise UsageError(
                f"{name!r} is not a result of `bump --output`: {error}",
                hint="nothing was published; do not trust the job that wrote it",
            ) from error
        if result.package in results:
            raise UsageError(f"{name!r}: a second result for {result.package!r}")
        results[result.package] = result
    return Results(
        tuple(result for result in results.values() if isinstance(result, Result)),
        tuple(result for result in results.values() if isinstance(result, UnmadeResult)),
    )


def _read(data: bytes) -> Result | UnmadeResult:
    """Read one file; a ValueError says what of it is no result."""
    kind: type[Result | UnmadeResult] = UnmadeResult if _UNMADE in data else Result
    try:
        result = msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError as error:
        place = _PLACE.search(str(error))
        raise ValueError(f"it is not valid{place[0] if place else ''}") from error
    if any(map(control_in, result.names)):
        raise ValueError("a name in it has a control character")
    return result


def _blamed(result: Result | UnmadeResult, error: ValueError) -> str:
    """Say which field does not fit, with its value."""
    field = re.search(r"\$\.(\w+)", str(error))
    if field is None:
        return "its text"
    names = {part.encode_name: part.name for part in msgspec.structs.fields(result)}
    return f"{field[1]} {getattr(result, names[field[1]])!r}"


def _result_of(
    outcome: Updated | Held | Failed, requested: str, command: Command
) -> Result | UnmadeResult:
    package = outcome.package.identity
    match outcome:
        case Updated():
            return _result(outcome, requested, command)
        case Held(reason=reason, until=until):
            return UnmadeResult(
                package=package, unmade="held", reason=reason[:_REASON], until=until
            )
        case Failed(stage=stage, message=message):
            reason = f"{stage}: {message}"[:_REASON]
            return UnmadeResult(package=package, unmade="failed", reason=reason, until=None)


def _result(outcome: Updated, requested: str, command: Command) -> Result:
    candidate, build = outcome.candidate, outcome.build
    return Result(
        package=outcome.package.identity,
        version=(candidate.version or None) if candidate is not None else None,
        ref=(candidate.ref or None) if candidate is not None else None,
        commit=(candidate.commit or None) if candidate is not None else None,
        requested_version=requested or None,
        command=command,
        hash=outcome.sri,
        built=dict(outcome.built),
        adaptations=tuple(
            AdaptationResult(
                kind=adaptation.kind,
                edit=adaptation.edit,
                reason=adaptation.reason[:500],
                applied=adaptation.applied,
            )
            for adaptation in outcome.adaptations
        ),
        build=_built(build) if build is not None else None,
    )


def _built(build: Build) -> BuildResult:
    diagnosis = build.diagnosis
    return BuildResult(
        status=build.status,
        attribute=build.attribute[:500],
        seconds=build.seconds,
        phase=build.phase[:500],
        tail=build.tail[-LONGEST_TAIL:],
        diagnosis=DiagnosisResult(
            code=diagnosis.code, message=diagnosis.message[:4000], hint=diagnosis.hint[:4000]
        )
        if diagnosis is not None
        else None,
        sandboxed=build.sandboxed,
        beside=build.beside,
        checks=tuple(
            CheckResult(name=check.name, status=check.status, detail=check.detail[:500])
            for check in build.checks
        ),
    )


def _file_name(identity: str) -> str:
    """Return a name that no two packages share, for files of many jobs in one folder."""
    digest = hashlib.sha256(identity.encode()).hexdigest()[:12]
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", identity.rpartition("#")[2])[-60:]
    return f"{name.strip('.-') or 'package'}-{digest}.json"
