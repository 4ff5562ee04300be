"""Tar archives as a stream of entries: ustar, pax and GNU long names.

Reads headers itself, since the standard library's ``tarfile`` takes longer for the headers of small
files than decompression and hashing for all the rest. Sources: POSIX.1-2017, "pax Interchange
Format"; GNU tar manual, "Basic Tar Format".
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from updater.errors import HashError, HostileArchive
from updater.hashing.entry import PATH_BYTES, Entry, Kind, shown, split_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from updater.hashing.decompress import Stream

BLOCK: Final = 512
_ZEROS: Final = bytes(BLOCK)
_EXTENSION_BYTES: Final = 1 << 20
_OWNER_EXECUTES: Final = 0o100
_SMALL_BYTES: Final = 1 << 17

_NAME: Final = slice(0, 100)
_MODE: Final = slice(100, 108)
_SIZE: Final = slice(124, 136)
_CHECKSUM: Final = slice(148, 156)
_TYPE: Final = slice(156, 157)
_TARGET: Final = slice(157, 257)
_MAGIC: Final = slice(257, 263)
_PREFIX: Final = slice(345, 500)

# GNU's long name and long target, and what overrules them.
_EXTENSIONS: Final = (b"L", b"K", b"x")
_REGULAR: Final = (b"0", b"\0", b"7")
_REFUSED: Final = {
    b"3": "a character device",
    b"4": "a block device",
    b"6": "a named pipe",
}
_UNSUPPORTED: Final = {
    b"S": "a sparse file",
    b"D": "a folder listing of an incremental backup",
    b"M": "a file that continues from another volume",
    b"V": "a volume label with content",
}
_ADLER_BASE: Final = 65521


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
            flag = header[_TYPE]
            size = self._number(header[_SIZE], "size")
            if flag in _EXTENSIONS:
                if flag in extensions:
                    # GNU tar takes the last one, others join them.
                    raise HostileArchive("the archive has two headers of one kind for one member")
                extensions[flag] = self._pax(size) if flag == b"x" else self._long_name(size, flag)
            elif flag == b"g":
                self._global(size)
            else:
                names = _names(extensions)
                if "size" in names:
                    size = self._number_of(names["size"])
                # A volume's label takes the extended headers before it, and is no member.
                if flag != b"V" or size:
                    yield self._entry(header, flag, size, names)
                for _ in self._rest:
                    pass
                extensions = {}
        # What follows the end mark is no part of the tree, but the checksum after it is looked at.
        for _ in self._blocks:
            pass

    def _entry(self, header: bytes, flag: bytes, size: int, names: dict[str, bytes]) -> Entry:
        raw = names["path"] if "path" in names else _header_path(header)
        path = split_path(raw)
        if not raw or (flag != b"5" and raw.endswith(b"/.")):
            raise HostileArchive("the archive has a member without a name", member=shown(raw))
        if flag in _REGULAR:
            if not raw.endswith(b"/"):
                executable = bool(self._number(header[_MODE], "mode") & _OWNER_EXECUTES)
                return Entry(Kind.FILE, path, executable, size, self._content(size))
            kind = Kind.FOLDER
        elif flag == b"5":
            kind = Kind.FOLDER
        elif flag == b"2":
            kind = Kind.SYMLINK
        elif flag == b"1":
            kind = Kind.HARD_LINK
        else:
            raise _refusal(flag, raw)
        if size:
            raise HostileArchive(
                f"the archive has {size} bytes of content for something that is no file",
                member=shown(raw),
            )
        if kind is Kind.FOLDER:
            return Entry(kind, path)
        target = names.get("linkpath") or header[_TARGET].partition(b"\0")[0]
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
        field = block[_CHECKSUM]
        expected = self._number(field, "checksum")
        # Adler-32's lower half is one more than the sum of all bytes, modulo 65521, and comes from
        # C; the checksum is that sum with its own field taken as eight spaces.
        found = (zlib.adler32(block) & 0xFFFF) - 1 - sum(field) + 8 * 0x20
        if (found - expected) % _ADLER_BASE == 0:
            return
        # Some old programs added the bytes up as signed ones.
        signed = sum(memoryview(block).cast("b")) - sum(field) + 8 * 0x20
        if signed == expected:
            return
        raise HashError(
            f"{self._filename!r} is damaged: no tar header at byte {self._taken - BLOCK}",
            hint="download it again; if it stays so, upstream's file is damaged",
        )

    def _number(self, field: bytes, what: str) -> int:
        if field[0] & 0x80:
            # GNU: a big-endian number, the first bit of which is the mark.
            value = int.from_bytes(field, "big") - (0x80 << 8 * (len(field) - 1))
            if field[0] == 0x80 and value < 1 << 62:  # noqa: PLR2004 - the mark alone
                return value
        else:
            digits = field.partition(b"\0")[0].strip(b" ")
            if not digits:
                return 0
            if digits.isdigit() and not digits.strip(b"01234567"):
                return int(digits, 8)
        raise HashError(
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
        return {"path" if flag == b"L" else "linkpath": name}

    def _global(self, size: int) -> None:
        found = self._pax(size)
        if found.keys() & {"path", "linkpath", "size"}:
            raise HostileArchive("the archive's global header renames or resizes its members")
        if "comment" in found:
            self.comment = found["comment"].decode("utf-8", "replace")

    def _pax(self, size: int) -> dict[str, bytes]:
        data = self._extension(size)
        found: dict[str, bytes] = {}
        at = 0
        while at < len(data):
            digits = data[at : at + 8].partition(b" ")[0]
            end = at + int(digits) if digits.isdigit() else at
            record = data[at + len(digits) + 1 : end - 1]
            key, equals, value = record.partition(b"=")
            if not equals or end > len(data) or data[end - 1 : end] != b"\n":
                raise HashError(
                    f"{self._filename!r} is damaged: a pax header cannot be read: "
                    f"{data[at : at + 40]!r}"
                )
            found[key.decode("utf-8", "replace")] = value
            at = end
        if any(key.startswith("GNU.sparse.") for key in found):
            raise _refusal(b"S", found.get("GNU.sparse.name", found.get("path", b"")))
        return found

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
                self._more(left)
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
                self._more(left)
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

    def _more(self, left: int) -> None:
        if not self._next_block():
            raise self._short(f"{left} more bytes belong to its last member")

    def _short(self, why: str) -> HashError:
        return HashError(
            f"{self._filename!r} ends early, after {self._taken} bytes of tar: {why}",
            hint="download it again; if it stays so, upstream's file is damaged",
        )


def _names(extensions: dict[bytes, dict[str, bytes]]) -> dict[str, bytes]:
    names: dict[str, bytes] = {}
    for flag in _EXTENSIONS:
        names |= extensions.get(flag, {})
    return names


def _header_path(header: bytes) -> bytes:
    name = header[_NAME].partition(b"\0")[0]
    if header[_MAGIC] == b"ustar\0" and (prefix := header[_PREFIX].partition(b"\0")[0]):
        return prefix + b"/" + name
    return name


def _refusal(flag: bytes, raw: bytes) -> HashError:
    if flag in _REFUSED:
        return HostileArchive(f"the archive has {_REFUSED[flag]}", member=shown(raw))
    what = _UNSUPPORTED.get(flag, f"a member of the unknown type {flag!r}")
    return HashError(
        f"the archive has {what}, which is not supported here: {shown(raw)!r}",
        hint="set hash: nix for this package",
    )
