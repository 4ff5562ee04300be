"""Archives whose every header field can be chosen, also those that no sound program writes."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

BLOCK = 512


def padded(data: bytes) -> bytes:
    """Return the data with zeros up to the border of a tar block."""
    return data + bytes(-len(data) % BLOCK)


def tar_member(
    name: bytes,
    content: bytes = b"",
    *,
    flag: bytes = b"0",
    mode: bytes = b"0000644\0",
    size: bytes | None = None,
    target: bytes = b"",
    magic: bytes = b"ustar\x0000",
    prefix: bytes = b"",
    checksum: bytes | None = None,
) -> bytes:
    """Return a tar header and its content; ``size`` and ``checksum`` as the header has them."""
    header = bytearray(BLOCK)
    for place, value in (
        (0, name[:100]),
        (100, mode),
        (108, b"0000000\0" * 2),
        (124, b"%011o\0" % len(content) if size is None else size),
        (136, b"00000000000\0"),
        (148, b" " * 8),
        (156, flag),
        (157, target[:100]),
        (257, magic),
        (345, prefix),
    ):
        header[place : place + len(value)] = value
    if checksum is not None:
        header[148:156] = checksum
        return bytes(header) + padded(content)
    return summed(bytes(header)) + padded(content)


def summed(header: bytes) -> bytes:
    """Return a tar header with its true checksum."""
    blank = header[:148] + b" " * 8 + header[156:]
    return blank[:148] + b"%06o\0 " % sum(blank) + blank[156:]


def pax(flag: bytes = b"x", **records: bytes) -> bytes:
    """Return the extended header that precedes a member, or with ``g`` all of them."""
    content = b""
    for key, value in records.items():
        record = b" " + key.encode() + b"=" + value + b"\n"
        length = len(record)
        while len(record) + len(str(length)) != length:
            length = len(record) + len(str(length))
        content += str(length).encode() + record
    return tar_member(b"PaxHeaders/x", content, flag=flag)


def long_name(name: bytes, flag: bytes = b"L") -> bytes:
    """Return the GNU header that precedes a member with a long name, or target for ``K``."""
    return tar_member(b"././@LongLink", name + b"\0", flag=flag, magic=b"ustar  \0")


@dataclass(frozen=True, slots=True)
class ZipMember:
    """What one member of a zip says of itself, in its directory and, by default, in its place.

    Attributes:
        local: what its place says instead: the name of another attribute -> its value there.
        descriptor: what follows its data.
    """

    name: bytes
    content: bytes = b"x"
    maker: int = 3
    version: int = 20
    needed: int = 20
    mode: int = 0o100644
    dos: int = 0
    internal: int = 0
    disk: int = 0
    flags: int = 0
    method: int = 8
    extra: bytes = b""
    packed: bytes | None = None
    checksum: int | None = None
    size: int | None = None
    packed_size: int | None = None
    local: Mapping[str, Any] = field(default_factory=dict)
    descriptor: bytes = b""


def make_raw_zip(
    *members: ZipMember,
    comment: bytes = b"",
    between: bytes = b"",
    wide: bool = False,
    counted: int = 0xFFFF,
) -> bytes:
    """Return a zip.

    Args:
        members: what is in it.
        comment: at its end.
        between: what stands in front of its directory.
        wide: it ends as zip64 does.
        counted: the number of members in the older of its two ends, by default a mark.
    """
    places, directory = b"", b""
    for member in members:
        here = replace(member, **member.local)
        place = len(places)
        places += struct.pack(
            "<4s5H3L2H", b"PK\3\4", *_fields(here), len(here.name), len(here.extra)
        )
        places += here.name + here.extra + _packed(here) + member.descriptor
        directory += struct.pack(
            "<4s2B5H3L5H2L",
            b"PK\1\2",
            member.version,
            member.maker,
            *_fields(member),
            len(member.name),
            len(member.extra),
            *(0, member.disk, member.internal),
            member.mode << 16 | member.dos,
            place,
        )
        directory += member.name + member.extra
    places += between
    count = len(members)
    numbers = (count, count, len(directory), len(places))
    ends = b""
    if wide:
        ends = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, *numbers)
        ends += struct.pack("<4sLQL", b"PK\6\7", 0, len(places) + len(directory), 1)
        numbers = (counted, counted, 0xFFFFFFFF, 0xFFFFFFFF)
    ends += struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, *numbers, len(comment))
    return places + directory + ends + comment


def checksum_of(member: ZipMember) -> int:
    """Return the checksum that a member's record has."""
    return zlib.crc32(member.content) if member.checksum is None else member.checksum


def described(member: ZipMember, *, signed: bool = True, wide: bool = False) -> bytes:
    """Return the data descriptor that follows a member whose header did not know its sizes."""
    sizes = struct.pack("<2Q" if wide else "<2L", len(_packed(member)), len(member.content))
    return (b"PK\7\x08" if signed else b"") + struct.pack("<L", checksum_of(member)) + sizes


def extra_field(kind: int, data: bytes) -> bytes:
    """Return one field of a member's extra data."""
    return struct.pack("<HH", kind, len(data)) + data


def unicode_path(name: bytes, other: bytes | None = None, version: int = 1) -> bytes:
    """Return the extra field that gives a member's name in UTF-8."""
    path = name if other is None else other
    return extra_field(0x7075, bytes([version]) + struct.pack("<L", zlib.crc32(name)) + path)


def asi_mode(mode: int) -> bytes:
    """Return the extra field in which ASi's zip for Unix keeps the mode."""
    data = struct.pack("<HLHH", mode, 0, 0, 0)
    return extra_field(0x756E, struct.pack("<L", zlib.crc32(data)) + data)


def _packed(member: ZipMember) -> bytes:
    if member.packed is not None:
        return member.packed
    if member.method != 8:
        return member.content
    encoder = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return encoder.compress(member.content) + encoder.flush()


def _fields(member: ZipMember) -> tuple[int, ...]:
    size = len(member.content) if member.size is None else member.size
    packed = len(_packed(member)) if member.packed_size is None else member.packed_size
    january = 0x21
    sizes = (checksum_of(member), packed, size)
    return (member.needed, member.flags, member.method, 0, january, *sizes)
