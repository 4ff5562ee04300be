"""What pins truly hold: `identify` and `verify` as stages, and what `pin` writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import anyio
from msgspec import Struct

from updater.choose import expected_tracking
from updater.choose.subjects import Decision, Subject
from updater.errors import HashError, NotFound, StageError
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
from updater.pipeline.endings import checked, failed
from updater.pipeline.hash.planned import PlannedChange
from updater.pipeline.hash.ready import Ready
from updater.verify.inspector import Inspector
from updater.verify.verifier import Verifier, gone

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from updater.choose.run import Run
    from updater.model import Offer, Outcome, Package
    from updater.pipeline.deciding import Decider

_SHARED_VERSION = "its version also makes other sources, which would change with the label"
_SAME_SOURCE = "the source stays the same"
_OF_INDEX = "its source is a file of the package index, which the version names"
_AT_ADDRESS = "its source is a file at an address, which the version names"


class TruthStage(Struct, frozen=True):
    """Inspects packages together, each by itself; nothing is written."""

    run: Run
    deciding: Decider

    async def commits(self, packages: Sequence[Package]) -> list[Outcome]:
        """Say for each package which commit its hash holds."""
        return await self._inspect("identify", packages, Inspector(self.run).inspect)

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
        return await self._inspect("verify", packages, verifier.judge)

    async def _inspect(
        self,
        stage: str,
        packages: Sequence[Package],
        inspect: Callable[[Subject, Offer], Awaitable[Outcome]],
    ) -> list[Outcome]:
        outcomes, subjects = self.deciding.subjects(packages, even_held=True)
        asked = [one for one in subjects if stage == "verify" or one.has_history]
        for subject in subjects:
            if subject not in asked:
                outcomes[subject.package.identity] = _of_index(subject)
        offers = await self.deciding.look_up(asked, "")
        self.run.progress.stage(stage, len(asked))

        async def one(subject: Subject) -> None:
            offer = offers[subject.project]
            try:
                if isinstance(offer, NotFound) and stage == "verify":
                    outcome: Outcome = gone(subject, offer)
                elif isinstance(offer, StageError):
                    raise offer
                else:
                    outcome = await inspect(subject, offer)
            except StageError as error:
                outcome = failed(subject.package, error)
            outcomes[subject.package.identity] = outcome
            self.run.progress.step(subject.package)

        async with anyio.create_task_group() as group:
            for subject in asked:
                group.start_soon(one, subject)
        return [outcomes[package.identity] for package in packages]

    async def pins(
        self, packages: Sequence[Package], *, sri: bool
    ) -> tuple[dict[str, Outcome], list[tuple[Subject, Ready | Outcome]]]:
        """Return what each pin must say, and the outcomes of those that nothing is said of.

        Args:
            packages: whose pins.
            sri: also write a hash of an old format as SRI.
        """
        outcomes, subjects = self.deciding.subjects(packages)
        asked = [one for one in subjects if one.has_history]
        inspector = Inspector(self.run)
        decided = await self.deciding.decisions(asked, "", inspector.pin)
        ready = [(one, self._pinned(one, decision, sri=sri)) for one, decision in decided]
        others = [one for one in subjects if one not in asked]
        ready += [(one, _of_index_as_sri(one) if sri else _of_index(one)) for one in others]
        return outcomes, ready

    def _pinned(
        self, subject: Subject, decision: Decision | Outcome, *, sri: bool
    ) -> Ready | Outcome:
        if not isinstance(decision, Decision):
            return decision
        if isinstance(decision.choice, Wait):
            return checked(subject, decision)
        values: dict[str, str] = {}
        if isinstance(decision.choice, Take):
            fetch = subject.fetch(decision.choice.candidate, self.run.config.hosts)
            if isinstance(fetch, NoFile):
                return Held(reason=fetch.reason, **decision.known(subject.package))
            if subject.package.companions or subject.package.side_hashes:
                return Held(reason=_SHARED_VERSION, **decision.known(subject.package))
            values |= fetch.values
        return _kept(subject, decision, values, sri=sri)


def _kept(subject: Subject, decision: Decision, values: dict[str, str], *, sri: bool) -> Ready:
    """Return a change that leaves the hash what it is, and with it what is built."""
    hashed = Hashed(parse_hash(subject.pin.hash, "sha256"), "embedded", 0)
    if sri:
        values["hash"] = str(hashed.sri)
    planned = PlannedChange(subject.package, PinValues(values))
    return Ready(decision, planned, hashed, build=Build("skipped", "", phase=_SAME_SOURCE))


def _of_index(subject: Subject) -> Skipped:
    """Return what becomes of a pin that its version names."""
    reason = _AT_ADDRESS if subject.policy.upstream else _OF_INDEX
    return Skipped(package=subject.package, reason=reason)


def _of_index_as_sri(subject: Subject) -> Ready | Skipped:
    """Return the same, but for a hash of an old format, which can be written as SRI."""
    try:
        written = parse_hash(subject.pin.hash, "sha256")
    except HashError:
        return _of_index(subject)
    if str(written) == subject.pin.hash or subject.source.get("sha256", "hash") is None:
        return _of_index(subject)
    tracking = expected_tracking(subject.pin, subject.policy)
    pinned = Pinned(rev="", version=subject.pin.version)
    now = Candidate(subject.pin.version or "")
    return _kept(subject, Decision(tracking, Stay(now), pinned), {}, sri=True)
