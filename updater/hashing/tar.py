"""Tar archives as a stream of entries: ustar, pax and GNU long names.

Reads headers itself, since the standard library's ``tarfile`` takes longer for the headers of small
files than decompression and hashing for all the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from updater.errors import HashError, HostileArchive
from updater.hashing import tar_headers as headers
from updater.hashing.entry import PATH_BYTES, Entry, Kind, names_something, shown, split_path
from updater.hashing.tar_headers import BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from updater.hashing.decompress import Stream

_ZEROS: Final = bytes(BLOCK)
# libarchive leaves longer records out.
_EXTENSION_BYTES: Final = 999_999
_OWNER_EXECUTES: Final = 0o100
_SMALL_BYTES: Final = 1 << 17

_LONG_NAME: Final = b"L"
_LONG_TARGET: Final = b"K"
_EXTENDED: Final = b"x"
_EXTENSIONS: Final = (_LONG_NAME, _LONG_TARGET, _EXTENDED)
_REGULAR: Final = (b"0", b"\0", b"7")
_LINKS: Final = {b"1": Kind.HARD_LINK, b"2": Kind.SYMLINK}


class Tar:
    """The members of a tar stream.

    Attributes:
        comment: of the pax global header; ``git archive`` writes the commit id there.
    """

    def __init__(self, stream: Stream, filename: str) -> None:
        self.comment = ""
        self._filename = filename
        self._checked = stream.checked
        self._blocks = stream.blocks()
        self._buffer = b""
        self._at = 0
        self._taken = 0
        self._rest: Iterable[bytes] = ()

    def __iter__(self) -> Iterator[Entry]:
        """Yield each member; its content must be taken before the next is asked for.

        Raises:
            HashError: damaged, cut short, or of a kind that is not supported.
            HostileArchive: breaks a safety rule.
        """
        extensions: dict[bytes, dict[str, bytes]] = {}
        while header := self._header():
            flag = header[headers.TYPE]
            size = self._number(header[headers.SIZE], "size")
            if flag in _EXTENSIONS:
                if flag in extensions:
                    # GNU tar takes the last one, others join them.
                    raise HostileArchive("the archive has two headers of one kind for one member")
                extensions[flag] = (
                    self._pax(size) if flag == _EXTENDED else self._long_name(size, flag)
                )
            elif flag == b"g":
                self._global(size)
            else:
                if flag != b"V" or size:
                    yield self._entry(header, flag, size, _joined(extensions))
                elif extensions:
                    # GNU tar takes them for the label's, libarchive for the next member's.
                    raise HostileArchive("the archive has a header in front of its volume's label")
                for _ in self._rest:
                    pass
                extensions = {}
        if extensions:
            raise HostileArchive("the archive ends with a header that belongs to no member")
        # What follows the end mark is no part of the tree, but the checksum after it is looked at.
        for _ in self._blocks:
            pass

    def _entry(self, header: bytes, flag: bytes, size: int, names: dict[str, bytes]) -> Entry:
        if "size" in names:
            size = self._number_of(names["size"])
        # Its own path is looked at in any case: it tells whether the header's format is one.
        raw = names.get("path", headers.path_of(header))
        path = split_path(raw)
        kind = self._kind(flag, raw)
        if not raw or (kind is not Kind.FOLDER and not names_something(raw)):
            raise HostileArchive("the archive has a member without a name", member=shown(raw))
        if flag in _REGULAR and kind is Kind.FOLDER and "path" in names:
            # libarchive does not see the slash where what is before it is not ASCII.
            raise HostileArchive(
                "the archive has a folder with the type of a file", member=shown(raw)
            )
        mode = self._number(header[headers.MODE], "mode")
        if (field := headers.bad_number(header)) is not None:
            raise self._bad("owner, group or time", field)
        if kind is Kind.FILE:
            self._refuse_target(names, raw)
            return Entry(kind, path, bool(mode & _OWNER_EXECUTES), size, self._content(size))
        if size:
            raise HostileArchive(
                f"the archive has {size} bytes of content for something that is not a file",
                member=shown(raw),
            )
        if kind is Kind.FOLDER:
            self._refuse_target(names, raw)
            return Entry(kind, path)
        target = headers.target_of(header, names)
        if (
            not target
            or b"\0" in target
            or len(target) > PATH_BYTES
            or (kind is Kind.HARD_LINK and target.endswith(b"/"))
        ):
            raise HostileArchive(
                "the archive has a link without a usable target", member=shown(raw)
            )
        return Entry(kind, path, target=target)

    @staticmethod
    def _kind(flag: bytes, raw: bytes) -> Kind:
        if flag in _REGULAR:
            return Kind.FOLDER if raw.endswith(b"/") else Kind.FILE
        if flag == b"5":
            return Kind.FOLDER
        if flag in _LINKS:
            return _LINKS[flag]
        raise headers.refusal(flag, raw)

    @staticmethod
    def _refuse_target(names: dict[str, bytes], raw: bytes) -> None:
        """Refuse the target of what is no link: libarchive makes it one."""
        if "linkpath" in names:
            raise HostileArchive(
                "the archive has a link target for something that is not a link", member=shown(raw)
            )

    # --- headers ---

    def _header(self) -> bytes:
        block = self._take(BLOCK, at_end=True)
        if not block:
            if not self._checked:
                raise self._short("there is no end mark")
            return b""
        if block == _ZEROS:
            if self._take(BLOCK, at_end=True) not in (_ZEROS, b""):
                raise HashError(
                    f"{self._filename!r} is damaged: zeros stand between its members "
                    f"at byte {self._taken - BLOCK}"
                )
            return b""
        self._check(block)
        return block

    def _check(self, block: bytes) -> None:
        if not headers.has_its_checksum(block):
            raise HashError(
                f"{self._filename!r} is damaged: no tar header at byte {self._taken - BLOCK}",
                hint="download it again; if that does not help, upstream's file is damaged",
            )
        if (field := headers.bad_device(block)) is not None:
            raise self._bad("device", field)

    def _number(self, field: bytes, what: str) -> int:
        number = headers.number(field)
        if number is None:
            raise self._bad(what, field)
        return number

    def _bad(self, what: str, field: bytes) -> HashError:
        return HashError(
            f"{self._filename!r} is damaged: the {what} in the tar header at byte "
            f"{self._taken - BLOCK} is {field!r}"
        )

    def _number_of(self, text: bytes) -> int:
        if text.isdigit() and len(text) < 20:  # noqa: PLR2004 - below 2**64
            return int(text)
        raise HashError(f"{self._filename!r} is damaged: a pax header gives the size {text!r}")

    # --- extended headers ---

    def _long_name(self, size: int, flag: bytes) -> dict[str, bytes]:
        name = self._extension(size).partition(b"\0")[0]
        return {"path" if flag == _LONG_NAME else "linkpath": name}

    def _global(self, size: int) -> None:
        records = self._pax(size)
        if records.keys() & {"path", "linkpath", "size"}:
            raise HostileArchive("the archive's global header renames or resizes its members")
        if "comment" in records:
            self.comment = records["comment"].decode("utf-8", "replace")

    def _pax(self, size: int) -> dict[str, bytes]:
        data = self._extension(size)
        records_or_place = headers.extended(data)
        if isinstance(records_or_place, int):
            raise HashError(
                f"{self._filename!r} is damaged: a pax header cannot be read: "
                f"{data[records_or_place : records_or_place + 40]!r}"
            )
        return records_or_place

    def _extension(self, size: int) -> bytes:
        if size > _EXTENSION_BYTES:
            raise HostileArchive(f"the archive has a header of {size} bytes")
        data = self._take(size)
        self._take(-size % BLOCK)
        return data

    # --- bytes ---

    def _content(self, size: int) -> Iterable[bytes]:
        if size <= _SMALL_BYTES:
            data = self._take(size)
            self._take(-size % BLOCK)
            return (data,)
        self._rest = self._pieces(size)
        return self._rest

    def _pieces(self, size: int) -> Iterator[bytes]:
        left = size
        while left:
            if self._at == len(self._buffer):
                self._refill(left)
            piece = self._buffer[self._at : self._at + left]
            self._at += len(piece)
            self._taken += len(piece)
            left -= len(piece)
            yield piece
        self._take(-size % BLOCK)

    def _take(self, size: int, *, at_end: bool = False) -> bytes:
        end = self._at + size
        if end <= len(self._buffer):
            data = self._buffer[self._at : end]
            self._at = end
            self._taken += size
            return data
        parts = []
        left = size
        while left:
            if self._at == len(self._buffer):
                if at_end and left == size and not self._next_block():
                    return b""
                self._refill(left)
            piece = self._buffer[self._at : self._at + left]
            self._at += len(piece)
            self._taken += len(piece)
            left -= len(piece)
            parts.append(piece)
        return b"".join(parts)

    def _next_block(self) -> bool:
        if self._at == len(self._buffer):
            self._buffer, self._at = next(self._blocks, b""), 0
        return bool(self._buffer)

    def _refill(self, left: int) -> None:
        if not self._next_block():
            raise self._short(f"{left} more bytes belong to its last member")

    def _short(self, why: str) -> HashError:
        return HashError(
            f"{self._filename!r} ends early, after {self._taken} bytes of tar: {why}",
            hint="download it again; if that does not help, upstream's file is damaged",
        )


def _joined(extensions: dict[bytes, dict[str, bytes]]) -> dict[str, bytes]:
    """Return what the extended headers say together.

    Raises:
        HostileArchive: two of them give the same, of which GNU tar and libarchive take another.
    """
    names: dict[str, bytes] = {}
    for records in extensions.values():
        if names.keys() & records.keys():
            raise HostileArchive("the archive has two headers of one kind for one member")
        names |= records
    return names
