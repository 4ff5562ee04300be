"""Archives whose every header field can be chosen, also those that no sound program writes."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

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
    for place, field in (
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
        header[place : place + len(field)] = field
    header[148:156] = b"%06o\0 " % sum(header) if checksum is None else checksum
    return bytes(header) + padded(content)


def pax(**records: bytes) -> bytes:
    """Return the extended header that precedes a member."""
    content = b""
    for key, value in records.items():
        record = b" " + key.encode() + b"=" + value + b"\n"
        length = len(record)
        while len(record) + len(str(length)) != length:
            length = len(record) + len(str(length))
        content += str(length).encode() + record
    return tar_member(b"PaxHeaders/x", content, flag=b"x")


def long_name(name: bytes, flag: bytes = b"L") -> bytes:
    """Return the GNU header that precedes a member with a long name, or target for ``K``."""
    return tar_member(b"././@LongLink", name + b"\0", flag=flag, magic=b"ustar  \0")


@dataclass(frozen=True, slots=True)
class ZipMember:
    """What one member of a zip says of itself, in its directory and, by default, in its place."""

    name: bytes
    content: bytes = b"x"
    maker: int = 3
    version: int = 20
    mode: int = 0o100644
    dos: int = 0
    flags: int = 0
    method: int = 8
    extra: bytes = b""
    local_name: bytes | None = None
    packed: bytes | None = None
    checksum: int | None = None
    size: int | None = None
    packed_size: int | None = None


def make_raw_zip(
    *members: ZipMember, comment: bytes = b"", between: bytes = b"", wide: bool = False
) -> bytes:
    """Return a zip, ``between`` in front of its directory; a ``wide`` one ends as zip64 does."""
    places, directory = b"", b""
    for member in members:
        fields = _fields(member)
        packed = _packed(member)
        name = member.name if member.local_name is None else member.local_name
        place = len(places)
        places += struct.pack("<4s5H3L2H", b"PK\3\4", *fields, len(name), len(member.extra))
        places += name + member.extra + packed
        directory += struct.pack(
            "<4s2B5H3L5H2L",
            b"PK\1\2",
            member.version,
            member.maker,
            *fields,
            len(member.name),
            len(member.extra),
            *(0, 0, 0),
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
        numbers = (0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
    ends += struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, *numbers, len(comment))
    return places + directory + ends + comment


def _packed(member: ZipMember) -> bytes:
    if member.packed is not None:
        return member.packed
    if member.method != 8:
        return member.content
    encoder = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return encoder.compress(member.content) + encoder.flush()


def _fields(member: ZipMember) -> tuple[int, ...]:
    checksum = zlib.crc32(member.content) if member.checksum is None else member.checksum
    size = len(member.content) if member.size is None else member.size
    packed = len(_packed(member)) if member.packed_size is None else member.packed_size
    january = 0x21
    return (20, member.flags, member.method, 0, january, checksum, packed, size)
