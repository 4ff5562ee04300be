"""What new and held sources say of themselves, for what an update needs beside its pin."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from updater import choose
from updater.errors import StageError
from updater.kinds import HOST_KINDS
from updater.metadata import requirements
from updater.metadata.apart import read_apart
from updater.metadata.release import FILES
from updater.metadata.releases import ReleaseReader
from updater.model import Candidate, NoFile, Take
from updater.model.labels import parse_release
from updater.upstreams.base import ProjectQuestion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from updater.choose.run import Run
    from updater.choose.subjects import Subject
    from updater.metadata.requirements import Requirements
    from updater.pipeline.hash.ready import ReadyChange


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
        return await self._releases.files(choice.candidate)

    async def described(self, ready: ReadyChange) -> Mapping[str, bytes]:
        """Return what is at hand of the new source's project files, else its wheel's metadata."""
        if ready.hashed is not None and ready.hashed.files:
            return ready.hashed.files
        choice = ready.decision.choice
        return await self._metadata(choice.candidate if isinstance(choice, Take) else None)

    async def held(self, ready: ReadyChange, *, downloads: bool) -> Requirements | None:
        """Return what the held source requires; None where that is not known.

        Args:
            ready: the change.
            downloads: also from the source itself, where no request tells it.
        """
        try:
            if ready.subject.project.on_index:
                files = await self._held_release(ready.subject, downloads=downloads)
            elif downloads:
                files = await self._held_source(ready)
            else:
                files = await self._held_files(ready)
            size = sum(map(len, files.values()))
            return await read_apart(partial(requirements.from_tree, files), size)
        except StageError:
            return None

    async def _held_release(self, subject: Subject, *, downloads: bool) -> Mapping[str, bytes]:
        question = ProjectQuestion(subject.project)
        offers = await subject.upstream.look_up([question], self.run.surroundings)
        offer, version = offers[subject.project], parse_release(subject.pin.version or "")
        if isinstance(offer, StageError) or version is None:
            return {}
        candidates = (own for own in offer.candidates if parse_release(own.version) == version)
        release = next(candidates, None)
        if release is None:
            return {}
        metadata = await self._metadata(release)
        return await self._releases.files(release) if downloads and not metadata else metadata

    async def _held_files(self, ready: ReadyChange) -> Mapping[str, bytes]:
        """Return the project files that one request tells."""
        subject, pinned = ready.subject, ready.decision.pinned
        host, rev = subject.project.on(self.run.config.hosts), pinned.commit or subject.pin.rev
        if host is None or subject.package.folder:
            return {}
        trees = await HOST_KINDS[host.kind].files_at(
            subject.project, host, [rev], FILES, self.run.surroundings
        )
        return trees.get(rev, {})

    async def _held_source(self, ready: ReadyChange) -> Mapping[str, bytes]:
        subject, pinned = ready.subject, ready.decision.pinned
        pin = subject.pin
        commit = pinned.commit or (pin.rev if choose.is_commit(pin.rev) else "")
        candidate = Candidate(pin.version or "", ref=pin.rev, commit=commit or "")
        fetch = subject.fetch(candidate, self.run.config.hosts)
        if isinstance(fetch, NoFile):
            return {}
        return (await self.run.prefetcher.hash(fetch, subject.policy.hash)).files

    async def _metadata(self, candidate: Candidate | None) -> Mapping[str, bytes]:
        data = await self._releases.metadata(candidate) if candidate is not None else b""
        return {"PKG-INFO": data} if data else {}

    @property
    def _releases(self) -> ReleaseReader:
        return ReleaseReader(self.run.http, self.run.surroundings)
