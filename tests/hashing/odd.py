"""Archives that are sound but for a few odd fields, as no program, or hardly one, writes them."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from hypothesis import strategies as st

from tests.hashing.raw import (
    BLOCK,
    ZipMember,
    asi_mode,
    described,
    extra_field,
    long_name,
    make_raw_zip,
    pax,
    summed,
    tar_member,
    unicode_path,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy

ZipChange: TypeAlias = "Callable[[ZipMember], ZipMember]"

_BYTE = st.integers(0, 255)
_NAMES = st.sampled_from(
    [
        *(b"a", b"b", b"c", b"a-b", b"a.b", b"d/a", b"d/b", b"d/e/f", b"n" * 100, b"a;1/b"),
        *("é".encode(), "e\u0301".encode(), b"\x80", b" ", b"a\\b", b"#U00e9", b"n" * 255),
    ]
)
_ODD_NAMES = st.sampled_from(
    [
        *(b"t/", b"t/.", b"t/./a", b"t//a", b"t/..", b"t/../a", b"./t/a", b".", b"", b"/t/a"),
        *(b"t/a/", b"t/a/.", b"t/a;1", b"t/a;", b"t/a\1", b"t/a\xff", b"t/a\0b", b"t\\a", b"lone"),
        *(b"u/a", b"t/a//", b"t/a/./", b"T/a", b"t"),
    ]
)
_CONTENT = st.sampled_from([b"", b"x", b"a/b", b"1" * 600, b"../../x", b"a\0b", b"/abs", b"a/"])

# --- zips ---------------------------------------------------------------------------------------

_UTF_8 = 0x800
_DESCRIBED = 8
_WHOLE = 0xFFFFFFFF
_TIMES = b"UT\x05\x00\x01\x00\x00\x00\x00"


def _wide(member: ZipMember) -> ZipMember:
    """Give the sizes in 64 bits."""
    packed = len(member.content)
    large = extra_field(1, struct.pack("<QQ", packed, packed))
    return replace(
        member, method=0, size=_WHOLE, packed_size=_WHOLE, extra=large + member.extra, local={}
    )


def _with_descriptor(member: ZipMember, *, signed: bool, blank: bool, wide: bool) -> ZipMember:
    """Give checksum and sizes behind the data, as who writes to a pipe does."""
    local = {"checksum": 0, "size": 0, "packed_size": 0} if blank else {}
    descriptor = described(member, signed=signed, wide=wide)
    flags = member.flags | _DESCRIBED
    return replace(member, flags=flags, local=local | {"flags": flags}, descriptor=descriptor)


def _setting(**values: SearchStrategy[Any]) -> SearchStrategy[ZipChange]:
    return st.fixed_dictionaries(values).map(lambda given: lambda member: replace(member, **given))


def _in_place(**values: SearchStrategy[Any]) -> SearchStrategy[ZipChange]:
    return st.fixed_dictionaries(values).map(
        lambda given: lambda member: replace(member, local={**member.local, **given})
    )


_MODES = st.one_of(
    st.sampled_from([0, 0o644, 0o755, 0o100755, 0o100711, 0o120777, 0o120600, 0o40755, 0o100500]),
    st.integers(0, 0xFFFF),
)
_EXTRA = st.sampled_from(
    [
        *(b"", _TIMES, asi_mode(0o100755), extra_field(0x000C, b"12345678")),
        *(_TIMES[:-1], b"\0", b"\1\2\3", extra_field(1, b""), extra_field(1, bytes(8))),
        *(extra_field(0x6C78, b"\4" + struct.pack("<L", 0o100755 << 16)), b"\0" * 6),
        *(extra_field(0x7075, b"\1"), extra_field(0xCAFE, b"jar"), unicode_path(b"x", b"t/b")),
    ]
)
_SMALL = st.sampled_from([0, 1, 2, 3, 5, 600, 0x7FFFFFFF, _WHOLE])

zip_changes: SearchStrategy[ZipChange] = st.one_of(
    _setting(maker=st.one_of(st.integers(0, 31), _BYTE), mode=_MODES),
    _setting(maker=st.sampled_from([0, 1, 6, 7, 10, 11, 14, 18, 19]), mode=_MODES, dos=_BYTE),
    _setting(mode=_MODES, extra=_EXTRA),
    _setting(mode=_MODES),
    _setting(dos=_BYTE),
    _setting(maker=st.sampled_from([0, 6, 7, 11, 19]), version=_BYTE),
    _setting(internal=st.integers(0, 7), mode=_MODES),
    _setting(needed=st.sampled_from([0, 10, 45, 46, 47, 63, 0x200 | 20, 0xB00 | 20, 0x214])),
    _setting(method=st.sampled_from([0, 8, 1, 9, 12])),
    _setting(flags=st.integers(0, 0xFFFF), extra=_EXTRA),
    _setting(flags=st.sampled_from([0, 2, 4, 6, _UTF_8, 0x2000, 0x40, 0x20, 0x10])),
    _setting(extra=_EXTRA),
    _setting(disk=st.sampled_from([0, 1, 0xFFFF])),
    _setting(content=_CONTENT),
    _setting(name=_ODD_NAMES),
    _setting(name=_ODD_NAMES, maker=st.just(0), mode=st.just(0)),
    _setting(size=_SMALL),
    _setting(packed_size=_SMALL),
    _in_place(flags=st.sampled_from([0, 1, 2, _DESCRIBED, _UTF_8, 0x40])),
    _in_place(method=st.sampled_from([0, 8, 9])),
    _in_place(needed=st.sampled_from([0, 20, 46, 63, 0x214, 0x314])),
    _in_place(checksum=st.sampled_from([0, 1])),
    _in_place(size=_SMALL),
    _in_place(packed_size=_SMALL),
    _in_place(size=_SMALL, packed_size=_SMALL),
    _in_place(extra=_EXTRA),
    _in_place(name=st.sampled_from([b"t/x", b"", b"t/a/"])),
    _in_place(content=_CONTENT),
    st.just(_wide),
    st.booleans().map(
        lambda same: (
            lambda member: replace(
                member, extra=unicode_path(member.name, None if same else b"t/other")
            )
        )
    ),
    st.builds(
        lambda signed, blank, wide: (
            lambda member: _with_descriptor(member, signed=signed, blank=blank, wide=wide)
        ),
        st.booleans(),
        st.booleans(),
        st.booleans(),
    ),
    _setting(descriptor=st.sampled_from([b"", b"gap"])),
)

_PLAIN_ZIP_MEMBERS = st.builds(
    ZipMember,
    name=_NAMES.map(lambda name: b"t/" + name),
    content=_CONTENT,
    mode=st.sampled_from([0o100644, 0o100755, 0o120777]),
    flags=st.sampled_from([0, 0, _UTF_8]),
    extra=st.sampled_from([b"", _TIMES, _TIMES]),
    method=st.sampled_from([0, 8]),
)
_PLAIN_DOS_MEMBERS = st.builds(
    ZipMember,
    name=st.sampled_from([b"t/a", b"t/d/b", b"t/d/a.b"]),
    content=_CONTENT,
    maker=st.sampled_from([0, 0, 10, 11, 14, 19]),
    mode=st.sampled_from([0, 0, 0o100755]),
    dos=st.sampled_from([0, 1, 0x20]),
    method=st.sampled_from([0, 8]),
)
_PLAIN_ZIP_FOLDERS = st.builds(
    ZipMember,
    name=st.sampled_from([b"t/", b"t/d/", b"t/new/"]),
    content=st.just(b""),
    maker=st.sampled_from([0, 3]),
    mode=st.sampled_from([0, 0o40755]),
    dos=st.just(0x10),
    method=st.just(0),
)


@st.composite
def odd_zips(draw: st.DrawFn) -> bytes:
    """Zips of one to three members, one of which has an odd field or two; or an odd byte."""
    members = draw(
        st.lists(
            st.one_of(_PLAIN_ZIP_MEMBERS, _PLAIN_DOS_MEMBERS, _PLAIN_ZIP_FOLDERS),
            min_size=1,
            max_size=3,
            unique_by=lambda member: member.name.rstrip(b"/"),
        )
    )
    at = draw(st.integers(0, len(members) - 1))
    for change in draw(st.lists(zip_changes, min_size=0, max_size=2)):
        members[at] = change(members[at])
    data = make_raw_zip(
        *members,
        comment=draw(st.sampled_from([b"", b"", b"", b"c" * 40, b"PK\5\6", b"PK\5\6" + bytes(18)])),
        between=draw(st.sampled_from([b"", b"", b"", b"gap"])),
        wide=draw(st.sampled_from([False, False, True])),
    )
    odd = st.one_of(_patched(data, 0), _patched(data, len(data) - 120))
    return draw(st.one_of(st.just(data), st.just(data), odd))


def _patched(data: bytes, start: int) -> SearchStrategy[bytes]:
    """Data of which one byte, from a place on, has another value."""
    return st.builds(
        lambda at, value: data[:at] + bytes([value]) + data[at + 1 :],
        st.integers(max(0, start), len(data) - 1),
        st.one_of(st.sampled_from([0, 1, 255]), _BYTE),
    )


# --- tars ---------------------------------------------------------------------------------------

_NUMBERS = st.sampled_from(
    [
        *(b"0000755\0", b"\0000755\0", b"\0" * 8, b" " * 8, b"       \0", b"\x80\0\0\0\0\0\1\xed"),
        *(b"   755 \0", b"755\0junk", b"755 junk", b"-755\0\0\0\0", b"\t755\0\0\0\0", b"00000755"),
        *(b"0120755\0", b"7777777\0", b"0000799\0", b"\xff" * 8, b"+abc\0\0\0\0", b"\0 755\0\0\0"),
        *(b"\0\0000755\0", b"0", b"7", b"1"),
    ]
)
_MAGICS = st.sampled_from(
    [
        *(b"ustar\x0000", b"ustar  \0", b"ustar 00", b"ustar  0", b"ustar\0\0\0", b"ustar\0 \0"),
        *(b"ustar\x0001", b"\0" * 8, b"USTAR\x0000", b"ustarx00", b"ustar\x00 0"),
    ]
)
_RECORDS: SearchStrategy[dict[str, bytes]] = st.dictionaries(
    st.sampled_from(
        [
            *("path", "linkpath", "size", "mtime", "comment", "uname", "hdrcharset", "charset"),
            *("SCHILY.realsize", "SCHILY.xattr.user.x", "SCHILY.fflags", "SUN.holesdata"),
            *("GNU.dumpdir", "GNU.volume.label", "LIBARCHIVE.symlinktype", " path", "a\0b", ""),
        ]
    ),
    st.sampled_from(
        [
            *(b"t/p", b"t/p/", b"", b"1", b"3", b"600", b"t/" + b"q" * 120, b"BINARY", b"file"),
            *("t/é".encode(), "t/e\u0301".encode(), b"t/\xff", b"a\0b", b"0 1", b"=", b"1.5"),
            b"Yfoo\0\0",
        ]
    ),
    min_size=1,
    max_size=2,
)
_LONG_NAMES = st.sampled_from(
    [b"t/l", b"t/" + b"l" * 120, b"t/l/", b"", b"t/l\0more", b"u/l", b"t/\xff"]
)
_BEFORE = st.one_of(
    _RECORDS.map(lambda records: pax(b"x", **records)),
    _RECORDS.map(lambda records: pax(b"g", **records)),
    _LONG_NAMES.map(long_name),
    _LONG_NAMES.map(lambda name: long_name(name, b"K")),
    st.just(tar_member(b"label", flag=b"V", magic=b"ustar  \0")),
    st.just(pax(b"X", path=b"t/p")),
)


@st.composite
def _tar_members(draw: st.DrawFn, names: SearchStrategy[bytes] = _NAMES) -> bytes:
    flag = draw(st.sampled_from([b"0", b"0", b"0", b"\0", b"1", b"2", b"2", b"5", b"7"]))
    content = draw(_CONTENT) if flag in b"0\x007" else b""
    ending = b"/" if flag == b"5" and draw(st.booleans()) else b""
    return tar_member(
        b"t/" + draw(names)[:98] + ending,
        content,
        flag=flag,
        mode=draw(st.sampled_from([b"0000644\0", b"0000755\0"])),
        target=draw(st.sampled_from([b"t/x", b"./t/y", b"t//z/./a", b"../x"]))
        if flag in b"12"
        else b"",
        magic=draw(st.sampled_from([b"ustar\x0000", b"ustar  \0", b"\0" * 8])),
    )


@st.composite
def _odd_tar_members(draw: st.DrawFn) -> bytes:
    """A member with an odd field."""
    member = draw(_tar_members())
    header, content = member[:BLOCK], member[BLOCK:]

    def put(place: int, value: bytes) -> bytes:
        return summed(header[:place] + value + header[place + len(value) :]) + content

    changes: list[SearchStrategy[bytes]] = [
        _NUMBERS.map(lambda field: put(100, field)),
        _NUMBERS.map(lambda field: put(124, field.ljust(12, b"\0"))),
        _NUMBERS.map(lambda field: put(124, field)),
        _MAGICS.map(lambda field: put(257, field)),
        _MAGICS.flatmap(
            lambda field: st.sampled_from([b"t", b"t/p", b"/"]).map(
                lambda prefix: put(257, field + header[265:345] + prefix)
            )
        ),
        st.sampled_from(b"01234567ADKLMNSVXgx\0Z").map(lambda flag: put(156, bytes([flag]))),
        _ODD_NAMES.map(lambda name: put(0, name.ljust(100, b"\0"))),
        st.sampled_from([b"t/a", b"t/a/", b"", b"a\0b", b"x" * 100]).map(
            lambda target: put(157, target.ljust(100, b"\0"))
        ),
        st.sampled_from([345, 369, 386, 398, 482, 483, 495, 508]).flatmap(
            lambda place: st.sampled_from([b"1", b"00000000001", b"tar\0"]).map(
                lambda value: put(place, value[: BLOCK - place])
            )
        ),
        st.builds(lambda place, value: put(place, bytes([value])), st.integers(0, 511), _BYTE),
    ]
    return draw(st.one_of(changes))


@st.composite
def odd_tars(draw: st.DrawFn) -> bytes:
    """Tars of one to three members, one of which has an odd field, or odd headers before it."""
    parts = draw(st.permutations([b"x", b"y", b"z/a"]))[: draw(st.integers(0, 2))]
    whole = [draw(_tar_members(st.just(name))) for name in parts]
    before = draw(st.one_of(st.just([]), st.lists(_BEFORE, max_size=2)))
    odd = draw(st.one_of(_tar_members(), _odd_tar_members()))
    whole.insert(draw(st.integers(0, len(whole))), b"".join([*before, odd]))
    end = draw(st.sampled_from([bytes(1024), bytes(1024), bytes(10240), bytes(512)]))
    return b"".join(whole) + end
