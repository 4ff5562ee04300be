"""One package and its upstream's offer -> a decision, with the facts that it takes.

This gathers what `choose` decides on: which commit a moving rev holds, how commits are ordered,
how old a tag is. Nothing is asked for that the policy does not need.
"""

from __future__ import annotations

from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.choose.chooser import Chooser
from updater.choose.named import require_named
from updater.choose.rehashing import REQUESTED, rehashed, wrong_hash
from updater.choose.releases import choose_release, held_release, newest_offered
from updater.choose.repository import PinnedRepository
from updater.choose.sources import Sources
from updater.choose.subjects import Decision, Subject
from updater.choose.tags import Versions
from updater.choose.tracking import is_by_id, listed_tracking
from updater.choose.versions import is_commit
from updater.choose.vetting import unfetchable
from updater.errors import NotFound, StageError, bugs_at
from updater.model import Candidate, Choice, NoFile, Offer, Pinned, PinWarning, Stay, Take, Wait

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.choose.foreseen import Foreseen
    from updater.choose.lookup import Offers
    from updater.choose.releases import Obstacle
    from updater.choose.run import Run
    from updater.choose.versions import Release
    from updater.upstreams.base import TagAnswer, TagQuestion


class Follower(Struct, frozen=True):
    """Decides for one package after the other, each by itself.

    Attributes:
        to: the version or rev that the user asked for, or an empty string.
        rehash: the hash is computed anew also where the version stays.
    """

    run: Run
    to: str = ""
    rehash: bool = False

    async def look_ahead(
        self, subjects: Sequence[Subject], offers: Mapping[str, Offers], foreseen: Foreseen
    ) -> dict[str, Chooser]:
        """Return who decides for packages from repositories, by their identities.

        What one request can tell of the tags that many of them are likely to move to is asked for
        together, before each is decided by itself.

        Args:
            subjects: the packages.
            offers: what their upstreams have.
            foreseen: what was asked with it.
        """
        choosers: dict[str, Chooser] = {}
        prospects: dict[str, tuple[TagQuestion, ...]] = {}
        questions: dict[str, list[TagQuestion]] = {}
        kinds = {subject.upstream.kind: subject.upstream for subject in subjects}
        for subject in subjects:
            own, identity = offers[subject.package.identity], subject.package.identity
            if subject.project.lists_releases or isinstance(own.own, StageError):
                continue
            # What is wrong with a package, its decision says.
            with suppress(StageError), bugs_at("choose"):
                chooser = self._chooser(subject, own.own, own.twin)
                prospects[identity] = chooser.prospects()
                choosers[identity] = chooser
                questions.setdefault(subject.upstream.kind, []).extend(
                    question
                    for question in prospects[identity]
                    if not _is_told(question, own.own, foreseen)
                )
        answers: dict[TagQuestion, TagAnswer] = {}
        for kind, asked in questions.items():
            answers |= await kinds[kind].tag_answers(
                tuple(dict.fromkeys(asked)), self.run.surroundings
            )
        everything = dict.fromkeys(chain.from_iterable(prospects.values()))
        self.run.records.foreseen(subject.project for subject in subjects).note(
            everything, foreseen
        )
        for identity, chooser in choosers.items():
            own_answers = {
                question: answers[question]
                for question in prospects[identity]
                if question in answers
            }
            if own_answers:
                chooser.learn(own_answers)
        return choosers

    def _chooser(self, subject: Subject, offer: Offer, twin: Offer | StageError | None) -> Chooser:
        index = twin if isinstance(twin, Offer) else None
        repository = PinnedRepository(self.run, subject, offer)
        return Chooser(repository, index, self.to, rehash=self.rehash)

    async def decide(
        self,
        subject: Subject,
        offer: Offer,
        twin: Offer | StageError | None = None,
        chooser: Chooser | None = None,
    ) -> Decision:
        """Return the decision for a package.

        Args:
            subject: the package.
            offer: what its upstream has.
            twin: what the index has of the same name, where the source is a repository.
            chooser: who decides, where `look_ahead` made it.

        Raises:
            StageError: a fact that the decision needs cannot be had.
        """
        if subject.project.lists_releases:
            sources = Sources(self.run, subject)
            decision = await self._with_files(self._from_list(subject, offer))
        else:
            chooser = chooser or self._chooser(subject, offer, twin)
            sources = chooser.sources
            decision = await chooser.reach_decision()
            if isinstance(twin, StageError) and not isinstance(twin, NotFound):
                unasked = PinWarning("not-compared", f"the index was not compared: {twin.message}")
                decision = replace(decision, warnings=(*decision.warnings, unasked))
        decision = _by_commit(subject, decision)
        if chooser is not None:
            decision = await self._dated(subject, decision, chooser)
        decision = await self._gated(decision, sources)
        return replace(decision, warnings=offer.warnings + decision.warnings)

    async def newest(
        self, subject: Subject, offer: Offer, twin: Offer | StageError | None = None
    ) -> Candidate | None:
        """Return the newest version of the channel that a package follows, and nothing else of it.

        The arguments are those of `decide`.

        Raises:
            StageError: it cannot be told.
        """
        if subject.project.lists_releases:
            return self._from_list(subject, offer).newest
        return await self._chooser(subject, offer, twin).newest()

    def _unfetchable(self, subject: Subject, candidate: Candidate) -> Obstacle | None:
        """Say why the package's fetcher call cannot get a candidate, or nothing."""
        return unfetchable(subject.fetch(candidate, self.run.config.hosts))

    @staticmethod
    async def _dated(subject: Subject, decision: Decision, chooser: Chooser) -> Decision:
        """Return a decision with the day of the commit that is taken, where a package writes it."""
        choice = decision.choice
        if subject.package.date is None or not isinstance(choice, Take):
            return decision
        candidate = choice.candidate
        if candidate.ref or not candidate.commit:
            return decision
        committed = await chooser.committed(candidate.commit)
        if committed is None:
            reason = (
                f"the date (line {subject.package.date.line}) must change with the commit, and "
                f"{candidate.commit} has no valid date: pin another, or leave the date out"
            )
            waiting = Wait(reason, None, candidate, choice.warnings)
            return replace(decision, choice=waiting)
        candidate = replace(candidate, committed=committed)
        return replace(decision, choice=replace(choice, candidate=candidate))

    @staticmethod
    async def _gated(decision: Decision, sources: Sources) -> Decision:
        """Return a decision with how further sources get its candidate; none where one cannot."""
        choice = decision.choice
        if not isinstance(choice, Take):
            return decision
        candidate = await sources.named(choice.candidate)
        if isinstance(candidate, NoFile):
            return _waiting(decision, choice, candidate)
        further = await sources.further(candidate)
        if isinstance(further, NoFile):
            return _waiting(decision, choice, further)
        return replace(decision, choice=replace(choice, candidate=candidate), further=further)

    def _from_list(self, subject: Subject, offer: Offer) -> Decision:
        policy, pin = subject.policy, subject.pin
        tracking = listed_tracking(subject.project)
        pinned = Pinned(rev=pin.rev, version=pin.version)
        versions = Versions(offer.candidates, None)
        choice: Choice
        if self.to:
            choice = require_named(self.to, offer, None, None)
        elif policy.track not in ("auto", tracking.kind):
            place = "the package index" if subject.project.on_index else str(subject.project)
            choice = Wait(
                f"`track: {policy.track}` needs a source from the repository, but this one comes "
                f"from {place}"
            )
        elif is_commit(pin.rev) and held_release(pin, versions) is None:
            choice = Wait(
                "its rev is a commit that no tag names, and the history is not asked: write a tag"
            )
        else:
            choice = choose_release(
                pin,
                versions,
                policy,
                self.run.now,
                lambda candidate: self._unfetchable(subject, candidate),
            )
        newest = newest_offered(versions, pin.version, prereleases=policy.prereleases)
        decision = Decision(subject, tracking, choice, pinned, newest=newest)
        return self._rehashed(decision, held_release(pin, versions))

    async def _with_files(self, decision: Decision) -> Decision:
        """Add the files of what is taken, where its list does not tell them."""
        choice, subject = decision.choice, decision.subject
        if not isinstance(choice, Take):
            return decision
        files = await subject.upstream.files_of(
            subject.project, choice.candidate, self.run.surroundings
        )
        candidate = replace(choice.candidate, distributions=files)
        return replace(decision, choice=replace(choice, candidate=candidate))

    def _rehashed(self, decision: Decision, held: Release | None) -> Decision:
        """Take a release that is pinned already where its hash is not the index's."""
        subject = decision.subject
        if held is None:
            return decision
        reason = REQUESTED if self.rehash else subject.missing_hash
        if not reason:
            reason = wrong_hash(subject, subject.fetch(held.candidate, self.run.config.hosts))
        return rehashed(decision, reason, held.candidate) if reason else decision


def _waiting(decision: Decision, choice: Take, missing: NoFile) -> Decision:
    waiting = Wait(missing.reason, None, choice.candidate, choice.warnings)
    return replace(decision, choice=waiting)


def _is_told(question: TagQuestion, offer: Offer, foreseen: Foreseen) -> bool:
    """Tell whether an offer says what is to be known of a tag, as far as its host does."""
    pairs = foreseen.get(question.project, ())
    return question.tag in offer.facts.tags and (
        not question.held or (question.tag, question.held) in pairs
    )


def _by_commit(subject: Subject, decision: Decision) -> Decision:
    """Label a candidate by its commit where the pin has one as its version and rev alike."""
    pin, choice = subject.pin, decision.choice
    is_whole = pin.version == pin.rev and is_commit(pin.rev)
    if not is_whole and not is_by_id(pin, decision.tracking):
        return decision
    decision = replace(decision, pinned=replace(decision.pinned, version=pin.version))
    if not isinstance(choice, Take):
        return decision
    candidate = choice.candidate
    labelled = replace(candidate, version=candidate.commit, ref="")
    others = tuple(warning for warning in choice.warnings if warning.code != "false-label")
    if candidate.commit == pin.rev and others != choice.warnings:
        return replace(decision, choice=Stay(labelled, others))
    return replace(decision, choice=replace(choice, candidate=labelled))
