"""How a package ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from updater.model.adaptation import Adaptation
    from updater.model.change import Build, Change
    from updater.model.choice import Evidence, Pinned, Tracking
    from updater.model.hashes import Hashed
    from updater.model.offers import Candidate, PinWarning
    from updater.model.overlay import Package
    from updater.model.pulls import PullRequestLink
    from updater.model.research import RequirementFacts


class PackageOutcome(Struct, frozen=True, kw_only=True):
    """What every outcome tells, as far as the pipeline came.

    Attributes:
        newest: the newest version that upstream has, whether it may be taken or not.
        requirements: the candidate's; None where nobody looked.
    """

    package: Package
    tracking: Tracking | None = None
    pinned: Pinned | None = None
    candidate: Candidate | None = None
    newest: Candidate | None = None
    warnings: tuple[PinWarning, ...] = ()
    evidence: Evidence | None = None
    pull_request: PullRequestLink | None = None
    requirements: RequirementFacts | None = None

    @property
    def old(self) -> str:
        """The version that the pin truly holds where that is known, else its label, if any."""
        label = self.package.label
        return (self.pinned.version if self.pinned is not None else None) or label or ""

    @property
    def new(self) -> str:
        """The candidate's version; empty where there is none."""
        return self.candidate.version if self.candidate is not None else ""

    @property
    def stays(self) -> bool:
        """Whether the candidate is the pinned commit, so that only what the pin says changes."""
        commit = self.candidate.commit if self.candidate is not None else ""
        return bool(commit) and self.pinned is not None and self.pinned.commit == commit

    @property
    def common_fields(self) -> dict[str, Any]:
        """The fields that stay when the same package ends otherwise after all."""
        return {
            "package": self.package,
            "tracking": self.tracking,
            "pinned": self.pinned,
            "candidate": self.candidate,
            "newest": self.newest,
            "warnings": self.warnings,
            "evidence": self.evidence,
            "requirements": self.requirements,
        }


class Current(PackageOutcome, frozen=True, kw_only=True):
    """The pin is new and true as far as is known."""


class Outdated(PackageOutcome, frozen=True, kw_only=True):
    """A newer candidate may be taken (only ``check`` ends here).

    Attributes:
        awaits_source: what only the source tells may still speak against it, and ``bump`` sees.
    """

    reason: str = ""
    awaits_source: bool = False


class Updated(PackageOutcome, frozen=True, kw_only=True):
    """The change was made; ``written`` is False in a dry run.

    ``hashed`` is None for a call without a hash, such as ``builtins.fetchGit``. ``built`` has the
    hashes that only a build could tell, by their field. ``adaptations`` are edits beside the pin,
    and those that would have been needed and are not made.
    """

    change: Change
    hashed: Hashed | None
    written: bool
    reason: str = ""
    build: Build | None = None
    built: Mapping[str, str] = field(default_factory=dict)
    adaptations: tuple[Adaptation, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether nothing came of it yet: neither a file is written nor a pull request open."""
        return not self.written and self.pull_request is None

    @property
    def sri(self) -> str:
        """The new hash; empty for a fetcher call that has none."""
        return str(self.hashed.sri) if self.hashed is not None else ""


class Held(PackageOutcome, frozen=True, kw_only=True):
    """A newer candidate exists and must not be taken, or nothing may be decided.

    Attributes:
        pending: it is ready, and waits for its turn.
    """

    reason: str
    until: datetime | None = None
    pending: bool = False


class Skipped(PackageOutcome, frozen=True, kw_only=True):
    """The package cannot be followed at all."""

    reason: str


class Failed(PackageOutcome, frozen=True, kw_only=True):
    """A stage failed; the file is as it was.

    Attributes:
        cause: the message in words that fit every package that fails so; empty where it is of one.
    """

    stage: str
    message: str
    hint: str = ""
    cause: str = ""
    build: Build | None = None

    @property
    def headline(self) -> str:
        """The message's first line; the end of a log may stand below it."""
        return self.message.partition("\n")[0]


class Passed(PackageOutcome, frozen=True, kw_only=True):
    """The pin as it is builds and imports (only ``test`` ends here)."""

    build: Build


class Identified(PackageOutcome, frozen=True, kw_only=True):
    """The pinned hash is that of ``candidate`` (only ``identify`` ends here).

    Attributes:
        looked_at: how many trees were hashed; None where the answer was known from another run.
    """

    looked_at: int | None


State = Literal["true", "drifted", "tag moved", "wrong hash", "false version", "gone", "yanked"]
"""What ``verify`` says of a pin; each but the first is a reason not to trust it."""


class Verdict(PackageOutcome, frozen=True, kw_only=True):
    """What holds of the pin as it is (only ``verify`` ends here)."""

    state: State
    message: str = ""
    hint: str = ""


class Reviewed(PackageOutcome, frozen=True, kw_only=True):
    """What holds of a package that a branch changes (only ``review`` ends here).

    Attributes:
        before: the package as the base has it; None where the base has none.
        truth: what ``verify`` says of it; Skipped also where its pin is not changed.
        trial: what ``test`` says of it.
    """

    before: Package | None
    truth: Verdict | Skipped | Failed
    trial: Passed | Skipped | Failed


Outcome: TypeAlias = (
    "Current | Outdated | Updated | Held | Skipped | Failed | Passed | Identified | Verdict | "
    "Reviewed"
)
