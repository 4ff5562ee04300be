"""What ``--output DIR`` leaves for ``publish DIR``.

Another process, which ran upstream's code, wrote it: what of it is believed is decided in
`confirming`.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal, get_args

from msgspec import Meta, Struct, field

from updater.model import (
    Build,
    Check,
    CheckName,
    CheckStatus,
    Diagnosis,
    Failed,
    Held,
    Outdated,
    Updated,
)
from updater.model.adaptation import (
    Adaptation,
    AdaptationKind,
    BoundRelaxation,
    FormChange,
    InputAddition,
    InputRemoval,
    OverlayAddition,
    PatternAddition,
    PatternRemoval,
    PatternRewrite,
    RequirementRemoval,
    SiblingUpdate,
)
from updater.text import printable

if TYPE_CHECKING:
    from updater.model import Outcome

MOST_FILES = 2000
LONGEST_TAIL = 20_000


# \Z, not $: that would let a line end pass.
Word = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+!/@~=:-]*\Z", max_length=200)]
Commit = Annotated[str, Meta(pattern=r"^[0-9a-f]{40}\Z")]
Hash = Annotated[str, Meta(pattern=r"^sha(256|512)-[A-Za-z0-9+/]+={0,2}\Z", max_length=200)]
Text = Annotated[str, Meta(max_length=4000)]
Identity = Annotated[str, Meta(max_length=1000)]  # FILE#attribute.path


class _ResultPart(Struct, frozen=True, forbid_unknown_fields=True):
    pass


class DiagnosisResult(_ResultPart, frozen=True):
    """What a failed build's log says is wrong."""

    code: Annotated[str, Meta(max_length=100)]
    message: Text
    hint: Text


class CheckResult(_ResultPart, frozen=True):
    """One thing that the build checked."""

    name: CheckName
    status: CheckStatus
    detail: Annotated[str, Meta(max_length=500)]


class BuildResult(_ResultPart, frozen=True):
    """What became of the build, as its process tells it."""

    status: CheckStatus
    attribute: Annotated[str, Meta(max_length=500)]
    seconds: Annotated[float, Meta(ge=0, le=1e9)]
    phase: Annotated[str, Meta(max_length=500)]
    tail: Annotated[str, Meta(max_length=LONGEST_TAIL)]
    diagnosis: DiagnosisResult | None
    sandboxed: bool | None
    beside: Annotated[tuple[Identity, ...], Meta(max_length=MOST_FILES)]
    checks: Annotated[tuple[CheckResult, ...], Meta(max_length=len(get_args(CheckName)))]

    def __post_init__(self) -> None:
        """Refuse a check that stands in it twice."""
        if len({check.name for check in self.checks}) < len(self.checks):
            raise ValueError("a check stands in it twice")

    def build(self) -> Build:
        """Return it as the model's noun; here what the other process wrote comes in."""
        diagnosis = self.diagnosis
        return Build(
            self.status,
            printable(self.attribute),
            seconds=self.seconds,
            phase=printable(self.phase),
            tail=printable(self.tail),
            diagnosis=Diagnosis(
                *map(printable, (diagnosis.code, diagnosis.message, diagnosis.hint))
            )
            if diagnosis
            else None,
            sandboxed=self.sandboxed,
            beside=self.beside,
            checks=tuple(
                Check(check.name, check.status, printable(check.detail)) for check in self.checks
            ),
        )


class AdaptationResult(_ResultPart, frozen=True):
    """An edit beside the pin, as its process tells it."""

    kind: AdaptationKind
    edit: (
        InputAddition
        | InputRemoval
        | FormChange
        | BoundRelaxation
        | RequirementRemoval
        | PatternRemoval
        | PatternRewrite
        | PatternAddition
        | SiblingUpdate
        | OverlayAddition
    )
    reason: Annotated[str, Meta(max_length=500)]
    applied: bool = True

    def adaptation(self) -> Adaptation:
        """Return it as the model's noun."""
        return Adaptation(self.kind, self.edit, printable(self.reason), self.applied)


class Result(_ResultPart, frozen=True, kw_only=True):
    """One package's update."""

    schema: Literal[1] = 1
    package: Identity
    version: Word | None
    ref: Word | None
    commit: Commit | None
    requested_version: Word | None = field(name="asked")  # what --to named; null without it
    command: Literal["bump", "pin", "pin --sri"]  # what finds it again
    hash: Annotated[str, Meta(pattern=r"^([a-z0-9]+-[A-Za-z0-9+/]+={0,2})?\Z", max_length=200)]
    # Hashes that only a build tells, by field.
    built: Annotated[dict[Annotated[str, Meta(max_length=200)], Hash], Meta(max_length=50)] = field(
        default_factory=dict
    )
    adaptations: Annotated[tuple[AdaptationResult, ...], Meta(max_length=100)] = ()
    build: BuildResult | None

    @property
    def names(self) -> tuple[str, ...]:
        """What is compared, and must be a name's text."""
        beside = self.build.beside if self.build is not None else ()
        return (self.package, *beside, *self.built)

    def differences(self, outcome: Updated) -> str:
        """Say where upstream's answer now is another one than the result's; empty where nowhere."""
        candidate = outcome.candidate
        present = {
            "version": candidate.version if candidate is not None else "",
            "ref": candidate.ref if candidate is not None else "",
            "commit": candidate.commit if candidate is not None else "",
            "hash": outcome.sri,
            **{f"built {name}": value for name, value in outcome.built.items()},
        }
        reported = {
            "version": self.version,
            "ref": self.ref,
            "commit": self.commit,
            "hash": self.hash,
            **{f"built {name}": value for name, value in self.built.items()},
        }
        return "; ".join(
            f"{name}: {reported.get(name) or 'none'} was reported, "
            f"{present.get(name) or 'none'} is found"
            for name in {**present, **reported}
            if (reported.get(name) or "") != (present.get(name) or "")
        )


class UnmadeResult(_ResultPart, frozen=True, kw_only=True):
    """One package that has no update, and why: what a dashboard shows where it is behind."""

    schema: Literal[1] = 1
    package: Identity
    unmade: Literal["held", "failed"]
    reason: Text
    until: Annotated[datetime, Meta(tz=True)] | None

    @property
    def names(self) -> tuple[str, ...]:
        """What is compared, and must be a name's text."""
        return (self.package,)

    def outcome(self, outdated: Outdated) -> Outcome:
        """Return it as the other process's word on what was found here."""
        reason = f"reported by the build job: {printable(self.reason)}"
        package, candidate = outdated.package, outdated.candidate
        if self.unmade == "failed":
            return Failed(package=package, candidate=candidate, stage="bump", message=reason)
        return Held(package=package, candidate=candidate, reason=reason, until=self.until)


class Results(Struct, frozen=True):
    """What a folder tells, in the order of the file names."""

    made: tuple[Result, ...]
    unmade: tuple[UnmadeResult, ...]

    @property
    def packages(self) -> tuple[str, ...]:
        """The identities that it tells of."""
        made = tuple(result.package for result in self.made)
        return made + tuple(result.package for result in self.unmade)
