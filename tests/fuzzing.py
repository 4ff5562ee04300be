"""Others' data at random: real answers and files with pieces changed, cut, doubled and swapped.

A seed says all of an input, so that one that fails can be made again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

MOST_BYTES = 64 << 10

_WORDS = (
    b"",
    b"\0",
    b"\n",
    b"\r\n",
    b" " * 300,
    b"[" * 300,
    b"{" * 300,
    b"(" * 300,
    b'"',
    b"'",
    b'"""',
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"\xff",
    b"\xc2\xb2",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xa8",
    b"1" * 5_000,
    b"9" * 20,
    b"-1",
    b"1e999",
    b"0x" + b"f" * 300,
    b"null",
    b"true",
    b"NaN",
    b"..",
    b"a." * 300,
    b"=",
    b":",
    b";",
    b"#",
    b"<",
    b">",
    b"&#0;",
    b"10000-01-01T00:00:00Z",
    b"2024-01-02T03:04:05",
    b"+99:99",
    b"http://[::1",
    b"http://h:99999/",
    b"--upload-pack=x",
    b"file:///etc/passwd",
    b"../" * 300,
)


def mutated(seeds: Sequence[bytes], chance: random.Random) -> bytes:
    """Return one of several real inputs with one to eight changes."""
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(1, 8)):
        _CHANGES[chance.randrange(len(_CHANGES))](data, seeds, chance)
        if len(data) > MOST_BYTES:
            del data[MOST_BYTES:]
    return bytes(data)


def _place(data: bytearray, chance: random.Random) -> tuple[int, int]:
    start = chance.randint(0, len(data))
    return start, min(len(data), start + int(chance.expovariate(1 / 12)))


def _cut(data: bytearray, _seeds: Sequence[bytes], chance: random.Random) -> None:
    start, end = _place(data, chance)
    del data[start:end]


def _word(data: bytearray, _seeds: Sequence[bytes], chance: random.Random) -> None:
    start, end = _place(data, chance)
    data[start : end if chance.random() < 0.5 else start] = chance.choice(_WORDS)


def _flip(data: bytearray, _seeds: Sequence[bytes], chance: random.Random) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _double(data: bytearray, _seeds: Sequence[bytes], chance: random.Random) -> None:
    start, end = _place(data, chance)
    data[start:start] = data[start:end] * chance.choice((1, 2, 50))


def _splice(data: bytearray, seeds: Sequence[bytes], chance: random.Random) -> None:
    other = chance.choice(seeds)
    start, _ = _place(data, chance)
    data[start:] = other[chance.randint(0, len(other)) :]


_CHANGES: tuple[Callable[[bytearray, Sequence[bytes], random.Random], None], ...] = (
    _cut,
    _word,
    _word,
    _flip,
    _double,
    _splice,
)
