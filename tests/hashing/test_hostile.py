"""An archive that breaks a safety rule is refused, whatever the order and the format."""

from __future__ import annotations

import io
import re
import tarfile
import time
from itertools import count
from typing import TYPE_CHECKING, TypeAlias

import pytest

from tests.hashing.trees import File, Link, Members, gzipped, in_pieces, make_tar, make_zip
from updater.errors import HashError, HostileArchive
from updater.hashing.archive import hash_archive
from updater.hashing.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

MIB = 1 << 20
DISTRUST = "nothing was written; look at the archive before you trust this release"
FILE = File(b"x")


def _refused(data: bytes, filename: str = "x.tar", limits: Limits | None = None) -> HashError:
    with pytest.raises(HashError) as caught:
        hash_archive(in_pieces(data), filename=filename, limits=limits)
    return caught.value


PATHS: list[tuple[str, Members, str]] = [
    ("absolute", [(b"/etc/passwd", FILE)], "the archive has an absolute path: '/etc/passwd'"),
    ("dots", [(b"t/../../x", FILE)], "the archive has a path with '..': 't/../../x'"),
    ("dots at the end", [(b"t/..", {})], "the archive has a path with '..': 't/..'"),
    ("file twice", [(b"t/a", FILE), (b"t/a", FILE)], "the archive has a path twice: 'a'"),
    (
        "file twice in other words",
        [(b"t/a", FILE), (b"./t//a", FILE)],
        "the archive has a path twice: 'a'",
    ),
    (
        "link, then file",
        [(b"t/a", Link(b"x")), (b"t/a", FILE)],
        "the archive has a path twice: 'a'",
    ),
    ("folder, then file", [(b"t/a", {}), (b"t/a", FILE)], "the archive has a path twice: 'a'"),
    ("file, then folder", [(b"t/a", FILE), (b"t/a", {})], "the archive has a path twice: 'a'"),
    ("top folder, then file", [(b"t", {}), (b"t", FILE)], "the archive has a path twice: 't'"),
    ("top file twice", [(b"t", FILE), (b"t", FILE)], "the archive has a path twice: 't'"),
    (
        "through a link",
        [(b"t/l", Link(b"/etc")), (b"t/l/passwd", FILE)],
        "the archive has a member beneath something that is not a folder: 'l/passwd'",
    ),
    (
        "through a link that comes later",
        [(b"t/l/passwd", FILE), (b"t/l", Link(b"/etc"))],
        "the archive has a member beneath something that is not a folder: 'l/passwd'",
    ),
    (
        "through a link, with a folder between",
        [(b"t/l", Link(b"/etc")), (b"t/l/d", {}), (b"t/k", FILE), (b"t/l/d/e", FILE)],
        "the archive has a member beneath something that is not a folder: 'l/d'",
    ),
]


@pytest.mark.parametrize("form", ["x.tar", "x.zip"])
@pytest.mark.parametrize(
    ("entries", "message"), [row[1:] for row in PATHS], ids=[row[0] for row in PATHS]
)
def test_paths_that_no_tree_has_are_refused(form: str, entries: Members, message: str) -> None:
    make = make_zip if form == "x.zip" else make_tar
    error = _refused(make(entries), form)
    assert (type(error), str(error), error.hint) == (HostileArchive, message, DISTRUST)


Special: TypeAlias = "tuple[bytes, bytes, int, str]"

SPECIAL: list[tuple[str, Special]] = [
    ("character device", (b"3", b"", 0, "the archive has a character device: 't/x'")),
    ("block device", (b"4", b"", 0, "the archive has a block device: 't/x'")),
    ("pipe", (b"6", b"", 0, "the archive has a named pipe: 't/x'")),
    (
        "link without a target",
        (b"2", b"", 0, "the archive has a link without a usable target: 't/x'"),
    ),
    (
        "link with content",
        (
            b"2",
            b"a",
            9,
            "the archive has 9 bytes of content for something that is not a file: 't/x'",
        ),
    ),
    (
        "folder with content",
        (
            b"5",
            b"",
            9,
            "the archive has 9 bytes of content for something that is not a file: 't/x'",
        ),
    ),
    (
        "hard link to nothing",
        (
            b"1",
            b"t/y",
            0,
            "the archive has a hard link to 'y', which is not an earlier file in it: 'x'",
        ),
    ),
    (
        "hard link to a folder",
        (
            b"1",
            b"t/d",
            0,
            "the archive has a hard link to 'd', which is not an earlier file in it: 'x'",
        ),
    ),
    (
        "hard link out of the top folder",
        (b"1", b"u/y", 0, "the archive has a hard link to something outside its top folder: 'u/y'"),
    ),
    (
        "hard link to an absolute path",
        (b"1", b"/etc/shadow", 0, "the archive has an absolute path: '/etc/shadow'"),
    ),
]


@pytest.mark.parametrize("row", [row[1] for row in SPECIAL], ids=[row[0] for row in SPECIAL])
def test_members_that_no_source_has_are_refused(row: Special) -> None:
    flag, target, size, message = row
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as tar:
        folder = tarfile.TarInfo("t/d")
        folder.type = tarfile.DIRTYPE
        tar.addfile(folder)
        member = tarfile.TarInfo("t/x")
        member.type = flag
        member.linkname = target.decode()
        member.size = size
        tar.addfile(member)
        buffer.write(bytes(512 if size else 0))
    error = _refused(gzipped(buffer.getvalue()), "x.tar.gz")
    assert (type(error), str(error)) == (HostileArchive, message)


# --- bombs --------------------------------------------------------------------------------------


def _zeros(mebibytes: int) -> bytes:
    return gzipped(make_tar([(b"t/zeros", File(bytes(mebibytes * MIB)))]))


def test_an_archive_that_grows_too_much_is_a_bomb() -> None:
    error = _refused(_zeros(8), "x.tar.gz", Limits(ratio=100, ratio_from=MIB))
    assert re.fullmatch(
        r"the archive unpacks to more than 100 times its size \(\d+ bytes from \d+\)", str(error)
    )


def test_a_small_archive_may_grow_as_it_likes() -> None:
    """Below the first 64 MB the ratio does not count."""
    data = _zeros(8)
    assert 100 * len(data) < 8 * MIB
    assert hash_archive(in_pieces(data), filename="x.tar.gz").downloaded_bytes == len(data)


def test_an_archive_over_the_total_is_a_bomb() -> None:
    error = _refused(_zeros(8), "x.tar.gz", Limits(unpacked_bytes=MIB))
    assert str(error) == "the archive unpacks to more than 1048576 bytes"


def test_a_bomb_in_a_zip_is_met_too() -> None:
    data = make_zip([(b"t/zeros", File(bytes(8 * MIB)))])
    error = _refused(data, "x.zip", Limits(unpacked_bytes=MIB))
    assert str(error) == "the archive unpacks to more than 1048576 bytes"


def test_hard_links_count_as_often_as_they_are_copied() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        first = tarfile.TarInfo("t/0")
        first.size = MIB
        tar.addfile(first, io.BytesIO(bytes(MIB)))
        for number in range(1, 9):
            link = tarfile.TarInfo(f"t/{number}")
            link.type = tarfile.LNKTYPE
            link.linkname = "t/0"
            tar.addfile(link)
    error = _refused(buffer.getvalue(), limits=Limits(unpacked_bytes=4 * MIB))
    assert str(error) == "the archive unpacks to more than 4194304 bytes"


def test_an_archive_of_too_many_members_is_refused() -> None:
    data = make_tar([(b"t/%d" % number, FILE) for number in range(11)])
    assert str(_refused(data, limits=Limits(entries=10))) == (
        "the archive has more than 10 members"
    )


DEEP = b"d/" * 1900
PILE: Members = [(b"t/%03d" % number, FILE) for number in range(100)]
PILES = {
    "in order": (make_tar(PILE), "x.tar"),
    "out of order": (make_tar(PILE[::-1]), "x.tar"),
    "in a zip": (make_zip(PILE), "x.zip"),
}


@pytest.mark.parametrize(("data", "filename"), PILES.values(), ids=PILES)
def test_what_takes_too_long_is_left(
    monkeypatch: pytest.MonkeyPatch, data: bytes, filename: str
) -> None:
    """However it spends its time: each look at the clock is a second later than the last one."""
    now = count()
    monkeypatch.setattr("updater.hashing.limits.monotonic", lambda: next(now))
    looks = 0
    hash_archive(in_pieces(data), filename=filename, limits=Limits(seconds=1e9))
    looks = next(now)
    assert looks > 100
    for seconds in (looks - 3, looks // 2):
        now = count()
        error = _refused(data, filename, Limits(seconds=seconds))
        assert str(error) == f"the download and what is in it took more than {seconds} s"
        assert error.hint == "try again later, or raise `archives: {time: ...}` in config.yaml"


def test_folders_within_folders_take_no_more_than_their_time() -> None:
    """Two million members, each nineteen hundred folders deep, would take hours."""
    entries: Members = [(b"t/%03d/%s%d" % (number, DEEP, number), FILE) for number in range(1000)]
    data = make_tar(entries)
    started = time.monotonic()
    error = _refused(data, limits=Limits(seconds=0.2))
    assert str(error) == "the download and what is in it took more than 0.2 s"
    assert time.monotonic() - started < 5
    hash_archive([make_tar(entries[:2])], filename="x.tar", limits=Limits(seconds=60))


def test_a_stream_of_empty_parts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("updater.hashing.decompress._MEMBERS", 10)
    error = _refused(gzipped(b"") * 11, "x.tar.gz")
    assert str(error) == "the archive has more than 10 gzip parts"


@pytest.mark.parametrize("start", [b"PK\3\4", make_tar([(b"t/zeros", File(bytes(MIB)))])[:512]])
def test_an_endless_download_is_stopped(start: bytes) -> None:
    """No more is asked for once a limit is passed."""
    asked = 0

    def endless() -> Iterator[bytes]:
        nonlocal asked
        yield start
        while True:
            asked += 1
            yield bytes(512)

    with pytest.raises(HostileArchive) as caught:
        hash_archive(endless(), filename="x", limits=Limits(downloaded_bytes=MIB // 2))
    assert str(caught.value) == "the archive is larger than 524288 bytes"
    assert asked <= MIB // 1024


def test_a_header_as_long_as_a_file_is_refused() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as tar:
        header = tarfile.TarInfo("x")
        header.type = b"x"
        header.size = 2 * MIB
        tar.addfile(header, io.BytesIO(bytes(2 * MIB)))
    assert str(_refused(buffer.getvalue())) == "the archive has a header of 2097152 bytes"


def test_a_global_header_may_not_rename_members() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", pax_headers={"path": "t/evil"}) as tar:
        tar.addfile(tarfile.TarInfo("t/good"))
    assert str(_refused(buffer.getvalue())) == (
        "the archive's global header renames or resizes its members"
    )
