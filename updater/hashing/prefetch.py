"""A source's hash: published by the index, computed from the download, or asked of Nix."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal

from anyio import to_thread
from msgspec import Struct, field
from msgspec.structs import replace

from updater.effects.http.addresses import shown
from updater.effects.http.downloads import copying
from updater.errors import HashError, NoArchive, NotFound, Refused, StageError
from updater.hashing.limits import Limits, Meter
from updater.model import Hashed, Sri

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping
    from pathlib import Path

    from updater.effects.http.client import Http
    from updater.effects.nix.prefetch import Nix
    from updater.model import Algorithm, Fetch, Scheme

_KEPT_OF_FOLDERS = 1 << 18  # bytes of a source's files below its top


class Prefetcher(Struct, frozen=True):
    """Finds hashes; the same for ``bump`` and ``prefetch``.

    Attributes:
        nix: gives Nix's own prefetchers; a check asks for none.
        limits: what one archive may cost.
    """

    http: Http
    nix: Callable[[], Nix]
    limits: Limits = field(default_factory=Limits)

    async def hash(
        self,
        fetch: Fetch,
        method: Literal["auto", "embedded", "nix", "build"],
        keep: Path | None = None,
        paths: Container[str] = frozenset(),
    ) -> Hashed:
        """Return the hash of what a fetcher call will download.

        Args:
            fetch: what it is.
            method: ``auto`` takes the cheapest that applies.
            keep: where an archive that is downloaded and unpacked is left, for a build.
            paths: of files that are kept, too, where a tree is unpacked here.

        Raises:
            HashError: no method applies, or what was downloaded is not what was asked for.
            UpstreamError: it cannot be downloaded.
        """
        reason = self.only_built(fetch, method)
        if reason:
            raise HashError(
                f"the hash cannot be computed from a download: {reason}",
                hint="`updater bump` lets Nix build it; or hold this package in config.yaml",
            )
        if fetch.blocked and fetch.checkout is not None:
            self.http.refuse_offline(fetch.checkout.url)
            sri = await self.nix().prefetch_git(
                fetch.checkout.url,
                fetch.checkout.commit,
                *fetch.checkout.options,
                seconds=self.limits.seconds,
            )
            return Hashed(sri, "nix", 0)
        if method == "nix":
            self.http.refuse_offline(fetch.url)
            return await self._by_nix(fetch, paths)
        if fetch.sri is not None and not fetch.unpack and method == "auto":
            return Hashed(fetch.sri, "index", 0)
        return await to_thread.run_sync(self._download, fetch, keep, paths)

    async def files(self, fetch: Fetch, paths: Container[str]) -> Mapping[str, bytes]:
        """Return some files of a source whose hash tells nothing of them, as far as it has them.

        That is so of a source that is hashed as a file, or by a build.

        Raises:
            HashError: its archive is not what was asked for, or is none.
            UpstreamError: it cannot be downloaded.
        """
        if not fetch.url:
            raise HashError("only a checkout with git has its files")
        unpacked = replace(fetch, unpack=True, blocked="")
        return (await to_thread.run_sync(self._download, unpacked, None, paths)).files

    async def is_absent(self, fetch: Fetch) -> bool:
        """Tell whether nothing is at a fetch's address; what else is wrong there, `hash` says."""
        return await to_thread.run_sync(self._is_absent, fetch)

    def _is_absent(self, fetch: Fetch) -> bool:
        try:
            with self.http.download(fetch.url, "index") as chunks:
                next(chunks, b"")
        except NotFound:
            return True
        except StageError:
            return False
        return False

    @staticmethod
    def unpacks(fetch: Fetch, method: Literal["auto", "embedded", "nix", "build"]) -> bool:
        """Tell whether a hash is that of a tree in an archive that is downloaded here."""
        here = method in ("auto", "embedded") and not fetch.hashless and not fetch.blocked
        return here and fetch.unpack

    def only_built(self, fetch: Fetch, method: Literal["auto", "embedded", "nix", "build"]) -> str:
        """Return why only a fixed-output build can tell a hash, or an empty string."""
        if method == "build":
            return "`hash: build` is configured"
        if not fetch.blocked:
            return ""
        checked_out = fetch.checkout is not None and method != "embedded"
        return "" if checked_out and self.nix().available("nix-prefetch-git") else fetch.blocked

    async def _by_nix(self, fetch: Fetch, paths: Container[str]) -> Hashed:
        """Let Nix download and hash; what it downloaded is looked at as every download is.

        Nix's own rule for a tree is not always the fetcher's.
        """
        nix = self.nix()
        stored = await nix.prefetch(fetch.url, self.limits.seconds)
        if not fetch.unpack and fetch.sri is None and fetch.size is None:
            return Hashed(stored.sri, "nix", 0)
        own = await to_thread.run_sync(self._hash, fetch, stored.pieces(), paths)
        if not fetch.unpack:
            return Hashed(stored.sri, "nix", 0)
        sri = await nix.unpacked(stored.path, self.limits.seconds)
        if sri != own.sri:
            raise HashError(
                f"Nix unpacks {shown(fetch.url)} to a tree with the hash {sri}, but its fetcher "
                f"makes a tree with {own.sri}",
                hint="set hash: auto for this package",
            )
        return Hashed(sri, "nix", 0, own.files, own.collisions, own.pointers)

    def _download(self, fetch: Fetch, keep: Path | None, paths: Container[str]) -> Hashed:
        """Download without a token, as Nix does; with it what the host shows nobody else.

        What a private package index lists, Nix gets with the user and password of its netrc.
        """
        try:
            return self._downloaded(fetch, fetch.url, "index", keep, paths)
        except (NotFound, Refused, NoArchive):  # the last is a page to log in, of a closed host
            if not fetch.guarded or not self.http.has_token(fetch.guarded):
                raise
        return self._downloaded(fetch, fetch.guarded, "bearer", keep, paths)

    def _downloaded(
        self, fetch: Fetch, url: str, scheme: Scheme, keep: Path | None, paths: Container[str]
    ) -> Hashed:
        for attempt in self.http.retrying(url):
            with attempt, self.http.download(url, scheme) as chunks:
                if keep is None or not fetch.unpack:
                    return self._hash(fetch, chunks, paths)
                with copying(chunks, keep) as copied:
                    return self._hash(fetch, copied, paths)
        raise HashError(f"{shown(url)} was never asked for")

    def read(
        self, fetch: Fetch, chunks: Iterator[bytes], keep: Path | None, paths: Container[str]
    ) -> Hashed:
        """Return the hash of a tree that need not be downloaded, as `hash` would.

        Args:
            fetch: what would be downloaded.
            chunks: a tar archive of the same tree.
            keep: as of `hash`.
            paths: as of `hash`.

        Raises:
            HashError: it is not what is fetched.
        """
        fetch = replace(fetch, url=f"{fetch.commit}.tar")
        if keep is None:
            return self._hash(fetch, chunks, paths)
        with copying(chunks, keep) as copied:
            return self._hash(fetch, copied, paths)

    def _hash(self, fetch: Fetch, chunks: Iterator[bytes], paths: Container[str]) -> Hashed:
        file = _PlainFile(fetch, chunks)
        if not fetch.unpack and not fetch.commit:
            return self._flat(file)
        # Ten modules, which a check does without.
        from updater.hashing.archive import hash_archive  # noqa: PLC0415
        from updater.hashing.keep import keep_project_files  # noqa: PLC0415

        name = fetch.url.rsplit("/", 1)[-1]

        def keeps(path: str, size: int) -> bool:
            return path in paths or keep_project_files(path, size)

        try:
            unpacked = hash_archive(
                file, filename=name, unpacking=fetch.unpacking, limits=self.limits, keep=keeps
            )
        except HashError:
            if fetch.unpack:
                raise
            return self._flat(file)  # its bytes count, whatever an archive may be of them
        for _ in file:
            pass
        if fetch.unpack and fetch.commit and unpacked.commit != fetch.commit:
            raise HashError(
                f"the archive is of commit {unpacked.commit}, not of {fetch.commit}",
                hint="run the command again: the tag may have moved just now; if the rev is the id "
                "of a tag's own object, write the commit's",
            )
        own = dict(_small(unpacked.files, paths))
        size, pointers = unpacked.downloaded_bytes, unpacked.pointers
        if not fetch.unpack:  # what is in it is known all the same
            return Hashed(file.sri, "embedded", size, own)
        return Hashed(unpacked.sri, "embedded", size, own, unpacked.collisions, pointers)

    def _flat(self, file: _PlainFile) -> Hashed:
        """Hash the rest of a file as it is."""
        meter = Meter(self.limits)
        meter.download(file.size)
        for chunk in file:
            meter.download(len(chunk))
        return Hashed(file.sri, "embedded", file.size)


def _small(files: Mapping[str, bytes], paths: Container[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a source's top, and of its folders as far as there is room.

    They are kept for as long as the run goes on, for each package.
    """
    room = _KEPT_OF_FOLDERS
    for path, data in sorted(files.items(), key=lambda item: item[0].count("/")):
        is_wanted = "/" not in path or path in paths
        room -= 0 if is_wanted else len(data)
        if is_wanted or room >= 0:
            yield path, data


class _PlainFile:
    """A file that is hashed as it is while it is read, and is what its publisher says at its end.

    Attributes:
        size: how many bytes have been read.
    """

    def __init__(self, fetch: Fetch, chunks: Iterator[bytes]) -> None:
        self.size = 0
        self._fetch = fetch
        self._chunks = chunks
        self._algorithm: Algorithm = fetch.sri.algorithm if fetch.sri is not None else "sha256"
        # An archive's own bytes count only where somebody says what they should be.
        counts = not fetch.unpack or fetch.sri is not None
        self._digest = hashlib.new(self._algorithm, usedforsecurity=False) if counts else None

    @property
    def sri(self) -> Sri:
        """The hash of the whole file, once it has been read."""
        digest = self._digest or hashlib.sha256()
        return Sri(self._algorithm, digest.digest())

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.size += len(chunk)
            if self._fetch.size is not None and self.size > self._fetch.size:
                raise self._differs(f"more than {self._fetch.size} bytes")
            if self._digest is not None:
                self._digest.update(chunk)
            yield chunk
        if self._fetch.size is not None and self.size != self._fetch.size:
            raise self._differs(f"{self.size} bytes instead of {self._fetch.size}")
        if self._fetch.sri is not None and self.sri != self._fetch.sri:
            raise self._differs(f"the hash {self.sri} instead of {self._fetch.sri}")

    def _differs(self, what: str) -> HashError:
        return HashError(
            f"{shown(self._fetch.url)} is not what its index says: it has {what}",
            hint="a proxy or mirror may be out of date; if it happens again, do not trust the file",
        )
