"""Generated file trees, and archives of them in every order and format that upstreams use."""

from __future__ import annotations

import gzip
import io
import os
import random
import stat
import sys
import tarfile
import warnings
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from hypothesis.strategies import SearchStrategy

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass(frozen=True, slots=True)
class File:
    content: bytes
    executable: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    target: bytes


Node: TypeAlias = "File | Link | Mapping[bytes, Node]"
Tree: TypeAlias = "Mapping[bytes, Node]"
Members: TypeAlias = "list[tuple[bytes, Node]]"

examples = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

# Around the borders of NAR padding, tar blocks, the reader's small files and its buffers.
SIZES = (0, 1, 7, 8, 9, 511, 512, 513, 1024, 10_239, 10_240, 131_071, 131_072, 131_073, 300_000)


def _names(letters: SearchStrategy[bytes]) -> SearchStrategy[bytes]:
    return letters.map(lambda name: name.replace(b"/", b"_").replace(b"\0", b"_")).filter(
        lambda name: name not in (b"", b".", b"..")
    )


# Letters next to the slash are what git's order and a NAR's disagree on.
close_names = _names(st.text(alphabet="ab-.0 A", min_size=1, max_size=5).map(str.encode))
byte_names = _names(st.binary(min_size=1, max_size=12))
long_names = st.integers(90, 255).map(lambda size: b"n" * size)
names = st.one_of(close_names, close_names, close_names, byte_names, long_names)
text_names = st.one_of(
    close_names, _names(st.text(alphabet="aA-.é日ß~", min_size=1, max_size=4).map(str.encode))
)

files = st.builds(
    lambda size, seed, executable: File((b"%d" % seed * size)[:size], executable),
    st.one_of(st.integers(0, 40), st.sampled_from(SIZES)),
    st.integers(0, 9),
    st.booleans(),
)


def trees_of(names: SearchStrategy[bytes]) -> SearchStrategy[Tree]:
    """Trees of files, links and folders, empty ones too, with these names."""
    links = st.builds(Link, st.one_of(names, st.sampled_from([b"../..", b"/etc/x", b"a//b/."])))
    return st.recursive(
        st.dictionaries(names, st.one_of(files, links), max_size=4),
        lambda inner: st.dictionaries(names, st.one_of(files, links, inner), max_size=6),
        max_leaves=12,
    )


trees = trees_of(names)


def write_tree(tree: Tree, folder: Path) -> Path:
    """Make the tree on disk, ``folder`` being its root."""
    folder.mkdir()
    for path, node in list(members(tree, os.fsencode(folder)))[1:]:
        match node:
            case File(content, executable):
                with open(path, "wb") as file:  # noqa: PTH123 - pathlib has no bytes
                    file.write(content)
                os.chmod(path, 0o755 if executable else 0o644)  # noqa: PTH101 - as above
            case Link(target):
                os.symlink(target, path)  # noqa: PTH211 - as above
            case _:
                os.mkdir(path)  # noqa: PTH102 - as above
    return folder


def members(tree: Tree, top: bytes = b"top", *, git_order: bool = False) -> Members:
    """Return path and node of all in the tree, in a NAR's order or in git's."""
    return list(_members(tree, top, git_order=git_order))


def _members(tree: Tree, above: bytes, *, git_order: bool) -> Iterator[tuple[bytes, Node]]:
    yield above, tree

    def key(name: bytes) -> bytes:
        is_folder = not isinstance(tree[name], File | Link)
        return name + b"/" if git_order and is_folder else name

    for name in sorted(tree, key=key):
        path, node = above + b"/" + name, tree[name]
        if isinstance(node, File | Link):
            yield path, node
        else:
            yield from _members(node, path, git_order=git_order)


def shuffled(entries: Members, seed: int) -> Members:
    """Return the members in another order."""
    order = random.Random(seed)  # noqa: S311 - no secret
    return order.sample(entries, len(entries))


def make_tar(
    entries: Iterable[tuple[bytes, Node]], *, pax: bool = True, comment: str | None = None
) -> bytes:
    """Return a tar of the entries in their order."""
    buffer = io.BytesIO()
    with tarfile.open(
        fileobj=buffer,
        mode="w",
        format=tarfile.PAX_FORMAT if pax else tarfile.GNU_FORMAT,
        encoding="utf-8",
        errors="surrogateescape",
        pax_headers={"comment": comment} if comment else {},
    ) as tar:
        for path, node in entries:
            member = tarfile.TarInfo(path.decode("utf-8", "surrogateescape"))
            content = b""
            match node:
                case File(content, executable):
                    member.size = len(content)
                    member.mode = 0o755 if executable else 0o644
                case Link(target):
                    member.type = tarfile.SYMTYPE
                    member.linkname = target.decode("utf-8", "surrogateescape")
                case _:
                    member.type = tarfile.DIRTYPE
                    member.mode = 0o755
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def make_zip(entries: Iterable[tuple[bytes, Node]], *, comment: bytes = b"") -> bytes:
    """Return a zip of the entries in their order, with Unix modes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = comment
        for path, node in entries:
            match node:
                case File(content, executable):
                    _add(archive, path, stat.S_IFREG | (0o755 if executable else 0o644), content)
                case Link(target):
                    _add(archive, path, stat.S_IFLNK | 0o777, target)
                case _:
                    _add(archive, path + b"/", stat.S_IFDIR | 0o755, b"")
    return buffer.getvalue()


def _add(archive: zipfile.ZipFile, path: bytes, mode: int, content: bytes) -> None:
    member = zipfile.ZipInfo(path.decode())
    member.create_system = 3
    member.external_attr = mode << 16
    member.compress_type = zipfile.ZIP_DEFLATED
    with warnings.catch_warnings():
        # Some archives have a name twice on purpose.
        warnings.simplefilter("ignore", UserWarning)
        archive.writestr(member, content)


def in_pieces(data: bytes, sizes: Sequence[int] = (65536,)) -> Iterator[bytes]:
    """Yield the data in pieces of these sizes, over and over."""
    at = number = 0
    while at < len(data):
        size = sizes[number % len(sizes)]
        yield data[at : at + size]
        at += size
        number += 1


def gzipped(data: bytes) -> bytes:
    return gzip.compress(data, 1, mtime=0)


def zstd_compressed(data: bytes) -> bytes:
    """Return a frame with a checksum, as the ``zstd`` command writes it."""
    return zstd.compress(data, options={zstd.CompressionParameter.checksum_flag: 1})


def fresh(folder: Path) -> Path:
    """Return a path in the folder that nothing has yet, for each of a test's many examples."""
    return folder / str(sum(1 for _ in folder.iterdir()))
