"""Find -> look-up -> choose: packages become subjects, subjects get decisions."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from updater.choose.lookup import Offers, look_up
from updater.choose.subjects import Decision, Subject
from updater.choose.versions import is_commit
from updater.errors import ReadError, StageError, bugs_at
from updater.find.followable import adopted, series_of, skip_reason, with_side_hashes
from updater.kinds import FETCHERS, UPSTREAMS, change_rules
from updater.model import Held, NoFile, Outcome, Package, Skipped, Take, Wait
from updater.pipeline.endings import unreadable
from updater.pipeline.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from updater.choose.foreseen import Foreseen
    from updater.choose.run import Run
    from updater.model import Policy

Result = TypeVar("Result")

# What says where a unit moves, and how its source is hashed: one answer for all of it.
_OF_A_UNIT = (
    *("track", "branch", "prereleases", "allow", "tag_pattern", "tag_format", "ignore", "python"),
    *("upstream", "minimum_release_age", "commit_interval", "hash", "src_only"),
)


class Decider(Struct, frozen=True):
    """Asks upstreams and chooses, for all packages together."""

    run: Run

    async def subjects(
        self, packages: Sequence[Package], *, even_held: bool = False
    ) -> list[Subject | Outcome]:
        """Return the packages that can be followed, and what becomes of the others."""

        async def subject(package: Package) -> Subject | Outcome:
            return self._subject(package, even_held=even_held)

        return await Stage("find", self.run.progress).each(packages, subject)

    def _subject(self, package: Package, *, even_held: bool) -> Subject | Outcome:
        policy = self.run.config.policy(package)
        package = with_side_hashes(
            adopted(package, policy.hash), self._dependent_hashes(package, policy)
        )
        if policy.allow is None:
            policy = replace(policy, series=series_of(package))
        if policy.hold and not even_held:
            return Held(package=package, reason=policy.hold)
        is_left = package.generator and policy.generated == "skip"
        if package.problem and not package.skip and not is_left:
            return unreadable(package)
        stays = "" if even_held or policy.src_only or is_left else package.lent
        wishes = (self._other_wish(package, own, even_held=even_held) for own in package.members)
        stays = stays or next(filter(None, wishes), "")
        if stays:
            return Held(package=package, reason=stays)
        source = package.source
        skip = skip_reason(package, policy, self.run.config.registries)
        if skip or source is None:
            return Skipped(package=package, reason=skip)
        fetcher = FETCHERS[source.fetcher]
        project = policy.upstream or fetcher.project(package, source)
        upstream = next((u for u in UPSTREAMS if u.claims(project, self.run.config.hosts)), None)
        if upstream is None:
            return Skipped(package=package, reason=f"no upstream is known for {project}")
        pin = fetcher.pin(package, source)
        if is_commit(pin.rev.lower()):  # git writes an id in small letters, and reads it in any
            pin = replace(pin, rev=pin.rev.lower())
        return Subject(package, source, fetcher, pin, project, upstream, policy)

    def _dependent_hashes(self, package: Package, policy: Policy) -> tuple[str, ...]:
        """Return the names of further side hashes, also of what moves with a package."""
        theirs = (
            f"{member.name}.{name}"
            for member in package.members
            for name in self.run.config.policy(member).dependent_hashes
        )
        return (*policy.dependent_hashes, *theirs)

    def _other_wish(self, package: Package, member: Package, *, even_held: bool) -> str:
        """Return why a package stays for the sake of what moves with it, or an empty string.

        Raises:
            ReadError: the configuration asks for different things of the two.
        """
        own, other = self.run.config.policy(package), self.run.config.policy(member)
        shared = f"{member.name} shares its version or source"
        if other.hold and not even_held:
            return f"{shared}, and is held: {other.hold}"
        for key in _OF_A_UNIT:
            if getattr(own, key) != getattr(other, key):
                raise ReadError(
                    f"{shared} with {package.name}, and `{key}` is not the same for both",
                    hint=f"set `{key}` for both, or for neither: they move together",
                )
        return ""

    async def choices(
        self, packages: Sequence[Package], to: str, *, rehash: bool = False, looks: bool = False
    ) -> list[Decision | Outcome]:
        """Choose the newest version of each, or ``to``, and add what the audit says of the step.

        Args:
            packages: whose choices.
            to: the version or rev that was asked for, or an empty string.
            rehash: hashes are computed anew also where the version stays.
            looks: the run only looks: what is newest is also told of packages that the
                configuration holds, and what an earlier run would not write it need not have again.
        """
        subjects = await self.subjects(packages)
        followable = [subject for subject in subjects if isinstance(subject, Subject)]
        held = self._even_held(subjects) if looks else {}
        projects = (subject.project for subject in followable)
        foreseen = {} if to else self.run.records.foreseen(projects).recalled()
        offers = await self._look_up([*followable, *held.values()], to, foreseen)
        # What chooses, which no request waits for.
        from updater.choose.follower import Follower  # noqa: PLC0415

        follower = Follower(self.run, to, rehash)
        choosers = await follower.look_ahead(followable, offers, foreseen)

        async def choose(subject: Subject) -> Decision:
            identity = subject.package.identity
            own = offers[identity]
            chooser = choosers.pop(identity, None)  # what it found out on the way is let go
            decision = await follower.decide(subject, own.usable, own.twin, chooser)
            decision = replace(decision, indexed=own.of_index(subject.project))
            if looks and not to:
                refusals, around = self.run.records.refusals, self.run.surroundings
                decision = await refusals.applied(decision, own.usable, around)
                decision = self._unless_unhashable(decision)
            return _examined(decision, self.run.now)

        choices = await Stage("choose", self.run.progress).each(subjects, choose)
        for place, choice in enumerate(choices):
            subject = held.get(choice.package.identity)
            if subject is not None and isinstance(choice, Held):
                # What cannot be known of a package that is held is no failure.
                with suppress(StageError), bugs_at("choose"):
                    own = offers[subject.package.identity]
                    newest = await follower.newest(subject, own.usable, own.twin)
                    choices[place] = replace(choice, newest=newest)
        return choices

    def _unless_unhashable(self, decision: Decision) -> Decision:
        """Return a decision that waits where the project leaves a hash to be found by no machine.

        Whether this machine can build is not looked at: another one may update what is shown here.

        Raises:
            ReadError: the project's flake.nix cannot be read.
        """
        subject, choice = decision.subject, decision.choice
        if not isinstance(choice, Take) or choice.candidate is None:
            return decision
        policy, package = subject.policy, subject.package
        fetch = subject.fetch(choice.candidate, self.run.config.hosts)
        if isinstance(fetch, NoFile):
            return decision
        fetches = [fetch, *decision.further]
        if not any(each.blocked for each in fetches) and not package.side_hashes:
            return decision
        # What hashes is needed by few checks.
        from updater.building.entries import entry_file, missing_set  # noqa: PLC0415
        from updater.pipeline.hash.sources import SourceHashes  # noqa: PLC0415

        never = policy.build.switched_off if policy.hash != "build" else ""
        if policy.build.enabled != "true":  # which fails, with or without a hash
            root = self.run.config.root
            never = never or missing_set(policy.build, root, partial(entry_file, root=root))
        search = SourceHashes(subject, fetches, self.run.prefetcher)
        search = search.leaving(decision, choice.candidate, never)
        held = decision.pinned.commit
        may_stay = decision.tracking.moving and held in (None, choice.candidate.commit)
        may_stay = may_stay or decision.keeps_hashed_source(choice.candidate)
        reason = search.problem(never, may_stay=may_stay)
        if not reason:
            return decision
        return replace(decision, choice=Wait(reason, None, choice.candidate, choice.warnings))

    def _even_held(self, subjects: Sequence[Subject | Outcome]) -> dict[str, Subject]:
        """Return what is held as if it were not, by identity, as far as it can be followed."""
        held: dict[str, Subject] = {}
        for outcome in subjects:
            if isinstance(outcome, Held):
                with suppress(StageError), bugs_at("find"):
                    subject = self._subject(outcome.package, even_held=True)
                    if isinstance(subject, Subject):
                        held[outcome.package.identity] = subject
        return held

    async def inspect(
        self,
        stage: str,
        subjects: Sequence[Subject | Outcome],
        work: Callable[[Subject, Offers], Awaitable[Result]],
    ) -> list[Result | Outcome]:
        """Look up the projects of all subjects together, then do a stage's work for each."""
        offers = await self._look_up(
            [subject for subject in subjects if isinstance(subject, Subject)], "", {}
        )

        async def judge(subject: Subject) -> Result:
            return await work(subject, offers[subject.package.identity])

        return await Stage(stage, self.run.progress).each(subjects, judge)

    async def _look_up(
        self, subjects: Sequence[Subject], to: str, foreseen: Foreseen
    ) -> dict[str, Offers]:
        """Ask every upstream at once; an error is its project's alone."""
        self.run.progress.stage("look-up", len(subjects))
        offers = await look_up(subjects, to, self.run.surroundings, foreseen)
        from updater.choose.contents import with_files  # noqa: PLC0415 - after the first request

        offers = await with_files(subjects, offers, self.run)
        for subject in subjects:
            self.run.progress.step(subject.package)
        return offers


def _examined(decision: Decision, now: datetime) -> Decision:
    """Add what the audit rules say of the step that was chosen."""
    if not isinstance(decision.choice, Take):
        return decision
    from updater.audit.change.base import Step, examine  # noqa: PLC0415 - as above

    old = decision.pinned.version or decision.subject.pin.version
    step = Step(old, decision.choice.candidate, now, label=decision.subject.pin.version)
    warnings = examine(step, change_rules())
    return replace(decision, warnings=decision.warnings + warnings)
