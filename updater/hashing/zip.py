"""Zip archives, read as Info-ZIP's ``unzip`` unpacks them, which is what fetchzip calls.

A zip's modes and true sizes stand at its end, so it is read from a spool that has the whole of it.
What unzip would rename or ask about is refused. Sources: PKWARE's APPNOTE.TXT, sections 4.3 and
4.4; for what becomes of modes and names, ``mapattr`` and ``mapname`` in unzip's ``unix.c``.
"""

from __future__ import annotations

import re
import stat
import struct
import zlib
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from updater.errors import HashError, HostileArchive
from updater.hashing.decompress import AGAIN, inflated
from updater.hashing.entry import PATH_BYTES, Entry, Kind, shown, split_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.effects.spool import Spool
    from updater.hashing.limits import Meter

_END: Final = struct.Struct("<4sHHHHLLH")
_END_64_PLACE: Final = struct.Struct("<4sLQL")
_END_64: Final = struct.Struct("<4sQHHLLQQQQ")
_RECORD: Final = struct.Struct("<4sBBHHHHHLLLHHHHHLL")
_LOCAL: Final = struct.Struct("<4sHHHHHLLLHH")
_FIELD: Final = struct.Struct("<HH")

_COMMENT_BYTES: Final = 0xFFFF
_READ_BYTES: Final = 1 << 16
_IN_64: Final = 0xFFFFFFFF
_FIELD_64: Final = 0x0001
_FIELD_UNICODE_PATH: Final = 0x7075
_UNICODE_NAME: Final = slice(5, None)
_ENCRYPTED: Final = 0x0001
_UTF_8: Final = 0x0800
_STORED: Final = 0
_DEFLATED: Final = 8
_DOS: Final = 0
# Those whose upper attributes unzip takes for a Unix mode: VMS, Unix, Acorn, BeOS and the like.
_MODE_MAKERS: Final = frozenset({2, 3, 5, 12, 13, 15, 16, 17, 30})
# unzip drops control characters, and at the end what looks like a VMS version.
_RENAMED: Final = re.compile(rb"[\x00-\x1f\x7f\xff]|;\d*/?$")
# Those whose names unzip recodes; it sees the mark for UTF-8 only where there is an extra field.
_RECODED: Final = frozenset({_DOS, 6, 11})
# So many records can be sorted in memory; more are brought into order on disk.
_SORTED: Final = 50_000


class _ZipMember(NamedTuple):
    """A record of the central directory."""

    path: tuple[bytes, ...]
    name: bytes
    kind: Kind
    executable: bool
    method: int
    checksum: int
    packed: int
    size: int
    place: int


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
        if self._count <= _SORTED:
            members = iter(sorted(members, key=_path))
        packed = 0
        for member in members:
            packed += member.packed
            if packed > self._spool.end:
                raise HostileArchive("the archive's members overlap", member=shown(member.name))
            yield self._entry(member)

    # --- the records at the end ---

    def _find_records(self) -> tuple[int, int, int, str]:
        size = self._spool.end
        tail_at = max(0, size - _COMMENT_BYTES - _END.size)
        tail = self._spool.read_at(tail_at, size - tail_at)
        at = tail.rfind(b"PK\x05\x06")
        while at >= 0:
            end = _END.unpack_from(tail, at) if at + _END.size <= len(tail) else None
            if end and at + _END.size + end[7] == len(tail):
                comment = tail[at + _END.size :].decode("utf-8", "replace")
                count, length, start, place = self._extended(end, tail_at + at)
                if start + length != place:
                    raise HashError(
                        f"{self._filename!r} has {place - start - length} bytes that belong to no "
                        "part of a zip archive",
                        hint="set hash: nix for this package",
                    )
                return count, start, place, comment
            at = tail.rfind(b"PK\x05\x06", 0, at)
        raise HashError(
            f"{self._filename!r} ends early, after {size} bytes: a zip archive's directory stands "
            "at its end, and is not there",
            hint=AGAIN,
        )

    def _extended(self, end: tuple[Any, ...], place: int) -> tuple[int, int, int, int]:
        _, disk, _, _, count, length, start, _ = end
        if disk not in (0, 0xFFFF):
            raise self._unsupported("it is one part of several")
        if _IN_64 in (length, start) or count == 0xFFFF:  # noqa: PLR2004 - the mark for zip64
            signature, _, place_64, _ = self._unpacked(_END_64_PLACE, place - _END_64_PLACE.size)
            if signature == b"PK\x06\x07":
                found = self._unpacked(_END_64, place_64)
                if found[0] != b"PK\x06\x06":
                    raise self._damaged("its zip64 end record is not where it should be")
                return found[7], found[8], found[9], place_64
        return count, length, start, place

    def _members(self) -> Iterator[_ZipMember]:
        at = self._start
        for _ in range(self._count):
            record = self._unpacked(_RECORD, at)
            name_size, extra_size, comment_size = record[11:14]
            at += _RECORD.size
            variable = self._read(at, name_size + extra_size)
            at += name_size + extra_size + comment_size
            if record[0] != b"PK\x01\x02" or at > self._end:
                raise self._damaged("its directory cannot be read")
            yield self._member(record, variable[:name_size], variable[name_size:])
        if at != self._end:
            raise self._damaged("its directory has more members than it says")

    def _member(self, record: tuple[Any, ...], name: bytes, extra: bytes) -> _ZipMember:
        _, _, maker, _, flags, method, _, _, checksum, packed, size, *_ = record
        attributes, place = record[16:]
        fields = self._fields(extra)
        if flags & _ENCRYPTED:
            raise self._unsupported("it is encrypted", name)
        if method not in (_STORED, _DEFLATED):
            raise self._unsupported(f"it uses compression method {method}", name)
        if _RENAMED.search(name) or (maker == _DOS and b"\\" in name and b"/" not in name):
            raise self._unsupported("unzip unpacks this member under another name", name)
        kept = (flags & _UTF_8 and extra) or maker not in _RECODED
        if not kept and not name.isascii():
            raise self._unsupported("unzip takes this name for one in a DOS code page", name)
        if _FIELD_UNICODE_PATH in fields and fields[_FIELD_UNICODE_PATH][_UNICODE_NAME] != name:
            raise self._unsupported("this member has two names", name)
        wide = fields.get(_FIELD_64, b"")
        numbers = []
        for number in (size, packed, place):
            if number == _IN_64:
                number, wide = int.from_bytes(wide[:8], "little"), wide[8:]  # noqa: PLW2901
            numbers.append(number)
        mode = attributes >> 16
        kind = self._kind(name, maker, mode, size)
        path = split_path(name)
        if not path and kind is not Kind.FOLDER:
            raise HostileArchive("the archive has a member without a name", member=shown(name))
        executable = maker in _MODE_MAKERS and bool(mode & stat.S_IXUSR)
        return _ZipMember(
            path, name, kind, executable, method, checksum, numbers[1], numbers[0], numbers[2]
        )

    def _kind(self, name: bytes, maker: int, mode: int, size: int) -> Kind:
        kind = stat.S_IFMT(mode)
        if name.endswith(b"/"):
            if size:
                raise HostileArchive(
                    f"the archive has {size} bytes of content for something that is no file",
                    member=shown(name),
                )
            return Kind.FOLDER
        if maker not in _MODE_MAKERS:
            if kind == stat.S_IFLNK:
                raise self._unsupported("unzip may or may not make this member a link", name)
            return Kind.FILE
        if kind == stat.S_IFLNK:
            return Kind.SYMLINK
        if kind in (0, stat.S_IFREG):
            return Kind.FILE
        raise HostileArchive("the archive has a device or something like it", member=shown(name))

    def _fields(self, extra: bytes) -> dict[int, bytes]:
        found = {}
        at = 0
        while at + _FIELD.size <= len(extra):
            kind, size = _FIELD.unpack_from(extra, at)
            at += _FIELD.size
            found[kind] = extra[at : at + size]
            at += size
        return found

    # --- contents ---

    def _entry(self, member: _ZipMember) -> Entry:
        if member.kind is Kind.FOLDER:
            return Entry(Kind.FOLDER, member.path)
        content = self._content(member)
        if member.kind is Kind.FILE:
            return Entry(Kind.FILE, member.path, member.executable, member.size, content)
        if not 0 < member.size <= PATH_BYTES:
            raise HostileArchive(
                "the archive has a link without a usable target", member=shown(member.name)
            )
        return Entry(Kind.SYMLINK, member.path, target=b"".join(content))

    def _content(self, member: _ZipMember) -> Iterator[bytes]:
        signature, *_, name_size, extra_size = self._unpacked(_LOCAL, member.place)
        at = member.place + _LOCAL.size
        if signature != b"PK\x03\x04" or self._read(at, name_size) != member.name:
            raise HostileArchive(
                "the archive's directory and its members differ", member=shown(member.name)
            )
        packed = self._packed(at + name_size + extra_size, member.packed)
        left, checksum = member.size, 0
        for piece in packed if member.method == _STORED else inflated(packed, self._filename):
            self._meter.unpack(len(piece))
            left -= len(piece)
            checksum = zlib.crc32(piece, checksum)
            if left < 0:
                break
            yield piece
        if left or checksum != member.checksum:
            raise self._damaged(f"{shown(member.name)!r} is not what its directory says")

    def _packed(self, place: int, size: int) -> Iterator[bytes]:
        end = place + size
        while place < end:
            piece = self._read(place, min(_READ_BYTES, end - place))
            place += len(piece)
            yield piece

    def _read(self, place: int, size: int) -> bytes:
        if place < 0 or place + size > self._spool.end:
            raise self._damaged("its directory points beyond its end")
        return self._spool.read_at(place, size)

    def _unpacked(self, layout: struct.Struct, place: int) -> tuple[Any, ...]:
        return layout.unpack(self._read(place, layout.size))

    def _damaged(self, why: str) -> HashError:
        return HashError(f"{self._filename!r} is damaged: {why}", hint=AGAIN)

    def _unsupported(self, why: str, name: bytes = b"") -> HashError:
        member = f": {shown(name)!r}" if name else ""
        return HashError(
            f"{self._filename!r} is a zip archive that is not supported here, since {why}{member}",
            hint="set hash: nix for this package",
        )
