"""A chosen candidate -> what its change writes: each source's hash, and those beside it."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.audit.change.base import examine, stopped
from updater.building.package_sets import NotBuilt
from updater.errors import HashError, NotEvaluated
from updater.identify.names import depends_on_refs, named_branch
from updater.kinds import change_rules
from updater.model import (
    Build,
    Candidate,
    Hashed,
    Held,
    NoFile,
    Outcome,
    PinWarning,
    Sri,
)
from updater.model.sri import parse_hash
from updater.pipeline.hash.built_hashes import (
    UnknownHash,
    cannot_build,
    find_hashes,
    with_day,
    with_hashes,
)
from updater.pipeline.hash.downloaded import (
    collisions,
    others,
    pointers,
    stale_copies,
    step_to,
)
from updater.pipeline.hash.labels import declared, truly_labelled
from updater.pipeline.hash.locks import LockStage, TakenLocks
from updater.pipeline.hash.planned import PlannedChange
from updater.pipeline.hash.ready import ReadyChange
from updater.pipeline.hash.sources import DownloadedHashes, SourceHashes
from updater.pipeline.hash.tags import further_unambiguous, refuse_moved, unambiguous

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from updater.audit.change.base import Step
    from updater.building.evaluating import BuildTarget, StoredSource
    from updater.building.package_sets import PackageSets
    from updater.choose.run import Run
    from updater.choose.subjects import Decision, Subject
    from updater.find.overlay_files import OverlayFiles
    from updater.model import Fetch
    from updater.model.run import Bump


class _NixUse(Struct, frozen=True):
    """What Nix is asked for, for one change.

    Attributes:
        unbuilt: why the change is not built; an empty string where it is.
        target: the package as Nix finds it; None where it is not asked.
        problem: why it cannot be asked.
    """

    unbuilt: str
    target: BuildTarget | None = None
    problem: str = ""


class HashStage(Struct, frozen=True):
    """Finds the hashes of one package's change; nothing is written."""

    run: Run
    sets: PackageSets

    async def find(
        self, decision: Decision, candidate: Candidate, overlays: OverlayFiles, ask: Bump
    ) -> ReadyChange | Outcome:
        """Return a change that is ready to be built, or why there is none.

        Args:
            decision: what led to the candidate.
            candidate: what is moved to.
            overlays: all packages and texts.
            ask: how the run ends.

        Raises:
            StageError: a hash cannot be found.
        """
        subject = decision.subject
        text = overlays.texts[subject.package.file]
        fetch = subject.fetch(candidate, self.run.config.hosts)
        fetch = await unambiguous(subject, fetch, candidate, self.run.surroundings)
        if isinstance(fetch, NoFile):
            return Held(reason=fetch.reason, **decision.common_fields)
        search = await self._search(decision, fetch)
        nix = await self._nix(search, ask)
        search = search.leaving(decision, candidate, nix.problem or _unreported(subject, ask))
        may_stay = decision.tracking.moving or decision.keeps_hashed_source(candidate)
        problem = search.problem(nix.problem, may_stay=may_stay)
        if problem:
            return Held(reason=problem, **decision.common_fields)
        built = not nix.unbuilt or (subject.package.side_hashes and ask.reported is None)
        async with self._archive(search, keep=bool(built)) as archive:
            downloads = await search.downloaded(archive, anew=ask.rehash)
            hashed, values, unknown = downloads.hashed, downloads.values, downloads.unknown
            values = with_day(values, subject.package, candidate)
            step = step_to(decision, candidate, hashed, self.run.now)
            is_requested = bool(ask.to) or _stays(decision, candidate) or search.is_pinned(hashed)
            problem = "" if is_requested else self._refused(subject, candidate, step, downloads)
            if may_stay and not problem:
                is_same = search.is_pinned(hashed) and not ask.rehash
                problem = search.problem(nix.problem, may_stay=is_same)
            locks = TakenLocks()
            if not problem and (ask.rehash or not search.is_pinned(hashed)):
                stage = LockStage(self.run.config.root, overlays, self.run.http)
                problem, locks = await stage.taken(search, hashed, nix.problem)
                values, unknown = locks.written(values), (*unknown, *locks.unknown)
            if problem:
                return Held(reason=problem, **decision.common_fields)
            needed = archive if unknown or not nix.unbuilt else None
            source = await self._stored(needed, hashed, search)
        try:
            built_hashes = await self._built_hashes(
                subject,
                nix,
                PlannedChange(subject.package, values, locks.files),
                text,
                unknown,
                source,
                ask,
            )
        except NotEvaluated as error:
            return Held(reason=cannot_build(unknown, error.message), **decision.common_fields)
        await self._refuse_moved(search, candidate)
        built_hash = built_hashes.get(UnknownHash("hash"))
        if built_hash is not None:
            hashed = Hashed(built_hash, "build", 0)
        warnings = collisions(hashed) + pointers(hashed, subject.source.fetcher)
        warnings += await others(subject, hashed)
        warnings += search.left_warnings
        if built_hashes and ask.reported is not None:
            warnings = (*warnings, _reported(built_hashes))
        own = await declared(search, hashed, candidate, self.run)
        decision, values, problem = truly_labelled(decision, values, own, text, self.run.now)
        if problem and not is_requested:
            self.run.records.refusals.note(subject, candidate, problem, "")
            return Held(reason=problem, **decision.common_fields)
        warnings += stale_copies(subject, decision.choice.candidate or candidate)
        warnings += examine(step, [rule for rule in change_rules() if rule.stops])
        decision = replace(decision, warnings=decision.warnings + warnings)
        return ReadyChange(
            decision,
            PlannedChange(subject.package, with_hashes(values, built_hashes), locks.files),
            hashed,
            source=source,
            build=Build("skipped", "", phase=nix.unbuilt) if nix.unbuilt else None,
            built={
                **downloads.checked_out,
                **{missing.shown: str(sri) for missing, sri in built_hashes.items()},
            },
        )

    async def _search(self, decision: Decision, fetch: Fetch) -> SourceHashes:
        further = await further_unambiguous(decision.subject, decision.further, self.run)
        return SourceHashes(
            decision.subject,
            [fetch, *further],
            self.run.prefetcher,
            decision.repository if decision.evidence is not None else "",
            self.run.identifier,
        )

    def _refused(
        self, subject: Subject, candidate: Candidate, step: Step, downloads: DownloadedHashes
    ) -> str:
        """Return why a source is not to be written, which a check says from then on, too.

        Of further sources it does not: their branches are those of other repositories.
        """
        problem, branch = stopped(step, change_rules()), ""
        if not problem:
            problem = depends_on_refs(downloads.hashed)
            branch = named_branch(downloads.hashed)[1]
        if problem:
            self.run.records.refusals.note(subject, candidate, problem, branch)
        return problem or downloads.unsteady(subject.package.companions)

    def _archive(
        self, search: SourceHashes, *, keep: bool
    ) -> AbstractAsyncContextManager[Path | None]:
        """Return the owner of the archive of a source, of None where no archive is kept."""
        return self.run.builder().archive() if keep and search.unpacks else nullcontext()

    async def _stored(
        self, archive: Path | None, hashed: Hashed | None, search: SourceHashes
    ) -> StoredSource | None:
        if archive is None or hashed is None:
            return None
        policy, strip_root = search.subject.policy.build, search.fetches[0].unpacking != "flat"
        return await self.run.builder().store(archive, hashed.sri, policy, strip_root=strip_root)

    async def _nix(self, search: SourceHashes, ask: Bump) -> _NixUse:
        """Return what Nix is asked for; a package set that nobody needs is not evaluated."""
        if ask.reported is not None or (ask.unbuilt and not search.needs_nix):
            return _NixUse(ask.unbuilt)
        package, policy = search.subject.package, search.subject.policy
        unbuilt = ask.unbuilt
        if policy.hash == "build" and policy.build.switched_off:
            target = await self.sets.evaluable(package, policy.build)
            unbuilt = unbuilt or policy.build.switched_off
        else:
            target = await self.sets.target(package, policy.build)
        if isinstance(target, NotBuilt):
            return _NixUse(unbuilt or target.reason, problem=target.reason)
        return _NixUse(unbuilt, target)

    async def _members(self, subject: Subject) -> dict[str, BuildTarget]:
        """Return where Nix finds what moves with a package; the rest is a part of the package."""
        targets = {
            member.name: await self.sets.evaluable(member, self.run.config.policy(member).build)
            for member in subject.package.members
        }
        return {name: at for name, at in targets.items() if not isinstance(at, NotBuilt)}

    async def _refuse_moved(self, search: SourceHashes, candidate: Candidate) -> None:
        if search.is_by_tag(candidate):
            await refuse_moved(search.subject, candidate, self.run.surroundings)

    async def _built_hashes(  # noqa: PLR0913, PLR0917 - what is asked, and of what
        self,
        subject: Subject,
        nix: _NixUse,
        planned: PlannedChange,
        text: bytes,
        unknown: tuple[UnknownHash, ...],
        source: StoredSource | None,
        ask: Bump,
    ) -> Mapping[UnknownHash, Sri]:
        if not unknown:
            return {}
        if nix.target is not None:
            builder = self.run.builder()
            members = await self._members(subject)
            return await find_hashes(builder, nix.target, planned, text, unknown, source, members)
        reported = (ask.reported or {}).get(subject.package.identity, {})
        missing = [needed.shown for needed in unknown if needed.shown not in reported]
        if missing:
            raise HashError(
                f"only a build can compute {' and '.join(missing)}, and the results do not have it",
                hint="run `bump --output` where Nix can build, then `publish` again",
            )
        return {needed: parse_hash(reported[needed.shown]) for needed in unknown}


def _stays(decision: Decision, candidate: Candidate) -> bool:
    """Tell whether only the hash of what is pinned already is to be found."""
    pin = decision.subject.pin
    return candidate.version == (pin.version or "") and candidate.ref in ("", pin.rev)


def _unreported(subject: Subject, ask: Bump) -> str:
    """Say that another process, which may have built, reports no side hash; else return nothing."""
    if ask.reported is None:
        return ""
    reported = ask.reported.get(subject.package.identity, {})
    is_told = any(field.name in reported for field in subject.missing_beside)
    return "" if is_told else "the build job reports none"


def _reported(hashes: Mapping[UnknownHash, Sri]) -> PinWarning:
    names = " and ".join(missing.shown for missing in hashes)
    return PinWarning(
        "reported-hash", f"{names}: reported by the build job, because only a build can compute it"
    )
