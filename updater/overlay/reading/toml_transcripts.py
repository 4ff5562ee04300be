"""TOML as Nix text, with the place of each text in the TOML, as `transcripts` does with JSON.

What ``importTOML ./pins.toml`` reads. A scanner finds where texts stand; that it reads the file
right is proven each time, by ``tomllib``, which has no places. Source: toml.io, "TOML v1.0.0".
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from updater import toml
from updater.model import Span
from updater.overlay.reading.transcripts import Transcript, nix_atom, nix_string

if TYPE_CHECKING:
    from typing import TypeAlias

    Value: TypeAlias = "_Leaf | list[Value] | dict[str, Value]"

_BLANK = re.compile(rb"(?:[ \t\r\n]|#[^\n]*+)*+")
_STRING = re.compile(
    rb'"""(?:[^\\]|\\.)*?"""(?!")|"(?:[^"\\\n]|\\.)*+"'
    rb"|'''.*?'''(?!')|'[^'\n]*+'",
    re.DOTALL,
)
_KEY = re.compile(rb"[\w-]++")
# A number, a truth, or a time, whose day and hour a blank may part.
_ATOM = re.compile(rb"[^\s,\]}#]++(?: \d[^\s,\]}#]*+)?")


class _Leaf(Struct, frozen=True):
    """A value that holds no others, and where it is written."""

    value: object
    written: bytes
    where: Span


@lru_cache(maxsize=4)
def transcribed_toml(data: bytes, file: str) -> Transcript:
    """Return TOML as Nix text.

    The last few are kept: many files read the same pins.

    Raises:
        HostileFile: it breaks a bound of `updater.toml`.
        ValueError: it is not TOML, or has what no two readers read alike.
    """
    meant = toml.decode(data, file)
    document = _Scanner(data).document()
    if _plain(document) != meant:
        raise ValueError("not read as tomllib reads it")
    writer = _Writer()
    writer.write(document)
    return Transcript(bytes(writer.text), writer.places)


class _Scanner:
    """Finds the values of a file that is TOML; of any other it may say anything, or ValueError."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def document(self) -> dict[str, Value]:
        """Return all of the file."""
        document: dict[str, Value] = {}
        table = document
        while self._next():
            if self._take(b"[["):
                *keys, last = self._keys()
                self._expect(b"]]")
                tables = _below(document, keys).setdefault(last, [])
                table = {}
                if not isinstance(tables, list):
                    raise ValueError("a table that is no list of tables")
                tables.append(table)
            elif self._take(b"["):
                table = _below(document, self._keys())
                self._expect(b"]")
            else:
                self._pair(table)
        return document

    def _pair(self, table: dict[str, Value]) -> None:
        *keys, last = self._keys()
        self._expect(b"=")
        _below(table, keys)[last] = self._value()

    def _keys(self) -> list[str]:
        keys = [self._key()]
        while self._take(b"."):
            keys.append(self._key())
        return keys

    def _key(self) -> str:
        self._next()
        match = _STRING.match(self._data, self._place) or _KEY.match(self._data, self._place)
        if match is None:
            raise ValueError("no key")
        self._place = match.end()
        return str(toml.value(match[0])) if match[0][:1] in (b'"', b"'") else match[0].decode()

    def _value(self) -> Value:
        if self._take(b"["):
            values: list[Value] = []
            while not self._take(b"]"):
                values.append(self._value())
                self._take(b",")
            return values
        if self._take(b"{"):
            table: dict[str, Value] = {}
            while not self._take(b"}"):
                self._pair(table)
                self._take(b",")
            return table
        self._next()
        match = _STRING.match(self._data, self._place) or _ATOM.match(self._data, self._place)
        if match is None:
            raise ValueError("no value")
        self._place = match.end()
        return _Leaf(toml.value(match[0]), match[0], Span(*match.span()))

    def _next(self) -> bool:
        """Go to what comes next; false at the end."""
        blank = _BLANK.match(self._data, self._place)
        self._place = blank.end() if blank is not None else self._place
        return self._place < len(self._data)

    def _take(self, token: bytes) -> bool:
        self._next()
        is_there = self._data.startswith(token, self._place)
        self._place += len(token) if is_there else 0
        return is_there

    def _expect(self, token: bytes) -> None:
        if not self._take(token):
            raise ValueError(f"no {token.decode()}")


def _below(table: dict[str, Value], keys: list[str]) -> dict[str, Value]:
    """Return the table that keys lead to; of a list of tables it is the last."""
    for key in keys:
        inner = table.setdefault(key, {})
        inner = inner[-1] if isinstance(inner, list) and inner else inner
        if not isinstance(inner, dict):
            raise ValueError(f"{key} is no table")  # noqa: TRY004 - what the caller expects
        table = inner
    return table


def _plain(value: Value) -> object:
    match value:
        case dict():
            return {key: _plain(inner) for key, inner in value.items()}
        case list():
            return [_plain(inner) for inner in value]
        case _:
            return value.value


class _Writer:
    """Writes values as Nix text."""

    def __init__(self) -> None:
        self.text = bytearray()
        self.places: dict[Span, Span] = {}

    def write(self, value: Value) -> None:
        match value:
            case dict():
                self.text += b"{ "
                for key, inner in value.items():
                    self.text += nix_string(key) + b" = "
                    self.write(inner)
                    self.text += b"; "
                self.text += b"} "
            case list():
                self.text += b"[ "
                for inner in value:
                    self.write(inner)
                self.text += b"] "
            case _Leaf(str() as text, _, where):
                start = len(self.text)
                self.text += nix_string(text)
                self.places[Span(start, len(self.text))] = where
                self.text += b" "
            case _Leaf(_, written, _):
                self.text += nix_atom(written) + b" "
