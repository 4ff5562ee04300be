"""What new and held sources say of themselves, for what an update needs beside its pin."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.choose.subjects import Decision, Subject
from updater.choose.versions import is_commit
from updater.errors import Bug, NotFound, StageError, bugs_at
from updater.metadata import requirements
from updater.metadata.apart import read_apart
from updater.metadata.distributions import DistributionReader
from updater.metadata.folders import files_in
from updater.metadata.release import compare
from updater.metadata.releases import ReleasePair, ReleaseReader, ReleaseStep
from updater.model import Candidate, NoFile, Outdated, Project, Take
from updater.model.labels import parse_release
from updater.model.research import RequirementFacts
from updater.pipeline.endings import checked
from updater.pipeline.stage import Stage
from updater.upstreams.base import ProjectQuestion
from updater.upstreams.pypi import KIND as PYPI

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from updater.choose.run import Run
    from updater.metadata.requirements import Requirements
    from updater.model import Outcome, Package
    from updater.pipeline.hash.ready import ReadyChange
    from updater.upstreams.base import OfferOrError

MOST_DOWNLOADED = 100
"""Of so many releases a run are source distributions downloaded that only advice is made from."""


class SourceDescriptions(Struct, frozen=True):
    """Reads project files, or a wheel's metadata, from where that costs least."""

    run: Run

    async def files(self, ready: ReadyChange) -> Mapping[str, bytes]:
        """Return the new source's project files."""
        if ready.hashed is not None and ready.hashed.files:
            return ready.hashed.files
        choice = ready.decision.choice
        if not isinstance(choice, Take) or not choice.candidate.distributions:
            return {}
        return await self._distributions.source_files(choice.candidate)

    async def described(self, ready: ReadyChange) -> Mapping[str, bytes]:
        """Return what is at hand of the new source's project files, else its wheel's metadata.

        A release of the index that has no such metadata is a source distribution as a rule, which
        is downloaded, since nothing else says what it requires. No more is told of it than of a
        wheel.
        """
        if ready.hashed is not None and ready.hashed.files:
            return ready.hashed.files
        metadata = await self.metadata(ready)
        is_asked = ready.subject.project.on_index and ready.package.is_python
        if metadata or not is_asked or ready.package.folder is None:
            return metadata
        if not self._may_download(ready.package):
            return {}
        files = files_in(ready.package.folder, await self.files(ready))
        size = sum(map(len, files.values()))
        required = await read_apart(partial(requirements.from_tree, files), size)
        path = f"{ready.package.folder}/PKG-INFO".removeprefix("/")
        return {path: requirements.as_metadata(required)} if required is not None else {}

    def _may_download(self, package: Package) -> bool:
        """Tell whether a package's advice may cost downloads; the first that may not is told of."""
        advised = self.run.advised
        is_new = package.identity not in advised
        rank = advised.setdefault(package.identity, len(advised))
        if is_new and rank == MOST_DOWNLOADED:
            self.run.http.say(
                f"more than {MOST_DOWNLOADED} releases have no wheel on the index: what the others "
                "require is only compared where they are built"
            )
        return rank < MOST_DOWNLOADED

    async def metadata(self, ready: ReadyChange) -> Mapping[str, bytes]:
        """Return the metadata of the new release's wheel; nothing where the index has none."""
        choice = ready.decision.choice
        if not isinstance(choice, Take):
            return {}
        data = await self._distributions.metadata(choice.candidate)
        return {"PKG-INFO": data} if data else {}

    async def compared(self, choices: Sequence[Decision | Outcome]) -> list[Outcome]:
        """Return what ``check`` says of decisions, with how the requirements differ."""

        def step_of(decision: Decision, outcome: Outdated) -> ReleaseStep:
            return ReleaseStep.of(outcome, decision.subject.project, indexed=decision.indexed)

        await self._look_ahead(
            step_of(decision, outcome)
            for decision in choices
            if isinstance(decision, Decision) and isinstance(outcome := checked(decision), Outdated)
        )

        async def compare_one(decision: Decision) -> Outcome:
            outcome = checked(decision)
            if not isinstance(outcome, Outdated):
                return outcome
            step = step_of(decision, outcome)
            facts = requirement_facts(await self.pair(step, downloads=False))
            return replace(outcome, requirements=facts)

        return await Stage("adapt", self.run.progress).each(choices, compare_one)

    async def of_branch(
        self, before: Sequence[Subject | Outcome], after: Sequence[Subject | Outcome]
    ) -> dict[str, RequirementFacts]:
        """Return identity -> how the requirements differ, where a branch pins another source.

        Args:
            before: the packages of the base.
            after: the same of the branch.
        """
        olds = {own.package.identity: own for own in before if isinstance(own, Subject)}
        steps: dict[str, ReleaseStep] = {}
        for new in after:
            old = olds.get(new.package.identity)
            if old is None or not isinstance(new, Subject) or old.project != new.project:
                continue
            if old.pin.hash != new.pin.hash or old.pin.rev != new.pin.rev:
                labels = old.pin.version or "", new.pin.version or ""
                revisions = _fixed(old), _fixed(new)
                step = ReleaseStep(new.package, new.project, *labels, *revisions)
                steps[new.package.identity] = step
        await self._look_ahead(steps.values())
        facts = {
            identity: requirement_facts(await self.pair(step, downloads=False))
            for identity, step in steps.items()
        }
        return {identity: own for identity, own in facts.items() if own is not None}

    async def look_ahead(self, changes: Iterable[ReadyChange]) -> None:
        """Ask for what `releases` needs of many changes together."""
        await self._look_ahead(map(_step, changes))

    async def releases(self, ready: ReadyChange) -> ReleasePair:
        """Return what both sources say of themselves, as far as few requests tell it."""
        return await self.pair(_step(ready), downloads=False)

    async def _look_ahead(self, steps: Iterable[ReleaseStep]) -> None:
        with suppress(StageError), bugs_at("adapt"):  # else each is asked for by itself
            await self._releases.look_ahead(steps)

    async def pair(self, step: ReleaseStep, *, downloads: bool) -> ReleasePair:
        """Return what two releases say of themselves; nothing where it cannot be had.

        Args:
            step: from the one to the other.
            downloads: also from files of the index, where nothing else says it.
        """
        policy = self.run.config.policy(step.package)
        try:
            with bugs_at("adapt"):
                return await self._releases.read(step, policy, downloads=downloads)
        except StageError as error:
            if isinstance(error, Bug):  # or upstream wrote what no reader expects
                name = step.package.name
                self.run.http.say(f"the metadata of {name} is not known: {error}; {error.hint}")
                self.run.progress.bug(error)
            return ReleasePair()

    async def whereabouts(self, ready: ReadyChange, names: Sequence[str]) -> tuple[str, ...]:
        """Say of projects that nobody here has whether the package index has them.

        It learns no name for a package of which it may not be asked.
        """
        subject = ready.subject
        if not (subject.project.on_index or subject.policy.cross_check):
            return ()
        projects = {name: Project.indexed(name) for name in dict.fromkeys(names)}
        questions = [ProjectQuestion(project) for project in projects.values()]
        offers: Mapping[Project, OfferOrError] = {}
        if questions:
            with suppress(StageError):  # it is only said where it is
                offers = await PYPI.look_up(questions, self.run.surroundings)
        texts: list[str] = []
        for name, project in projects.items():
            offer = offers.get(project)
            if isinstance(offer, NotFound):
                texts.append(f"{name} is not on the package index")
            elif offer is not None and not isinstance(offer, StageError):
                texts.append(f"`updater add {name}` makes a package of {name} from the index")
        return tuple(texts)

    async def held(self, ready: ReadyChange, *, downloads: bool) -> Requirements | None:
        """Return what the held source requires; None where that is not known.

        A pin that never had a hash holds no source, so that all of the new one's needs are new.

        Args:
            ready: the change.
            downloads: also from the source itself, where no request tells it.
        """
        if ready.subject.missing_hash:
            return requirements.Requirements("", ())
        before = ready.releases.before if ready.releases is not None else ()
        known = (own.requirements for own in before if own.requirements is not None)
        requires = next(known, None)
        if requires is not None or not downloads:
            return requires
        try:
            if ready.subject.project.on_index:
                files = await self._held_release(ready.decision)
            else:
                files = await self._held_source(ready)
            size = sum(map(len, files.values()))
            return await read_apart(partial(requirements.from_tree, files), size)
        except StageError:
            return None

    async def _held_release(self, decision: Decision) -> Mapping[str, bytes]:
        version = parse_release(decision.subject.pin.version or "")
        offered = decision.indexed.candidates if decision.indexed is not None else ()
        candidates = (own for own in offered if parse_release(own.version) == version)
        release = next(candidates, None) if version is not None else None
        return await self._distributions.source_files(release) if release is not None else {}

    async def _held_source(self, ready: ReadyChange) -> Mapping[str, bytes]:
        subject, pinned = ready.subject, ready.decision.pinned
        pin = subject.pin
        commit = pinned.commit or (pin.rev if is_commit(pin.rev) else "")
        candidate = Candidate(pin.version or "", ref=pin.rev, commit=commit or "")
        fetch = subject.fetch(candidate, self.run.config.hosts)
        if isinstance(fetch, NoFile):
            return {}
        hashed = await self.run.prefetcher.hash(fetch, subject.policy.hash)
        return files_in(subject.package.folder, hashed.files)

    @property
    def _distributions(self) -> DistributionReader:
        return DistributionReader(self.run.http, self.run.contents)

    @property
    def _releases(self) -> ReleaseReader:
        return ReleaseReader(
            self.run.http,
            self.run.surroundings,
            self.run.records.commits,
            self.run.trees,
            self.run.contents,
        )


def _step(ready: ReadyChange) -> ReleaseStep:
    decision, files = ready.decision, ready.hashed.files if ready.hashed is not None else {}
    return ReleaseStep.of(checked(decision), decision.subject.project, files, decision.indexed)


def requirement_facts(releases: ReleasePair) -> RequirementFacts | None:
    """Return how the requirements of two releases differ; None where not both are known."""
    changes = compare(releases.before, releases.after).requirements
    return RequirementFacts(changes) if changes is not None else None


def _fixed(subject: Subject) -> str:
    """Return the rev of a pin; nothing for one that may name another commit by now."""
    pin = subject.pin
    return pin.rev if is_commit(pin.rev) or pin.through_version else ""
