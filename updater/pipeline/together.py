"""A group's members in one scratch copy: what shares a pull request is built as it stands there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
from msgspec.structs import replace

from updater.errors import Bug, StageError, bugs_at
from updater.model import Current, Failed
from updater.overlay.reading.uses import dependents, in_order
from updater.pipeline.endings import unbuilt
from updater.pipeline.hash.ready import Ready
from updater.pipeline.jobs import evaluated
from updater.pipeline.stage import failed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.building.evaluating import BuildJob
    from updater.model import Build, BuildPolicy, Outcome
    from updater.pipeline.jobs import JobMaker


class GroupBuild:
    """The build of one group, which its members share.

    Args:
        name: the group's.
        members: all of it; those whose build is decided already only lend their changes.
        maker: makes their jobs.
    """

    def __init__(self, name: str, members: Sequence[Ready], maker: JobMaker) -> None:
        self._name = name
        self._maker = maker
        self._run = maker.run
        order = {identity: place for place, identity in enumerate(in_order(maker.used))}
        self._members = sorted(members, key=lambda one: order.get(one.identity, 0))
        self._lock = anyio.Lock()
        self._results: dict[str, Ready | Outcome] = {}

    async def result(self, member: Ready) -> Ready | Outcome:
        """Return what becomes of a member; the first who asks builds for all."""
        async with self._lock:
            if not self._results:
                self._results = await self._build()
        return self._results[member.identity]

    async def _build(self) -> dict[str, Ready | Outcome]:
        """Build the changes in one copy; return what became of each by identity.

        A member that fails, and whose policy does not keep what fails, is dropped, and the others
        are built again without it: no set of changes is ready that was not built as this set. So is
        one whose build meets a bug. A package that is dropped stays as it is, so it is built as it
        is where it uses the others.
        """
        left = self._members
        ended: dict[str, Ready | Outcome] = {}
        dropped: list[str] = []
        while left:
            changes, unchanged = self._changes(left)
            ended |= unchanged
            dropped += [one for one, end in unchanged.items() if isinstance(end, Failed)]
            left = [one for one in left if one.identity not in unchanged]
            waiting = [one for one in left if one.build is None]
            if not waiting:
                break
            builds: list[Build] = []
            try:
                with bugs_at("build"):
                    jobs = [self._job(one, left, changes, dropped) for one in waiting]
                    await self._build_in_order(jobs, builds)
            except Bug as bug:
                out = waiting[len(builds)]
                ended[out.identity] = self._failed(out, bug)
            except StageError as error:
                return ended | {one.identity: self._failed(one, error) for one in left}
            else:
                out, last = waiting[len(builds) - 1], builds[-1]
                if not _stops(out.policy, last):
                    by_identity = dict(zip((one.identity for one in waiting), builds, strict=True))
                    return ended | {one.identity: _built(one, by_identity, left) for one in left}
                ended[out.identity] = _unbuilt(self._name, out, last, left)
            dropped.append(out.identity)
            left = [one for one in left if one is not out]
        return ended | {one.identity: one for one in left}

    def _changes(
        self, members: Sequence[Ready]
    ) -> tuple[dict[str, bytes], dict[str, Ready | Outcome]]:
        """Plan all changes, one over the other; return new texts, and who has nothing to change."""
        texts = dict(self._maker.found.texts)
        ended: dict[str, Ready | Outcome] = {}
        changed = set()
        for one in members:
            file = one.package.file
            try:
                change = one.planned.of(texts[file])
            except StageError as error:
                ended[one.identity] = self._failed(one, error)
                continue
            if not change.edits:
                ended[one.identity] = Current(**one.common_fields)
                continue
            texts[file] = change.after
            changed.add(file)
        return {file: texts[file] for file in sorted(changed)}, ended

    def _failed(self, member: Ready, error: StageError) -> Failed:
        if isinstance(error, Bug):
            self._run.progress.bug(error)
        return failed(member, error)

    def _job(
        self,
        member: Ready,
        members: Sequence[Ready],
        changes: Mapping[str, bytes],
        dropped: Sequence[str],
    ) -> BuildJob:
        """Return what is to be built for one member: it, and who must go on building with it."""
        beside = {one.identity for one in members}
        users = dependents(member.identity, self._maker.used)
        wanted = [
            one
            for one in users
            if one not in beside and (member.policy.dependents or one in dropped)
        ]
        return self._maker.job(member, changes, wanted)

    async def _build_in_order(self, jobs: Sequence[BuildJob], builds: list[Build]) -> None:
        """Build jobs up to the first that fails where its policy does not keep what fails.

        Args:
            jobs: what to build.
            builds: takes what became of each.
        """
        ahead = await evaluated(self._run, jobs)
        for job in jobs:
            builds.append(await self._run.builder().build(job, ahead))
            if _stops(job.target.policy, builds[-1]):
                break


def groups_of(hashed: Sequence[Ready | Outcome], maker: JobMaker) -> dict[str, GroupBuild]:
    """Return identity -> its group, for groups of several of which something is to be built."""
    groups: dict[str, list[Ready]] = {}
    for one in hashed:
        if isinstance(one, Ready):
            policy = one.subject.policy.pull_request
            name = policy.group_of(pins=one.decision.tracking.moving)
            if name:
                groups.setdefault(name, []).append(one)
    found: dict[str, GroupBuild] = {}
    for name, members in groups.items():
        if len(members) > 1 and any(member.build is None for member in members):
            build = GroupBuild(name, members, maker)
            found |= {member.identity: build for member in members}
    return found


def _stops(policy: BuildPolicy, build: Build) -> bool:
    return build.status == "failed" and policy.on_failure == "skip"


def _built(member: Ready, builds: Mapping[str, Build], members: Sequence[Ready]) -> Ready:
    build = builds.get(member.identity)
    if build is None:
        return member
    beside = tuple(one.identity for one in members if one is not member)
    return replace(member, build=replace(build, beside=beside))


def _unbuilt(name: str, member: Ready, build: Build, members: Sequence[Ready]) -> Failed:
    outcome = unbuilt(build, **member.common_fields)
    others = ", ".join(one.package.name for one in members if one is not member)
    where = f"in group {name}, together with {others}" if others else f"alone of group {name}"
    return replace(outcome, message=f"{where}: {outcome.message}")
