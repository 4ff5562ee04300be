"""What a tar's headers say: plain functions on their bytes.

Programs read odd headers each by rules of their own. What is accepted is read in the same way by
GNU tar, which fetchzip calls, and by libarchive, with which Nix itself unpacks. Sources:
POSIX.1-2017, "pax Interchange Format"; GNU tar manual, "Basic Tar Format"; GNU tar's ``list.c`` and
``xheader.c``; libarchive's ``archive_read_support_format_tar.c``.
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Final

from updater.errors import HashError, HostileArchive
from updater.hashing.entry import BUILD, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

BLOCK: Final = 512

MODE: Final = slice(100, 108)
SIZE: Final = slice(124, 136)
TYPE: Final = slice(156, 157)
TARGET: Final = slice(157, 257)
_NAME: Final = slice(0, 100)
_CHECKSUM: Final = slice(148, 156)
_MAGIC: Final = slice(257, 265)
_PREFIX: Final = slice(345, 500)
_NUMBERS_START: Final = 100
_NUMBERS_END: Final = 148
# Mode, owner, group, size and time, as nearly every program writes them.
_USUAL: Final = re.compile(rb"(?:[0-7]{7}[\0 ]|[0-7]{6} \0){3}(?:[0-7]{11}[\0 ]){2}")
_OWNERS: Final = (slice(108, 116), slice(116, 124))
_TIME: Final = slice(136, 148)
_BELOW_ZERO: Final = b"\xff"
_DEVICES: Final = slice(329, 345)
# As libarchive takes a tar for one: digits between blanks, nothing, or a number in base 256.
_DEVICE: Final = re.compile(rb"[\0\x80\xff].*| *[0-7]*[ \0]*", re.DOTALL)

_POSIX: Final = b"ustar\0"
_GNU: Final = b"ustar  \0"
# Where a sparse file of GNU's old format begins, and its true size; libarchive looks at no type.
_SPARSE_PLACES: Final = (386, 483)

_ADLER_BASE: Final = 65521
_REFUSED: Final = {
    b"3": "a character device",
    b"4": "a block device",
    b"6": "a named pipe",
}
_UNSUPPORTED: Final = {
    b"S": "a sparse file",
    b"D": "a folder listing of an incremental backup",
    b"M": "a file that continues from another volume",
    b"V": "a volume label with content",
}
_SPARSE: Final = ("GNU.sparse.", "SCHILY.realsize", "SUN.holesdata")
_PARTIAL: Final = ("GNU.", *_SPARSE)
_NUMERIC: Final = frozenset({"atime", "ctime", "mtime", "uid", "gid"})
_DECIMAL: Final = re.compile(rb"-?[0-9]+(\.[0-9]*)?")
_NEVER_EMPTY: Final = frozenset({"path", "linkpath", "size"})


def has_its_checksum(block: bytes) -> bool:
    """Tell whether a header's checksum is that of its bytes."""
    field = block[_CHECKSUM]
    expected = number(field)
    if expected is None or field.strip(b"01234567 \0"):
        return False
    # Adler-32's lower half is one more than the sum of all bytes, modulo 65521, and comes from C;
    # the checksum is that sum with its own field taken as eight spaces.
    checksum = (zlib.adler32(block) & 0xFFFF) - 1 - sum(field) + 8 * 0x20
    if (checksum - expected) % _ADLER_BASE == 0:
        return True
    # Some old programs added the bytes up as signed ones.
    return sum(memoryview(block).cast("b")) - sum(field) + 8 * 0x20 == expected


def number(field: bytes) -> int | None:
    """Return the number in a field: octal digits, or big-endian behind GNU's mark; None for none.

    A field that begins with a zero byte, and has digits behind it, is read in two ways; one that is
    all blanks is none for GNU tar, and one with something behind its end none for libarchive.
    """
    if field[0] & 0x80:
        value = int.from_bytes(field, "big") - (0x80 << 8 * (len(field) - 1))
        return value if field[0] == 0x80 and value < 1 << 62 else None  # noqa: PLR2004 - the mark alone
    digits, zero, rest = field.partition(b"\0")
    if rest.strip(b"\0 " if digits else b"\0"):
        return None
    digits = digits.strip(b" ")
    if not digits:
        return 0 if zero else None
    return int(digits, 8) if digits.isdigit() and not digits.strip(b"01234567") else None


def bad_number(header: bytes) -> bytes | None:
    """Return the owner, group or time where it is none, so that GNU tar fails; None if all are."""
    if _USUAL.fullmatch(header, _NUMBERS_START, _NUMBERS_END):
        return None
    fields = [header[place] for place in _OWNERS]
    if not header[_TIME].startswith(_BELOW_ZERO):
        fields.append(header[_TIME])
    return next((field for field in fields if number(field) is None), None)


def bad_device(header: bytes) -> bytes | None:
    """Return the device's number where libarchive takes the file for no tar at all; None if not."""
    both = header[_DEVICES]
    fields = (both[:8], both[8:])
    return next((field for field in fields if not _DEVICE.fullmatch(field)), None)


def path_of(header: bytes) -> bytes:
    """Return the path that a header itself gives its member.

    Raises:
        HashError: it is of a format that programs disagree about.
    """
    name = header[_NAME].partition(b"\0")[0]
    magic = header[_MAGIC]
    if magic.startswith(_POSIX):
        prefix = header[_PREFIX].partition(b"\0")[0]
        return prefix + b"/" + name if prefix else name
    if magic == _GNU:
        if any(header[place] for place in _SPARSE_PLACES):
            raise refusal(b"S", name)
    elif magic.startswith(_POSIX[:-1]):
        raise HashError(
            f"the archive has a member of the format {magic!r}, which is not supported here: "
            f"{shown(name)!r}",
            hint=BUILD,
        )
    return name


def target_of(header: bytes, names: Mapping[str, bytes]) -> bytes:
    """Return the target of a link; empty where there is none."""
    return names["linkpath"] if "linkpath" in names else header[TARGET].partition(b"\0")[0]


def extended(data: bytes) -> dict[str, bytes] | int:
    """Return the records of an extended header, or the place of one that cannot be read.

    Raises:
        HashError: they make the member a sparse file, a part of a file, or a list of files.
    """
    records: dict[str, bytes] = {}
    at = 0
    while at < len(data):
        digits = data[at : at + 8].partition(b" ")[0]
        end = at + int(digits) if digits.isdigit() else at
        record = data[at + len(digits) + 1 : end - 1]
        key, equals, value = record.partition(b"=")
        sound = key and key[0] > 0x20 and b"\0" not in key  # noqa: PLR2004 - a space
        if not (equals and sound) or end > len(data) or data[end - 1 : end] != b"\n":
            return at
        name = key.decode("utf-8", "replace")
        if (name in _NEVER_EMPTY and not value) or (
            name in _NUMERIC and not _DECIMAL.fullmatch(value)
        ):
            return at
        records[name] = value
        at = end
    if odd := next((key for key in records if key.startswith(_PARTIAL)), ""):
        raw = records.get("GNU.sparse.name", records.get("path", b""))
        if odd.startswith(_SPARSE):
            raise refusal(b"S", raw)
        raise HashError(
            f"the archive has a member with {odd}, which is not supported here: {shown(raw)!r}",
            hint=BUILD,
        )
    return records


def refusal(flag: bytes, raw: bytes) -> HashError:
    """Return the error of a member of a type that is not unpacked here."""
    if flag in _REFUSED:
        return HostileArchive(f"the archive has {_REFUSED[flag]}", member=shown(raw))
    what = _UNSUPPORTED.get(flag, f"a member of the unknown type {flag!r}")
    return HashError(
        f"the archive has {what}, which is not supported here: {shown(raw)!r}", hint=BUILD
    )
