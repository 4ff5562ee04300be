"""What a zip says of a member: in its directory, and once more in front of the member's data.

Programs believe one or the other, and read modes and names by rules of their own. A member is taken
only where Info-ZIP's unzip and libarchive make the same of it, whichever release of them; what they
would rename, skip, ask about or give another mode is refused. Sources: PKWARE's APPNOTE.TXT,
sections 4.3 to 4.5; for what becomes of modes and names, ``mapattr`` and ``mapname`` in unzip's
``unix.c``, and ``archive_read_support_format_zip.c``.
"""

from __future__ import annotations

import re
import stat
import struct
import zlib
from typing import TYPE_CHECKING, Final, NamedTuple

from updater.errors import HashError, HostileArchive
from updater.hashing.decompress import AGAIN
from updater.hashing.entry import BUILD, Kind, names_something, shown, split_path

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RECORD: Final = struct.Struct("<4sBBHHHHHLLLHHHHHLL")
LOCAL: Final = struct.Struct("<4sHHHHHLLLHH")
STORED: Final = 0
_DEFLATED: Final = 8
_FIELD: Final = struct.Struct("<HH")

_ENCRYPTED: Final = 0x0001 | 0x0040 | 0x2000
_DESCRIBED: Final = 0x0008
_UTF_8: Final = 0x0800

_WIDE: Final = 0x0001
_VMS: Final = 0x000C
_ATTRIBUTES: Final = 0x6C78
_TIMES: Final = 0x5455
_UNICODE_PATH: Final = 0x7075
_ASI: Final = 0x756E
_IN_64: Final = 0xFFFFFFFF

_DOS: Final = 0
_UNIX: Final = 3
# FAT, HPFS, old Macs, NTFS by two numbers, VFAT and Darwin, of whose modes only the bits of DOS
# count, and Unix. unzip knows ten more, some by rules of their own.
_MAKERS: Final = frozenset({_DOS, _UNIX, 6, 7, 10, 11, 14, 19})
# Those whose names unzip recodes; it sees the mark for UTF-8 only where there is an extra field.
_RECODED: Final = frozenset({_DOS, 6, 11})
_VOLUME_LABEL: Final = 0x08
_FOLDER: Final = 0x10
_ATTRIBUTES_ARE_A_CHECKSUM: Final = 0x0004
_NEWEST: Final = 46
_FROM_VMS: Final = 2
# unzip drops control characters, and at the end what looks like a VMS version.
_RENAMED: Final = re.compile(rb"[\x00-\x1f\x7f\xff]|;\d*/?$")


class ZipMember(NamedTuple):
    """A record of the central directory."""

    path: tuple[bytes, ...]
    name: bytes
    kind: Kind
    executable: bool
    flags: int
    method: int
    checksum: int
    packed: int
    size: int
    place: int


def directory_member(record: bytes, name: bytes, extra: bytes, filename: str) -> ZipMember:
    """Read a record of the directory.

    Args:
        record: its fixed part.
        name: the member's.
        extra: its extra fields.
        filename: the archive's name, for messages.

    Raises:
        HashError: damaged, or of a kind that is not supported.
        HostileArchive: breaks a safety rule.
    """
    _, _, maker, needed, flags, method, _, _, checksum, packed, size, *rest = RECORD.unpack(record)
    _, _, _, disk, internal, attributes, place = rest
    fields = _extra_fields(extra, name, filename)
    folder = name.endswith(b"/")
    mode = attributes >> 16 if maker == _UNIX else 0
    odd = (
        _odd_name(name, maker, flags, has_extra=bool(extra))
        or _odd_fields(fields, name, flags)
        or _odd_mode(maker, attributes, fields, folder=folder)
    )
    if flags & _ENCRYPTED:
        odd = "it is encrypted"
    elif method not in (STORED, _DEFLATED):
        odd = f"it uses compression method {method}"
    elif needed & 0xFF > _NEWEST or needed >> 8 == _FROM_VMS:
        odd = "unzip may skip this member, which needs a newer one"
    elif disk:
        odd = "it is one part of several"
    elif internal & _ATTRIBUTES_ARE_A_CHECKSUM:
        odd = "unzip may or may not see this member's mode"
    if odd:
        raise unsupported(filename, odd, name)
    size, packed, place = _wide_numbers((size, packed, place), fields, name, filename)
    if method == STORED and packed != size:
        raise damaged(filename, f"{shown(name)!r} is stored as it is, and has two sizes")
    kind = _kind(name, mode, size, folder=folder)
    path = split_path(name)
    if kind is not Kind.FOLDER and not names_something(name):
        raise HostileArchive("the archive has a member without a name", member=shown(name))
    executable = bool(mode & stat.S_IXUSR)
    return ZipMember(path, name, kind, executable, flags, method, checksum, packed, size, place)


def check_local(member: ZipMember, header: bytes, name: bytes, extra: bytes, filename: str) -> bool:
    """Check what stands in front of a member's data, which unzip believes where it says more.

    Returns:
        Whether sizes and checksum follow the data, too.

    Raises:
        HashError: damaged, or of a kind that is not supported.
        HostileArchive: it differs from the directory.
    """
    signature, _, flags, method, _, _, checksum, packed, size, _, _ = LOCAL.unpack(header)
    described = bool(flags & _DESCRIBED)
    fields = _extra_fields(extra, name, filename)
    same = signature == b"PK\3\4" and name == member.name and method == member.method
    if not same or (flags ^ member.flags) & (_ENCRYPTED | _UTF_8):
        raise _differing(member)
    if odd := _odd_fields(fields, name, flags):
        raise unsupported(filename, odd, name)
    size, packed = _wide_numbers((size, packed), fields, name, filename)
    for here, there in (
        (checksum, member.checksum),
        (packed, member.packed),
        (size, member.size),
    ):
        if here != there and (here or not described):
            raise _differing(member)
    return described


def descriptor_size(member: ZipMember, data: bytes, filename: str) -> int:
    """Return the length of the data descriptor, with or without a signature, of either width.

    Args:
        member: whose data has ended.
        data: what follows, 24 bytes or as many as there are.
        filename: the archive's name, for messages.

    Raises:
        HashError: none follows, or it says something else.
    """
    for signature in (b"PK\7\x08", b""):
        for layout in ("<LLL", "<LQQ"):
            numbers = member.checksum, member.packed, member.size
            whole = struct.calcsize(layout)
            try:
                expected = signature + struct.pack(layout, *numbers)
            except struct.error:  # larger than 4 GiB
                continue
            if data.startswith(expected):
                return len(signature) + whole
    raise damaged(filename, f"{shown(member.name)!r} has no data descriptor, and says that it has")


def damaged(filename: str, why: str) -> HashError:
    """Return the error of a zip that is damaged."""
    return HashError(f"{filename!r} is damaged: {why}", hint=AGAIN)


def unsupported(filename: str, why: str, name: bytes = b"") -> HashError:
    """Return the error of a zip that unzip, or one of its releases, reads by rules of its own."""
    member = f": {shown(name)!r}" if name else ""
    return HashError(
        f"{filename!r} is a zip archive that is not supported here, since {why}{member}", hint=BUILD
    )


def _differing(member: ZipMember) -> HostileArchive:
    return HostileArchive(
        "the archive's directory and its members differ", member=shown(member.name)
    )


def _odd_name(name: bytes, maker: int, flags: int, *, has_extra: bool) -> str:
    """Return why unzip, libarchive or both give a member another name, or an empty string."""
    if _RENAMED.search(name) or (b"\\" in name and b"/" not in name):
        return "unzip unpacks this member under another name"
    if name.isascii():
        return ""
    if maker in _RECODED and not (flags & _UTF_8 and has_extra):
        return "unzip takes this name for one in a DOS code page"
    return "its name is not in UTF-8 as it says" if flags & _UTF_8 and not _is_utf_8(name) else ""


def _odd_fields(fields: Mapping[int, bytes], name: bytes, flags: int) -> str:
    """Return what of the extra fields is read in two ways, or an empty string."""
    if _ATTRIBUTES in fields:
        return "this member has two modes"
    path = fields.get(_UNICODE_PATH)
    if path is None:
        return ""
    if path != b"\1" + zlib.crc32(name).to_bytes(4, "little") + name:
        return "this member has two names"
    # unzip then takes its data descriptor to be longer than it is.
    return "its name stands in an extra field" if flags & _DESCRIBED else ""


def _odd_mode(maker: int, attributes: int, fields: Mapping[int, bytes], *, folder: bool) -> str:
    """Return why a member's mode or kind is doubtful, or an empty string."""
    if maker not in _MAKERS:
        return f"it was made by system {maker}, whose modes unzip reads its own way"
    if maker == _UNIX:
        elsewhere = not attributes >> 16 and (_ASI in fields or _VMS in fields)
        return "the mode of this member stands in an extra field" if elsewhere else ""
    if stat.S_ISLNK(attributes >> 16):
        return "unzip may or may not make this member a link"
    if attributes & _VOLUME_LABEL:
        return "unzip leaves this member out as a volume label"
    is_file = attributes & _FOLDER and not folder
    return "unzip makes this folder an executable file" if is_file else ""


def _kind(name: bytes, mode: int, size: int, *, folder: bool) -> Kind:
    if folder:
        if size:
            raise HostileArchive(
                f"the archive has {size} bytes of content for something that is not a file",
                member=shown(name),
            )
        return Kind.FOLDER
    kind = stat.S_IFMT(mode)
    if kind == stat.S_IFLNK:
        return Kind.SYMLINK
    if kind in (0, stat.S_IFREG):
        return Kind.FILE
    raise HostileArchive("the archive has a device or something like it", member=shown(name))


def _extra_fields(extra: bytes, name: bytes, filename: str) -> dict[int, bytes]:
    fields: dict[int, bytes] = {}
    at = 0
    while at + _FIELD.size <= len(extra):
        kind, size = _FIELD.unpack_from(extra, at)
        at += _FIELD.size
        twice = kind in (_WIDE, _UNICODE_PATH) and kind in fields
        if at + size > len(extra) or twice or (kind == _TIMES and not size):
            raise damaged(filename, f"the extra fields of {shown(name)!r} cannot be read")
        fields[kind] = extra[at : at + size]
        at += size
    if extra[at:].strip(b"\0"):
        raise damaged(filename, f"the extra fields of {shown(name)!r} cannot be read")
    return fields


def _wide_numbers(
    numbers: tuple[int, ...], fields: Mapping[int, bytes], name: bytes, filename: str
) -> Sequence[int]:
    """Return numbers with those in their places that are kept as 64 bits in an extra field."""
    if _IN_64 not in numbers:
        return numbers
    wide = fields.get(_WIDE, b"")
    values = []
    for number in numbers:
        if number == _IN_64:
            if len(wide) < 8:  # noqa: PLR2004 - bytes of 64 bits
                raise damaged(filename, f"the size or place of {shown(name)!r} is missing")
            number, wide = int.from_bytes(wide[:8], "little"), wide[8:]  # noqa: PLW2901
        values.append(number)
    return values


def _is_utf_8(name: bytes) -> bool:
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True
