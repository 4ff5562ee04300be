"""What an archive's NAR is made of, piece by piece, and its hash.

Hashing goes on from a copy of the hash's state before the first piece that differs from the last
archive's.
"""

from __future__ import annotations

import hashlib
from operator import is_
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from msgspec import Struct

from updater.hashing import nar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from updater.identify.substitute import CommitObject
    from updater.model import Algorithm

_CHECKPOINT_BYTES: Final = 64 * 1024


class Objects(Protocol):
    """A repository's objects."""

    def read(self, identities: Sequence[str], limit: int) -> list[bytes | int]:
        """Return objects' contents; of one that is larger than ``limit`` bytes, its size."""

    def chunks(self, identity: str) -> Iterator[bytes]:
        """Yield one object's content in pieces."""


class StreamedFile(Struct, frozen=True):
    """A file that is too large to keep."""

    start: bytes
    identity: str
    size: int


class SubstitutedFile(Struct, frozen=True):
    """A file whose content depends on the commit."""

    start: bytes
    executable: bool
    content: bytes


Piece: TypeAlias = "bytes | StreamedFile | SubstitutedFile"


def whole_file(content: bytes, *, executable: bool) -> bytes:
    """Return a file with the end of its entry."""
    size = len(content)
    head = nar.file_start(size, executable=executable)
    return b"".join((head, content, nar.file_end(size), nar.ENTRY_END))


def cost_of(piece: Piece) -> int:
    """Return about how many bytes it takes to keep a piece."""
    match piece:
        case bytes():
            return len(piece) + 100
        case SubstitutedFile(content=content):
            return len(content) + 100
        case StreamedFile():
            return 200


def rendered(pieces: Sequence[Piece], commit: CommitObject) -> tuple[Piece, ...]:
    """Return pieces as they are for one commit.

    Raises:
        Inexact: git itself must be asked.
        Unreproducible: a placeholder depends on more than the commit.
    """
    return tuple(
        piece.start + whole_file(commit.formatted(piece.content), executable=piece.executable)
        if isinstance(piece, SubstitutedFile)
        else piece
        for piece in pieces
    )


class Hashing:
    """One hash after the other, each from the first piece that differs from the last one's."""

    def __init__(self, algorithm: Algorithm, objects: Objects) -> None:
        self._objects = objects
        self._pieces: tuple[Piece, ...] = ()
        first = hashlib.new(algorithm, nar.MAGIC + nar.FOLDER_START, usedforsecurity=False)
        self._states = [(0, first)]

    def digest(self, pieces: tuple[Piece, ...]) -> bytes:
        """Return the digest of a whole NAR with these pieces in its root folder."""
        same = map(is_, pieces, self._pieces)
        begin = next(
            (at for at, is_same in enumerate(same) if not is_same),
            min(len(pieces), len(self._pieces)),
        )
        while self._states[-1][0] > begin:
            self._states.pop()
        at, state = self._states[-1]
        digest = state.copy()
        fed = 0
        self._pieces = ()  # until the states fit it again, whatever happens
        for place in range(at, len(pieces)):
            if fed >= _CHECKPOINT_BYTES:
                self._states.append((place, digest.copy()))
                fed = 0
            piece = pieces[place]
            if isinstance(piece, bytes):
                digest.update(piece)
                fed += len(piece)
            elif isinstance(piece, StreamedFile):
                digest.update(piece.start)
                for chunk in self._objects.chunks(piece.identity):
                    digest.update(chunk)
                digest.update(nar.file_end(piece.size) + nar.ENTRY_END)
                fed += piece.size
        self._pieces = pieces
        digest.update(nar.FOLDER_END)
        return digest.digest()
