"""What a zip's records say is read as Info-ZIP's unzip reads it, or refused."""

from __future__ import annotations

import random
import struct
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.hashing.oracles import fetchzip
from tests.hashing.raw import (
    ZipMember,
    asi_mode,
    described,
    extra_field,
    make_raw_zip,
    unicode_path,
)
from tests.hashing.trees import COMMIT
from updater.errors import HashError, HostileArchive
from updater.hashing.archive import hash_archive

if TYPE_CHECKING:
    from pathlib import Path

    from tests.real_nix import Nix
    from updater.model import Sri

DOS, AMIGA, UNIX, HPFS, MAC, NTFS, THEOS, DARWIN = 0, 1, 3, 6, 7, 11, 18, 19
UTF_8 = 0x800
LARGE = 0xFFFFFFFF
TIMES = b"UT\x05\x00\x01\x00\x00\x00\x00"
BLANK = {"checksum": 0, "size": 0, "packed_size": 0}
DESCRIBED = ZipMember(b"t/n", b"123" * 99, flags=8, local=BLANK)
DESCRIBED = replace(DESCRIBED, descriptor=described(DESCRIBED))


def _hash(data: bytes) -> Sri:
    return hash_archive([data], filename="x.zip").sri


SOUND = {
    "stored": ZipMember(b"t/n", b"123", method=0),
    "deflated": ZipMember(b"t/n", b"123" * 100_000),
    "empty": ZipMember(b"t/n", b""),
    "executable": ZipMember(b"t/n", mode=0o100755),
    "only the owner may execute": ZipMember(b"t/n", mode=0o100744),
    "executable without a type": ZipMember(b"t/n", mode=0o755),
    "read-only": ZipMember(b"t/n", mode=0o100444),
    "made by DOS, where nothing is executable": ZipMember(b"t/n", maker=DOS, mode=0o100755),
    "made by NTFS, where nothing is executable": ZipMember(b"t/n", maker=NTFS, mode=0o100755),
    "made by Darwin, which unzip does not know": ZipMember(b"t/n", maker=DARWIN, mode=0o100755),
    "a link": ZipMember(b"t/n", b"../x", mode=0o120777),
    "a folder": ZipMember(b"t/n/", b"", mode=0o40755, method=0),
    "a folder made by DOS": ZipMember(b"t/n/", b"", maker=DOS, mode=0, dos=0x10, method=0),
    "a name in UTF-8": ZipMember("t/é".encode(), flags=UTF_8),
    "a name in UTF-8 from git": ZipMember(
        "t/é".encode(), maker=DOS, version=0, mode=0, flags=UTF_8, extra=TIMES
    ),
    "a name of any bytes from Unix": ZipMember(b"t/\x80"),
    "a backslash": ZipMember(b"t/a\\b", maker=DOS, mode=0),
    "a semicolon": ZipMember(b"t/a;1/b"),
    "a folder of HPFS": ZipMember(b"t/n/", b"", maker=HPFS, mode=0, dos=0x10, method=0),
    "a read-only file of FAT with a mode": ZipMember(b"t/n", maker=DOS, mode=0o100700, dos=1),
    "a name in an extra field as well": ZipMember(b"t/n", extra=unicode_path(b"t/n")),
    "extra fields that end in zeros": ZipMember(b"t/n", extra=TIMES + bytes(3)),
    "a folder that is compressed": ZipMember(b"t/n/", b"", mode=0o40755),
    "as 7-Zip writes it on Windows": ZipMember(
        b"t/n",
        maker=DOS,
        version=63,
        mode=0,
        dos=0x20,
        extra=extra_field(0x000A, bytes(32)),
        local={"extra": b""},
    ),
    "as .NET writes it": replace(DESCRIBED, maker=DOS, version=20, mode=0, flags=8),
    "as Java writes it": replace(
        DESCRIBED,
        maker=DOS,
        version=20,
        mode=0,
        flags=0x808,
        extra=extra_field(0xCAFE, b""),
        local={**DESCRIBED.local, "flags": 0x808},
    ),
    "as a Mac writes it": replace(
        DESCRIBED,
        version=21,
        mode=0o100755,
        extra=extra_field(0x5855, bytes(8)),
        local={**DESCRIBED.local, "extra": extra_field(0x5855, bytes(12))},
    ),
    "as Go writes it": replace(DESCRIBED, mode=0o100755, flags=8),
    "as Windows Explorer writes it": ZipMember(b"t/n", maker=DOS, version=20, mode=0, dos=0x20),
    "sizes behind the data": DESCRIBED,
    "sizes behind the data and before it": replace(DESCRIBED, local={}),
    "sizes behind the data, without a signature": replace(
        DESCRIBED, descriptor=described(DESCRIBED, signed=False)
    ),
    "sizes of 64 bits behind the data": replace(
        DESCRIBED, descriptor=described(DESCRIBED, wide=True)
    ),
}


@pytest.mark.nix
@pytest.mark.parametrize("member", SOUND.values(), ids=SOUND.keys())
def test_unzip_reads_the_same(tmp_path: Path, nix: Nix, member: ZipMember) -> None:
    archive = tmp_path / "x.zip"
    archive.write_bytes(make_raw_zip(member))
    assert _hash(archive.read_bytes()) == fetchzip(nix, archive, tmp_path / "scratch")


BY_UNZIP = "whose modes unzip reads its own way: 't/n'"
UNSUPPORTED = {
    "encrypted": (ZipMember(b"t/n", flags=1), "it is encrypted: 't/n'"),
    "compressed otherwise": (
        ZipMember(b"t/n", method=12),
        "it uses compression method 12: 't/n'",
    ),
    "a control character": (
        ZipMember(b"t/a\x01b"),
        "unzip unpacks this member under another name: 't/a\\x01b'",
    ),
    "a version of VMS": (
        ZipMember(b"t/a;1"),
        "unzip unpacks this member under another name: 't/a;1'",
    ),
    "only backslashes": (
        ZipMember(b"t\\a", maker=DOS),
        "unzip unpacks this member under another name: 't\\\\a'",
    ),
    "a name in a code page": (
        ZipMember("t/é".encode(), maker=DOS, flags=UTF_8),
        "unzip takes this name for one in a DOS code page: 't/é'",
    ),
    "a link made by DOS": (
        ZipMember(b"t/n", maker=DOS, mode=0o120777),
        "unzip may or may not make this member a link: 't/n'",
    ),
    "two names": (
        ZipMember(b"t/n", extra=unicode_path(b"t/n", b"t/m")),
        "this member has two names: 't/n'",
    ),
    "a name of another name": (
        ZipMember(b"t/n", extra=unicode_path(b"t/m", b"t/n")),
        "this member has two names: 't/n'",
    ),
    "a name in an extra field of another version": (
        ZipMember(b"t/n", extra=unicode_path(b"t/n", version=2)),
        "this member has two names: 't/n'",
    ),
    "two names in its place alone": (
        ZipMember(b"t/n", local={"extra": unicode_path(b"t/n", b"t/m")}),
        "this member has two names: 't/n'",
    ),
    "a name in an extra field, and sizes behind the data": (
        replace(DESCRIBED, extra=unicode_path(b"t/n")),
        "its name stands in an extra field: 't/n'",
    ),
    "a name that is not what it is marked as": (
        ZipMember(b"t/\x80", flags=UTF_8, extra=TIMES),
        "its name is not in UTF-8 as it says: 't/\\\\x80'",
    ),
    "backslashes that only libarchive takes for slashes": (
        ZipMember(b"t\\a"),
        "unzip unpacks this member under another name: 't\\\\a'",
    ),
    "made on an Amiga": (
        ZipMember(b"t/n", maker=AMIGA, mode=0o100755),
        f"it was made by system 1, {BY_UNZIP}",
    ),
    "made by VMS": (ZipMember(b"t/n", maker=2), f"it was made by system 2, {BY_UNZIP}"),
    "made by MVS": (ZipMember(b"t/n", maker=15), f"it was made by system 15, {BY_UNZIP}"),
    "made by THEOS": (ZipMember(b"t/n", maker=THEOS), f"it was made by system 18, {BY_UNZIP}"),
    "made by a system that does not exist": (
        ZipMember(b"t/n", maker=200),
        f"it was made by system 200, {BY_UNZIP}",
    ),
    "a mode in ASi's extra field": (
        ZipMember(b"t/n", mode=0, extra=asi_mode(0o100755)),
        "the mode of this member stands in an extra field: 't/n'",
    ),
    "a mode in the extra field of VMS": (
        ZipMember(b"t/n", mode=0, extra=extra_field(0x000C, bytes(8))),
        "the mode of this member stands in an extra field: 't/n'",
    ),
    "attributes in an extra field": (
        ZipMember(b"t/n", extra=extra_field(0x6C78, b"\4" + bytes(4))),
        "this member has two modes: 't/n'",
    ),
    "attributes in an extra field of its place alone": (
        ZipMember(b"t/n", local={"extra": extra_field(0x6C78, b"\4" + bytes(4))}),
        "this member has two modes: 't/n'",
    ),
    "attributes that are a checksum": (
        ZipMember(b"t/n", internal=4, mode=0o100755),
        "unzip may or may not see this member's mode: 't/n'",
    ),
    "a volume label of FAT": (
        ZipMember(b"t/n", maker=DOS, mode=0, dos=8),
        "unzip leaves this member out as a volume label: 't/n'",
    ),
    **{
        f"a folder without a slash, by {name}": (
            ZipMember(b"t/n", maker=maker, mode=0, dos=0x10),
            "unzip makes this folder an executable file: 't/n'",
        )
        for name, maker in {"FAT": DOS, "HPFS": HPFS, "NTFS": NTFS, "a Mac": MAC}.items()
    },
    "a newer program": (
        ZipMember(b"t/n", needed=47),
        "unzip may skip this member, which needs a newer one: 't/n'",
    ),
    "the format of VMS": (
        ZipMember(b"t/n", needed=0x200 | 20),
        "unzip may skip this member, which needs a newer one: 't/n'",
    ),
    "another disk": (ZipMember(b"t/n", disk=1), "it is one part of several: 't/n'"),
}


@pytest.mark.parametrize(("member", "why"), UNSUPPORTED.values(), ids=UNSUPPORTED.keys())
def test_what_is_not_supported_says_so(member: ZipMember, why: str) -> None:
    with pytest.raises(HashError) as caught:
        _hash(make_raw_zip(member))
    assert (type(caught.value), str(caught.value), caught.value.hint) == (
        HashError,
        f"'x.zip' is a zip archive that is not supported here, since {why}",
        "set `hash: build` for this package, so that its fetcher unpacks it",
    )


HOSTILE = {
    "a device": (
        ZipMember(b"t/n", mode=0o020644),
        "the archive has a device or something like it: 't/n'",
    ),
    "another name in its place": (
        ZipMember(b"t/n", local={"name": b"t/m"}),
        "the archive's directory and its members differ: 't/n'",
    ),
    **{
        f"another {what} in its place": (
            ZipMember(b"t/n", local=local),
            "the archive's directory and its members differ: 't/n'",
        )
        for what, local in {
            "method": {"method": 0},
            "checksum": {"checksum": 7},
            "size": {"size": 2},
            "size of its data": {"packed_size": 2},
            "mark for UTF-8": {"flags": UTF_8},
            "mark for encryption": {"flags": 1},
        }.items()
    },
    "another size in its place, and sizes behind the data": (
        replace(DESCRIBED, local=dict(DESCRIBED.local, size=2)),
        "the archive's directory and its members differ: 't/n'",
    ),
    "a link whose target ends early": (
        ZipMember(b"t/n", b"a\0b", mode=0o120777),
        "the archive has a link without a usable target: 't/n'",
    ),
    "a dot for a name": (
        ZipMember(b"t/."),
        "the archive has a member without a name: 't/.'",
    ),
    "a folder with content": (
        ZipMember(b"t/n/", b"12"),
        "the archive has 2 bytes of content for something that is not a file: 't/n'",
    ),
    "a link without a target": (
        ZipMember(b"t/n", b"", mode=0o120777),
        "the archive has a link without a usable target: 't/n'",
    ),
    "no name": (ZipMember(b""), "the archive has a member without a name"),
}


@pytest.mark.parametrize(("member", "message"), HOSTILE.values(), ids=HOSTILE.keys())
def test_what_no_source_has_is_refused(member: ZipMember, message: str) -> None:
    with pytest.raises(HostileArchive) as caught:
        _hash(make_raw_zip(member))
    assert str(caught.value) == message


DAMAGED = {
    "another checksum": (
        ZipMember(b"t/n", checksum=7),
        "'x.zip' is damaged: 't/n' is not what its directory says",
    ),
    "less than it says": (
        ZipMember(b"t/n", b"12", size=3),
        "'x.zip' is damaged: 't/n' is not what its directory says",
    ),
    "more than it says": (
        ZipMember(b"t/n", b"12", size=1),
        "'x.zip' is damaged: 't/n' is not what its directory says",
    ),
    "no end of its data": (
        ZipMember(b"t/n", b"", packed=b""),
        "'x.zip' is damaged: a member's data ends early",
    ),
    "more data than its stream": (
        ZipMember(b"t/n", b"1", packed=b"\x33\x04\x00more"),
        "'x.zip' is damaged: a member has too much data",
    ),
    "two sizes for what is stored": (
        ZipMember(b"t/n", b"12", method=0, size=1),
        "'x.zip' is damaged: 't/n' is stored as it is, and has two sizes",
    ),
    "extra fields that end early": (
        ZipMember(b"t/n", extra=TIMES[:-1]),
        "'x.zip' is damaged: the extra fields of 't/n' cannot be read",
    ),
    "an extra field for times that has none": (
        ZipMember(b"t/n", extra=extra_field(0x5455, b"")),
        "'x.zip' is damaged: the extra fields of 't/n' cannot be read",
    ),
    "something behind the extra fields": (
        ZipMember(b"t/n", extra=b"\1"),
        "'x.zip' is damaged: the extra fields of 't/n' cannot be read",
    ),
    "two extra fields for the name": (
        ZipMember(b"t/n", extra=unicode_path(b"t/n") * 2),
        "'x.zip' is damaged: the extra fields of 't/n' cannot be read",
    ),
    "a size of 64 bits that is not there": (
        ZipMember(b"t/n", b"123", size=LARGE),
        "'x.zip' is damaged: the size or place of 't/n' is missing",
    ),
    "no sizes behind the data": (
        replace(DESCRIBED, descriptor=b""),
        "'x.zip' is damaged: 't/n' has no data descriptor, and says that it has",
    ),
    "other sizes behind the data": (
        replace(DESCRIBED, descriptor=DESCRIBED.descriptor[:-1] + b"\1"),
        "'x.zip' is damaged: 't/n' has no data descriptor, and says that it has",
    ),
    "no data": (
        ZipMember(b"t/n", b"1", packed=b"\xff\xff"),
        "'x.zip' is damaged: its deflate data cannot be read: ",
    ),
}


@pytest.mark.parametrize(("member", "message"), DAMAGED.values(), ids=DAMAGED.keys())
def test_damage_is_told(member: ZipMember, message: str) -> None:
    with pytest.raises(HashError) as caught:
        _hash(make_raw_zip(member))
    assert str(caught.value).startswith(message)


def test_members_that_share_their_bytes_are_refused() -> None:
    """Many names for the same compressed bytes are how the densest bombs are made.

    Each member's place holds the headers of all that follow in an extra field of its own.
    """
    names = [b"t/%c" % letter for letter in b"abcdefgh"]
    content = random.Random(1).randbytes(1000)  # noqa: S311 - no secret
    alone = make_raw_zip(ZipMember(names[-1], content, method=0))
    start = alone.index(b"PK\1\2")
    places, records = [alone[:start]], []
    for name in reversed(names[:-1]):
        behind = len(places[0]) - len(content)
        header = bytearray(alone[:33])
        header[28:30] = (behind + 4).to_bytes(2, "little")
        header[30:33] = name
        places.insert(0, bytes(header) + struct.pack("<HH", 0xCAFE, behind) + places[0])
    for number, name in enumerate(names):
        record = bytearray(alone[start:-22])
        record[42:46] = (number * 37).to_bytes(4, "little")
        record[46:49] = name
        records.append(bytes(record))
    directory = b"".join(records)
    end = bytearray(alone[-22:])
    end[8:10] = end[10:12] = len(names).to_bytes(2, "little")
    end[12:16] = len(directory).to_bytes(4, "little")
    end[16:20] = len(places[0]).to_bytes(4, "little")
    with pytest.raises(HostileArchive) as caught:
        _hash(places[0] + directory + end)
    assert str(caught.value) == "the archive's members overlap: 't/b'"


def _with_end(place: int, field: bytes, *, start: int = -22) -> bytes:
    data = bytearray(make_raw_zip(ZipMember(b"t/n", b"123")))
    data[start + place : start + place + len(field)] = field
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            b"PK\3\4" + make_raw_zip(ZipMember(b"t/n")),
            "'x.zip' has 4 bytes that belong to no part of a zip archive",
        ),
        (
            _with_end(4, b"\1\0"),
            "'x.zip' is a zip archive that is not supported here, since it is one part of several",
        ),
        (
            _with_end(8, b"\2\0\2\0"),
            "'x.zip' is damaged: its directory points beyond its end",
        ),
        (
            _with_end(8, b"\2\0"),
            "'x.zip' is damaged: its directory has two numbers of members",
        ),
        (
            make_raw_zip(ZipMember(b"t/n")).replace(b"PK\1\2", b"PK\1\3"),
            "'x.zip' is damaged: its directory cannot be read",
        ),
        (
            _with_end(8, b"\0\0\0\0"),
            "'x.zip' is damaged: its directory has more members than it says",
        ),
        (
            _with_end(-7, b"\xf0\0\0\0"),
            "'x.zip' is damaged: its directory points beyond its end",
        ),
        (
            make_raw_zip(ZipMember(b"t/n"))[:-1],
            (
                "'x.zip' ends early, after 106 bytes: a zip archive's directory stands at its end, "
                "and is not there"
            ),
        ),
        (
            make_raw_zip(ZipMember(b"t/n"), wide=True).replace(b"PK\6\6", b"PK\6\5"),
            "'x.zip' is damaged: its zip64 end record is not where it should be",
        ),
        (
            make_raw_zip(ZipMember(b"t/n"), wide=True, counted=2),
            "'x.zip' is damaged: its zip64 end record is not where it should be",
        ),
        (
            make_raw_zip(ZipMember(b"t/n"), comment=make_raw_zip(ZipMember(b"t/n"))[-22:] + b"!"),
            (
                "'x.zip' ends early, after 130 bytes: a zip archive's directory stands at its end, "
                "and is not there"
            ),
        ),
        (
            make_raw_zip(ZipMember(b"t/n"), comment=b"c" * 17_000),
            (
                "'x.zip' is a zip archive that is not supported here, since its comment has 17000 "
                "bytes"
            ),
        ),
    ],
    ids=[
        "bytes of no member",
        "parts",
        "too many",
        "two numbers",
        "no record",
        "too few",
        "beyond",
        "cut",
        "zip64",
        "two zip64",
        "an end in the comment",
        "a long comment",
    ],
)
def test_a_directory_that_cannot_be_is_told(data: bytes, message: str) -> None:
    with pytest.raises(HashError) as caught:
        _hash(data)
    assert str(caught.value) == message


@pytest.mark.nix
def test_zip64_is_read(tmp_path: Path, nix: Nix) -> None:
    """Sizes and places of 64 bits, in the directory and at the end."""
    large = struct.pack("<HHQQ", 1, 16, 3, 3)
    member = ZipMember(b"t/n", b"123", method=0, size=LARGE, packed_size=LARGE, extra=large)
    for data in (
        make_raw_zip(ZipMember(b"t/n", b"123"), wide=True),
        make_raw_zip(ZipMember(b"t/n", b"123"), wide=True, comment=COMMIT.encode()),
        make_raw_zip(ZipMember(b"t/n", b"123"), wide=True, counted=1),
        make_raw_zip(member),
    ):
        archive = tmp_path / "x.zip"
        archive.write_bytes(data)
        assert _hash(data) == fetchzip(nix, archive, tmp_path / "scratch")


def test_the_end_is_found_where_the_comment_looks_like_one() -> None:
    member = ZipMember(b"t/n")
    assert _hash(make_raw_zip(member, comment=b"PK\5\6 and more")) == _hash(make_raw_zip(member))


def test_the_commit_of_git_archive_is_in_the_comment() -> None:
    data = make_raw_zip(ZipMember(b"t/n"), comment=COMMIT.encode())
    assert hash_archive([data], filename="x.zip").commit == COMMIT


def test_an_empty_zip_has_no_top_folder() -> None:
    with pytest.raises(HashError, match=r"^'x.zip' is empty, its fetcher expects one top folder$"):
        _hash(make_raw_zip())


def test_a_large_zip_is_brought_into_order_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its records are not sorted in memory, and the hash is the same."""
    members = [ZipMember(b"t/%d" % number) for number in range(30, 0, -1)]
    expected = _hash(make_raw_zip(*members))
    monkeypatch.setattr("updater.hashing.zip._SORTED", 10)
    assert _hash(make_raw_zip(*members)) == expected


def test_a_large_zip_in_another_order_than_its_directory_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What would have to be kept of so many is not kept."""
    data = make_raw_zip(ZipMember(b"t/a"), ZipMember(b"t/b"))
    start = data.index(b"PK\1\2")
    second = data.index(b"PK\1\2", start + 1)
    swapped = data[:start] + data[second:-22] + data[start:second] + data[-22:]
    assert _hash(swapped) == _hash(data)
    monkeypatch.setattr("updater.hashing.zip._SORTED", 1)
    with pytest.raises(HashError) as caught:
        _hash(swapped)
    assert str(caught.value) == (
        "'x.zip' is a zip archive that is not supported here, since its many members are in "
        "another order, or overlap"
    )
