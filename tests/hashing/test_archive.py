"""The embedded hash of an archive is the one that its fetcher gives."""

from __future__ import annotations

import bz2
import lzma
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hashing.on_disk import hash_path
from tests.hashing.oracles import fetchzip, nix_prefetch
from tests.hashing.trees import (
    COMMIT,
    File,
    Link,
    Members,
    Tree,
    examples,
    fresh,
    gzipped,
    in_pieces,
    make_tar,
    make_zip,
    members,
    shuffled,
    text_names,
    trees,
    trees_of,
    write_tree,
    zstd_compressed,
)
from updater.effects import spool
from updater.errors import HashError
from updater.hashing import ordered
from updater.hashing.archive import Unpacked, hash_archive
from updater.hashing.limits import Limits
from updater.hashing.ordered import write_in_order
from updater.model.sri import parse_hash

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.real_nix import Nix
    from updater.model import Sri, Unpacking

SMALL: Tree = {
    b"a.py": File(b"print()\n", executable=True),
    b"a": {b"b": File(b"x" * 1000), b"empty": {}},
    b"a-b": {b"c": Link(b"../a/b")},
    b"a0": File(b""),
}


def _hash(data: bytes, filename: str = "x.tar.gz", unpacking: Unpacking = "fetchzip") -> Sri:
    return hash_archive(in_pieces(data), filename=filename, unpacking=unpacking).sri


# --- order --------------------------------------------------------------------------------------


@examples
@given(tree=trees, seed=st.integers(0, 9), pax=st.booleans())
def test_the_order_of_the_members_does_not_matter(
    tmp_path: Path, tree: Tree, seed: int, *, pax: bool
) -> None:
    expected = hash_path(write_tree(tree, fresh(tmp_path)))
    for entries in (
        members(tree),
        members(tree, git_order=True),
        shuffled(members(tree), seed),
    ):
        assert _hash(gzipped(make_tar(entries, pax=pax))) == expected


@examples
@given(tree=trees)
def test_folders_need_no_members_of_their_own(tmp_path: Path, tree: Tree) -> None:
    on_disk = write_tree({b"in": tree, b"file": File(b"")}, fresh(tmp_path))
    leaves = [
        (path, node)
        for path, node in members({b"in": tree, b"file": File(b"")})
        if node == {} or isinstance(node, File | Link)
    ]
    assert _hash(gzipped(make_tar(leaves))) == hash_path(on_disk)


@examples
@given(tree=trees, git_order=st.booleans(), buffered=st.integers(0, 2000))
def test_what_waits_on_disk_comes_back(
    tmp_path: Path, tree: Tree, buffered: int, *, git_order: bool
) -> None:
    """With hardly any memory, nearly all that waits goes through the spool."""
    expected = hash_path(write_tree(tree, fresh(tmp_path)))
    data = gzipped(make_tar(members(tree, git_order=git_order)))
    other = gzipped(make_tar(shuffled(members(tree), buffered)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spool, "IN_MEMORY_BYTES", 1)
        patch.setattr(spool, "_WRITE_BYTES", buffered)
        patch.setattr(ordered, "IN_MEMORY_BYTES", 700)
        patch.setattr(ordered, "_LEVEL_BYTES", 300)
        assert _hash(data) == _hash(other) == expected


@examples
@given(tree=trees, git_order=st.booleans())
def test_gits_order_and_a_nars_are_read_once(tree: Tree, *, git_order: bool) -> None:
    """These two orders stream; only others are read a second time."""
    passes = []

    def counted(*arguments: object) -> list[tuple[str, str]]:
        passes.append(1)
        return write_in_order(*arguments)  # type: ignore[arg-type]  # as hash_archive gives them

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("updater.hashing.archive.write_in_order", counted)
        patch.delattr("updater.hashing.archive.write_sorted")
        _hash(gzipped(make_tar(members(tree, git_order=git_order))))
    assert passes == [1]


# --- the real Nix and the real fetcher ----------------------------------------------------------


@pytest.mark.nix
@settings(examples, max_examples=25)
@given(tree=trees, seed=st.integers(0, 9), pax=st.booleans())
def test_embedded_nix_and_fetchzip_agree_on_tars(
    tmp_path: Path, nix: Nix, tree: Tree, seed: int, *, pax: bool
) -> None:
    folder = fresh(tmp_path)
    folder.mkdir()
    archive = folder / "x.tar.gz"
    archive.write_bytes(gzipped(make_tar(shuffled(members(tree), seed), pax=pax)))

    embedded = _hash(archive.read_bytes())

    assert embedded == fetchzip(nix, archive, folder / "scratch")
    assert embedded == nix_prefetch(nix, archive)


@pytest.mark.nix
@settings(examples, max_examples=25)
@given(tree=trees_of(text_names), seed=st.integers(0, 9))
def test_embedded_nix_and_fetchzip_agree_on_zips(
    tmp_path: Path, nix: Nix, tree: Tree, seed: int
) -> None:
    folder = fresh(tmp_path)
    folder.mkdir()
    archive = folder / "x.zip"
    archive.write_bytes(make_zip(shuffled(members(tree), seed)))

    embedded = _hash(archive.read_bytes(), "x.zip")

    assert embedded == fetchzip(nix, archive, folder / "scratch")
    # Nix itself reads no zip with names beyond ASCII, in no locale.
    if all(path.isascii() for path, _ in members(tree)):
        assert embedded == nix_prefetch(nix, archive)


@pytest.mark.nix
@pytest.mark.parametrize("form", ["tar.gz", "tar", "zip"])
@settings(examples, max_examples=10)
@given(tree=trees_of(text_names))
def test_what_git_archive_writes_is_hashed_and_its_commit_known(
    tmp_path: Path, nix: Nix, form: str, tree: Tree
) -> None:
    repository = write_tree(tree, fresh(tmp_path))
    git = ["git", "-C", str(repository), "-c", "user.name=x", "-c", "user.email=x@x.example"]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x", "--allow-empty"]):
        subprocess.run([*git, *arguments], check=True)
    commit = subprocess.run(
        [*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True
    ).stdout.strip()
    archive = fresh(tmp_path).with_suffix(f".{form}")
    subprocess.run(
        [*git, "archive", f"--format={form}", "--prefix=x-1/", f"--output={archive}", "HEAD"],
        check=True,
    )

    unpacked = hash_archive(in_pieces(archive.read_bytes()), filename=archive.name)

    assert unpacked.commit == commit
    assert unpacked.sri == fetchzip(nix, archive, tmp_path / "scratch")


@pytest.mark.nix
@pytest.mark.parametrize("form", ["v7", "oldgnu", "gnu", "ustar", "posix"])
def test_every_format_of_gnu_tar_is_read(tmp_path: Path, nix: Nix, form: str) -> None:
    """With hard links, and paths as long as each format allows."""
    top = write_tree({b"n" * 60: SMALL, b"z" * 29: SMALL}, tmp_path / "top")
    os.link(top / ("n" * 60) / "a" / "b", top / "linked")
    archive = tmp_path / "x.tar"
    subprocess.run(
        ["tar", "-C", tmp_path, "--sort=name", f"--format={form}", "-cf", archive, "top"],
        check=True,
    )
    assert _hash(archive.read_bytes()) == fetchzip(nix, archive, tmp_path / "scratch")
    assert _hash(archive.read_bytes()) == hash_path(top)


@pytest.mark.nix
def test_info_zips_own_archives_are_read(tmp_path: Path, nix: Nix) -> None:
    """With links kept, and with file times and owners in extra fields."""
    top = write_tree(SMALL, tmp_path / "top")
    archive = tmp_path / "x.zip"
    subprocess.run(["zip", "-qry", archive, "top"], cwd=tmp_path, check=True)
    assert _hash(archive.read_bytes(), "x.zip") == hash_path(top)
    assert fetchzip(nix, archive, tmp_path / "scratch") == hash_path(top)


# --- the top of the archive ---------------------------------------------------------------------

FLAT: Members = [(b"b", File(b"1")), (b"a", {}), (b"a/c", File(b"2"))]


@pytest.mark.nix
@pytest.mark.parametrize("dots", [b"", b"./", b".//./"], ids=["plain", "dot", "dots"])
def test_a_flat_archive_is_hashed_without_stripping(tmp_path: Path, nix: Nix, dots: bytes) -> None:
    archive = tmp_path / "x.tar"
    archive.write_bytes(make_tar([(dots + path, node) for path, node in FLAT]))
    assert _hash(archive.read_bytes(), unpacking="flat") == fetchzip(
        nix, archive, tmp_path / "scratch", strip_root=False
    )


@pytest.mark.nix
def test_a_single_file_is_put_into_a_folder(tmp_path: Path, nix: Nix) -> None:
    """As fetchzip does; nix-prefetch-url would hash the bare file."""
    archive = tmp_path / "x.tar"
    archive.write_bytes(make_tar([(b"only", File(b"1", executable=True))]))
    assert _hash(archive.read_bytes()) == fetchzip(nix, archive, tmp_path / "scratch")
    assert _hash(archive.read_bytes()) != nix_prefetch(nix, archive)


BUILD = "set `hash: build` for this package, so that its fetcher unpacks it"


def _refused_by_nix(data: bytes, filename: str) -> str:
    """Return why an archive is not hashed for fetchTarball, though it is for fetchzip."""
    _hash(data, filename)
    with pytest.raises(HashError) as caught:
        _hash(data, filename, "fetchTarball")
    assert caught.value.hint == BUILD
    return str(caught.value)


def test_a_single_file_is_refused_for_fetchtarball() -> None:
    assert _refused_by_nix(make_tar([(b"only", File(b"1"))]), "x.tar") == (
        "'x.tar' has the file 'only' alone at its top, which some releases of Nix put into a "
        "folder and others do not"
    )


def test_a_zip_is_refused_for_fetchtarball_where_nix_sees_no_modes() -> None:
    data = make_zip([(b"t/a", File(b"1"))])
    assert _refused_by_nix(data, "archive") == (
        "'archive' is a zip archive that is not supported here, since Nix reads its modes only if "
        "its name ends in .zip"
    )


def test_a_zip_is_refused_for_fetchtarball_where_nix_reads_no_names() -> None:
    data = make_zip([("t/é".encode(), File(b"1"))])
    assert _refused_by_nix(data, "x.zip") == (
        "'x.zip' is a zip archive that is not supported here, since Nix does not read such a name "
        "in a zip: 't/é'"
    )


@pytest.mark.nix
@pytest.mark.parametrize("form", ["tar", "zip"])
def test_the_hash_for_fetchtarball_is_the_one_that_nix_gives(
    tmp_path: Path, nix: Nix, form: str
) -> None:
    archive = tmp_path / f"x.{form}"
    archive.write_bytes(make_tar(members(SMALL)) if form == "tar" else make_zip(members(SMALL)))
    own = _hash(archive.read_bytes(), archive.name, "fetchTarball")
    call = f'builtins.fetchTarball {{ url = "{archive.as_uri()}"; sha256 = "{own}"; }}'
    path = nix.run("nix-instantiate", "--eval", "--expr", call).strip().strip('"')
    assert parse_hash(nix.run("nix", "hash", "path", path).strip()) == own
    assert own == nix_prefetch(nix, archive)


@pytest.mark.nix
def test_several_top_entries_are_an_error_as_in_fetchzip(tmp_path: Path, nix: Nix) -> None:
    archive = tmp_path / "x.tar"
    archive.write_bytes(make_tar(FLAT))
    with pytest.raises(LookupError):
        fetchzip(nix, archive, tmp_path / "scratch")
    with pytest.raises(HashError) as caught:
        _hash(archive.read_bytes(), "x.tar")
    assert str(caught.value) == (
        "'x.tar' has several top entries ('a' and 'b'), its fetcher expects one"
    )
    assert caught.value.hint == (
        "set stripRoot = false in the fetcher if the archive is meant to be a flat list of files"
    )


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([], "'x.tar' is empty, its fetcher expects one top folder"),
        (
            [(b"l", Link(b"elsewhere"))],
            "'x.tar' has the link 'l' where its fetcher expects a top folder",
        ),
    ],
    ids=["nothing", "a link"],
)
def test_an_archive_without_a_top_folder_is_an_error(
    entries: list[tuple[bytes, File | Link]], message: str
) -> None:
    with pytest.raises(HashError) as caught:
        _hash(make_tar(entries), "x.tar")
    assert str(caught.value) == message


def test_an_empty_archive_is_an_empty_folder_without_stripping(tmp_path: Path) -> None:
    assert _hash(make_tar([]), unpacking="flat") == hash_path(write_tree({}, tmp_path / "top"))


# --- formats and pieces -------------------------------------------------------------------------

COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "x.tar": bytes,
    "x.tar.gz": gzipped,
    "x.tar.bz2": bz2.compress,
    "x.tar.xz": lzma.compress,
    "x.tar.zst": zstd_compressed,
}


@pytest.mark.parametrize("filename", COMPRESSIONS)
@pytest.mark.parametrize("sizes", [(1,), (7, 4096), (512,), (1 << 20,), (0, 65536)])
def test_every_compression_in_pieces_of_any_size_gives_the_same(
    tmp_path: Path, filename: str, sizes: tuple[int, ...]
) -> None:
    data = COMPRESSIONS[filename](make_tar(members(SMALL)))
    found = hash_archive(in_pieces(data, sizes), filename=filename)
    assert found.sri == hash_path(write_tree(SMALL, tmp_path / "top"))
    assert found.downloaded_bytes == len(data)


@pytest.mark.parametrize("filename", [name for name in COMPRESSIONS if name != "x.tar"])
def test_a_stream_may_be_compressed_in_several_members(tmp_path: Path, filename: str) -> None:
    """As pigz, pixz and bgzip write it; zeros may pad the last one."""
    tar = make_tar(members(SMALL))
    compress = COMPRESSIONS[filename]
    data = b"".join(compress(piece) for piece in in_pieces(tar, (1000, 1)))
    expected = hash_path(write_tree(SMALL, tmp_path / "top"))
    assert _hash(data, filename) == expected
    assert _hash(data + bytes(8), filename) == expected


def test_without_the_fast_gunzip_the_slow_one_gives_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "isal", None)
    tree: Tree = {**SMALL, b"zeros": File(bytes(3_000_000)), b"random": File(os.urandom(400_000))}
    expected = hash_path(write_tree(tree, tmp_path / "top"))
    assert _hash(gzipped(make_tar(members(tree)))) == expected
    assert _hash(make_zip(members(tree)), "x.zip") == expected


def test_without_a_zstd_library_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "backports.zstd", None)
    monkeypatch.setitem(sys.modules, "compression", None)
    monkeypatch.delattr("backports.zstd", raising=False)
    with pytest.raises(HashError) as caught:
        _hash(zstd_compressed(make_tar(members(SMALL))), "x.tar.zst")
    assert str(caught.value) == "this is a zstd archive, and no zstd library is installed"
    assert caught.value.hint == f"install backports.zstd, or {BUILD}"


def test_a_stream_that_wants_too_much_memory_is_refused() -> None:
    """An xz or zstd stream says how much of its past its reader has to remember."""
    data = lzma.compress(make_tar(members(SMALL)), preset=9)
    with pytest.raises(HashError, match=r"^'x.tar.xz' is damaged: .* Memory usage limit exceeded$"):
        hash_archive([data], filename="x.tar.xz", limits=Limits(window_bytes=1 << 20))
    assert hash_archive([data], filename="x.tar.xz").sri == _hash(make_tar(members(SMALL)))


def test_archives_are_hashed_beside_each_other() -> None:
    """Each in a thread of its own, as the pipeline does."""
    trees = [{b"%d" % number: File(b"%d" % number * 200_000)} for number in range(8)]
    archives = [gzipped(make_tar(members(tree))) for tree in trees]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(_hash, archives)) == [_hash(data) for data in archives]


def test_memory_does_not_grow_with_the_archive(tmp_path: Path) -> None:
    """Neither many members nor large ones count, also where all have to be brought into order."""
    entries: Members = [(b"t/%05d.py" % number, File(b"1" * 100)) for number in range(20_000)]
    entries += [(b"t/a%d" % number, File(os.urandom(1 << 20) * 16)) for number in range(8)]
    archive = tmp_path / "x.tar"
    archive.write_bytes(make_tar(shuffled(entries, 1)))
    code = """if True:
        import sys
        from updater.hashing.archive import hash_archive
        with open(sys.argv[1], "rb") as file:
            hash_archive(iter(lambda: file.read(65536), b""), filename="x.tar")
        print(open("/proc/self/status").read())
    """
    done = subprocess.run(
        [sys.executable, "-c", code, archive], check=True, capture_output=True, text=True
    )
    peak = re.search(r"^VmHWM:\s+(\d+) kB$", done.stdout, re.MULTILINE)
    assert peak is not None
    assert int(peak[1]) < 60_000


@pytest.mark.parametrize("page", [b"<!DOCTYPE html>", b"<!DOCTYPE html>" + b"\n" * 2000])
def test_what_is_no_archive_is_named(page: bytes) -> None:
    with pytest.raises(HashError) as caught:
        _hash(page)
    assert str(caught.value) == (
        "'x.tar.gz' is not an archive that can be unpacked: it starts with 3c 21 44 4f 43 54 59 50"
    )
    assert caught.value.hint == "tar, tar.gz, tar.xz, tar.bz2, tar.zst and zip can be read"


def test_nothing_is_no_archive() -> None:
    with pytest.raises(HashError, match=r"^'x.tar.gz' is not an archive .*: it is empty$"):
        _hash(b"")


# --- what else is found on the way --------------------------------------------------------------


def test_everything_about_an_archive_is_told() -> None:
    tree: Tree = {
        b"pyproject.toml": File(b"[project]\n"),
        b"LICENSE": File(b"MIT"),
        b"src": {b"pkg": {b"__init__.py": File(b"__version__ = '1'\n"), b"data": File(b"")}},
        b"Src": File(b""),
        b"requirements": {b"test.txt": File(b"pytest\n"), b"other.bin": File(b"")},
    }
    tar = make_tar(members(tree), comment=COMMIT)
    data = gzipped(tar)
    assert hash_archive(in_pieces(data), filename="x.tar.gz") == Unpacked(
        sri=_hash(data),
        commit=COMMIT,
        files={
            "pyproject.toml": b"[project]\n",
            "LICENSE": b"MIT",
            "src/pkg/__init__.py": b"__version__ = '1'\n",
            "requirements/test.txt": b"pytest\n",
        },
        downloaded_bytes=len(data),
        collisions=(("Src", "src"),),
    )


@pytest.mark.parametrize("comment", [None, "by hand", COMMIT[:7], COMMIT.upper()])
def test_a_comment_that_is_no_commit_is_none(comment: str | None) -> None:
    data = make_tar(members(SMALL), comment=comment)
    assert hash_archive(in_pieces(data), filename="x.tar").commit is None


def test_what_is_kept_is_chosen_by_path_and_size() -> None:
    asked = []

    def keep(path: str, size: int) -> bool:
        asked.append((path, size))
        return path == "a/b"

    found = hash_archive(in_pieces(make_tar(members(SMALL))), filename="x.tar", keep=keep)
    assert asked == [("a/b", 1000), ("a.py", 8), ("a0", 0)]
    assert found.files == {"a/b": b"x" * 1000}


def test_names_are_watched_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of very many files costs no more memory for it."""
    monkeypatch.setattr("updater.hashing.tree._NAMES_WATCHED", 3)
    tree: Tree = {bytes([letter]): File(b"") for letter in b"ABCDa"}
    assert hash_archive([make_tar(members(tree))], filename="x.tar").collisions == ()


def test_names_that_a_mac_confuses_are_reported_once_each() -> None:
    tree: Tree = {
        b"A": {b"x": File(b""), b"X": File(b"")},
        b"a": {b"x": File(b"")},
        "é".encode(): File(b""),
        "e\u0301".encode(): File(b""),
    }
    expected = (("A", "a"), ("A/X", "A/x"), ("e\u0301", "é"))
    for seed in range(4):
        data = make_tar(shuffled(members(tree), seed))
        found = hash_archive(in_pieces(data), filename="x.tar")
        assert tuple(sorted(found.collisions)) == expected
