"""The NAR hash of a commit's tree as ``git archive`` would give it, from git objects.

What neighbouring commits share costs nothing: folders that did not change keep their serialised
form, and only what follows the first difference is hashed again (`pieces`). What is kept is
bounded, whatever the history's length.

Source of the rules: ``write_archive_entries`` and ``queue_or_write_archive_entry`` in git's
``archive.c``: a folder is written as soon as something that is no folder stands below it, also
where that is itself ignored; a submodule is an empty folder.
"""

from __future__ import annotations

from collections import OrderedDict
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from updater.hashing import nar
from updater.hashing.pointers import MOST_POINTERS, has_pointer
from updater.identify.attributes import GitAttributes
from updater.identify.entries import (
    FILE,
    FOLDER,
    SUBMODULE,
    SYMLINK,
    archived_entries,
    read_entries,
)
from updater.identify.exact import Inexact, Unreproducible
from updater.identify.names import RefNames
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
from updater.identify.substitute import FORMAT, CommitObject, Placeholders, RefText
from updater.model import Sri

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from updater.identify.convert import Conversion
    from updater.identify.entries import ArchivedEntry, TreeEntry
    from updater.model import Algorithm

    Describe: TypeAlias = Callable[[Sequence[bytes]], Mapping[bytes, bytes]]

KEPT_BYTES: Final = 96 * 1024 * 1024
"""How much of serialised folders is kept, of all trees together."""

_STREAMED_BYTES: Final = 4 * 1024 * 1024
_UNCONVERTED_BYTES: Final = 512 * 1024 * 1024  # git's core.bigFileThreshold
_EXECUTABLE: Final = 0o100
_FOLDER_ENDS: Final = nar.FOLDER_END + nar.ENTRY_END
_MOST_PIECES: Final = 2_000_000
_LONGEST_PATH: Final = 4096
_LARGEST_POINTER: Final = 2048  # with its name
_ATTRIBUTES: Final = b".gitattributes"


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
        pieces = self._pieces(tree)
        depends = any(isinstance(piece, SubstitutedFile) for piece in pieces)
        if depends:
            pieces = rendered(pieces, self._commit(commit))
        return TreeHash(Sri(self._algorithm, self._hashing.digest(pieces)), depends)

    def hashes(
        self, commit: str, tree: str, names: Iterable[RefNames], describe: Describe
    ) -> Iterator[tuple[RefNames, Sri]]:
        """Yield the hashes that an archive may have had whose text depends on refs.

        Args:
            commit: its id.
            tree: the id of its tree.
            names: what may have led to it.
            describe: asks git for what other placeholders are today.

        Raises:
            Inexact: git itself must be asked.
            Unreproducible: the archive depends on still more.
        """
        pieces = self._pieces(tree)
        files = [piece.content for piece in pieces if isinstance(piece, SubstitutedFile)]
        used = Placeholders.of(files)
        described = describe(used.by_git) if used.by_git else {}
        at = self._commit(commit)
        for guess in names if used.names else (RefNames(),):
            for new_times in (True, False) if used.times else (True,):
                guessed = replace(guess, new_times=new_times)
                surrounded = replace(at, ref_text=RefText(guessed, described))
                digest = self._hashing.digest(rendered(pieces, surrounded))
                yield guessed, Sri(self._algorithm, digest)

    def pointers(self, tree: str) -> tuple[str, ...]:
        """Return the names of a tree's files that are pointers of Git LFS.

        Raises:
            Inexact: git itself must be asked.
            Unreproducible: the tree breaks a limit.
        """
        names = (
            nar.entry_name(piece).decode("utf-8", "replace")
            for piece in self._pieces(tree)
            if isinstance(piece, bytes) and len(piece) < _LARGEST_POINTER and has_pointer(piece)
        )
        return tuple(islice(names, MOST_POINTERS))

    def _pieces(self, tree: str) -> tuple[Piece, ...]:
        return self._folder(bytes.fromhex(tree), b"", GitAttributes()).pieces

    def _commit(self, identity: str) -> CommitObject:
        (data,) = self._objects.read([identity], _STREAMED_BYTES)
        if isinstance(data, int):
            raise Inexact("the commit's message is too large")
        return CommitObject(identity, data)

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
        entries = read_entries(self._whole(identity))
        attributes = self._entered(entries, path, above)
        prefix = path + b"/" if path else b""
        if len(path) > _LONGEST_PATH:
            raise Unreproducible("a path is longer than Linux allows")
        shown = list(archived_entries(entries, prefix, attributes))
        written = any(entry.kind != FOLDER for entry in entries)
        own = self._own(shown, self._newest.get(path))
        pieces: list[Piece] = []
        for entry, kind, _, key in shown:
            if kind != FOLDER:
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

    def _whole(self, identity: bytes) -> bytes:
        (data,) = self._objects.read([identity.hex()], _UNCONVERTED_BYTES)
        if isinstance(data, int):
            raise Inexact("an object is too large")
        return data

    def _entered(
        self, entries: list[TreeEntry], path: bytes, above: GitAttributes
    ) -> GitAttributes:
        for entry in entries:
            if entry.name == _ATTRIBUTES:
                if entry.kind == SYMLINK:
                    raise Inexact(".gitattributes is a symbolic link")
                if entry.kind == FILE:
                    return above.entered(path, entry.identity, self._whole(entry.identity))
        return above

    def _own(
        self, shown: Sequence[ArchivedEntry], newest: tuple[object, ...] | None
    ) -> dict[object, Piece]:
        """Return the pieces of a folder's own entries, those of its last version used again."""
        last = self._folders.get(newest) if newest is not None else None
        last_pieces = last.own if last is not None else {}
        own: dict[object, Piece] = {}
        missing = []
        for shown_entry in shown:
            if shown_entry.key in last_pieces:
                own[shown_entry.key] = last_pieces[shown_entry.key]
            elif shown_entry.kind == FOLDER:
                own[shown_entry.key] = nar.entry_start(shown_entry.entry.name) + nar.FOLDER_START
            elif shown_entry.kind == SUBMODULE:
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

    def _leaf(self, entry: TreeEntry, content: bytes | int, conversion: Conversion) -> Piece:
        start = nar.entry_start(entry.name)
        executable = bool(int(entry.mode, 8) & _EXECUTABLE)
        if entry.kind == SYMLINK:
            if isinstance(content, int) or not content or b"\0" in content:
                raise Inexact("a symbolic link has no usable target")
            return start + nar.symlink(content) + nar.ENTRY_END
        if entry.kind != FILE:
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
