"""JSON as Nix text, so that one reader reads both, with the place of each text in the JSON.

Pins that a program writes stand in JSON: what ``importJSON`` reads, and the sources of npins and
niv. An edit of such a text is an edit of the JSON, whose own layout stays as it is.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from updater.model import Span
from updater.overlay.reading.generated import program_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Whatever is JSON consists of these and white space. Source: RFC 8259, section 2.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)
_NUMBER = re.compile(rb"-?\d{1,18}")
_ESCAPED = re.compile(r'["\\]|\$\{|\r')
_DEEPEST = 100


class _Program(Struct, frozen=True):
    """What a program's file says: how deep its entries are, and which of their texts fetch.

    Attributes:
        fetcher: the function that stands for what the program's own Nix file makes of an entry.
        arguments: key, below the entry -> the argument that it is for that function.
    """

    depth: int
    fetcher: str
    arguments: Mapping[str, str]


# Source: npins, docs of the lock file's format 5; niv, "The sources file" in its readme.
_PROGRAMS = {
    "npins": _Program(
        2,
        "fetchNpins",
        {
            "repository.type": "type",
            "repository.server": "server",
            "repository.repo_path": "path",
            "repository.owner": "owner",
            "repository.repo": "repo",
            "version": "tag",
            "revision": "rev",
            "url": "url",
            "submodules": "fetchSubmodules",
            "hash": "sha256",
        },
    ),
    "niv": _Program(
        1,
        "fetchNiv",
        {key: key for key in ("owner", "repo", "rev", "url", "sha256")},
    ),
}


class Transcript(Struct, frozen=True):
    """JSON as Nix text.

    Attributes:
        text: the Nix expression.
        places: of every text, where it is in the expression and where it is in the JSON.
    """

    text: bytes
    places: dict[Span, Span]


@lru_cache(maxsize=4)
def transcribed(data: bytes, file: str) -> Transcript:
    """Return JSON as Nix text; an entry of npins and niv has its source as ``outPath``.

    The last few are kept: many files read the same pins.

    Raises:
        one of `decoding.UNREADABLE`: it is not JSON, or nested too deep.
    """
    msgspec.json.decode(data)
    writer = _Writer(_PROGRAMS.get(program_of(file)))
    for token in _TOKEN.finditer(data):
        writer.write(token[0], Span(*token.span()))
    return Transcript(bytes(writer.text), writer.places)


class _Writer:
    """Writes tokens of JSON as those of Nix."""

    def __init__(self, program: _Program | None) -> None:
        self.text = bytearray()
        self.places: dict[Span, Span] = {}
        self._program = program
        self._opened: list[bytes] = []
        self._keys: list[str] = []  # of the objects that are open, the last one's for each
        self._is_key = False
        self._of_entry: dict[str, tuple[bytes, Span | None]] = {}

    def write(self, written: bytes, where: Span) -> None:
        match written[:1]:
            case b"{" | b"[":
                self._open(written)
            case b"}" | b"]":
                self._close(written)
            case b":":
                self.text += b"= "
                self._is_key = False
            case b",":
                self._is_key = self._opened[-1] == b"{"
                self.text += b"; " if self._is_key else b" "
            case b'"':
                self._string(written, where)
            case _:
                atom = nix_atom(written)
                self._note(atom, None)
                self.text += atom + b" "

    def _open(self, bracket: bytes) -> None:
        if len(self._opened) >= _DEEPEST:
            raise ValueError("nested too deep")
        self._opened.append(bracket)
        self._keys.append("")
        self.text += bracket + b" "
        self._is_key = bracket == b"{"

    def _close(self, bracket: bytes) -> None:
        is_empty = bytes(self.text.rstrip()[-1:]) in (b"{", b"[")
        self._opened.pop()
        self._keys.pop()
        if bracket == b"}" and not is_empty:
            self.text += b"; "
        if (
            self._program is not None
            and len(self._opened) == self._program.depth
            and bracket == b"}"
        ):
            self._fetch(self._program)
        self.text += bracket + b" "
        self._is_key = False

    def _fetch(self, program: _Program) -> None:
        """Write what an entry fetches, from the texts that it has; nothing where it has none."""
        if not self._of_entry.keys() & program.arguments.keys():
            self._of_entry = {}
            return
        self.text += f"outPath = {program.fetcher} {{ ".encode()
        for key, name in program.arguments.items():
            if key in self._of_entry:
                self.text += f"{name} = ".encode()
                self._placed(*self._of_entry[key])
                self.text += b"; "
        self.text += b"}; "
        self._of_entry = {}

    def _string(self, written: bytes, where: Span) -> None:
        value = msgspec.json.decode(written, type=str)
        text = nix_string(value)
        if self._is_key:
            self._keys[-1] = value
        else:
            self._note(text, where)
        self._placed(text, where)
        self.text += b" "

    def _note(self, text: bytes, where: Span | None) -> None:
        """Keep a value by its keys below the entry that it stands in."""
        if self._program is not None:
            self._of_entry[".".join(self._keys[self._program.depth :])] = (text, where)

    def _placed(self, text: bytes, where: Span | None) -> None:
        start = len(self.text)
        self.text += text
        if where is not None:
            self.places[Span(start, len(self.text))] = where


def nix_string(value: str) -> bytes:
    """Return a text as Nix writes it."""
    escaped = _ESCAPED.sub(lambda match: "\\r" if match[0] == "\r" else f"\\{match[0]}", value)
    return f'"{escaped}"'.encode()


def nix_atom(written: bytes) -> bytes:
    """Return what is written without quotes as Nix writes it: a number, a truth, nothing."""
    if written in (b"true", b"false", b"null"):
        return written
    # a number that nothing here reads may stand as any other
    return b"(" + written + b")" if _NUMBER.fullmatch(written) else b"(0)"


def changed_texts(before: object, after: object) -> Iterator[tuple[str, str]]:
    """Yield the texts that differ between two values of JSON.

    Raises:
        ValueError: anything else differs.
    """
    waiting = [(before, after)]
    while waiting:
        old, new = waiting.pop()
        if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
            waiting += [(old[name], new[name]) for name in old]
        elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
            waiting += zip(old, new, strict=True)
        elif isinstance(old, str) and isinstance(new, str):
            if old != new:
                yield old, new
        elif type(old) is not type(new) or old != new:
            raise ValueError("another value")
