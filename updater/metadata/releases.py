"""Both releases of an update -> what each says of itself, read where it costs least.

In this order: metadata that the index serves by itself, the archive that was downloaded anyway, the
project files at both commits, and, only where nothing else says it, both releases' files from the
index, bounded and in one pass. Nothing is run.
"""

from __future__ import annotations

import hashlib
import re
from functools import partial
from typing import TYPE_CHECKING

from anyio import to_thread
from msgspec import Struct

from updater.errors import HashError, StageError
from updater.hashing.archive import hash_archive
from updater.hashing.keep import keep_project_files
from updater.hashing.limits import Limits
from updater.metadata.apart import read_apart
from updater.metadata.release import ReleaseMetadata, is_known, of_metadata, of_tree
from updater.model.labels import parse_release
from updater.upstreams.base import ProjectQuestion
from updater.upstreams.pypi import KIND as PYPI

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from packaging.version import Version

    from updater.effects.http.client import Http
    from updater.model import Candidate, Distribution, Package, Project, Updated
    from updater.upstreams.base import Surroundings

LARGEST = 64 << 20
"""The largest file, in bytes, that is fetched only to tell requirements."""

_LIMITS = Limits(
    downloaded_bytes=LARGEST, unpacked_bytes=16 * LARGEST, entries=100_000, seconds=300
)
_ENDINGS = (".tar.gz", ".zip", ".tar.bz2", ".tar.xz", ".tgz")
_METADATA = re.compile(r"[^/]+\.dist-info/METADATA")


class ProjectFiles(Struct, frozen=True):
    """The project files at both commits, as far as the host was asked for them."""

    old: Mapping[str, bytes]
    new: Mapping[str, bytes]


class ReleasePair(Struct, frozen=True):
    """What was read of the pinned and of the chosen release, the best first."""

    before: Sequence[ReleaseMetadata] = ()
    after: Sequence[ReleaseMetadata] = ()


class ReleaseReader(Struct, frozen=True):
    """Reads what releases say of themselves."""

    http: Http
    around: Surroundings

    async def read(
        self, outcome: Updated, project: Project, trees: ProjectFiles, *, index: bool
    ) -> ReleasePair:
        """Return what the pinned release and the chosen one say.

        Args:
            outcome: the update.
            project: where its source comes from.
            trees: what the host has.
            index: whether the index may be asked about a source that is not from there.
        """
        old, new = await self._on_index(outcome, project) if index else (None, None)
        before = await self._by_itself(old, project)
        after = await self._by_itself(new, project)
        if outcome.hashed is not None and outcome.hashed.files:
            after.append(await _of_tree(outcome.hashed.files, "the source archive"))
        for releases, files in ((before, trees.old), (after, trees.new)):
            if files:
                releases.append(await _of_tree(files, "the project files at both commits"))
        if not (is_known(before) and is_known(after)):
            for releases, candidate in ((before, old), (after, new)):
                if not is_known(releases):
                    releases.extend(await self._fetched(candidate, project))
        return ReleasePair(before, after)

    async def _on_index(
        self, outcome: Updated, source: Project
    ) -> tuple[Candidate | None, Candidate | None]:
        """Return the index's releases of both versions, where it has them."""
        nothing = (None, None)
        project = index_project(outcome.package, source)
        old, new = versions(outcome)
        if project is None or old is None or new is None:
            return nothing
        offer = (await PYPI.look_up([ProjectQuestion(project)], self.around))[project]
        if isinstance(offer, StageError):
            return nothing
        releases = {parse_release(candidate.version): candidate for candidate in offer.candidates}
        return releases.get(old), releases.get(new)

    async def _by_itself(
        self, candidate: Candidate | None, project: Project
    ) -> list[ReleaseMetadata]:
        try:
            data = await self.metadata(candidate) if candidate is not None else b""
        except StageError:
            return []
        own = bool(data) and _is_of(data, project)
        return [of_metadata(data, "the wheels' metadata")] if own else []

    async def metadata(self, candidate: Candidate) -> bytes:
        """Return a wheel's METADATA where the index serves it by itself, else nothing.

        Source: PEP 658.

        Raises:
            StageError: the index cannot be asked.
        """
        for file in candidate.distributions:
            if file.metadata and file.filename.endswith(".whl"):
                url = f"{file.url.partition('#')[0]}.metadata"
                return (await self.http.get(url, scheme="index")).body
        return b""

    async def _fetched(
        self, candidate: Candidate | None, project: Project
    ) -> list[ReleaseMetadata]:
        file = _smallest(candidate)
        if file is None:
            return []
        try:
            contents = await to_thread.run_sync(self._download, file)
        except StageError:
            return []
        wheel = next((data for path, data in contents.items() if _METADATA.fullmatch(path)), None)
        if file.filename.endswith(".whl"):
            release = of_metadata(wheel, "both wheels") if wheel is not None else None
        else:
            release = await _of_tree(contents, "both source distributions")
        metadata = wheel if wheel is not None else contents.get("PKG-INFO", b"")
        return [release] if release is not None and _is_of(metadata, project) else []

    async def files(self, candidate: Candidate) -> Mapping[str, bytes]:
        """Return the project files of a release's source distribution; none where it has none.

        Raises:
            StageError: it cannot be had, or is not what the index says.
        """
        file = _smallest(candidate)
        if file is None or file.filename.endswith(".whl"):
            return {}
        return await to_thread.run_sync(self._download, file)

    def _download(self, file: Distribution) -> Mapping[str, bytes]:
        """Return the few files of a distribution that say what it requires.

        Raises:
            StageError: it cannot be had, is too large, or is not what the index says.
        """
        url, wheel = file.url.partition("#")[0], file.filename.endswith(".whl")
        for attempt in self.http.retrying(url):
            with attempt, self.http.download(url, "index") as chunks:
                digest = hashlib.sha256()
                passing = _digested(chunks, digest)
                unpacked = hash_archive(
                    passing,
                    filename=file.filename,
                    unpacking="flat" if wheel else "fetchzip",
                    limits=_LIMITS,
                    keep=_is_metadata if wheel else _is_own,
                )
                for _ in passing:
                    pass
                if file.sri is not None and digest.digest() != file.sri.digest:
                    raise HashError(f"{file.filename} is not the file that the index lists")
                return unpacked.files
        raise HashError(f"{url} was never asked for")


async def _of_tree(files: Mapping[str, bytes], origin: str) -> ReleaseMetadata:
    size = sum(map(len, files.values()))
    return await read_apart(partial(of_tree, files, origin), size)


def versions(outcome: Updated) -> tuple[Version | None, Version | None]:
    """Return what is pinned and what is chosen, None for what is not a release's version."""
    return parse_release(outcome.old), parse_release(outcome.new)


def index_project(package: Package, project: Project) -> Project | None:
    """Return the project of a package on the package index, by its name there."""
    return project if project.on_index else package.indexed


def _is_of(metadata: bytes, project: Project) -> bool:
    """Tell whether a release of the index names the repository, so that it is of this project."""
    return project.on_index or project.path.lower().encode() in metadata.lower()


def _smallest(candidate: Candidate | None) -> Distribution | None:
    """Return the sdist, else the smallest wheel, that is small enough to be fetched for a body."""
    files = [
        file
        for file in (candidate.distributions if candidate is not None else ())
        if file.size is None or file.size <= LARGEST
    ]
    sdists = [file for file in files if file.filename.endswith(_ENDINGS)]
    wheels = [file for file in files if file.filename.endswith(".whl")]
    return min(sdists or wheels, key=lambda file: file.size or LARGEST, default=None)


def _digested(chunks: Iterator[bytes], digest: hashlib._Hash) -> Iterator[bytes]:
    for chunk in chunks:
        digest.update(chunk)
        yield chunk


def _is_own(path: str, size: int) -> bool:
    return "/" not in path and keep_project_files(path, size)


def _is_metadata(path: str, size: int) -> bool:
    return bool(_METADATA.fullmatch(path)) and size <= 1 << 20
