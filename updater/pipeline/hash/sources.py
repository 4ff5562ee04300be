"""One package's sources: who can tell their hashes, and what downloads tell."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.choose.git_host import GitHost
from updater.errors import HashError
from updater.identify.names import depends_on_refs
from updater.metadata.locks import LARGEST
from updater.model import PinValues, PinWarning
from updater.model.sri import is_to_come, parse_hash
from updater.pipeline.hash.beside import only_built, side_hash, unwritten
from updater.pipeline.hash.built_hashes import ADVICE, UnknownHash
from updater.pipeline.hash.locks import made_by

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping, Sequence
    from pathlib import Path

    from updater.choose.subjects import Decision, Subject
    from updater.effects.http.client import Http
    from updater.hashing.prefetch import Prefetcher
    from updater.identify.identifier import Identifier
    from updater.model import Candidate, Fetch, Field, Hashed, LockFile, Source


class DownloadedHashes(Struct, frozen=True):
    """What downloads tell of a change.

    Attributes:
        hashed: the source's hash, where it is known by now.
        values: what the change writes, as far as it is known.
        unknown: what only a build tells.
        checked_out: hashes of checkouts by field, which nobody without Nix could find again.
        further: those of further sources that were downloaded, by their place from 1 on.
    """

    hashed: Hashed | None
    values: PinValues
    unknown: tuple[UnknownHash, ...]
    checked_out: Mapping[str, str]
    further: Mapping[int, Hashed]

    def unsteady(self, sources: Sequence[Source]) -> str:
        """Return why a further source is not written yet, empty where nothing speaks against it."""
        for place, hashed in self.further.items():
            reason = depends_on_refs(hashed)
            if reason:
                return f"its further source, line {sources[place - 1].line}: {reason}"
        return ""


class SourceHashes(Struct, frozen=True):
    """One package's sources, and who can tell their hashes.

    Attributes:
        repository: where git finds that of its own source, if a search has cloned it.
        identifier: has the clone.
        left: the hashes beside the source that stay without a value.
        unable: why nobody builds these.
    """

    subject: Subject
    fetches: list[Fetch]
    prefetcher: Prefetcher
    repository: str = ""
    identifier: Callable[[], Identifier] | None = None
    left: tuple[Field, ...] = ()
    unable: str = ""

    @property
    def needs_nix(self) -> bool:
        """Whether some hash may be one that only a build can tell."""
        taken = {lock.field for lock in self.locks if lock.path}
        is_beside = any(field.name not in taken for field in self._beside)
        return is_beside or any(map(self._only_built, self.fetches))

    @property
    def _beside(self) -> tuple[Field, ...]:
        """The hashes beside the source that a change writes."""
        if self.subject.policy.src_only:
            return ()
        return tuple(field for field in self.subject.package.side_hashes if field not in self.left)

    def leaving(self, decision: Decision, candidate: Candidate, unable: str) -> SourceHashes:
        """Return the same, without the hashes beside the source that stay without a value.

        That is so where the source stays and gets the hash that it lacks. The file does not build
        before, nor after, and it says nothing false: Nix itself refuses a hash that is to come. A
        side hash that has a value may be of another source, which nothing but a build tells, and
        then all of them are needed.

        Args:
            decision: what led to the candidate.
            candidate: what is taken.
            unable: why Nix cannot be asked to build a hash; an empty string where it can.
        """
        missing = self.subject.missing_beside
        keeps = decision.keeps_source(candidate) and self.subject.missing_source_hash
        if not unable or not keeps or missing != self._beside:
            return self
        if any(side_hash(field) is None for field in missing):
            return self
        if any(map(self._only_built, self.fetches)):
            return self
        return replace(self, left=missing, unable=unable)

    @property
    def left_warnings(self) -> tuple[PinWarning, ...]:
        """What is said of the hashes that stay without a value."""
        if not self.left:
            return ()
        return (PinWarning("no-value-yet", f"{only_built(self.left)}: {self.unable}; {ADVICE}"),)

    @property
    def locks(self) -> tuple[LockFile, ...]:
        """The lock files that may be taken from the source."""
        if self.subject.policy.src_only:
            return ()
        below = (self.subject.source.value("rootDir") or "").strip("/")
        start = f"{below}/" if below else ""
        return tuple(
            replace(lock, origin=f"{start}{lock.origin}")
            for lock in self.subject.package.locks
            if lock.origin
        )

    def problem(self, cannot_build: str, *, may_stay: bool) -> str:
        """Return why a hash can be told by nobody, or an empty string.

        Args:
            cannot_build: why Nix cannot be asked to build one.
            may_stay: the source may be what the pin holds already, so that beside it only what has
                no value yet changes.
        """
        method = self.subject.policy.hash
        for fetch in self.fetches:
            reason = self._only_built(fetch)
            if reason and method in ("embedded", "nix"):
                return f"{reason}, so `hash: {method}` cannot compute its hash; set `hash: auto`"
            if reason and cannot_build:
                return f"{reason}: only a build can compute its hash, but {cannot_build}; {ADVICE}"
        taken = {lock.field for lock in self.locks}
        beside = [
            field
            for field in self._beside
            if field.name not in taken and (is_to_come(field) or not may_stay)
        ]
        if absent := unwritten(beside):
            return absent
        locks = [field for field in beside if side_hash(field) is None]
        if locks:
            names = " and ".join(f"{lock.name} (line {lock.line})" for lock in locks)
            return (
                f"{names} must change with the source: {made_by(locks[0])}, or set "
                "`src_only: true` to move the source alone"
            )
        if not cannot_build or not beside:
            return ""
        is_source_known = not self.subject.missing_source_hash
        needs = only_built(beside, is_source_known=is_source_known)
        return f"{needs}: {cannot_build}; {ADVICE}"

    def is_by_tag(self, candidate: Candidate) -> bool:
        """Tell whether a tag alone says what was hashed, so that no commit was compared."""
        if not (candidate.ref and candidate.commit and self.subject.has_history):
            return False
        return any(self._is_by_tag(fetch, candidate.commit) for fetch in self.fetches)

    def _is_by_tag(self, fetch: Fetch, commit: str) -> bool:
        if self._only_built(fetch):
            return True
        if fetch.blocked or not fetch.commit or commit in fetch.url:
            return False
        # A tree's archive says whose it is; the bytes of a file do not.
        return not fetch.unpack

    @property
    def unpacks(self) -> bool:
        """Whether the hash of the package's own source is that of a tree that is unpacked here."""
        return self.prefetcher.unpacks(self.fetches[0], self.subject.policy.hash)

    async def downloaded(self, keep: Path | None, *, anew: bool = False) -> DownloadedHashes:
        """Return what downloads tell: the source's hash, all values, and what is left.

        Args:
            keep: where the archive of the package's own source is left, if it is unpacked here.
            anew: side hashes are not taken over from a source that stays the same.
        """
        package = self.subject.package
        written: list[dict[str, str]] = []
        unknown: list[UnknownHash] = []
        checked_out: dict[str, str] = {}
        told: dict[int, Hashed] = {}
        for number, fetch in enumerate(self.fetches):
            fields = dict(fetch.values)
            if fetch.hashless:
                pass
            elif self._only_built(fetch):
                unknown.append(self._unknown(number))
            else:
                place = keep if number == 0 else None
                paths = frozenset(lock.origin for lock in self.locks if number == 0)
                method = self.subject.policy.hash
                cloned = await self._cloned(fetch, place, paths) if not (number or anew) else None
                hashed = cloned or await self.prefetcher.hash(fetch, method, place, paths)
                fields["hash"] = str(hashed.sri)
                told[number] = hashed
                if fetch.blocked:
                    checked_out[self._unknown(number).shown] = str(hashed.sri)
            written.append(fields)
        first = told.pop(0, None)
        # The source may be the one that is pinned, and then so is what is made from it.
        stays = not anew and self.is_pinned(first)
        for field in package.side_hashes:
            if field not in self._beside:
                written[0][field.name] = field.reading
            elif stays and field.value and not is_to_come(field):
                written[0][field.name] = field.value
            elif field.name in {lock.field for lock in self.locks}:
                written[0][field.name] = field.reading
            elif (missing := side_hash(field)) is not None:
                unknown.append(missing)
        values = PinValues(written[0], tuple(written[1:]))
        return DownloadedHashes(first, values, tuple(unknown), checked_out, told)

    async def _cloned(
        self, fetch: Fetch, keep: Path | None, paths: Container[str]
    ) -> Hashed | None:
        """Return what a download would tell, from the clone in which the pin was identified.

        What git wrote itself must have the hash that `identify` computes.
        """
        if not (self.identifier and self.repository and self.unpacks and fetch.commit):
            return None

        def read(chunks: Iterator[bytes]) -> Hashed:
            return self.prefetcher.read(fetch, chunks, keep, paths)

        written = await self.identifier().written(self.repository, fetch.commit, read)
        if written is None or written[1].sri != written[0]:
            return None
        return dataclasses.replace(written[1], downloaded_bytes=0)

    async def files(self, hashed: Hashed | None, http: Http) -> Mapping[str, bytes]:
        """Return the files of the source in the place of which the package has its own locks.

        Args:
            hashed: what was downloaded of the source.
            http: reaches the host of what git checks out.

        Raises:
            StageError: they cannot be downloaded.
        """
        fetch, paths = self.fetches[0], frozenset(lock.origin for lock in self.locks)
        if hashed is not None and fetch.unpack and not fetch.blocked:
            return hashed.files
        if fetch.clone is not None:
            return await GitHost(fetch.clone.url, http).files(fetch.clone.commit, paths, LARGEST)
        return await self.prefetcher.files(fetch, paths)

    def _only_built(self, fetch: Fetch) -> str:
        if fetch.hashless:
            return ""
        return self.prefetcher.only_built(fetch, self.subject.policy.hash)

    def _unknown(self, number: int) -> UnknownHash:
        if number == 0:
            return UnknownHash("hash")
        companion = self.subject.package.companions[number - 1]
        return UnknownHash("hash", number - 1, f"{companion.attribute}.hash")

    def is_pinned(self, hashed: Hashed | None) -> bool:
        """Tell whether a hash is the one that is pinned, so that the source stays the same."""
        if hashed is None or not self.subject.pin.hash:
            return False
        try:
            return parse_hash(self.subject.pin.hash, hashed.sri.algorithm) == hashed.sri
        except HashError:
            return False
