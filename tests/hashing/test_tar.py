"""What a tar's headers say is read as GNU tar reads it, or refused."""

from __future__ import annotations

import gzip
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hashing.oracles import fetchzip
from tests.hashing.raw import long_name, padded, pax, tar_member
from tests.hashing.trees import examples, fresh
from updater.errors import HashError
from updater.hashing.archive import hash_archive

if TYPE_CHECKING:
    from pathlib import Path

    from tests.real_nix import Nix
    from updater.model import Sri

END = bytes(1024)
NAME = b"n" * 100
EXECUTABLE = b"0000755\0"


def _hash(data: bytes, filename: str = "x.tar") -> Sri:
    return hash_archive([data], filename=filename).sri


SOUND = {
    "a name of all hundred bytes": tar_member(b"t/" + b"n" * 98, b"1"),
    "a prefix": tar_member(b"n", b"1", prefix=b"t/p"),
    "no prefix in GNU's own format": tar_member(b"t/n", b"1", magic=b"ustar  \0", prefix=b"p"),
    "no prefix before POSIX": tar_member(b"t/n", b"1", magic=b"", prefix=b"p"),
    "a folder before POSIX": tar_member(b"t/n/", magic=b"", flag=b"\0"),
    "a file before POSIX": tar_member(b"t/n", b"1", magic=b"", flag=b"\0"),
    "a contiguous file": tar_member(b"t/n", b"1", flag=b"7"),
    "a size in binary": tar_member(b"t/n", b"123", size=b"\x80" + bytes(10) + b"\3"),
    "a size with spaces": tar_member(b"t/n", b"1" * 9, size=b"         11 "),
    "a size without an end": tar_member(b"t/n", b"1" * 9, size=b"000000000011"),
    "a mode with spaces": tar_member(b"t/n", b"1", mode=b"   755 \0"),
    "only the owner may execute": tar_member(b"t/n", b"1", mode=b"0000744\0"),
    "only others may execute": tar_member(b"t/n", b"1", mode=b"0000655\0"),
    "more than permissions in the mode": tar_member(b"t/n", b"1", mode=b"0100755\0"),
    "a long name of GNU": long_name(b"t/" + NAME + NAME) + tar_member(b"t/n", b"1"),
    "a long target of GNU": long_name(NAME * 2, b"K") + tar_member(b"t/n", flag=b"2", target=b"x"),
    "a path of pax": pax(path=b"t/" + NAME + NAME) + tar_member(b"t/n", b"1"),
    "a target of pax": pax(linkpath=NAME * 2) + tar_member(b"t/n", flag=b"2", target=b"x"),
    "a size of pax": pax(size=b"600")
    + tar_member(b"t/n", size=b"%011o\0" % 0)
    + padded(b"1" * 600),
    "a path of pax that is no UTF-8": pax(path=b"t/\xff\xfe") + tar_member(b"t/n", b"1"),
    "a long name, overruled by pax": long_name(b"t/a") + pax(path=b"t/b") + tar_member(b"t/n"),
    "pax, then a long name": pax(path=b"t/b") + long_name(b"t/a") + tar_member(b"t/n"),
    "a link named as a folder": tar_member(b"t/n/", flag=b"2", target=b"x"),
    "a volume label": tar_member(b"label", flag=b"V", magic=b"ustar  \0")
    + tar_member(b"t/n", b"1"),
    "an executable link's target": tar_member(b"t/a", b"1", mode=EXECUTABLE)
    + tar_member(b"t/b", flag=b"1", target=b"t/a"),
    "a hard link to a link": tar_member(b"t/a", flag=b"2", target=b"x")
    + tar_member(b"t/b", flag=b"1", target=b"t/a"),
    "a folder twice": tar_member(b"t/a/", flag=b"5") * 2 + tar_member(b"t/a/b", b"1"),
}


@pytest.mark.nix
@pytest.mark.parametrize("data", SOUND.values(), ids=SOUND.keys())
def test_gnu_tar_reads_the_same(tmp_path: Path, nix: Nix, data: bytes) -> None:
    archive = tmp_path / "x.tar"
    archive.write_bytes(data + END)
    assert _hash(data + END) == fetchzip(nix, archive, tmp_path / "scratch")


_raw_names = st.lists(
    st.sampled_from([b"a", b"b", b"a-b", b"a.b", b"\xe9", b" ", b".", b"..", b""]),
    max_size=3,
).map(lambda parts: b"/".join([b"t", *parts]))


@st.composite
def _raw_members(draw: st.DrawFn) -> bytes:
    flag = draw(st.sampled_from([b"0", b"0", b"\0", b"1", b"2", b"5", b"7"]))
    content = b"1" * draw(st.sampled_from([0, 1, 512, 513])) if flag in b"0\x007" else b""
    name = draw(_raw_names)
    member = tar_member(
        name,
        content,
        flag=flag,
        mode=draw(st.sampled_from([b"0000644\0", EXECUTABLE])),
        target=draw(_raw_names) if flag in b"12" else b"",
        magic=draw(st.sampled_from([b"ustar\x0000", b"ustar  \0", b""])),
        prefix=draw(st.sampled_from([b"", b"", b"t"])),
    )
    before = draw(st.sampled_from([b"", b"", pax(path=name), long_name(name)]))
    return before + member


@pytest.mark.nix
@settings(examples, max_examples=150)
@given(parts=st.lists(_raw_members(), min_size=1, max_size=4))
def test_any_headers_are_read_as_gnu_tar_does_or_refused(
    tmp_path: Path, nix: Nix, parts: list[bytes]
) -> None:
    """What is accepted here, tar accepts as well, and with the same result."""
    data = b"".join(parts) + END
    try:
        found = _hash(data)
    except HashError:
        return
    archive = fresh(tmp_path)
    archive.write_bytes(data)
    assert found == fetchzip(nix, archive, tmp_path / "scratch")


def test_a_checksum_of_signed_bytes_is_accepted() -> None:
    """Some old programs added the header up as signed bytes."""
    member = tar_member(b"t/\xe9\xe9", b"1")
    signed = tar_member(b"t/\xe9\xe9", b"1", checksum=b"%06o\0 " % (int(member[148:154], 8) - 512))
    assert signed != member
    assert _hash(signed + END) == _hash(member + END)


def test_a_compressed_tar_may_lack_its_end_mark() -> None:
    """The compression shows that it is whole; some programs write none."""
    member = tar_member(b"t/a", b"1")
    for end in (b"", bytes(512), END, END + b"what tar does not look at"):
        data = gzip.compress(member + end)
        assert _hash(data, "x.tar.gz") == _hash(member + END)


UNSUPPORTED = {
    "sparse": (
        tar_member(b"t/n", flag=b"S"),
        "the archive has a sparse file, which is not supported here: 't/n'",
    ),
    "sparse in pax": (
        pax(**{"GNU.sparse.major": b"1", "GNU.sparse.name": b"t/n"}) + tar_member(b"t/x", b"1"),
        "the archive has a sparse file, which is not supported here: 't/n'",
    ),
    "several volumes": (
        tar_member(b"t/n", b"1", flag=b"M"),
        (
            "the archive has a file that continues from another volume, which is not supported "
            "here: 't/n'"
        ),
    ),
    "another type": (
        tar_member(b"t/n", b"1", flag=b"Z"),
        "the archive has a member of the unknown type b'Z', which is not supported here: 't/n'",
    ),
}


@pytest.mark.parametrize(("data", "message"), UNSUPPORTED.values(), ids=UNSUPPORTED.keys())
def test_what_is_not_supported_says_so(data: bytes, message: str) -> None:
    with pytest.raises(HashError) as caught:
        _hash(data + END)
    assert (str(caught.value), caught.value.hint) == (
        message,
        "set hash: nix for this package",
    )


DAMAGED = {
    "a number that is none": (
        tar_member(b"t/n", size=b"0000000008\0 "),
        "'x.tar' is damaged: the size in the tar header at byte 0 is b'0000000008\\x00 '",
    ),
    "a negative number": (
        tar_member(b"t/n", size=b"\xff" * 12),
        "'x.tar' is damaged: the size in the tar header at byte 0 is b'" + r"\xff" * 12 + "'",
    ),
    "a size of pax that is none": (
        pax(size=b"-1") + tar_member(b"t/n"),
        "'x.tar' is damaged: a pax header gives the size b'-1'",
    ),
    "a name too long for a file system": (
        pax(path=b"t/" + b"n" * 256) + tar_member(b"t/n"),
        (
            "the archive has a path that no file system holds (258 bytes; a name may have 255, a "
            f"path 4095): t/{'n' * 58}..."
        ),
    ),
    "a zero in a name": (
        pax(path=b"t/a\0b") + tar_member(b"t/n"),
        "the archive has a path with a zero byte: 't/a\\x00b'",
    ),
    "no name": (tar_member(b""), "the archive has a member without a name"),
    "an empty name of pax": (
        pax(path=b"") + tar_member(b"t/n"),
        "the archive has a member without a name",
    ),
    "a dot for a name": (tar_member(b"t/."), "the archive has a member without a name: 't/.'"),
    "two headers for one member": (
        pax(path=b"t/a") + pax(mtime=b"1.5") + tar_member(b"t/n", b"1"),
        "the archive has two headers of one kind for one member",
    ),
}


@pytest.mark.parametrize(("data", "message"), DAMAGED.values(), ids=DAMAGED.keys())
def test_what_no_program_writes_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(HashError) as caught:
        _hash(data + END)
    assert str(caught.value) == message


@pytest.mark.nix
@pytest.mark.parametrize("form", ["gnu", "pax"])
def test_real_sparse_files_are_refused(tmp_path: Path, form: str) -> None:
    (tmp_path / "t").mkdir()
    with (tmp_path / "t" / "hole").open("wb") as file:
        file.truncate(1 << 20)
    archive = tmp_path / "x.tar"
    subprocess.run(
        ["tar", "-C", tmp_path, "--sparse", f"--format={form}", "-cf", archive, "t"], check=True
    )
    with pytest.raises(HashError, match=r"^the archive has a sparse file, .*: 't/hole'$"):
        _hash(archive.read_bytes())
