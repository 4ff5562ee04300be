"""What ``--json`` prints: one object, whose JSON Schema is made from these models."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from updater.model import Algorithm, CheckName, CheckStatus, State
from updater.model.adaptation import AdaptationKind

Moment = Annotated[datetime, Meta(tz=True)]
HashForm = Literal["sri", "base64", "base32", "nix32", "base16", "hex"]


class _ReportPart(Struct, frozen=True, forbid_unknown_fields=True):
    pass


class ErrorReport(_ReportPart, frozen=True):
    """What went wrong and what to do."""

    stage: str
    message: str
    hint: str


class PinnedReport(_ReportPart, frozen=True):
    """What a pin truly holds, as far as it is known."""

    rev: str
    commit: str | None
    version: str | None


class WarningReport(_ReportPart, frozen=True):
    """Something to know although nothing stopped."""

    code: str
    message: str


class ChangeReport(_ReportPart, frozen=True):
    """One field before and after."""

    field: str
    line: int
    old: str
    new: str


class HashReport(_ReportPart, frozen=True):
    """A hash, how it was found and what that cost."""

    value: str
    method: Literal["index", "embedded", "nix", "build"]
    downloaded_bytes: int


class DiagnosisReport(_ReportPart, frozen=True):
    """What a failed build's log says is wrong."""

    code: str
    message: str
    hint: str


class CheckReport(_ReportPart, frozen=True):
    """One thing that a build checked; `detail` says with what, or why it was skipped."""

    name: CheckName
    status: CheckStatus
    detail: str


class BuildReport(_ReportPart, frozen=True):
    """What became of a build; `phase` is where it failed, or why it was skipped."""

    status: CheckStatus
    attribute: str
    seconds: float
    phase: str
    log: str | None
    tail: str
    diagnosis: DiagnosisReport | None
    sandboxed: bool | None
    checks: Annotated[
        tuple[CheckReport, ...],
        Meta(description="In their order, as far as the build came; empty where it did not run"),
    ]


class AdaptationReport(_ReportPart, frozen=True):
    """An edit beside the pin that the new release needs."""

    kind: AdaptationKind
    field: Annotated[str, Meta(description="The attribute that is edited")]
    input: Annotated[str, Meta(description="The package or pattern that it is about")]
    reason: str
    applied: Annotated[bool, Meta(description="Whether it is made; else it is advice")]


class ChangedRequirement(_ReportPart, frozen=True):
    """A requirement whose extras, bounds or markers differ."""

    name: str
    old: str
    new: str


class RequirementsReport(_ReportPart, frozen=True):
    """What the new release requires, against the held one."""

    added: Annotated[tuple[str, ...] | None, Meta(description="null where it is not known")]
    removed: tuple[str, ...] | None
    changed: tuple[ChangedRequirement, ...] | None
    unmet: Annotated[
        tuple[str, ...], Meta(description="What neither the overlays nor the package set give")
    ]


class PullRequestReport(_ReportPart, frozen=True):
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


class NewestReport(_ReportPart, frozen=True):
    """The newest version that upstream has, whether it may be taken or not."""

    version: str
    ref: str | None
    published: Moment | None
    url: str | None


class PackageReport(_ReportPart, frozen=True):
    """One package; what a command does not say stays null."""

    name: str
    attribute: str
    file: str
    line: int
    fetcher: str | None
    source: Annotated[
        dict[str, str | None], Meta(description="The fetcher's arguments, values resolved")
    ]
    track: str | None
    status: Status
    version: Annotated[str | None, Meta(description="The label before")]
    latest: str | None = None
    ref: str | None = None
    commit: str | None = None
    published: Moment | None = None
    url: str | None = None
    newest: NewestReport | None = None
    pinned: PinnedReport | None = None
    reason: str | None = None
    awaits_source: Annotated[
        bool | None,
        Meta(
            description="Whether what only the source tells may still hold it, which `bump` looks "
            "into; null but for what is outdated"
        ),
    ] = None
    until: Moment | None = None
    warnings: tuple[WarningReport, ...] = ()
    written: bool | None = None
    changes: tuple[ChangeReport, ...] | None = None
    adaptations: tuple[AdaptationReport, ...] = ()
    requirements: RequirementsReport | None = None
    hash: HashReport | None = None
    build: BuildReport | None = None
    pull_request: PullRequestReport | None = None
    error: ErrorReport | None = None


class PackageTruthReport(PackageReport, frozen=True):
    """One package of ``identify`` and ``verify``."""

    state: Annotated[State | None, Meta(description="What verify says of the pin")] = None
    looked_at: Annotated[
        int | None, Meta(description="Trees that identify hashed; null where the answer was kept")
    ] = None
    hint: str | None = None


class PackageReviewReport(PackageReport, frozen=True):
    """One package of ``review``; `changes` is what differs from the base."""

    old: Annotated[str | None, Meta(description="The label that the base has")] = None
    added: Annotated[bool, Meta(description="The base has no such package")] = False
    state: Annotated[
        State | None, Meta(description="What verify says of the pin; null where it was not asked")
    ] = None
    hint: str | None = None
    unverified: Annotated[str | None, Meta(description="Why its pin was not verified")] = None
    unbuilt: Annotated[str | None, Meta(description="Why it was not built")] = None


class ReviewReport(_ReportPart, frozen=True, kw_only=True):
    """The object of ``review``."""

    schema: Literal[1] = 1
    command: Literal["review"]
    base: Annotated[str, Meta(description="The commit that the branch is compared with")]
    packages: tuple[PackageReviewReport, ...]
    summary: Annotated[dict[str, int], Meta(description="Status -> number of packages")]
    notes: Annotated[
        tuple[str, ...], Meta(description="What is to be known of the review as a whole")
    ] = ()


class TruthsReport(_ReportPart, frozen=True, kw_only=True):
    """The object of ``identify`` and ``verify``."""

    schema: Literal[1] = 1
    command: str
    packages: tuple[PackageTruthReport, ...]
    summary: Annotated[dict[str, int], Meta(description="Status -> number of packages")]


class Report(_ReportPart, frozen=True, kw_only=True):
    """The object of ``list``, ``check`` and ``bump``."""

    schema: Literal[1] = 1
    command: str
    packages: tuple[PackageReport, ...]
    summary: Annotated[dict[str, int], Meta(description="Status -> number of packages")]


class PrefetchReport(_ReportPart, frozen=True, kw_only=True):
    """The object of ``prefetch``."""

    schema: Literal[1] = 1
    command: Literal["prefetch"]
    ref: str
    url: str
    hash: HashReport
    seconds: Annotated[float, Meta(description="How long it took, with the look-up")]


ComposingCommand = Literal["add", "remove"]


class ComposedPackageReport(_ReportPart, frozen=True):
    """A package that was added or removed."""

    name: str
    attribute: str
    file: str
    version: str
    source: Annotated[str, Meta(description="Its project, with the tag that is pinned")]
    build: Annotated[BuildReport | None, Meta(description="null where nothing was built")]
    notes: Annotated[tuple[str, ...], Meta(description="What is good to know")]


class ComposedFileReport(_ReportPart, frozen=True):
    """A file that becomes another one."""

    file: str
    change: Literal["added", "changed", "removed"]


class CompositionReport(_ReportPart, frozen=True, kw_only=True):
    """The object of ``add`` and ``remove``."""

    schema: Literal[1] = 1
    command: ComposingCommand
    packages: tuple[ComposedPackageReport, ...]
    files: tuple[ComposedFileReport, ...]
    written: bool
    pull_request: PullRequestReport | None


class ConversionReport(_ReportPart, frozen=True, kw_only=True):
    """The object of ``prefetch --convert``."""

    schema: Literal[1] = 1
    command: Literal["prefetch"]
    text: Annotated[str, Meta(description="The hash as it was given")]
    algorithm: Algorithm
    form: HashForm
    value: Annotated[str, Meta(description="The hash in this form")]


class StartReport(_ReportPart, frozen=True, kw_only=True):
    """The object of ``init``."""

    schema: Literal[1] = 1
    command: Literal["init"]
    written: Annotated[tuple[str, ...], Meta(description="In a dry run, what would be written")]
    present: Annotated[tuple[str, ...], Meta(description="Files that stay as they are")]
    packages: Annotated[tuple[str, ...], Meta(description="The names of the packages found")]


class JobReport(_ReportPart, frozen=True):
    """One runner's packages, by identity, dependencies first."""

    id: str
    packages: tuple[str, ...]


class PlanReport(_ReportPart, frozen=True, kw_only=True):
    """The object of ``plan``: a matrix for GitHub Actions."""

    schema: Literal[1] = 1
    include: tuple[JobReport, ...]


class SettingReport(_ReportPart, frozen=True):
    """One key of the configuration."""

    key: Annotated[str, Meta(description="Dotted, such as build.timeout")]
    value: Annotated[Any, Meta(description="As config.yaml would have it; null for nothing")]
    origin: Annotated[str, Meta(description="What sets it")]


class PackageSettingsReport(_ReportPart, frozen=True):
    """What holds for one package."""

    name: str
    attribute: str
    file: str
    settings: tuple[SettingReport, ...]


class SettingsReport(_ReportPart, frozen=True, kw_only=True):
    """The object of ``config show``."""

    schema: Literal[1] = 1
    command: Literal["config"]
    root: Annotated[str, Meta(description="The folder that paths are relative to")]
    file: Annotated[str | None, Meta(description="The configuration; null where there is none")]
    settings: Annotated[
        tuple[SettingReport, ...], Meta(description="Of the project; none where a PKG is given")
    ]
    packages: tuple[PackageSettingsReport, ...]


class ErrorObject(_ReportPart, frozen=True, kw_only=True):
    """The object of a command that could not run."""

    schema: Literal[1] = 1
    command: str
    error: ErrorReport
