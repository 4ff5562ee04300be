"""The order of stages and their gates: find, look-up, choose, hash, patch, build, write.

Stages work on all packages together. What goes wrong with one package becomes its outcome and
never stops another.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

import anyio

from updater import audit
from updater.audit.base import Rule, Step, examine
from updater.building import Job, order_of
from updater.discover import kinds
from updater.effects import files, git
from updater.errors import NotFound, PatchError, StageError
from updater.fetchers.base import NoFile
from updater.following import Decision, Follower, Subject
from updater.hashing.sri import parse_hash
from updater.hosts import UPSTREAMS
from updater.lookup import look_up
from updater.model import (
    HASH_FIELDS,
    Build,
    Change,
    Current,
    Failed,
    Hashed,
    Held,
    Outcome,
    Outdated,
    Package,
    Passed,
    Skipped,
    Stay,
    Take,
    Updated,
    Wait,
)
from updater.overlay.order import dependents, uses
from updater.overlay.patch import plan_change
from updater.publish.proposal import NOTHING_TOLD, Told
from updater.selection import FETCHERS, read_file, skip_reason, stale_dependents
from updater.truth import Inspector, gone
from updater.upstreams.base import Surroundings, host_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from pathlib import Path

    from updater.building import Builder
    from updater.config import Config
    from updater.effects.http import Http
    from updater.identifying import Identifier
    from updater.model import Candidate, Offer, Project, Source
    from updater.prefetch import Prefetcher
    from updater.selection import Found

_SHARED_VERSION = "its version also makes other sources, which would change with the label"
_SAME_SOURCE = "the source stays the same"
RULES = kinds(audit, Rule)  # type: ignore[type-abstract]  # python/mypy#4717


class Progress(Protocol):
    """Is told where the pipeline is."""

    def stage(self, name: str, total: int) -> None:
        """A stage begins, with so many packages to go through."""

    def step(self, package: Package) -> None:
        """The stage is done with one package."""


@dataclass(frozen=True, slots=True)
class Bump:
    """What ``bump`` was asked for: ``to`` a version or rev, and how to end."""

    to: str = ""
    build: bool = True
    dry_run: bool = False
    commit: bool = False

    @property
    def unbuilt(self) -> str:
        """The option that says not to build, or an empty string."""
        if self.dry_run:
            return "--dry-run"
        return "" if self.build else "--no-build"


@dataclass(frozen=True, slots=True)
class Pipeline:
    """All that the stages need; one for each run."""

    config: Config
    http: Http
    prefetcher: Prefetcher
    identifier: Identifier
    builder: Builder
    progress: Progress

    async def test(self, packages: Sequence[Package]) -> list[Outcome]:
        """Evaluate, build and import pins as they are; nothing is changed."""
        self.progress.stage("build", len(packages))
        outcomes: dict[str, Outcome] = {}

        async def one(package: Package) -> None:
            try:
                outcomes[package.identity] = await self._test_one(package)
            except StageError as error:
                outcomes[package.identity] = _failed(package, error)
            self.progress.step(package)

        async with anyio.create_task_group() as group:
            for package in packages:
                group.start_soon(one, package)
        return [outcomes[package.identity] for package in packages]

    async def _test_one(self, package: Package) -> Outcome:
        if package.problem:
            return _unreadable(package)
        policy = self.config.policy(package).build
        skipped = self.builder.skipped(policy)
        if skipped:
            return Skipped(package=package, reason=f"not built: {skipped}")
        label = package.version.value if package.version is not None else None
        build = await self.builder.build(Job(package, label or "", {}), policy)
        if build.status == "failed":
            return _unbuilt(build, package=package)
        return Passed(package=package, build=build)

    async def identify(self, packages: Sequence[Package]) -> list[Outcome]:
        """Say for each package which commit its hash holds; nothing is changed."""
        return await self._inspect("identify", packages, self._inspector().identify)

    async def verify(self, packages: Sequence[Package]) -> list[Outcome]:
        """Say for each package whether its pin is true; nothing is changed."""
        return await self._inspect("verify", packages, self._inspector().verify)

    def _inspector(self) -> Inspector:
        return Inspector(self._follower())

    async def _inspect(
        self,
        stage: str,
        packages: Sequence[Package],
        inspect: Callable[[Subject, Offer], Awaitable[Outcome]],
    ) -> list[Outcome]:
        outcomes, subjects = self._subjects(packages, even_held=True)
        asked = [one for one in subjects if stage == "verify" or _has_history(one)]
        for subject in subjects:
            if subject not in asked:
                outcomes[subject.package.identity] = _of_index(subject)
        offers = await self._look_up(asked, "")
        self.progress.stage(stage, len(asked))

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
                outcome = _failed(subject.package, error)
            outcomes[subject.package.identity] = outcome
            self.progress.step(subject.package)

        async with anyio.create_task_group() as group:
            for subject in asked:
                group.start_soon(one, subject)
        return [outcomes[package.identity] for package in packages]

    async def check(self, packages: Sequence[Package], to: str = "") -> list[Outcome]:
        """Say for each package whether its pin is behind; nothing is changed."""
        outcomes, subjects = self._subjects(packages)
        for subject, decided in await self._decide(subjects, to, self._choosing(to)):
            outcomes[subject.package.identity] = (
                _checked(subject, decided) if isinstance(decided, Decision) else decided
            )
        return [outcomes[package.identity] for package in packages]

    async def bump(self, packages: Sequence[Package], found: Found, ask: Bump) -> list[Outcome]:
        """Move each package's pin to its choice, one package after the other in each file."""
        outcomes, subjects = self._subjects(packages)
        decided = await self._decide(subjects, ask.to, self._choosing(ask.to))
        hashed = await self._hash(decided, ask)
        built = await self._build(hashed, found)
        return await self._write_all(packages, outcomes, built, found, ask)

    async def pin(
        self, packages: Sequence[Package], found: Found, ask: Bump, *, sri: bool
    ) -> list[Outcome]:
        """Make each pin say what its hash holds; the hash stays, and so does what is built.

        Args:
            packages: whose pins.
            found: all packages and texts.
            ask: how to end.
            sri: also write a hash of an old format as SRI.
        """
        outcomes, subjects = self._subjects(packages)
        asked = [one for one in subjects if _has_history(one)]
        for subject in subjects:
            if subject not in asked:
                outcomes[subject.package.identity] = _of_index(subject)
        decided = await self._decide(asked, "", self._inspector().pin)
        ready = [(one, self._pinned(one, decision, sri=sri)) for one, decision in decided]
        return await self._write_all(packages, outcomes, ready, found, ask)

    def _pinned(
        self, subject: Subject, decision: Decision | Outcome, *, sri: bool
    ) -> _Ready | Outcome:
        if not isinstance(decision, Decision):
            return decision
        if isinstance(decision.choice, Wait):
            return _checked(subject, decision)
        values: dict[str, str] = {}
        hashed = Hashed(parse_hash(subject.pin.hash, "sha256"), "embedded", 0)
        if isinstance(decision.choice, Take):
            fetch = subject.fetch(decision.choice.candidate, self.config.hosts)
            if isinstance(fetch, NoFile):
                return Held(reason=fetch.reason, **decision.known(subject))
            if subject.package.companions or subject.package.dependents:
                return Held(reason=_SHARED_VERSION, **decision.known(subject))
            values |= fetch.values
        if sri:
            values["hash"] = str(hashed.sri)
        return _Ready(decision, values, hashed, build=Build("skipped", "", phase=_SAME_SOURCE))

    async def _write_all(
        self,
        packages: Sequence[Package],
        outcomes: dict[str, Outcome],
        ready: Sequence[tuple[Subject, _Ready | Outcome]],
        found: Found,
        ask: Bump,
    ) -> list[Outcome]:
        texts = dict(found.texts)
        self.progress.stage("write", len(ready))
        for subject, result in ready:
            if isinstance(result, _Ready):
                outcome = await self._write(subject, result, texts, ask)
            else:
                outcome = result
            outcomes[subject.package.identity] = outcome
            self.progress.step(subject.package)
        return [outcomes[package.identity] for package in packages]

    async def propose(
        self, packages: Sequence[Package], found: Found, ask: Bump
    ) -> list[Proposed | Outcome]:
        """Find, hash and build each package's change by itself; nothing is written."""
        outcomes, subjects = self._subjects(packages)
        decided = await self._decide(subjects, ask.to, self._choosing(ask.to))
        built = await self._build(await self._hash(decided, ask), found)
        proposed: dict[str, Proposed | Outcome] = dict(outcomes)
        for subject, result in built:
            identity = subject.package.identity
            if not isinstance(result, _Ready):
                proposed[identity] = result
                continue
            outcome = await self._write(subject, result, dict(found.texts), Bump(dry_run=True))
            proposed[identity] = (
                Proposed(outcome, subject.project, result.values)
                if isinstance(outcome, Updated)
                else outcome
            )
        return [proposed[package.identity] for package in packages]

    # --- find -> subjects ---

    def _subjects(
        self, packages: Sequence[Package], *, even_held: bool = False
    ) -> tuple[dict[str, Outcome], list[Subject]]:
        outcomes: dict[str, Outcome] = {}
        subjects = []
        for package in packages:
            try:
                ready = self._subject(package, even_held=even_held)
            except StageError as error:
                ready = _failed(package, error)
            if isinstance(ready, Subject):
                subjects.append(ready)
            else:
                outcomes[package.identity] = ready
        return outcomes, subjects

    def _subject(self, package: Package, *, even_held: bool) -> Subject | Outcome:
        policy = self.config.policy(package)
        if policy.hold and not even_held:
            return Held(package=package, reason=policy.hold)
        if package.problem:
            return _unreadable(package)
        source = package.source
        skip = skip_reason(package)
        if skip or source is None:
            return Skipped(package=package, reason=skip)
        fetcher = FETCHERS[source.fetcher]
        project = fetcher.project(package, source)
        upstream = next((u for u in UPSTREAMS if u.claims(project, self.config.hosts)), None)
        if upstream is None:
            return Skipped(package=package, reason=f"no upstream kind knows {project}")
        return Subject(
            package, source, fetcher, fetcher.pin(package, source), project, upstream, policy
        )

    # --- look-up and choose ---

    def _follower(self, to: str = "") -> Follower:
        now = datetime.now(UTC)
        return Follower(self.config.hosts, self.prefetcher, self.identifier, now, to)

    def _choosing(
        self, to: str
    ) -> Callable[[Subject, Offer, Offer | StageError | None], Awaitable[Decision]]:
        follower = self._follower(to)

        async def decide(
            subject: Subject, offer: Offer, twin: Offer | StageError | None
        ) -> Decision:
            return _examined(subject, await follower.decide(subject, offer, twin), follower.now)

        return decide

    async def _decide(
        self,
        subjects: Sequence[Subject],
        to: str,
        decide: Callable[[Subject, Offer, Offer | StageError | None], Awaitable[Decision]],
    ) -> list[tuple[Subject, Decision | Outcome]]:
        offers = await self._look_up(subjects, to)
        self.progress.stage("choose", len(subjects))
        decided: dict[str, Decision | Outcome] = {}

        async def one(subject: Subject) -> None:
            offer = offers[subject.project]
            twin = offers.get(subject.twin) if subject.twin is not None else None
            try:
                if isinstance(offer, StageError):
                    raise offer
                decided[subject.package.identity] = await decide(subject, offer, twin)
            except StageError as error:
                decided[subject.package.identity] = _failed(subject.package, error)
            self.progress.step(subject.package)

        async with anyio.create_task_group() as group:
            for subject in subjects:
                group.start_soon(one, subject)
        return [(subject, decided[subject.package.identity]) for subject in subjects]

    async def _look_up(
        self, subjects: Sequence[Subject], to: str
    ) -> dict[Project, Offer | StageError]:
        self.progress.stage("look-up", len(subjects))
        around = Surroundings(self.http, self.config.hosts, lambda: self.config.index)
        offers = await look_up(subjects, to, around)
        for subject in subjects:
            self.progress.step(subject.package)
        return offers

    # --- hash ---

    async def _hash(
        self, decided: Sequence[tuple[Subject, Decision | Outcome]], ask: Bump
    ) -> list[tuple[Subject, _Ready | Outcome]]:
        self.progress.stage("hash", len(decided))
        results: dict[str, _Ready | Outcome] = {}

        async def one(subject: Subject, decision: Decision | Outcome) -> None:
            if not isinstance(decision, Decision):
                results[subject.package.identity] = decision
            elif not isinstance(decision.choice, Take):
                results[subject.package.identity] = _checked(subject, decision)
            else:
                try:
                    candidate = decision.choice.candidate
                    result = await self._hash_one(subject, decision, candidate, ask)
                except StageError as error:
                    result = _failed(subject.package, error, decision)
                results[subject.package.identity] = result
            self.progress.step(subject.package)

        async with anyio.create_task_group() as group:
            for subject, decision in decided:
                group.start_soon(one, subject, decision)
        return [(subject, results[subject.package.identity]) for subject, _ in decided]

    async def _hash_one(
        self, subject: Subject, decision: Decision, candidate: Candidate, ask: Bump
    ) -> _Ready | Outcome:
        fetch = subject.fetch(candidate, self.config.hosts)
        if isinstance(fetch, NoFile):
            return Held(reason=fetch.reason, **decision.known(subject))
        if subject.package.dependents and not decision.tracking.moving:
            return Held(reason=stale_dependents(subject.package), **decision.known(subject))
        companions = []
        for companion in subject.package.companions:
            beside = await self._companion(subject, companion, candidate)
            if isinstance(beside, NoFile):
                return Held(reason=beside.reason, **decision.known(subject))
            companions.append(beside)
        unbuilt = ask.unbuilt or self.builder.skipped(subject.policy.build)
        keep = None if unbuilt else self.builder.scratch.file("archive")
        values, hashed = dict(fetch.values), None
        if not fetch.hashless:
            hashed = await self.prefetcher.hash(fetch, subject.policy.hash, keep)
            values["hash"] = str(hashed.sri)
        archive = keep if keep is not None and keep.exists() else None
        build = Build("skipped", "", phase=unbuilt) if unbuilt else None
        return _Ready(decision, values, hashed, archive, build, tuple(companions))

    async def _companion(
        self, subject: Subject, companion: Source, candidate: Candidate
    ) -> Mapping[str, str] | NoFile:
        """Return the new values of a further source that is made from the version."""
        kind = FETCHERS[companion.fetcher]
        project = kind.project(subject.package, companion)
        if project != subject.project:
            # What was looked up is another project's; only the version says something here too.
            candidate = replace(candidate, commit="", distributions=())
        host = host_of(project, self.config.hosts)
        web = host.web if host is not None else ""
        fetch = kind.fetch(subject.package, companion, candidate, web)
        if isinstance(fetch, NoFile):
            return NoFile(f"its further source, line {companion.line}: {fetch.reason}")
        hashed = await self.prefetcher.hash(fetch, subject.policy.hash)
        return dict(fetch.values) | {"hash": str(hashed.sri)}

    # --- build ---

    async def _build(
        self, hashed: Sequence[tuple[Subject, _Ready | Outcome]], found: Found
    ) -> list[tuple[Subject, _Ready | Outcome]]:
        """Build each change by itself, in its own copy of the tree as it was read."""
        waiting = [one for one in hashed if isinstance(one[1], _Ready) and one[1].build is None]
        if not waiting:
            return list(hashed)
        self.progress.stage("build", len(waiting))
        used = uses(found.packages, found.texts)
        results: dict[str, _Ready | Outcome] = {}

        async def one(subject: Subject, ready: _Ready) -> None:
            identity = subject.package.identity
            try:
                after = dependents(identity, used) if subject.policy.build.dependents else ()
                results[identity] = await self._build_one(
                    subject, ready, found, order_of(after, found.packages)
                )
            except StageError as error:
                results[identity] = _failed(subject.package, error, ready.decision)
            self.progress.step(subject.package)

        async with anyio.create_task_group() as group:
            for subject, ready in waiting:
                if isinstance(ready, _Ready):
                    group.start_soon(one, subject, ready)
        return [
            (subject, results.get(subject.package.identity, ready)) for subject, ready in hashed
        ]

    async def _build_one(
        self, subject: Subject, ready: _Ready, found: Found, after: tuple[Package, ...]
    ) -> _Ready | Outcome:
        package, policy = subject.package, subject.policy.build
        change = plan(package, ready.values, found.texts[package.file], ready.companions)
        if not change.edits:
            return Current(**ready.decision.known(subject))
        label = ready.values.get("version", "")
        job = Job(package, label, {package.file: change.after}, ready.archive, after)
        build = await self.builder.build(job, policy)
        if build.status == "failed" and policy.on_failure == "skip":
            return _unbuilt(build, **ready.decision.known(subject))
        return replace(ready, build=build)

    # --- patch and write ---

    async def _write(
        self, subject: Subject, ready: _Ready, texts: dict[str, bytes], ask: Bump
    ) -> Outcome:
        package = subject.package
        decision = ready.decision
        try:
            change = plan(package, ready.values, texts[package.file], ready.companions)
            if not change.edits:
                return Current(**decision.known(subject))
            if not ask.dry_run:
                await self._write_change(change, ask, decision)
        except StageError as error:
            return _failed(package, error, decision)
        texts[package.file] = change.after
        return Updated(
            change=change,
            hashed=ready.hashed,
            written=not ask.dry_run,
            reason=decision.reason,
            build=ready.build,
            **decision.known(subject),
        )

    async def _write_change(self, change: Change, ask: Bump, decision: Decision) -> None:
        file, root = change.package.file, self.config.root
        if ask.commit:
            await git.refuse_uncommitted(root, file)
        files.replace(root / file, change.before, change.after, file)
        if ask.commit:
            new = decision.choice.candidate.version if decision.choice.candidate else ""
            await git.commit_file(root, file, commit_message(change, new))


@dataclass(frozen=True, slots=True)
class Proposed:
    """An update that is not written yet.

    Attributes:
        outcome: planned on the text that was read, as if it were the only one.
        values: what the package's fields are to read, so that it can be planned with others.
        told: what upstream says about it.
    """

    outcome: Updated
    project: Project
    values: dict[str, str]
    told: Told = NOTHING_TOLD


@dataclass(frozen=True, slots=True)
class _Ready:
    """A change whose values are known; ``build`` is None until it is decided or done."""

    decision: Decision
    values: dict[str, str]
    hashed: Hashed | None
    archive: Path | None = None
    build: Build | None = None
    companions: tuple[Mapping[str, str], ...] = ()


def commit_message(change: Change, new: str) -> str:
    """Return a commit's title in nixpkgs' form: ``ema-pytorch: 0.7.7 -> 0.8.3``.

    Where the hash stays, nothing moved: the pin only says what it holds.
    """
    package = change.package
    moved = any(one.field in HASH_FIELDS for one in change.fields)
    old = package.version.value if package.version is not None else None
    if old == new or not old or not moved:
        return f"{package.name}: pin {new}".rstrip()
    return f"{package.name}: {old} -> {new}"


def plan(
    package: Package,
    values: dict[str, str],
    text: bytes,
    companions: Sequence[Mapping[str, str]] = (),
) -> Change:
    """Plan a change on the text as it is by now: siblings may have been written before.

    Raises:
        PatchError: as `plan_change`; or the package is not there, or more than once.
    """
    now = [one for one in read_file(text, package.file) if one.identity == package.identity]
    if len(now) != 1 or now[0].source is None:
        raise PatchError(
            f"{package.identity} stands {len(now)} times in its file",
            hint="give each package an attribute of its own",
        )
    found = replace(now[0], callers=package.callers)
    return plan_change(found, now[0].source, values, text, frozenset(FETCHERS), companions)


def _examined(subject: Subject, decision: Decision, now: datetime) -> Decision:
    """Add what the audit rules say of the step that was chosen."""
    if not isinstance(decision.choice, Take):
        return decision
    old = decision.pinned.version or subject.pin.version
    found = examine(Step(subject.package, old, decision.choice.candidate, now), RULES)
    return replace(decision, warnings=decision.warnings + found)


def _has_history(subject: Subject) -> bool:
    return not subject.project.startswith("pypi:")


def _of_index(subject: Subject) -> Skipped:
    reason = "its source is a file of the package index, which the version names"
    return Skipped(package=subject.package, reason=reason)


def _failed(package: Package, error: StageError, decision: Decision | None = None) -> Failed:
    return Failed(
        package=package,
        stage=error.stage,
        message=error.message,
        hint=error.hint,
        tracking=decision.tracking if decision is not None else None,
        pinned=decision.pinned if decision is not None else None,
        candidate=decision.choice.candidate if decision is not None else None,
    )


def _unreadable(package: Package) -> Failed:
    return Failed(
        package=package,
        stage="find",
        message=f"{package.file}: {package.problem}",
        hint=package.hint,
    )


def _unbuilt(build: Build, **known: Any) -> Failed:  # noqa: ANN401 - fields
    found = build.diagnosis
    message = found.message if found is not None else f"{build.attribute} does not build"
    said = f"\n{build.tail}" if build.tail else ""
    return Failed(
        stage="build",
        message=f"{build.phase} of {build.attribute}: {message}{said}",
        hint=f"{found.hint}; the whole log: {build.log}" if found else f"the log: {build.log}",
        build=build,
        **known,
    )


def _checked(subject: Subject, decision: Decision) -> Outcome:
    known = decision.known(subject)
    match decision.choice:
        case Take():
            return Outdated(reason=decision.reason, **known)
        case Stay():
            return Current(**known)
        case Wait(reason, until):
            return Held(reason=reason, until=until, **known)
