"""A group's members in one scratch copy: what shares a pull request is built as it stands there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.errors import StageError
from updater.model import Current, Failed
from updater.overlay.reading.uses import dependents, in_order
from updater.pipeline.endings import failed, unbuilt
from updater.pipeline.hash.ready import Ready

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from updater.building.builder import Builder
    from updater.building.evaluating import BuildJob
    from updater.choose.subjects import Subject
    from updater.find.found import OverlayFiles
    from updater.model import Build, BuildPolicy, Outcome, Package


class GroupMember(Struct, frozen=True):
    """One package's change in a group."""

    subject: Subject
    ready: Ready

    @property
    def package(self) -> Package:
        """The package."""
        return self.subject.package

    @property
    def identity(self) -> str:
        """The package's identity."""
        return self.package.identity

    @property
    def policy(self) -> BuildPolicy:
        """How it is built."""
        return self.subject.policy.build


class GroupBuilder(Struct, frozen=True):
    """Builds groups.

    Attributes:
        found: the packages and texts as they were read.
        used: identity -> identities that it uses.
        job_of: makes a member's job of its change, of all texts that the copy has new, and of the
            identities to build after it.
    """

    builder: Builder
    found: OverlayFiles
    used: Mapping[str, tuple[str, ...]]
    job_of: Callable[[Subject, Ready, Mapping[str, bytes], Sequence[str]], BuildJob]

    async def build(self, name: str, members: Sequence[GroupMember]) -> dict[str, Ready | Outcome]:
        """Build a group's changes in one copy; return what became of each by identity.

        A member that fails, and whose policy does not keep what fails, is dropped, and the others
        are built again without it: no set of changes is ready that was not built as this set. A
        package that is dropped stays as it is, so it is built as it is where it uses the others.

        Args:
            name: the group's.
            members: all of it; those whose build is decided already only lend their changes.
        """
        order = {identity: place for place, identity in enumerate(in_order(self.used))}
        left = sorted(members, key=lambda one: order.get(one.identity, 0))
        ended: dict[str, Ready | Outcome] = {}
        dropped: list[str] = []
        while left:
            changes, unchanged = self._changes(left)
            ended |= unchanged
            dropped += [one for one, end in unchanged.items() if isinstance(end, Failed)]
            left = [one for one in left if one.identity not in unchanged]
            waiting = [one for one in left if one.ready.build is None]
            if not waiting:
                break
            try:
                jobs = [self._job(one, left, changes, dropped) for one in waiting]
                builds = await self._in_order(jobs)
            except StageError as error:
                return ended | {
                    one.identity: failed(one.package, error, one.ready.decision) for one in left
                }
            out, last = waiting[len(builds) - 1], builds[-1]
            if not _stops(out.policy, last):
                by_identity = dict(zip((one.identity for one in waiting), builds, strict=True))
                return ended | {one.identity: _built(one, by_identity, left) for one in left}
            ended[out.identity] = _unbuilt(name, out, last, left)
            dropped.append(out.identity)
            left = [one for one in left if one is not out]
        return ended | {one.identity: one.ready for one in left}

    def _changes(
        self, members: Sequence[GroupMember]
    ) -> tuple[dict[str, bytes], dict[str, Ready | Outcome]]:
        """Plan all changes, one over the other; return new texts, and who has nothing to change."""
        texts = dict(self.found.texts)
        ended: dict[str, Ready | Outcome] = {}
        changed = set()
        for one in members:
            file, ready = one.package.file, one.ready
            try:
                change = ready.planned.of(texts[file])
            except StageError as error:
                ended[one.identity] = failed(one.package, error, ready.decision)
                continue
            if not change.edits:
                ended[one.identity] = Current(**ready.decision.known(one.package))
                continue
            texts[file] = change.after
            changed.add(file)
        return {file: texts[file] for file in sorted(changed)}, ended

    def _job(
        self,
        member: GroupMember,
        members: Sequence[GroupMember],
        changes: Mapping[str, bytes],
        dropped: Sequence[str],
    ) -> BuildJob:
        """Return what is to be built for one member: it, and who must go on building with it."""
        beside = {one.identity for one in members}
        users = dependents(member.identity, self.used)
        wanted = [
            one
            for one in users
            if one not in beside and (member.policy.dependents or one in dropped)
        ]
        return self.job_of(member.subject, member.ready, changes, wanted)

    async def _in_order(self, jobs: Sequence[BuildJob]) -> list[Build]:
        """Build jobs up to the first that fails where its policy does not keep what fails."""
        ahead = await self.builder.evaluate(jobs)
        builds: list[Build] = []
        for job in jobs:
            builds.append(await self.builder.build(job, ahead))
            if _stops(job.target.policy, builds[-1]):
                break
        return builds


def grouped(hashed: Sequence[tuple[Subject, Ready | Outcome]]) -> dict[str, list[GroupMember]]:
    """Return the groups of which something is to be built, and that have several members."""
    groups: dict[str, list[GroupMember]] = {}
    for subject, ready in hashed:
        if isinstance(ready, Ready):
            name = subject.policy.pull_request.group_of(pins=ready.decision.tracking.moving)
            if name:
                groups.setdefault(name, []).append(GroupMember(subject, ready))
    return {
        name: members
        for name, members in groups.items()
        if len(members) > 1 and any(member.ready.build is None for member in members)
    }


def _stops(policy: BuildPolicy, build: Build) -> bool:
    return build.status == "failed" and policy.on_failure == "skip"


def _built(
    member: GroupMember, builds: Mapping[str, Build], members: Sequence[GroupMember]
) -> Ready:
    build = builds.get(member.identity)
    if build is None:
        return member.ready
    beside = tuple(one.identity for one in members if one is not member)
    return replace(member.ready, build=replace(build, beside=beside))


def _unbuilt(
    name: str, member: GroupMember, build: Build, members: Sequence[GroupMember]
) -> Failed:
    outcome = unbuilt(build, **member.ready.decision.known(member.package))
    others = ", ".join(one.package.name for one in members if one is not member)
    where = f"in group {name}, together with {others}" if others else f"alone of group {name}"
    return replace(outcome, message=f"{where}: {outcome.message}")
