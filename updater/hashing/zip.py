"""Zip archives, read as Info-ZIP's ``unzip`` unpacks them, which is what fetchzip calls.

A zip's modes and true sizes stand at its end, so it is read from a spool that has the whole of it.
Source: PKWARE's APPNOTE.TXT, section 4.3.
"""

from __future__ import annotations

import struct
import zlib
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from updater.errors import HashError, HostileArchive
from updater.hashing.decompress import AGAIN, inflated
from updater.hashing.entry import BUILD, PATH_BYTES, Entry, Kind, shown
from updater.hashing.zip_records import (
    LOCAL,
    RECORD,
    STORED,
    ZipMember,
    check_local,
    damaged,
    descriptor_size,
    directory_member,
    unsupported,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.effects.spool import Spool
    from updater.hashing.limits import Meter

_END: Final = struct.Struct("<4sHHHHLLH")
_END_64_PLACE: Final = struct.Struct("<4sLQL")
_END_64: Final = struct.Struct("<4sQHHLLQQQQ")
# What stands for a number that only the zip64 end record has: disks, counts, size, place.
_IN_64: Final = (0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
_BEFORE_SIZE: Final = 12

_COMMENT_BYTES: Final = 0xFFFF
# Where the directory's end stands farther from the archive's, libarchive does without it.
_LARGEST_COMMENT: Final = 16_000
_READ_BYTES: Final = 1 << 16
_DESCRIPTOR_BYTES: Final = 24
# So many records can be sorted in memory; more are brought into order on disk.
_SORTED: Final = 50_000

_path: Final = attrgetter("path")


class Zip:
    """The members of a zip archive, sorted where there are not too many.

    Attributes:
        comment: of the archive; ``git archive`` writes the commit id there.

    Raises:
        HashError: damaged, cut short, or of a kind that is not supported.
        HostileArchive: breaks a safety rule.
    """

    def __init__(self, spool: Spool, meter: Meter, filename: str) -> None:
        self._spool = spool
        self._meter = meter
        self._filename = filename
        self._count, self._start, self._end, self.comment = self._find_records()

    def __iter__(self) -> Iterator[Entry]:
        members = self._members()
        spans = _Spans(self._start, self._filename, in_order=self._count > _SORTED)
        if self._count <= _SORTED:
            members = iter(sorted(members, key=_path))
        for member in members:
            place = self._data_place(member, spans)
            yield self._entry(member, place)
        spans.check()

    # --- the records at the end ---

    def _find_records(self) -> tuple[int, int, int, str]:
        size = self._spool.end
        tail_at = max(0, size - _COMMENT_BYTES - _END.size)
        tail = self._spool.read_at(tail_at, size - tail_at)
        # Every program takes the last signature that has room for a record behind it.
        at = tail.rfind(b"PK\x05\x06", 0, max(0, len(tail) - _END.size + 4))
        end = _END.unpack_from(tail, at) if at >= 0 else None
        if end is None or at + _END.size + end[7] != len(tail):
            raise HashError(
                f"{self._filename!r} ends early, after {size} bytes: a zip archive's directory "
                "stands at its end, and is not there",
                hint=AGAIN,
            )
        comment = tail[at + _END.size :]
        if len(comment) > _LARGEST_COMMENT:
            raise unsupported(self._filename, f"its comment has {len(comment)} bytes")
        count, length, start, place = self._extended(end, tail_at + at)
        if start + length != place:
            raise HashError(
                f"{self._filename!r} has {place - start - length} bytes that belong to no "
                "part of a zip archive",
                hint=BUILD,
            )
        return count, start, place, comment.decode("utf-8", "replace")

    def _extended(self, end: tuple[Any, ...], place: int) -> tuple[int, int, int, int]:
        """Return count, size and place of the records, and where they end."""
        numbers = end[1:7]
        at = place - _END_64_PLACE.size
        _, disk, place_64, disks = locator = (
            self._unpacked(_END_64_PLACE, at) if at >= 0 else (b"", 0, 0, 0)
        )
        if locator[0] == b"PK\x06\x07":
            signature, size, _, _, *wide = self._unpacked(_END_64, place_64)
            whole = signature == b"PK\x06\x06" and place_64 + _BEFORE_SIZE + size == at
            same = all(
                narrow in (mark, number)
                for narrow, mark, number in zip(numbers, _IN_64, wide, strict=True)
            )
            if not whole or not same or (disk, disks) != (0, 1):
                raise damaged(self._filename, "its zip64 end record is not where it should be")
            numbers, place = tuple(wide), place_64
        disk, first, here, count, length, start = numbers
        if disk or first:
            raise unsupported(self._filename, "it is one part of several")
        if here != count:
            raise damaged(self._filename, "its directory has two numbers of members")
        return count, length, start, place

    def _members(self) -> Iterator[ZipMember]:
        at = self._start
        for _ in range(self._count):
            record = self._read(at, RECORD.size)
            name_size, extra_size, comment_size = RECORD.unpack(record)[11:14]
            at += RECORD.size
            variable = self._read(at, name_size + extra_size)
            at += name_size + extra_size + comment_size
            if not record.startswith(b"PK\x01\x02") or at > self._end:
                raise damaged(self._filename, "its directory cannot be read")
            yield directory_member(
                record, variable[:name_size], variable[name_size:], self._filename
            )
        if at != self._end:
            raise damaged(self._filename, "its directory has more members than it says")

    # --- contents ---

    def _data_place(self, member: ZipMember, spans: _Spans) -> int:
        """Check a member's own header and return where its data begins."""
        header = self._read(member.place, LOCAL.size)
        name_size, extra_size = map(int, LOCAL.unpack(header)[-2:])
        at = member.place + LOCAL.size
        name, extra = self._read(at, name_size), self._read(at + name_size, extra_size)
        described = check_local(member, header, name, extra, self._filename)
        at += name_size + extra_size
        end = at + member.packed
        if described and member.kind is not Kind.FOLDER:
            size = max(0, min(_DESCRIPTOR_BYTES, self._spool.end - end))
            end += descriptor_size(member, self._read(end, size), self._filename)
        spans.add(member, end)
        return at

    def _entry(self, member: ZipMember, place: int) -> Entry:
        if member.kind is Kind.FOLDER:
            return Entry(Kind.FOLDER, member.path)
        content = self._content(member, place)
        if member.kind is Kind.FILE:
            return Entry(Kind.FILE, member.path, member.executable, member.size, content)
        target = b"".join(content) if 0 < member.size <= PATH_BYTES else b""
        if not target or b"\0" in target:
            raise HostileArchive(
                "the archive has a link without a usable target", member=shown(member.name)
            )
        return Entry(Kind.SYMLINK, member.path, target=target)

    def _content(self, member: ZipMember, place: int) -> Iterator[bytes]:
        packed = self._packed(place, member.packed)
        left, checksum = member.size, 0
        for piece in packed if member.method == STORED else inflated(packed, self._filename):
            self._meter.unpack(len(piece))
            left -= len(piece)
            checksum = zlib.crc32(piece, checksum)
            if left < 0:
                break
            yield piece
        if left or checksum != member.checksum:
            raise damaged(self._filename, f"{shown(member.name)!r} is not what its directory says")

    def _packed(self, place: int, size: int) -> Iterator[bytes]:
        end = place + size
        while place < end:
            piece = self._read(place, min(_READ_BYTES, end - place))
            place += len(piece)
            yield piece

    def _read(self, place: int, size: int) -> bytes:
        if place < 0 or place + size > self._spool.end:
            raise damaged(self._filename, "its directory points beyond its end")
        return self._spool.read_at(place, size)

    def _unpacked(self, layout: struct.Struct, place: int) -> tuple[Any, ...]:
        return layout.unpack(self._read(place, layout.size))


class _Spans:
    """Which parts of the archive its members take: none may be within another.

    Many names for the same compressed bytes are how the densest bombs are made.

    Args:
        end: where the directory begins.
        filename: the archive's name, for messages.
        in_order: they come in the order of their places, so that nothing need be kept.
    """

    def __init__(self, end: int, filename: str, *, in_order: bool) -> None:
        self._end = end
        self._filename = filename
        self._in_order = in_order
        self._spans: list[tuple[int, int, bytes]] = []
        self._last = 0
        self._packed = 0

    def add(self, member: ZipMember, end: int) -> None:
        """Take a member's span, which begins with its header.

        Raises:
            HostileArchive: there is more than the archive has.
            HashError: they are many, and come in another order.
        """
        self._packed += member.packed
        if self._packed > self._end or end > self._end:
            raise _overlapping(member.name)
        if not self._in_order:
            self._spans.append((member.place, end, member.name))
        elif member.place < self._last:
            raise unsupported(self._filename, "its many members are in another order, or overlap")
        self._last = end

    def check(self) -> None:
        """Compare all members' spans.

        Raises:
            HostileArchive: two overlap.
        """
        last = 0
        for place, end, name in sorted(self._spans):
            if place < last:
                raise _overlapping(name)
            last = end


def _overlapping(name: bytes) -> HostileArchive:
    return HostileArchive("the archive's members overlap", member=shown(name))
