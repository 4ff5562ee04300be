"""What a tar's headers say is read as GNU tar reads it, or refused."""

from __future__ import annotations

import gzip
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.hashing.oracles import fetchzip
from tests.hashing.raw import long_name, padded, pax, summed, tar_member
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


def _with(place: int, field: bytes, *, magic: bytes = b"ustar\x0000", flag: bytes = b"0") -> bytes:
    """Return a member with a field that nothing else names."""
    header = tar_member(b"t/n", flag=flag, magic=magic)
    return summed(header[:place] + field + header[place + len(field) :])


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
    "a long name, and pax for the rest": long_name(b"t/a") + pax(mtime=b"1.5") + tar_member(b"t/n"),
    "pax for the rest, then a long name": pax(mtime=b"1.5")
    + long_name(b"t/a")
    + tar_member(b"t/n"),
    "numbers of zeros": tar_member(b"t/n", mode=bytes(8)),
    "numbers of spaces": tar_member(b"t/n", mode=b"       \0"),
    "a time below zero": _with(136, b"\xff" * 12),
    "no version of its format": _with(257, b"ustar\0\0\0"),
    "a time of access in GNU's own format": _with(345, b"00000000001\0", magic=b"ustar  \0"),
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
    "sparse in the format of star": (
        pax(**{"SCHILY.realsize": b"9", "path": b"t/n"}) + tar_member(b"t/x", b"1"),
        "the archive has a sparse file, which is not supported here: 't/n'",
    ),
    "sparse in the format of Solaris": (
        pax(path=b"t/n", **{"SUN.holesdata": b" 0 1"}) + tar_member(b"t/x", b"1"),
        "the archive has a sparse file, which is not supported here: 't/n'",
    ),
    "sparse by libarchive's reading of GNU's own format": (
        _with(386, b"00000000001\0", magic=b"ustar  \0"),
        "the archive has a sparse file, which is not supported here: 't/n'",
    ),
    "a true size in GNU's own format": (
        _with(483, b"00000000009\0", magic=b"ustar  \0"),
        "the archive has a sparse file, which is not supported here: 't/n'",
    ),
    "a list of a folder's files": (
        pax(path=b"t/n", **{"GNU.dumpdir": b"Yfile\0\0"}) + tar_member(b"t/x", b"1"),
        "the archive has a member with GNU.dumpdir, which is not supported here: 't/n'",
    ),
    "a format between POSIX and GNU": (
        _with(257, b"ustar 00"),
        "the archive has a member of the format b'ustar 00', which is not supported here: 't/n'",
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
        "set `hash: build` for this package, so that its fetcher unpacks it",
    )


DAMAGED = {
    "a mode that begins with a zero byte": (
        tar_member(b"t/n", mode=b"\x00000755\0"),
        "'x.tar' is damaged: the mode in the tar header at byte 0 is b'\\x00000755\\x00'",
    ),
    "a mode of blanks": (
        tar_member(b"t/n", mode=b" " * 8),
        "'x.tar' is damaged: the mode in the tar header at byte 0 is b'        '",
    ),
    "something behind a mode's end": (
        tar_member(b"t/n", mode=b"755\0junk"),
        "'x.tar' is damaged: the mode in the tar header at byte 0 is b'755\\x00junk'",
    ),
    "an owner that is none": (
        _with(108, b"nobody\0\0"),
        (
            "'x.tar' is damaged: the owner, group or time in the tar header at byte 0 is "
            "b'nobody\\x00\\x00'"
        ),
    ),
    "a device that is none": (
        _with(337, b"\1"),
        (
            "'x.tar' is damaged: the device in the tar header at byte 0 is "
            "b'\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00'"
        ),
    ),
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
    "an empty name of GNU": (
        long_name(b"") + tar_member(b"t/n"),
        "the archive has a member without a name",
    ),
    **{
        f"{what} in a pax header": (
            pax(**records) + tar_member(b"t/n"),
            f"'x.tar' is damaged: a pax header cannot be read: {shown!r}",
        )
        for what, records, shown in (
            ("an empty name", {"path": b""}, b"8 path=\n"),
            ("an empty target", {"linkpath": b""}, b"13 linkpath=\n"),
            ("a time that is none", {"mtime": b"today"}, b"15 mtime=today\n"),
            ("a key that begins with a space", {" path": b"t/a"}, b"13  path=t/a\n"),
            ("a key with a zero byte", {"a\0b": b"c"}, b"8 a\x00b=c\n"),
            ("no key", {"": b"c"}, b"5 =c\n"),
        )
    },
    "a dot, then a slash": (
        tar_member(b"t/./", flag=b"2", target=b"x"),
        "the archive has a member without a name: 't/.'",
    ),
    "a file that is called a dot": (
        tar_member(b".", b"1"),
        "the archive has a member without a name: '.'",
    ),
    "a folder of a file's type by pax": (
        pax(path=b"t/a/") + tar_member(b"t/n"),
        "the archive has a folder with the type of a file: 't/a'",
    ),
    "two names for one member": (
        long_name(b"t/a") + pax(path=b"t/b") + tar_member(b"t/n"),
        "the archive has two headers of one kind for one member",
    ),
    "two names for one member, in the other order": (
        pax(path=b"t/b") + long_name(b"t/a") + tar_member(b"t/n"),
        "the archive has two headers of one kind for one member",
    ),
    "two targets for one link": (
        long_name(b"a", b"K") + pax(linkpath=b"b") + tar_member(b"t/n", flag=b"2", target=b"c"),
        "the archive has two headers of one kind for one member",
    ),
    "a target of a file": (
        pax(linkpath=b"t/a") + tar_member(b"t/n"),
        "the archive has a link target for something that is not a link: 't/n'",
    ),
    "a long target of a folder": (
        long_name(b"t/a", b"K") + tar_member(b"t/n", flag=b"5"),
        "the archive has a link target for something that is not a link: 't/n'",
    ),
    "a header before a label": (
        pax(path=b"t/a") + tar_member(b"label", flag=b"V", magic=b"ustar  \0") + tar_member(b"t/n"),
        "the archive has a header in front of its volume's label",
    ),
    "a header before nothing": (
        tar_member(b"t/n") + pax(path=b"t/a"),
        "the archive ends with a header that belongs to no member",
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
