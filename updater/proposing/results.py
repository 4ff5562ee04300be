"""What ``--output DIR`` leaves for ``publish DIR``.

Another process, which ran upstream's code, wrote it: what of it is believed is decided in
`confirming`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Struct
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from updater.model import Build, Diagnosis, Failed, Held, Outdated, Updated

if TYPE_CHECKING:
    from updater.model import Outcome

MOST_FILES = 2000
LONGEST_TAIL = 20_000

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
    tail: Annotated[str, Field(max_length=LONGEST_TAIL)]
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
    """One package that has no update, and why: what a dashboard shows where it is behind."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    package: Identity
    unmade: Literal["held", "failed"]
    reason: Text
    until: AwareDatetime | None

    def outcome(self, found: Outdated) -> Outcome:
        """Return it as the other process's word on what was found here."""
        reason = f"reported by the build job: {self.reason}"
        package, candidate = found.package, found.candidate
        if self.unmade == "failed":
            return Failed(package=package, candidate=candidate, stage="bump", message=reason)
        return Held(package=package, candidate=candidate, reason=reason, until=self.until)


class Results(Struct, frozen=True):
    """What a folder tells, in the order of the file names."""

    made: tuple[Result, ...]
    unmade: tuple[Unmade, ...]

    @property
    def packages(self) -> tuple[str, ...]:
        """The identities that it tells of."""
        made = tuple(one.package for one in self.made)
        return made + tuple(one.package for one in self.unmade)
