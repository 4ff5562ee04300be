"""The NAR hash of a commit's tree as ``git archive`` would give it, from git objects.

What neighbouring commits share costs nothing: folders that did not change keep their serialised
form, and only what follows the first difference is hashed again (`pieces`). What is kept is
bounded, whatever the history's length.

Source of the rules: ``write_archive_entries`` and ``queue_or_write_archive_entry`` in git's
``archive.c``: a folder is written as soon as something that is no folder stands below it, also
where that is itself ignored; a submodule is an empty folder.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec import Struct

from updater.hashing import nar
from updater.identify.attributes import GitAttributes
from updater.identify.convert import Conversion, conversion
from updater.identify.exact import Inexact, Unreproducible
from updater.identify.pieces import (
    Hashing,
    Objects,
    Piece,
    StreamedFile,
    SubstitutedFile,
    cost_of,
    rendered,
    whole_file,
)
from updater.identify.substitute import FORMAT, CommitObject
from updater.model import Sri

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from updater.model import Algorithm

KEPT_BYTES: Final = 128 * 1024 * 1024
"""How much of serialised folders is kept, of all trees together."""

_STREAMED_BYTES: Final = 4 * 1024 * 1024
_UNCONVERTED_BYTES: Final = 512 * 1024 * 1024  # git's core.bigFileThreshold
_ENTRY: Final = re.compile(rb"([0-7]+) ([^\0]+)\0(.{20})", re.DOTALL)
_PLAIN: Final = Conversion()
_EXECUTABLE: Final = 0o100
_FORMAT_BITS: Final = 0o170000
_FOLDER, _FILE, _SYMLINK, _SUBMODULE = 0o040000, 0o100000, 0o120000, 0o160000
_FOLDER_ENDS: Final = nar.FOLDER_END + nar.ENTRY_END
_MOST_PIECES: Final = 2_000_000
_LONGEST_PATH: Final = 4096
_ATTRIBUTES: Final = b".gitattributes"
_BESIDES: Final = 22  # a space, a NUL and the id
_NO_NAMES: Final = frozenset({b".", b"..", b".git"})


class _TreeEntry(NamedTuple):
    """One line of a tree object."""

    mode: bytes
    name: bytes
    identity: bytes

    @property
    def kind(self) -> int:
        """What it is, of the four below."""
        return int(self.mode, 8) & _FORMAT_BITS


class _Shown(NamedTuple):
    """An entry that the archive has, what becomes of its content, and what its piece hangs on."""

    entry: _TreeEntry
    kind: int
    conversion: Conversion
    key: object


class _SerialisedFolder(Struct, frozen=True):
    """A serialised folder's content, without its start and end.

    Attributes:
        pieces: in NAR order, those of folders below included.
        own: the pieces of its own files and links, to be used again by its next version.
        cost: the bytes that ``own`` holds.
        written: git archive writes the folder: something that is no folder stands in it.
    """

    pieces: tuple[Piece, ...]
    own: dict[object, Piece]
    cost: int
    written: bool


class TreeHash(Struct, frozen=True):
    """A tree's hash, and whether another commit with the same tree would have another."""

    sri: Sri
    depends_on_commit: bool


class TreeHasher:
    """Hashes one tree after the other; neighbours in history should follow each other.

    Args:
        objects: the repository.
        algorithm: of the hash.
        kept_bytes: how much of serialised folders may be kept.
    """

    def __init__(
        self, objects: Objects, algorithm: Algorithm = "sha256", kept_bytes: int = KEPT_BYTES
    ) -> None:
        self._objects = objects
        self._algorithm = algorithm
        self._room = kept_bytes
        self._folders: OrderedDict[tuple[object, ...], _SerialisedFolder] = OrderedDict()
        self._newest: dict[bytes, tuple[object, ...]] = {}
        self._hashing = Hashing(algorithm, objects)

    def hash(self, commit: str, tree: str) -> TreeHash:
        """Return the NAR hash of ``git archive COMMIT``, unpacked.

        Args:
            commit: its id.
            tree: the id of its tree.

        Raises:
            Inexact: git itself must be asked.
            Unreproducible: the archive depends on more than the commit.
        """
        root = self._folder(bytes.fromhex(tree), b"", GitAttributes())
        pieces = root.pieces
        depends = any(isinstance(piece, SubstitutedFile) for piece in pieces)
        if depends:
            (data,) = self._objects.read([commit], _STREAMED_BYTES)
            if isinstance(data, int):
                raise Inexact("the commit's message is too large")
            pieces = rendered(pieces, CommitObject(commit, data))
        return TreeHash(Sri(self._algorithm, self._hashing.digest(pieces)), depends)

    # --- folders ---

    def _folder(self, identity: bytes, path: bytes, above: GitAttributes) -> _SerialisedFolder:
        context = above.context
        key: tuple[object, ...] = (identity, path, context) if context else (identity,)
        folder = self._folders.get(key)
        if folder is not None:
            self._folders.move_to_end(key)
        else:
            folder = self._made(identity, path, above)
            self._keep(key, folder)
        self._newest[path] = key
        return folder

    def _keep(self, key: tuple[object, ...], folder: _SerialisedFolder) -> None:
        self._folders[key] = folder
        self._room -= folder.cost
        while self._room < 0 and len(self._folders) > 1:
            _, dropped = self._folders.popitem(last=False)
            self._room += dropped.cost
        if len(self._newest) > 2 * len(self._folders) + 1000:  # paths that history left behind
            self._newest = {path: key for path, key in self._newest.items() if key in self._folders}

    def _made(self, identity: bytes, path: bytes, above: GitAttributes) -> _SerialisedFolder:
        entries = self._entries(identity)
        attributes = self._entered(entries, path, above)
        prefix = path + b"/" if path else b""
        if len(path) > _LONGEST_PATH:
            raise Unreproducible("a path is longer than Linux allows")
        shown = list(_shown(entries, prefix, attributes))
        written = any(entry.kind != _FOLDER for entry in entries)
        own = self._own(shown, self._newest.get(path))
        pieces: list[Piece] = []
        for entry, kind, _, key in shown:
            if kind != _FOLDER:
                pieces.append(own[key])
                continue
            below = self._folder(entry.identity, prefix + entry.name, attributes)
            if below.written:
                written = True
                pieces += (own[key], *below.pieces, _FOLDER_ENDS)
            if len(pieces) > _MOST_PIECES:  # folders that hold each other many times over
                raise Unreproducible(f"a tree has more than {_MOST_PIECES:,} entries")
        cost = sum(map(cost_of, own.values())) + 8 * len(pieces)
        return _SerialisedFolder(tuple(pieces), own, cost, written)

    def _entries(self, identity: bytes) -> list[_TreeEntry]:
        """Return a tree object's lines in NAR order, which differs from git's."""
        data = self._whole(identity)
        entries = [_TreeEntry._make(groups) for groups in _ENTRY.findall(data)]
        names = {entry.name for entry in entries}
        size = sum(len(entry.mode) + len(entry.name) + _BESIDES for entry in entries)
        if size != len(data) or len(names) != len(entries) or names & _NO_NAMES:
            raise Inexact("a tree object is malformed")
        if any(b"/" in name for name in names):
            raise Inexact("a tree object has a name with a slash")
        return sorted(entries, key=itemgetter(1))

    def _whole(self, identity: bytes) -> bytes:
        (data,) = self._objects.read([identity.hex()], _UNCONVERTED_BYTES)
        if isinstance(data, int):
            raise Inexact("an object is too large")
        return data

    def _entered(
        self, entries: list[_TreeEntry], path: bytes, above: GitAttributes
    ) -> GitAttributes:
        for entry in entries:
            if entry.name == _ATTRIBUTES:
                if entry.kind == _SYMLINK:
                    raise Inexact(".gitattributes is a symbolic link")
                if entry.kind == _FILE:
                    return above.entered(path, entry.identity, self._whole(entry.identity))
        return above

    def _own(
        self, shown: Sequence[_Shown], newest: tuple[object, ...] | None
    ) -> dict[object, Piece]:
        """Return the pieces of a folder's own entries, those of its last version used again."""
        last = self._folders.get(newest) if newest is not None else None
        last_pieces = last.own if last is not None else {}
        own: dict[object, Piece] = {}
        missing = []
        for shown_entry in shown:
            if shown_entry.key in last_pieces:
                own[shown_entry.key] = last_pieces[shown_entry.key]
            elif shown_entry.kind == _FOLDER:
                own[shown_entry.key] = nar.entry_start(shown_entry.entry.name) + nar.FOLDER_START
            elif shown_entry.kind == _SUBMODULE:
                start = nar.entry_start(shown_entry.entry.name)
                own[shown_entry.key] = start + nar.FOLDER_START + _FOLDER_ENDS
            else:
                missing.append(shown_entry)
        contents = self._objects.read(
            [shown_entry.entry.identity.hex() for shown_entry in missing], _STREAMED_BYTES
        )
        for shown_entry, content in zip(missing, contents, strict=True):
            own[shown_entry.key] = self._leaf(shown_entry.entry, content, shown_entry.conversion)
        return own

    def _leaf(self, entry: _TreeEntry, content: bytes | int, conversion: Conversion) -> Piece:
        start = nar.entry_start(entry.name)
        executable = bool(int(entry.mode, 8) & _EXECUTABLE)
        if entry.kind == _SYMLINK:
            if isinstance(content, int) or not content or b"\0" in content:
                raise Inexact("a symbolic link has no usable target")
            return start + nar.symlink(content) + nar.ENTRY_END
        if entry.kind != _FILE:
            raise Inexact(f"a tree entry has the mode {entry.mode.decode()}")
        if isinstance(content, int):
            if not conversion:
                head = start + nar.file_start(content, executable=executable)
                return StreamedFile(head, entry.identity.hex(), content)
            if content >= _UNCONVERTED_BYTES:
                raise Inexact("a file is too large to be converted")
            content = self._whole(entry.identity)
        content = conversion.applied(content)
        if conversion.substituted and FORMAT.search(content):
            return SubstitutedFile(start, executable, content)
        return start + whole_file(content, executable=executable)


def _shown(
    entries: Sequence[_TreeEntry], prefix: bytes, attributes: GitAttributes
) -> Iterator[_Shown]:
    for entry in entries:
        kind, converted = entry.kind, _PLAIN
        if attributes.potent:
            states = attributes.of(prefix + entry.name, folder=kind in (_FOLDER, _SUBMODULE))
            if states.get(b"export-ignore") is True:
                continue
            if kind == _FILE:
                converted = conversion(states)
        # A folder's start depends on its name alone; its content is another folder's matter.
        key = entry.name if kind == _FOLDER else (*entry, converted) if converted else entry
        yield _Shown(entry, kind, converted, key)
