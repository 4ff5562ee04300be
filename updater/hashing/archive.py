"""From a download to the hash that Nix gives the unpacked tree, in one pass and without Nix.

The rule is that of nixpkgs' ``fetchzip`` (pkgs/build-support/fetchzip), on which fetchFromGitHub
and its kin rest: unpack with GNU tar or unzip, and take what is inside the single top folder. A
single top file is put into a folder. fetchTarball and ``nix-prefetch-url --unpack`` are Nix's own,
which unpacks with libarchive: what the programs read in different ways is refused for all, and what
is left differs only at the top. nix-prefetch-url takes several top entries as they are, and a
single file for the root itself; with fetchTarball that depends on Nix's release.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Self, TypeAlias

from msgspec import Struct

from updater.effects.spool import Spool
from updater.hashing.decompress import Stream
from updater.hashing.digest import Digest
from updater.hashing.entry import Entry, Kind
from updater.hashing.keep import Substituted, keep_project_files
from updater.hashing.limits import Limits, Meter
from updater.hashing.ordered import write_in_order
from updater.hashing.pointers import MOST_POINTERS, has_pointer, may_be_pointer
from updater.hashing.shelved import write_sorted
from updater.hashing.tar import Tar
from updater.hashing.top import Top
from updater.hashing.tree import OutOfOrder
from updater.hashing.zip import Zip
from updater.hashing.zip_records import unsupported

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from updater.hashing.nar import Sink
    from updater.model import Sri, Unpacking

Keep: TypeAlias = "Callable[[str, int], bool]"
"""Says from a file's path below the root and its size whether its bytes are kept."""

_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_KEPT_BYTES: Final = 8 << 20


class Unpacked(Struct, frozen=True):
    """What one archive holds.

    Attributes:
        sri: the sha256 NAR hash of the tree, as the fetcher would unpack it.
        commit: the commit id that ``git archive`` wrote into it, or None.
        files: path below the root -> contents, for the files that the policy chose.
        downloaded_bytes: the archive's size.
        collisions: paths that differ only in case, so that a Mac gets another tree than Linux.
        pointers: paths of Git LFS's pointers, in the place of which it keeps large files elsewhere.
    """

    sri: Sri
    commit: str | None
    files: Mapping[str, bytes]
    downloaded_bytes: int
    collisions: tuple[tuple[str, str], ...] = ()
    pointers: tuple[str, ...] = ()


def hash_archive(
    chunks: Iterable[bytes],
    *,
    filename: str,
    unpacking: Unpacking = "fetchzip",
    limits: Limits | None = None,
    keep: Keep = keep_project_files,
) -> Unpacked:
    """Hash an archive while it arrives, with memory that does not grow with its size.

    Args:
        chunks: the archive's bytes, in pieces of any size; what it raises is passed on.
        filename: the archive's name, for messages.
        unpacking: whose rule is followed.
        limits: what the archive may cost.
        keep: which files' bytes are kept, up to 8 MB together.

    Raises:
        HashError: no archive, damaged, cut short, not of the shape that the fetcher wants, or no
            room for temporary data.
        HostileArchive: it breaks a safety rule.
    """
    meter = Meter(limits or Limits())
    with _Download(chunks, meter) as download:
        reading = _Reading(download, meter, filename, unpacking, keep)
        try:
            return reading.run(write_in_order)
        except OutOfOrder:
            download.is_read_again()
            return reading.run(write_sorted)


_Write: TypeAlias = "Callable[[Iterable[Entry], Sink, Spool, Meter], list[tuple[str, str]]]"


class _Reading:
    """One archive, which may be read twice."""

    def __init__(
        self, download: _Download, meter: Meter, filename: str, unpacking: Unpacking, keep: Keep
    ) -> None:
        self._download = download
        self._meter = meter
        self._filename = filename
        self._strips = unpacking != "flat"
        self._builtin = unpacking == "fetchTarball"
        self._keep = keep
        self._pointers: list[str] = []

    def run(self, write: _Write) -> Unpacked:
        """Read the archive from its start and hash its tree."""
        self._meter.rewind()
        source = self._source()
        top = Top(self._filename, lone_file=not self._builtin) if self._strips else None
        files: dict[str, bytes] = {}
        self._pointers = []
        with Digest() as digest, Spool() as spool:
            collisions = write(self._entries(source, top, files), digest.write, spool, self._meter)
            return Unpacked(
                sri=digest.finish(),
                commit=source.comment if _COMMIT.fullmatch(source.comment) else None,
                files=MappingProxyType(files),
                downloaded_bytes=self._meter.downloaded,
                collisions=tuple(collisions),
                pointers=tuple(sorted(self._pointers)),
            )

    def _source(self) -> Tar | Zip:
        stream = Stream(self._download, self._meter, self._filename)
        if stream.format != "zip":
            return Tar(stream, self._filename)
        if self._builtin and not self._filename.lower().endswith(".zip"):
            raise unsupported(self._filename, "Nix reads its modes only if its name ends in .zip")
        return Zip(self._download.whole(), self._meter, self._filename)

    def _entries(
        self, source: Tar | Zip, top: Top | None, files: dict[str, bytes]
    ) -> Iterator[Entry]:
        room, substituted = _KEPT_BYTES, Substituted()
        for entry in source:
            self._meter.enter()
            if self._builtin and isinstance(source, Zip) and not b"".join(entry.path).isascii():
                raise unsupported(
                    self._filename, "Nix does not read such a name in a zip", b"/".join(entry.path)
                )
            placed = top.strip(entry) if top else entry
            if not placed.path:
                continue
            if placed.kind is Kind.FILE and placed.size <= room:
                path = b"/".join(placed.path).decode("utf-8", "surrogateescape")
                if self._keep(path, placed.size) or substituted.keep(path, placed.size):
                    files[path] = b"".join(placed.content)
                    substituted.note(path, files[path])
                    room -= placed.size
                    placed = placed._replace(content=(files[path],))
            yield self._without_pointer(placed)
        if top:
            top.check()

    def _without_pointer(self, entry: Entry) -> Entry:
        """Return an entry; where it is a pointer of Git LFS, its path is noted."""
        if entry.kind is not Kind.FILE or not may_be_pointer(entry.size):
            return entry
        data = b"".join(entry.content)
        if has_pointer(data) and len(self._pointers) < MOST_POINTERS:
            self._pointers.append(b"/".join(entry.path).decode("utf-8", "replace"))
        return entry._replace(content=(data,))


class _Download:
    """A download that can be read once more from its start while it still goes on."""

    def __init__(self, chunks: Iterable[bytes], meter: Meter) -> None:
        self._live = iter(chunks)
        self._meter = meter
        self._spool = Spool()
        self._spooling = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._spool.close()

    def __iter__(self) -> Iterator[bytes]:
        yield from self._spool.read(0, self._spool.end)
        yield from self._arriving()

    def is_read_again(self) -> None:
        """Know that it is read for the last time: what arrives from now on is not kept."""
        self._spooling = False

    def whole(self) -> Spool:
        """Return the whole download, for a format that has to be read from its end."""
        self._spooling = True
        for _ in self._arriving():
            pass
        return self._spool

    def _arriving(self) -> Iterator[bytes]:
        for chunk in self._live:
            self._meter.download(len(chunk))
            if self._spooling:
                self._spool.append(chunk)
            yield chunk
