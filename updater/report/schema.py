"""What ``--json`` prints: one object, whose JSON Schema is made from these models."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from updater.model import State


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ErrorReport(_Part):
    """What went wrong and what to do."""

    stage: str
    message: str
    hint: str


class PinnedReport(_Part):
    """What a pin truly holds, as far as it is known."""

    rev: str
    commit: str | None
    version: str | None


class WarningReport(_Part):
    """Something to know although nothing stopped."""

    code: str
    message: str


class ChangeReport(_Part):
    """One field before and after."""

    field: str
    line: int
    old: str
    new: str


class HashReport(_Part):
    """A hash, how it was found and what that cost."""

    value: str
    method: Literal["index", "embedded", "nix", "build"]
    downloaded_bytes: int


class DiagnosisReport(_Part):
    """What a failed build's log says is wrong."""

    code: str
    message: str
    hint: str


class BuildReport(_Part):
    """What became of a build; `phase` is where it failed, or why it was skipped."""

    status: Literal["passed", "failed", "skipped"]
    attribute: str
    seconds: float
    phase: str
    log: str | None
    tail: str
    diagnosis: DiagnosisReport | None
    sandboxed: bool | None


class PullRequestReport(_Part):
    """The pull request of a change, or the one that speaks against it."""

    url: str
    number: int
    state: Literal["open", "closed", "merged"]


Status = Literal[
    "found",
    "current",
    "outdated",
    "updated",
    "held",
    "skipped",
    "failed",
    "passed",
    "identified",
    "true",
    "untrue",
]


class PackageReport(_Part):
    """One package; what a command does not say stays null."""

    name: str
    attribute: str
    file: str
    line: int
    fetcher: str | None
    source: dict[str, str | None] = Field(description="The fetcher's arguments, values resolved")
    track: str | None
    status: Status
    version: str | None = Field(description="The label before")
    latest: str | None = None
    ref: str | None = None
    commit: str | None = None
    published: datetime | None = None
    url: str | None = None
    pinned: PinnedReport | None = None
    reason: str | None = None
    until: datetime | None = None
    warnings: tuple[WarningReport, ...] = ()
    written: bool | None = None
    changes: tuple[ChangeReport, ...] | None = None
    hash: HashReport | None = None
    build: BuildReport | None = None
    pull_request: PullRequestReport | None = None
    error: ErrorReport | None = None


class TruthReport(PackageReport):
    """One package of ``identify`` and ``verify``."""

    state: State | None = Field(default=None, description="What verify says of the pin")
    looked_at: int | None = Field(
        default=None, description="Trees that identify hashed; null where the answer was kept"
    )
    hint: str | None = None


class ReviewedReport(PackageReport):
    """One package of ``review``; `changes` is what differs from the base."""

    old: str | None = Field(default=None, description="The label that the base has")
    added: bool = Field(default=False, description="The base has no such package")
    state: State | None = Field(
        default=None, description="What verify says of the pin; null where it was not asked"
    )
    hint: str | None = None
    unverified: str | None = Field(default=None, description="Why its pin was not verified")
    unbuilt: str | None = Field(default=None, description="Why it was not built")


class Reviews(_Part):
    """The object of ``review``."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    command: Literal["review"]
    base: str = Field(description="The commit that the branch is compared with")
    packages: tuple[ReviewedReport, ...]
    summary: dict[str, int] = Field(description="Status -> number of packages")


class Truths(_Part):
    """The object of ``identify`` and ``verify``."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    command: str
    packages: tuple[TruthReport, ...]
    summary: dict[str, int] = Field(description="Status -> number of packages")


class Report(_Part):
    """The object of ``list``, ``check`` and ``bump``."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    command: str
    packages: tuple[PackageReport, ...]
    summary: dict[str, int] = Field(description="Status -> number of packages")


class PrefetchReport(_Part):
    """The object of ``prefetch``."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    command: Literal["prefetch"]
    ref: str
    url: str
    hash: HashReport
    seconds: float = Field(description="How long it took, with the look-up")


class JobReport(_Part):
    """One runner's packages, by identity, dependencies first."""

    id: str
    packages: tuple[str, ...]


class PlanReport(_Part):
    """The object of ``plan``: a matrix for GitHub Actions."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    include: tuple[JobReport, ...]
    dashboard: bool = Field(
        description="Whether `publish` has a dashboard to bring up to date, also without any job"
    )


class ErrorObject(_Part):
    """The object of a command that could not run."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    command: str
    error: ErrorReport
