"""What a zip's records say is read as Info-ZIP's unzip reads it, or refused."""

from __future__ import annotations

import random
import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hashing.oracles import fetchzip
from tests.hashing.raw import ZipMember, make_raw_zip
from tests.hashing.trees import COMMIT, examples, fresh
from updater.errors import HashError, HostileArchive
from updater.hashing.archive import hash_archive

if TYPE_CHECKING:
    from pathlib import Path

    from tests.real_nix import Nix
    from updater.model import Sri

DOS, UNIX, NTFS, DARWIN = 0, 3, 11, 19
UTF_8 = 0x800
LARGE = 0xFFFFFFFF
TIMES = b"UT\x05\x00\x01\x00\x00\x00\x00"


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
}


@pytest.mark.nix
@pytest.mark.parametrize("member", SOUND.values(), ids=SOUND.keys())
def test_unzip_reads_the_same(tmp_path: Path, nix: Nix, member: ZipMember) -> None:
    archive = tmp_path / "x.zip"
    archive.write_bytes(make_raw_zip(member))
    assert _hash(archive.read_bytes()) == fetchzip(nix, archive, tmp_path / "scratch")


_records = st.builds(
    ZipMember,
    name=st.lists(
        st.sampled_from(
            [b"a", b"b", b"a-b", b"a.b", "é".encode(), b"\x80", b"a;1", b"q\1", b"a\\b"]
        ),
        min_size=1,
        max_size=2,
    ).map(lambda parts: b"/".join([b"t", *parts])),
    content=st.sampled_from([b"", b"x", b"1" * 300]),
    maker=st.sampled_from([DOS, UNIX, UNIX, NTFS, DARWIN, 7, 10, 14]),
    version=st.sampled_from([0, 20, 50]),
    mode=st.sampled_from([0, 0o644, 0o100644, 0o100755, 0o100711, 0o120777]),
    dos=st.sampled_from([0, 1, 0x20]),
    flags=st.sampled_from([0, UTF_8]),
    method=st.sampled_from([0, 8]),
    extra=st.sampled_from([b"", TIMES]),
)


@pytest.mark.nix
@settings(examples, max_examples=150)
@given(members=st.lists(_records, min_size=1, max_size=3))
def test_any_records_are_read_as_unzip_does_or_refused(
    tmp_path: Path, nix: Nix, members: list[ZipMember]
) -> None:
    """What is accepted here, unzip accepts as well, and with the same result."""
    data = make_raw_zip(*members)
    try:
        found = _hash(data)
    except HashError:
        return
    archive = fresh(tmp_path).with_suffix(".zip")
    archive.write_bytes(data)
    assert found == fetchzip(nix, archive, tmp_path / "scratch")


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
        ZipMember(b"t/n", extra=b"up\x06\x00\x01\x00\x00\x00\x00m"),
        "this member has two names: 't/n'",
    ),
}


@pytest.mark.parametrize(("member", "why"), UNSUPPORTED.values(), ids=UNSUPPORTED.keys())
def test_what_is_not_supported_says_so(member: ZipMember, why: str) -> None:
    with pytest.raises(HashError) as caught:
        _hash(make_raw_zip(member))
    assert (type(caught.value), str(caught.value), caught.value.hint) == (
        HashError,
        f"'x.zip' is a zip archive that is not supported here, since {why}",
        "set hash: nix for this package",
    )


HOSTILE = {
    "a device": (
        ZipMember(b"t/n", mode=0o020644),
        "the archive has a device or something like it: 't/n'",
    ),
    "another name in its place": (
        ZipMember(b"t/n", local_name=b"t/m"),
        "the archive's directory and its members differ: 't/n'",
    ),
    "a folder with content": (
        ZipMember(b"t/n/", b"12"),
        "the archive has 2 bytes of content for something that is no file: 't/n'",
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

    Each member's place holds the headers of all that follow as its own extra field.
    """
    names = [b"t/%c" % letter for letter in b"abcdefgh"]
    content = random.Random(1).randbytes(1000)  # noqa: S311 - no secret
    alone = make_raw_zip(ZipMember(names[-1], content, method=0))
    start = alone.index(b"PK\1\2")
    places, records = [alone[:start]], []
    for name in reversed(names[:-1]):
        behind = len(places[0]) - len(content)
        header = bytearray(alone[:33])
        header[28:30] = behind.to_bytes(2, "little")
        header[30:33] = name
        places.insert(0, bytes(header) + places[0])
    for number, name in enumerate(names):
        record = bytearray(alone[start:-22])
        record[42:46] = (number * 33).to_bytes(4, "little")
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
            _with_end(10, b"\2\0"),
            "'x.zip' is damaged: its directory points beyond its end",
        ),
        (
            make_raw_zip(ZipMember(b"t/n")).replace(b"PK\1\2", b"PK\1\3"),
            "'x.zip' is damaged: its directory cannot be read",
        ),
        (
            _with_end(10, b"\0\0"),
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
    ],
    ids=[
        "bytes of no member",
        "parts",
        "too many",
        "no record",
        "too few",
        "beyond",
        "cut",
        "zip64",
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
