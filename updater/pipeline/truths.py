"""What pins truly hold: `identify` and `verify` as stages, and what `pin` writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from updater.choose.subjects import Decision, Subject
from updater.choose.tracking import expected_tracking
from updater.errors import HashError, NotFound
from updater.model import (
    Build,
    Candidate,
    Hashed,
    Held,
    NoFile,
    Pinned,
    PinValues,
    Skipped,
    Stay,
    Take,
    Wait,
)
from updater.model.sri import parse_hash
from updater.pipeline.deciding import Decider
from updater.pipeline.endings import checked
from updater.pipeline.hash.planned import PlannedChange
from updater.pipeline.hash.ready import ReadyChange
from updater.pipeline.stage import Stage
from updater.verify.inspector import Inspector, is_label
from updater.verify.verifier import Verifier, gone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.choose.lookup import Offers
    from updater.choose.run import Run
    from updater.model import Outcome, Package

_SHARED_VERSION = "other sources are made from its version too, and would change with it"
_READS_VERSION = (
    "takes the version into the build, which another label would change: "
    "`updater bump` moves both, and builds"
)
_READS_REV = (
    "takes the rev into the build, which another one would change: `updater bump` moves it, and "
    "builds"
)
_SAME_SOURCE = "the source stays the same"
_OTHER_REFS = "the source stays the same but for the names of refs in it"
_OF_INDEX = "its source is a file of the package index, whose name contains the version"
_AT_ADDRESS = "its source is a file at an address that contains the version"
_OF_REGISTRY = "its source is what a registry has of its version"


class TruthStage(Struct, frozen=True):
    """Inspects packages together, each by itself; nothing is written."""

    run: Run

    @property
    def _deciding(self) -> Decider:
        return Decider(self.run)

    async def commits(self, packages: Sequence[Package]) -> list[Outcome]:
        """Say for each package which commit its hash holds."""
        inspector = Inspector(self.run)

        async def inspect(subject: Subject, offers: Offers) -> Outcome:
            return await inspector.inspect(subject, offers.usable)

        subjects = await self._deciding.subjects(packages, even_held=True)
        followable = [
            _of_index(subject)
            if isinstance(subject, Subject) and not subject.has_history
            else subject
            for subject in subjects
        ]
        return await self._deciding.inspect("identify", followable, inspect)

    async def verdicts(
        self, packages: Sequence[Package], releases: Literal["auto", "embedded"] = "auto"
    ) -> list[Outcome]:
        """Say for each package whether its pin is true.

        Args:
            packages: whose pins.
            releases: how the hash of a release is found: ``auto`` believes the index, ``embedded``
                downloads the file.
        """
        verifier = Verifier(self.run, releases)

        async def judge(subject: Subject, offers: Offers) -> Outcome:
            if isinstance(offers.own, NotFound):
                return gone(subject, offers.own)
            return await verifier.judge(subject, offers.usable)

        subjects = await self._deciding.subjects(packages, even_held=True)
        return await self._deciding.inspect("verify", subjects, judge)

    async def pins(self, packages: Sequence[Package], *, sri: bool) -> list[ReadyChange | Outcome]:
        """Return what each pin must say, and the outcomes of those that nothing is said of.

        Args:
            packages: whose pins.
            sri: also write a hash of an old format as SRI.
        """
        inspector = Inspector(self.run)

        async def pin(subject: Subject, offers: Offers) -> ReadyChange | Outcome:
            return self._pinned(await inspector.pin(subject, offers.usable), sri=sri)

        async def pin_of_index(subject: Subject) -> Subject | ReadyChange | Outcome:
            if subject.has_history:
                return subject
            return _of_index_as_sri(subject) if sri else _of_index(subject)

        subjects = await self._deciding.subjects(packages)
        ready = await Stage("find", self.run.progress).each(subjects, pin_of_index)
        subjects_of_history = [subject for subject in ready if isinstance(subject, Subject)]
        pins = iter(await self._deciding.inspect("identify", subjects_of_history, pin))
        return [next(pins) if isinstance(subject, Subject) else subject for subject in ready]

    def _pinned(self, decision: Decision, *, sri: bool) -> ReadyChange | Outcome:
        if isinstance(decision.choice, Wait):
            return checked(decision)
        subject = decision.subject
        values: dict[str, str] = {}
        if isinstance(decision.choice, Take):
            fetch = subject.fetch(decision.choice.candidate, self.run.config.hosts)
            if isinstance(fetch, NoFile):
                return Held(reason=fetch.reason, **decision.common_fields)
            if subject.package.companions or subject.package.side_hashes:
                return Held(reason=_SHARED_VERSION, **decision.common_fields)
            values |= fetch.values
            readers = subject.package.version_readers
            if readers and values.get("version", subject.pin.version) != subject.pin.version:
                if not is_label(subject.pin.version, decision.choice.candidate):
                    reason = f"{', '.join(readers)} {_READS_VERSION}"
                    return Held(reason=reason, **decision.common_fields)
                del values["version"]  # it is true, and a build reads it as it is
            names = subject.package.rev_readers
            revs = ((values.get(name), subject.source.value(name)) for name in ("rev", "tag"))
            if names and any(new not in (None, old) for new, old in revs):
                reason = f"{', '.join(names)} {_READS_REV}"
                return Held(reason=reason, **decision.common_fields)
        return _unchanged_source(decision, values, sri=sri)


def _unchanged_source(decision: Decision, values: dict[str, str], *, sri: bool) -> ReadyChange:
    """Return a change that leaves the hash what it is, and with it what is built.

    Only where an archive has the names of refs in it, its hash becomes the one that it has now.
    """
    renewed, written = decision.renewed, decision.subject.pin.hash
    hashed = None
    if not decision.subject.checkout:
        hashed = Hashed(renewed or parse_hash(written, "sha256"), "embedded", 0)
        if sri or renewed is not None:
            values["hash"] = str(hashed.sri)
    planned = PlannedChange(decision.package, PinValues(values))
    phase = _SAME_SOURCE if renewed is None else _OTHER_REFS
    return ReadyChange(decision, planned, hashed, build=Build("skipped", "", phase=phase))


def _of_index(subject: Subject) -> Skipped:
    """Return what becomes of a pin that its version names."""
    listed = _OF_INDEX if subject.project.on_index else _OF_REGISTRY
    reason = _AT_ADDRESS if subject.policy.upstream else listed
    return Skipped(package=subject.package, reason=reason)


def _of_index_as_sri(subject: Subject) -> ReadyChange | Skipped:
    """Return the same, but for a hash of an old format, which can be written as SRI."""
    try:
        written = parse_hash(subject.pin.hash, "sha256")
    except HashError:
        return _of_index(subject)
    if str(written) == subject.pin.hash or subject.source.get("sha256", "hash") is None:
        return _of_index(subject)
    tracking = expected_tracking(subject.pin, subject.policy, subject.project)
    pinned = Pinned(rev="", version=subject.pin.version)
    now = Candidate(subject.pin.version or "")
    return _unchanged_source(Decision(subject, tracking, Stay(now), pinned), {}, sri=True)
