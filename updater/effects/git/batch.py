"""Objects of a repository through one ``git cat-file --batch``."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Final

from updater.errors import UpstreamError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Sequence

CHUNK_BYTES: Final = 1 << 18

_ASKED_AT_ONCE: Final = 500  # lines that fit into a pipe, so that neither side waits for the other


class Batch:
    """Objects by their ids. Source of the format: git-cat-file(1), "BATCH OUTPUT"."""

    def __init__(self, process: subprocess.Popen[bytes], url: str) -> None:
        self._process = process
        self._url = url

    def read(self, identities: Sequence[str], limit: int) -> list[bytes | int]:
        """Return objects' contents; of one that is larger than ``limit`` bytes, its size.

        Raises:
            UpstreamError: the mirror lacks one of them.
        """
        contents: list[bytes | int] = []
        for at in range(0, len(identities), _ASKED_AT_ONCE):
            batch = identities[at : at + _ASKED_AT_ONCE]
            self._ask(batch)
            for identity in batch:
                size = self._size(identity)
                if size > limit:
                    for _ in self._pieces(size):
                        pass
                    contents.append(size)
                else:
                    contents.append(output(self._process).read(size + 1)[:-1])
        return contents

    def chunks(self, identity: str) -> Iterator[bytes]:
        """Yield one object's content in pieces; all of them must be taken."""
        self._ask([identity])
        yield from self._pieces(self._size(identity))

    def _ask(self, identities: Sequence[str]) -> None:
        sent = self._process.stdin
        if sent is not None:
            sent.write("".join(f"{identity}\n" for identity in identities).encode("ascii"))
            sent.flush()

    def _size(self, identity: str) -> int:
        words = output(self._process).readline().split()
        if len(words) != 3:  # noqa: PLR2004 - id, type and size
            raise UpstreamError(
                f"the mirror of {self._url} lacks the object {identity}",
                url=self._url,
                hint="remove the mirror from the cache folder, and run the command again",
            )
        return int(words[2])

    def _pieces(self, size: int) -> Iterator[bytes]:
        out = output(self._process)
        while size > 0:
            piece = out.read(min(size, CHUNK_BYTES))
            if not piece:
                raise UpstreamError(f"the mirror of {self._url} is damaged", url=self._url)
            size -= len(piece)
            yield piece
        out.read(1)


def output(process: subprocess.Popen[bytes]) -> IO[bytes]:
    """Return the stream of what a program says."""
    if process.stdout is None:  # never: it was asked for
        raise RuntimeError("the program has no output")
    return process.stdout
