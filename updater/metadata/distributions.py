"""The files of a release on the package index: what they say, and which modules they have."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from anyio import to_thread
from msgspec import Struct, field
from msgspec.structs import replace

from updater.errors import HashError
from updater.hashing.archive import hash_archive
from updater.hashing.keep import keep_project_files
from updater.hashing.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from updater.effects.http.client import Http
    from updater.hashing.archive import Keep
    from updater.model import Candidate, Distribution

LARGEST = 64 << 20
"""The largest file, in bytes, that is fetched only to tell requirements."""

_LIMITS = Limits(
    downloaded_bytes=LARGEST, unpacked_bytes=16 * LARGEST, entries=100_000, seconds=300
)
_ENDINGS = (".tar.gz", ".zip", ".tar.bz2", ".tar.xz", ".tgz")
# A module's file in a wheel, by the name that is imported; private ones do not count.
_MODULE = re.compile(r"(?P<name>[A-Za-z]\w*)(?:/(?:[^/]+/)*[^/.]+)?(?:\.[^/.]+)?\.(?:py|so|pyd)\Z")
# As the check of a build's imports has it.
_NOT_MODULES = frozenset(
    ("test", "tests", "testing", "example", "examples", "doc", "docs", "benchmarks")
)
_ALONE = "METADATA"  # the name of what is served by itself
METADATA = re.compile(r"[^/]+\.dist-info/METADATA")
"""Where a wheel says what it is."""


class DistributionReader(Struct, frozen=True):
    """Reads files of the index, bounded and in one pass; nothing is run.

    Attributes:
        texts: what this run has read by now, by the address of the file.
    """

    http: Http
    texts: dict[str, Mapping[str, bytes]] = field(default_factory=dict)

    async def metadata(self, candidate: Candidate) -> bytes:
        """Return a wheel's METADATA where the index serves it by itself, else nothing.

        Source: PEP 658.

        Raises:
            StageError: the index cannot be asked.
        """
        for file in candidate.distributions:
            if file.metadata and file.filename.endswith(".whl"):
                url = f"{file.url.partition('#')[0]}.metadata"
                if url not in self.texts:
                    answer = await self.http.get(url, scheme="index")
                    self.texts[url] = {_ALONE: answer.body}
                return self.texts[url][_ALONE]
        return b""

    async def source_files(self, candidate: Candidate) -> Mapping[str, bytes]:
        """Return the project files of a release's source distribution; none where it has none.

        Raises:
            StageError: it cannot be had, or is not what the index says.
        """
        file = smallest(candidate)
        if file is None or file.filename.endswith(".whl"):
            return {}
        return await to_thread.run_sync(self.contents, file)

    async def modules(self, candidate: Candidate) -> tuple[str, ...]:
        """Return the top-level modules of a release's smallest wheel; none where it has none.

        Raises:
            StageError: it cannot be had, or is not what the index says.
        """
        wheels = [file for file in candidate.distributions if file.filename.endswith(".whl")]
        file = smallest(replace(candidate, distributions=tuple(wheels)))
        paths: list[str] = []

        def note(path: str, size: int) -> bool:
            del size
            paths.append(path)
            return False

        if file is not None:
            await to_thread.run_sync(self.contents, file, note)
        names = {match["name"] for path in paths if (match := _MODULE.match(path)) is not None}
        return tuple(sorted(names - _NOT_MODULES))

    def contents(self, file: Distribution, keep: Keep | None = None) -> Mapping[str, bytes]:
        """Return the few files of a distribution that say what it requires.

        Args:
            file: the distribution.
            keep: which files instead.

        Raises:
            StageError: it cannot be had, is too large, or is not what the index says.
        """
        url, wheel = file.url.partition("#")[0], file.filename.endswith(".whl")
        if keep is None and url in self.texts:
            return self.texts[url]
        for attempt in self.http.retrying(url):
            with attempt, self.http.download(url, "index") as chunks:
                digest = hashlib.sha256()
                passing = _digested(chunks, digest)
                files = hash_archive(
                    passing,
                    filename=file.filename,
                    unpacking="flat" if wheel else "fetchzip",
                    limits=_LIMITS,
                    keep=keep or (_is_metadata if wheel else _is_own),
                ).files
                for _ in passing:
                    pass
                if file.sri is not None and digest.digest() != file.sri.digest:
                    raise HashError(f"{file.filename} is not the file that the index lists")
                if keep is None:
                    self.texts[url] = files
                return files
        raise HashError(f"{url} was never asked for")


def smallest(candidate: Candidate | None) -> Distribution | None:
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
    return bool(METADATA.fullmatch(path)) and size <= 1 << 20
