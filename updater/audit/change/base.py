"""What every rule is given and what it says."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct

from updater.model import PinWarning
from updater.model.labels import parse_version

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from packaging.version import Version

    from updater.model import Candidate, Project


class Step(Struct, frozen=True):
    """One package's way from what is pinned to a candidate.

    Attributes:
        old: the version that the pin holds, as far as it is known, else its label.
        now: the present time.
        projects: the upstreams that the source comes from before and after, where both are known.
        licences: of the old and the new release, where both are known and they differ.
        vulnerabilities: ids of what is known of the new release, as far as somebody was asked.
        pythons: what the source declares that it needs, and the configured Python that this leaves
            out; None where it does not, or nothing is known.
        label: the version as it is written in the overlay.
    """

    old: str | None
    candidate: Candidate
    now: datetime
    projects: tuple[Project, Project] | None = None
    licences: tuple[str, str] | None = None
    vulnerabilities: tuple[str, ...] = ()
    pythons: tuple[str, str] | None = None
    label: str | None = None

    @property
    def versions(self) -> tuple[Version, Version] | None:
        """Old and new version before any ``-unstable-``; None where one is no PEP 440 version."""
        old, new = parse_version(self.old), parse_version(self.candidate.version)
        return (old, new) if old is not None and new is not None else None


class ChangeRule(ABC):
    """One thing to look at.

    Attributes:
        stops: what it finds is no mere warning: the change is not made, unless it was asked for.
    """

    code: ClassVar[str]
    stops: ClassVar[bool] = False

    @abstractmethod
    def finding(self, step: Step) -> str | None:
        """Return what to look at, in one sentence without a full stop; None where all is plain."""


def examine(step: Step, rules: Iterable[ChangeRule]) -> tuple[PinWarning, ...]:
    """Return what the rules find, in their order."""
    findings = ((rule.code, rule.finding(step)) for rule in rules)
    return tuple(PinWarning(code, finding) for code, finding in findings if finding is not None)


def stopped(step: Step, rules: Iterable[ChangeRule]) -> str:
    """Return why a change must not be made; empty where no rule stops it."""
    findings = (rule.finding(step) for rule in rules if rule.stops)
    return next((finding for finding in findings if finding is not None), "")
