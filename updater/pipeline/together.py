"""A group's members in one scratch copy: what shares a pull request is built as it stands there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
from msgspec.structs import replace

from updater.errors import Bug, StageError, bugs_at
from updater.model import Current, Failed
from updater.overlay.reading.uses import dependents, in_order
from updater.pipeline.adapted_builds import MOST_REPAIRS, KeptFailure
from updater.pipeline.baseline import Baseline, with_switches
from updater.pipeline.endings import unbuilt
from updater.pipeline.grouping import GroupedChange, group_names
from updater.pipeline.hash.ready import ReadyChange
from updater.pipeline.jobs import evaluated
from updater.pipeline.stage import failed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.building.evaluating import BuildJob
    from updater.model import Build, BuildPolicy, Outcome
    from updater.pipeline.adapting import AdaptStage
    from updater.pipeline.jobs import JobMaker


class GroupBuild:
    """The build of one group, which its members share.

    Args:
        name: the group's.
        members: all of it; those whose build is decided already only lend their changes.
        maker: makes their jobs.
        adapting: finds what a failed build lacks; None where nothing may be adapted.
    """

    def __init__(
        self,
        name: str,
        members: Sequence[ReadyChange],
        maker: JobMaker,
        adapting: AdaptStage | None = None,
    ) -> None:
        self._name = name
        self._maker = maker
        self._adapting = adapting
        self._repairs = MOST_REPAIRS * len(members)
        self._run = maker.run
        order = {identity: place for place, identity in enumerate(in_order(maker.used))}
        self._members = sorted(members, key=lambda member: order.get(member.identity, 0))
        self._lock = anyio.Lock()
        # Told where the pin alone does not build, either: that one lacks what was known.
        self._adapted: dict[str, KeptFailure] = {}
        self._results: dict[str, ReadyChange | Outcome] = {}

    async def result(self, member: ReadyChange) -> ReadyChange | Outcome:
        """Return what becomes of a member; the first who asks builds for all."""
        async with self._lock:
            if not self._results:
                self._results = await self._build()
        return self._results[member.identity]

    async def _build(self) -> dict[str, ReadyChange | Outcome]:
        """Build the changes in one copy; return what became of each by identity.

        A member that fails, and whose policy does not keep what fails, is dropped, and the others
        are built again without it: no set of changes is ready that was not built as this set. So is
        one whose build meets a bug. A package that is dropped stays as it is, so it is built as it
        is where it uses the others.
        """
        left = self._members
        ended: dict[str, ReadyChange | Outcome] = {}
        dropped: list[str] = []
        while left:
            changes, unchanged = self._changes(left)
            ended |= unchanged
            dropped += [identity for identity, end in unchanged.items() if isinstance(end, Failed)]
            left = [member for member in left if member.identity not in unchanged]
            waiting = [member for member in left if member.build is None]
            if not waiting:
                break
            jobs: list[BuildJob] = []
            builds: list[Build] = []
            try:
                with bugs_at("build"):
                    for member in waiting:  # one by one, to know which has a bug
                        job = await self._job(member, left, changes, dropped)
                        jobs.append(job)
                    await self._build_in_order(waiting, jobs, builds)
            except Bug as bug:
                out = waiting[len(builds) if len(jobs) == len(waiting) else len(jobs)]
                ended[out.identity] = self._failed(out, bug)
            except StageError as error:
                return ended | {member.identity: self._failed(member, error) for member in left}
            else:
                out, last = waiting[len(builds) - 1], builds[-1]
                if not _stops(out.policy, last):
                    by_identity = dict(
                        zip((member.identity for member in waiting), builds, strict=True)
                    )
                    return ended | {
                        member.identity: _built(member, by_identity, left) for member in left
                    }
                out = _cause(out, last, waiting)
                repaired = await self._repaired(out, last)
                if repaired is not None:
                    left = [repaired if member is out else member for member in left]
                    continue
                plain = out.adapted(out.planned.siblings)
                if plain.planned.adaptations != out.planned.adaptations:
                    # No adaptation stands in the way of what builds.
                    self._adapted[out.identity] = KeptFailure.of(last)
                    left = [plain if member is out else member for member in left]
                    continue
                place = waiting.index(out)
                whole = self._adapted.get(out.identity) or KeptFailure.of(last)
                last = await Baseline(self._maker).compared(out, jobs[place], whole.restored())
                ended[out.identity] = _unbuilt(self._name, out, last, left)
            dropped.append(out.identity)
            left = [member for member in left if member is not out]
        return ended | {member.identity: member for member in left}

    async def _repaired(self, member: ReadyChange, build: Build) -> ReadyChange | None:
        """Return a member with what its failed build lacks, if that is anything new."""
        if self._adapting is None or not self._repairs:
            return None
        self._repairs -= 1
        shortfall = await self._adapting.shortfall(member, build)
        return self._adapting.repaired(member, shortfall)

    def _changes(
        self, members: Sequence[ReadyChange]
    ) -> tuple[dict[str, bytes], dict[str, ReadyChange | Outcome]]:
        """Plan all changes, one over the other; return new texts, and who has nothing to change."""
        texts = dict(self._maker.overlays.texts)
        ended: dict[str, ReadyChange | Outcome] = {}
        changed: set[str] = set()
        for member in members:
            try:
                change = member.planned.of(texts)
            except StageError as error:
                ended[member.identity] = self._failed(member, error)
                continue
            if change.is_empty:
                ended[member.identity] = Current(**member.common_fields)
                continue
            texts |= change.texts
            changed.update(change.texts)
        return {file: texts[file] for file in sorted(changed)}, ended

    def _failed(self, member: ReadyChange, error: StageError) -> Failed:
        if isinstance(error, Bug):
            self._run.progress.bug(error)
        return failed(member, error)

    async def _job(
        self,
        member: ReadyChange,
        members: Sequence[ReadyChange],
        changes: Mapping[str, bytes],
        dropped: Sequence[str],
    ) -> BuildJob:
        """Return what is to be built for one member: it, and who must go on building with it."""
        beside = {member.identity for member in members}
        with_users = member.policy.dependents or member.planned.removes
        users = dependents(member.identity, self._maker.used)
        affected = [
            user for user in users if user not in beside and (with_users or user in dropped)
        ]
        own = [part.identity for part in member.package.members]
        return await self._maker.job(member, changes, tuple(dict.fromkeys((*own, *affected))))

    async def _build_in_order(
        self, members: Sequence[ReadyChange], jobs: Sequence[BuildJob], builds: list[Build]
    ) -> None:
        """Build jobs up to the first that fails where its policy does not keep what fails.

        Args:
            members: whose jobs these are.
            jobs: what to build.
            builds: takes what became of each.
        """
        ahead = await evaluated(self._run, jobs)
        baseline = Baseline(self._maker)
        for member, job in zip(members, jobs, strict=True):
            build = await self._run.builder().build(job, ahead)
            if build.status != "failed":  # a failed one may be mended yet
                build = await baseline.compared(member, job, build)
            text = self._maker.overlays.texts[member.package.file]
            builds.append(with_switches(build, member.package, text))
            if _stops(job.target.policy, builds[-1]):
                break


def groups_of(
    hashed: Sequence[ReadyChange | Outcome], maker: JobMaker, adapting: AdaptStage | None = None
) -> dict[str, GroupBuild]:
    """Return identity -> its group, for groups of several of which something is to be built."""
    changes = [change for change in hashed if isinstance(change, ReadyChange)]
    names = group_names(
        [
            GroupedChange(
                change.package,
                change.subject.policy.pull_request.group_of(pins=change.decision.tracking.moving),
                change.adaptations,
            )
            for change in changes
        ]
    )
    groups: dict[str, list[ReadyChange]] = {}
    for change in changes:
        if change.identity in names:
            groups.setdefault(names[change.identity], []).append(change)
    builds: dict[str, GroupBuild] = {}
    for name, members in groups.items():
        if len(members) > 1 and any(member.build is None for member in members):
            build = GroupBuild(name, members, maker, adapting)
            builds |= {member.identity: build for member in members}
    return builds


def _stops(policy: BuildPolicy, build: Build) -> bool:
    return build.status == "failed" and policy.on_failure == "skip"


def _cause(failed_member: ReadyChange, build: Build, members: Sequence[ReadyChange]) -> ReadyChange:
    """Return the member whose file an evaluation stops at: what breaks there breaks for all."""
    text = build.diagnosis.message if build.diagnosis is not None else ""
    if build.phase != "evaluation" or f"at {failed_member.package.file}:" in text:
        return failed_member
    named = (member for member in members if f"at {member.package.file}:" in text)
    return next(named, failed_member)


def _built(
    member: ReadyChange, builds: Mapping[str, Build], members: Sequence[ReadyChange]
) -> ReadyChange:
    build = builds.get(member.identity)
    if build is None:
        return member
    beside = tuple(neighbour.identity for neighbour in members if neighbour is not member)
    return replace(member, build=replace(build, beside=beside))


def _unbuilt(
    name: str, member: ReadyChange, build: Build, members: Sequence[ReadyChange]
) -> Failed:
    outcome = unbuilt(build, **member.common_fields)
    others = ", ".join(neighbour.package.name for neighbour in members if neighbour is not member)
    where = (
        f"in group {name}, together with {others}"
        if others
        else f"the only package of group {name}"
    )
    return replace(outcome, message=f"{where}: {outcome.message}")
