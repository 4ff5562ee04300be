"""From a download's pieces to the plain tar stream, with bounded memory.

What the bytes are is read from their first ones, as GNU tar does, never from the file name.
Decoders are imported when a stream needs them: igzip (PyPI ``isal``) is three times as fast as zlib
and stands in for it wherever it is installed.
"""

from __future__ import annotations

import bz2
import lzma
import sys
import zlib
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, cast

from updater.errors import HashError, HostileArchive, NoArchive
from updater.hashing.entry import BUILD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from updater.hashing.limits import Meter

BLOCK_BYTES: Final = 1 << 18
_INPUT_BYTES: Final = 1 << 16
_SNIFF_BYTES: Final = 512
_TAR_CHECKSUM: Final = slice(148, 156)
_TAR_MAGIC: Final = slice(257, 262)
# A stream of empty members costs much time and yields nothing, so that no other limit meets it.
_MEMBERS: Final = 1_000_000
AGAIN: Final = "download it again; if that does not help, upstream's file is damaged"


class Decoder(Protocol):
    """What the decompressors of the standard library have in common."""

    @property
    def eof(self) -> bool:
        """Whether the stream is complete."""

    @property
    def needs_input(self) -> bool:
        """Whether nothing more can be had without more data."""

    @property
    def unused_data(self) -> bytes:
        """What stands after the stream's end."""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Return up to ``max_length`` more bytes."""


class _Zlib:
    """Zlib's decoder with the interface of the others; ``wbits`` as zlib has it."""

    def __init__(self, wbits: int) -> None:
        self._decoder = zlib.decompressobj(wbits)

    @property
    def eof(self) -> bool:
        return self._decoder.eof

    @property
    def needs_input(self) -> bool:
        return not self._decoder.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._decoder.unused_data

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        return self._decoder.decompress(self._decoder.unconsumed_tail + data, max_length)


_Opened: TypeAlias = "tuple[Decoder, type[Exception]]"
"""A decoder, and the exception by which it says that its data is damaged."""


def _gzip(_: Meter) -> _Opened:
    try:
        from isal import igzip_lib  # noqa: PLC0415 - only where a gzip stream is read
    except ImportError:
        return _Zlib(zlib.MAX_WBITS | 16), zlib.error
    decoder = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)
    # Its stub takes the class for an instance.
    return decoder, cast("type[Exception]", igzip_lib.error)


def _deflate() -> _Opened:
    try:
        from isal import igzip_lib  # noqa: PLC0415 - only where a zip's member is read
    except ImportError:
        return _Zlib(-zlib.MAX_WBITS), zlib.error
    decoder = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_DEFLATE)
    return decoder, cast("type[Exception]", igzip_lib.error)


def _bzip2(_: Meter) -> _Opened:
    return bz2.BZ2Decompressor(), OSError


def _xz(meter: Meter) -> _Opened:
    decoder = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=meter.limits.window_bytes)
    return decoder, lzma.LZMAError


def _zstd(meter: Meter) -> _Opened:
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd  # noqa: PLC0415 - only where a zstd stream is read
        else:
            from backports import zstd  # noqa: PLC0415 - as above
    except ImportError as error:
        raise HashError(
            "this is a zstd archive, and no zstd library is installed",
            hint=f"install backports.zstd, or {BUILD}",
        ) from error
    largest = meter.limits.window_bytes.bit_length() - 1
    options: dict[int, int] = {zstd.DecompressionParameter.window_log_max: largest}
    return zstd.ZstdDecompressor(options=options), zstd.ZstdError


_FORMATS: Final[tuple[tuple[bytes, str, Callable[[Meter], _Opened]], ...]] = (
    (b"\x1f\x8b", "gzip", _gzip),
    (b"BZh", "bzip2", _bzip2),
    (b"\xfd7zXZ\x00", "xz", _xz),
    (b"\x28\xb5\x2f\xfd", "zstd", _zstd),
)
ZIP_MAGIC: Final = (b"PK\x03\x04", b"PK\x05\x06")


class Stream:
    """A download whose first bytes were looked at.

    Attributes:
        format: ``zip``, ``tar`` or the name of the compression around a tar.
    """

    def __init__(self, chunks: Iterable[bytes], meter: Meter, filename: str) -> None:
        self._chunks = iter(chunks)
        self._meter = meter
        self._filename = filename
        head = bytearray()
        for chunk in self._chunks:
            head += chunk
            if len(head) >= _SNIFF_BYTES:
                break
        self._head = bytes(head)
        self._open: Callable[[Meter], _Opened] | None = None
        self.format = self._sniff()

    @property
    def checked(self) -> bool:
        """Whether the format itself shows that the data is whole."""
        return self._open is not None

    def raw(self) -> Iterator[bytes]:
        """Yield the download as it came, in pieces of at most 64 kB."""
        yield from _sliced(self._head)
        for chunk in self._chunks:
            yield from _sliced(chunk)

    def blocks(self) -> Iterator[bytes]:
        """Yield the plain tar stream in pieces of at most 256 kB.

        Raises:
            HashError: damaged, cut short, or followed by something else.
            HostileArchive: over a limit.
        """
        source = self.raw() if self._open is None else self._decoded(self._open)
        for block in source:
            self._meter.unpack(len(block))
            yield block

    def _sniff(self) -> str:
        head = self._head
        for magic, name, opener in _FORMATS:
            if head.startswith(magic):
                self._open = opener
                return name
        if head.startswith(ZIP_MAGIC):
            return "zip"
        # Before POSIX a tar had no magic number; its checksum is never empty.
        if head[_TAR_MAGIC] == b"ustar" or head[_TAR_CHECKSUM].strip(b"\0 ").isdigit():
            return "tar"
        if len(head) >= _SNIFF_BYTES and not head.strip(b"\0"):
            return "tar"
        opening = f"starts with {head[:8].hex(' ')}" if head else "is empty"
        raise NoArchive(
            f"{self._filename!r} is not an archive that can be unpacked: it {opening}",
            hint="tar, tar.gz, tar.xz, tar.bz2, tar.zst and zip can be read",
        )

    def _decoded(self, opener: Callable[[Meter], _Opened]) -> Iterator[bytes]:
        opened: _Opened | None = None
        members = 0
        for piece in self.raw():
            rest = piece
            while rest:
                if opened is None:
                    # gzip and xz allow zeros after a member.
                    rest = rest.lstrip(b"\0") if members else rest
                    if not rest:
                        break
                    members += 1
                    opened = self._next_member(opener, rest, members)
                yield from self._drained(opened, rest)
                rest = b""
                if opened[0].eof:
                    rest, opened = opened[0].unused_data, None
        if opened is not None:
            raise HashError(
                f"{self._filename!r} ends early: its {self.format} data stops after "
                f"{self._meter.downloaded} bytes",
                hint=AGAIN,
            )

    def _next_member(
        self, opener: Callable[[Meter], _Opened], data: bytes, members: int
    ) -> _Opened:
        if members > _MEMBERS:
            raise HostileArchive(f"the archive has more than {_MEMBERS} {self.format} parts")
        magic = self._head[:2]
        # zstd has frames of two kinds, and tells by itself what is neither.
        if self.format != "zstd" and data[:2] != magic[: len(data)]:
            raise HashError(
                f"{self._filename!r} is damaged: something else follows its {self.format} data",
                hint=AGAIN,
            )
        return opener(self._meter)

    def _drained(self, opened: _Opened, data: bytes) -> Iterator[bytes]:
        try:
            yield from _decompressed(opened[0], data)
        except opened[1] as error:
            raise HashError(
                f"{self._filename!r} is damaged: its {self.format} data cannot be read: {error}",
                hint=AGAIN,
            ) from error


def inflated(packed: Iterable[bytes], filename: str) -> Iterator[bytes]:
    """Yield what one raw deflate stream, a zip's member, holds.

    Raises:
        HashError: damaged, or it does not end where its data ends.
    """
    decoder, damage = _deflate()
    try:
        for piece in packed:
            if decoder.eof:
                raise HashError(f"{filename!r} is damaged: a member has too much data", hint=AGAIN)
            yield from _decompressed(decoder, piece)
    except damage as error:
        raise HashError(
            f"{filename!r} is damaged: its deflate data cannot be read: {error}", hint=AGAIN
        ) from error
    if not decoder.eof:
        raise HashError(f"{filename!r} is damaged: a member's data ends early", hint=AGAIN)
    if decoder.unused_data:
        raise HashError(f"{filename!r} is damaged: a member has too much data", hint=AGAIN)


def _decompressed(decoder: Decoder, data: bytes) -> Iterator[bytes]:
    while True:
        block = decoder.decompress(data, BLOCK_BYTES)
        if block:
            yield block
        if decoder.eof or decoder.needs_input:
            return
        data = b""


def _sliced(chunk: bytes) -> Iterator[bytes]:
    if len(chunk) <= _INPUT_BYTES:
        if chunk:
            yield chunk
        return
    for start in range(0, len(chunk), _INPUT_BYTES):
        yield chunk[start : start + _INPUT_BYTES]
