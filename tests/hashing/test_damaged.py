"""A damaged or shortened archive is a clear error, and nothing is left behind."""

from __future__ import annotations

import bz2
import gc
import io
import lzma
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hashing.trees import (
    File,
    Link,
    Tree,
    examples,
    gzipped,
    in_pieces,
    make_tar,
    make_zip,
    members,
    zstd_compressed,
)
from updater.errors import HashError
from updater.hashing.archive import hash_archive

if TYPE_CHECKING:
    from collections.abc import Iterator

TREE: Tree = {
    b"big": File(bytes(range(256)) * 2000),
    b"d": {b"l": Link(b"../big"), b"x": File(b"1" * 513)},
    b"n" * 200: File(b"2"),
    b"z.py": File(b"3"),
}
TAR = make_tar(members(TREE))
SHUFFLED = make_tar([*members(TREE)[::-1]])
ARCHIVES = {
    "x.tar": TAR,
    "x.tar.gz": gzipped(TAR),
    "y.tar.gz": gzipped(SHUFFLED),
    "x.tar.bz2": bz2.compress(TAR),
    "x.tar.xz": lzma.compress(TAR),
    "x.tar.zst": zstd_compressed(TAR),
    "x.zip": make_zip(members(TREE)),
}


@pytest.fixture(autouse=True)
def nothing_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Temporary files go where they can be seen, and are gone afterwards."""
    folder = tmp_path / "spool"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setenv("SQLITE_TMPDIR", str(folder))
    monkeypatch.setattr("updater.effects.spool.IN_MEMORY_BYTES", 1000)
    descriptors = Path("/proc/self/fd")
    gc.collect()  # what earlier tests left open is theirs
    before = len(list(descriptors.iterdir()))
    yield
    assert list(folder.iterdir()) == []
    assert len(list(descriptors.iterdir())) <= before


@pytest.mark.parametrize("filename", ARCHIVES)
@examples
@given(data=st.data())
def test_a_shortened_archive_is_an_error_wherever_it_ends(
    filename: str, data: st.DataObject
) -> None:
    whole = ARCHIVES[filename]
    # The last zeros of a tar only fill its last record.
    least = len(whole.rstrip(b"\0")) if filename == "x.tar" else len(whole)
    cut = data.draw(st.integers(0, least - 1))
    with pytest.raises(HashError) as caught:
        hash_archive(in_pieces(whole[:cut]), filename=filename)
    assert repr(filename) in str(caught.value)


@pytest.mark.parametrize("filename", [name for name in ARCHIVES if name not in ("x.tar", "x.zip")])
@examples
@given(data=st.data())
def test_a_flipped_bit_never_gives_another_hash(filename: str, data: st.DataObject) -> None:
    """Every compression has a checksum; what it does not cover does not matter."""
    whole = ARCHIVES[filename]
    at = data.draw(st.integers(0, len(whole) - 1))
    bit = data.draw(st.integers(0, 7))
    damaged = whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :]
    try:
        found = hash_archive(in_pieces(damaged), filename=filename)
    except HashError:
        return
    assert found.sri == hash_archive(in_pieces(whole), filename=filename).sri


def test_what_the_download_raises_is_passed_on() -> None:
    class Gone(Exception):
        pass

    def broken() -> Iterator[bytes]:
        yield ARCHIVES["x.tar.gz"][:2000]
        raise Gone

    with pytest.raises(Gone):
        hash_archive(broken(), filename="x.tar.gz")


@pytest.mark.parametrize(
    ("cut", "why"),
    [
        (513, "511 more bytes belong to its last member"),
        (1024, "there is no end mark"),
        (3000, "510536 more bytes belong to its last member"),
    ],
)
def test_where_a_tar_ends_is_told(cut: int, why: str) -> None:
    entries = [(b"t", {}), (b"t/d", {}), (b"t/big", TREE[b"big"])]
    with pytest.raises(HashError) as caught:
        hash_archive(in_pieces(make_tar(entries)[:cut]), filename="x.tar")
    assert str(caught.value) == f"'x.tar' ends early, after {cut} bytes of tar: {why}"
    hint = "download it again; if that does not help, upstream's file is damaged"
    assert caught.value.hint == hint


@pytest.mark.parametrize("filename", [name for name in ARCHIVES if "tar." in name])
def test_what_follows_the_archive_is_refused(filename: str) -> None:
    """As tar does, since its gunzip warns of trailing garbage."""
    with pytest.raises(HashError) as caught:
        hash_archive(in_pieces(ARCHIVES[filename] + b"garbage"), filename=filename)
    assert str(caught.value).startswith(f"{filename!r} is damaged: ")


HEADER = TAR[:512]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            b"x" + TAR[1:],
            "'x.tar' is damaged: no tar header at byte 0",
        ),
        (
            TAR[:512] + bytes(512) + TAR[512:],
            "'x.tar' is damaged: zeros stand between its members at byte 1024",
        ),
        (
            HEADER[:124] + b"0000000008\0 " + HEADER[136:148] + b"005000\0 " + TAR[156:],
            "'x.tar' is damaged: no tar header at byte 0",
        ),
    ],
    ids=["checksum", "zeros", "number"],
)
def test_a_damaged_header_is_told(data: bytes, message: str) -> None:
    with pytest.raises(HashError) as caught:
        hash_archive(in_pieces(data), filename="x.tar")
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("records", "shown"),
    [
        (b"xx path=a\n", "xx path=a"),
        (b"99 path=a\n", "99 path=a"),
        (b"8 path=a\n", "8 path=a"),
        (b"7 path\n", "7 path"),
        (b"0 \n", "0 "),
    ],
)
def test_a_damaged_extended_header_is_told(records: bytes, shown: str) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        header = tarfile.TarInfo("x")
        header.type = tarfile.XHDTYPE
        header.size = len(records)
        tar.addfile(header, io.BytesIO(records))
        tar.addfile(tarfile.TarInfo("t/x"))
    with pytest.raises(HashError) as caught:
        hash_archive(in_pieces(buffer.getvalue()), filename="x.tar")
    assert str(caught.value) == (
        f"'x.tar' is damaged: a pax header cannot be read: {(shown + chr(10)).encode()!r}"
    )


def test_a_folder_that_takes_no_temporary_files_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "none"))
    with pytest.raises(HashError) as caught:
        hash_archive(in_pieces(ARCHIVES["y.tar.gz"]), filename="y.tar.gz")
    assert str(caught.value) == (
        f"cannot keep temporary data in {tmp_path}/none: No such file or directory"
    )
    assert caught.value.hint == "free some space there, or set TMPDIR to a folder on a larger disk"


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk's."""
    archive = tmp_path / "y.tar.gz"
    archive.write_bytes(ARCHIVES["y.tar.gz"])
    code = """if True:
        import resource, sys, pathlib
        from updater.errors import HashError
        from updater.effects import spool
        from updater.hashing import archive
        spool.IN_MEMORY_BYTES = 1000
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
        try:
            archive.hash_archive([pathlib.Path(sys.argv[1]).read_bytes()], filename="y.tar.gz")
        except HashError as error:
            print(error)
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    """
    done = subprocess.run(
        [sys.executable, "-c", code, str(archive)], check=True, capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == (
        f"cannot keep temporary data in {tmp_path}/spool: File too large\n",
        "",
    )
