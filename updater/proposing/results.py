"""What ``--output DIR`` leaves and ``publish DIR`` reads: one JSON file a package.

Another process, which ran upstream's code, wrote the folder: what of it is believed is decided in
`confirming`.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Struct
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from updater.effects import files
from updater.errors import ReadError, UsageError, WriteError
from updater.model import Build, Diagnosis, Failed, Held, Updated

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from updater.model import Outcome, Package
    from updater.publish.proposal import Command

LARGEST_FILE = 256 * 1024
MOST_FILES = 2000

_TAIL = 20_000
_REASON = 1000
# Which kind of file it is; whoever lies about it is refused for the fields that it then lacks.
_UNMADE = b'"unmade"'
_WORD = r"^[A-Za-z0-9][A-Za-z0-9._+!/@~=:-]*$"

Word = Annotated[str, Field(pattern=_WORD, max_length=200)]
Commit = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
Hash = Annotated[str, Field(pattern=r"^sha(256|512)-[A-Za-z0-9+/]+={0,2}$", max_length=200)]
Text = Annotated[str, Field(max_length=4000)]
Identity = Annotated[str, Field(max_length=1000, description="FILE#attribute.path")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class DiagnosisResult(_Part):
    """What a failed build's log says is wrong."""

    code: Annotated[str, Field(max_length=100)]
    message: Text
    hint: Text


class BuildResult(_Part):
    """What became of the build, as its process tells it."""

    status: Literal["passed", "failed", "skipped"]
    attribute: Annotated[str, Field(max_length=500)]
    seconds: Annotated[float, Field(ge=0, le=1e9)]
    phase: Annotated[str, Field(max_length=500)]
    tail: Annotated[str, Field(max_length=_TAIL)]
    diagnosis: DiagnosisResult | None
    sandboxed: bool | None
    beside: Annotated[tuple[Identity, ...], Field(max_length=MOST_FILES)]

    def build(self) -> Build:
        """Return it as the model's noun."""
        found = self.diagnosis
        return Build(
            self.status,
            self.attribute,
            seconds=self.seconds,
            phase=self.phase,
            tail=self.tail,
            diagnosis=Diagnosis(found.code, found.message, found.hint) if found else None,
            sandboxed=self.sandboxed,
            beside=self.beside,
        )


class Result(_Part):
    """One package's update."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    package: Identity
    version: Word | None
    ref: Word | None
    commit: Commit | None
    asked: Word | None = Field(description="What --to named; null where nobody asked")
    command: Literal["bump", "pin", "pin --sri"] = Field(description="What finds it again")
    hash: Annotated[str, Field(pattern=r"^([a-z0-9]+-[A-Za-z0-9+/]+={0,2})?$", max_length=200)]
    built: dict[Annotated[str, Field(max_length=200)], Hash] = Field(
        default_factory=dict, max_length=50, description="Hashes that only a build tells, by field"
    )
    build: BuildResult | None

    def differences(self, outcome: Updated) -> str:
        """Say where upstream's answer now is another one than the result's; empty where nowhere."""
        candidate = outcome.candidate
        found = {
            "version": candidate.version if candidate is not None else "",
            "ref": candidate.ref if candidate is not None else "",
            "commit": candidate.commit if candidate is not None else "",
            "hash": outcome.sri,
            **{f"built {name}": value for name, value in outcome.built.items()},
        }
        told = {
            "version": self.version,
            "ref": self.ref,
            "commit": self.commit,
            "hash": self.hash,
            **{f"built {name}": value for name, value in self.built.items()},
        }
        return "; ".join(
            f"{name}: {told.get(name) or 'none'} was reported, {found.get(name) or 'none'} is found"
            for name in {**found, **told}
            if (told.get(name) or "") != (found.get(name) or "")
        )


class Unmade(_Part):
    """One package that has no update, and why: what a dashboard shows of it."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    package: Identity
    unmade: Literal["held", "failed"]
    reason: Text
    until: AwareDatetime | None

    def outcome(self, package: Package) -> Outcome:
        """Return it as the other process's word."""
        reason = f"reported by the build job: {self.reason}"
        if self.unmade == "failed":
            return Failed(package=package, stage="bump", message=reason)
        return Held(package=package, reason=reason, until=self.until)


class Results(Struct, frozen=True):
    """What a folder tells, in the order of the file names."""

    made: tuple[Result, ...]
    unmade: tuple[Unmade, ...]

    @property
    def packages(self) -> tuple[str, ...]:
        """The identities that it tells of."""
        made = tuple(one.package for one in self.made)
        return made + tuple(one.package for one in self.unmade)


def write_results(
    folder: Path,
    outcomes: Sequence[Outcome],
    asked: str,
    command: Command = "bump",
    *,
    dashboard: bool,
) -> None:
    """Write a file for each update, and for a dashboard also for what was held and what failed.

    Args:
        folder: where to.
        outcomes: of the run.
        asked: what ``--to`` named, or an empty string.
        command: of the run.
        dashboard: there is one.

    Raises:
        WriteError: it cannot be written, or is nothing that `read_results` would take.
    """
    for outcome in outcomes:
        if isinstance(outcome, Updated) or (dashboard and isinstance(outcome, Held | Failed)):
            try:
                result = _told(outcome, asked, command)
            except ValidationError as error:
                problem = error.errors(include_url=False)[0]
                where = ".".join(str(part) for part in problem["loc"])
                raise WriteError(
                    f"{outcome.package.identity}: {where} {problem.get('input')!r} is nothing that "
                    "`publish` would take",
                    hint="use `bump --pr`, which leaves no results",
                ) from error
            text = result.model_dump_json(by_alias=True, indent=2)
            files.make(folder / _file_name(result.package), f"{text}\n".encode())


def read_results(folder: Path) -> Results:
    """Return the results of a folder.

    Raises:
        UsageError: a file is not what `write_results` writes, or two tell of one package.
        ReadError: the folder cannot be read, or breaks a limit.
    """
    try:
        found = files.read_small(folder, ".json", largest=LARGEST_FILE, most=MOST_FILES)
    except ReadError as error:
        raise UsageError(str(error), hint="name the folder of `bump --output DIR`") from error
    results: dict[str, Result | Unmade] = {}
    for name, data in found.items():
        try:
            result: Result | Unmade = (
                Unmade.model_validate_json(data)
                if _UNMADE in data
                else Result.model_validate_json(data)
            )
        except ValidationError as error:
            problem = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(str(part) for part in problem["loc"])
            raise UsageError(
                f"{name!r} is no result of `bump --output`: {where}: {problem['msg']}",
                hint="nothing was published; do not trust the job that wrote it",
            ) from error
        if result.package in results:
            raise UsageError(f"{name!r}: a second result for {result.package!r}")
        results[result.package] = result
    return Results(
        tuple(one for one in results.values() if isinstance(one, Result)),
        tuple(one for one in results.values() if isinstance(one, Unmade)),
    )


def _told(outcome: Updated | Held | Failed, asked: str, command: Command) -> Result | Unmade:
    package = outcome.package.identity
    match outcome:
        case Updated():
            return _result(outcome, asked, command)
        case Held(reason=reason, until=until):
            return Unmade(package=package, unmade="held", reason=reason[:_REASON], until=until)
        case Failed(stage=stage, message=message):
            reason = f"{stage}: {message}"[:_REASON]
            return Unmade(package=package, unmade="failed", reason=reason, until=None)


def _result(outcome: Updated, asked: str, command: Command) -> Result:
    candidate, build = outcome.candidate, outcome.build
    return Result(
        package=outcome.package.identity,
        version=(candidate.version or None) if candidate is not None else None,
        ref=(candidate.ref or None) if candidate is not None else None,
        commit=(candidate.commit or None) if candidate is not None else None,
        asked=asked or None,
        command=command,
        hash=outcome.sri,
        built=dict(outcome.built),
        build=_built(build) if build is not None else None,
    )


def _built(build: Build) -> BuildResult:
    found = build.diagnosis
    return BuildResult(
        status=build.status,
        attribute=build.attribute[:500],
        seconds=build.seconds,
        phase=build.phase[:500],
        tail=build.tail[-_TAIL:],
        diagnosis=DiagnosisResult(
            code=found.code, message=found.message[:4000], hint=found.hint[:4000]
        )
        if found is not None
        else None,
        sandboxed=build.sandboxed,
        beside=build.beside,
    )


def _file_name(identity: str) -> str:
    """Return a name that no two packages share, for files of many jobs in one folder."""
    digest = hashlib.sha256(identity.encode()).hexdigest()[:12]
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", identity.rpartition("#")[2])[-60:]
    return f"{name.strip('.-') or 'package'}-{digest}.json"
