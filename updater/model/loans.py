"""What a package takes from another, or from a file of pins, that its own file does not write."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from updater.model.fields import Field, Span  # noqa: TC001 - msgspec reads it


class Borrowing(Struct, frozen=True):
    """What a package takes from another that cannot be found from its own file alone.

    Attributes:
        names: what leads to the other package: ``("final", "tool")``.
        what: ``source`` or ``version``.
        hashes: its own, which another version of that package makes wrong; it may have none.
    """

    names: tuple[str, ...]
    what: Literal["source", "version"]
    hashes: tuple[Field, ...]


class OutsidePin(Struct, frozen=True):
    """What a package's source is made from that is not written in its file, beside its own hashes.

    Attributes:
        names: what its file does not bind: ``("pins", "tool", "version")`` of an argument pins.
        paths: the files that it reads, as they are written there.
        literals: the texts of its own file that it is made from, too.
        hashes: its own, which another pin there makes wrong.
    """

    names: tuple[tuple[str, ...], ...]
    paths: tuple[str, ...]
    literals: tuple[Span, ...]
    hashes: tuple[Field, ...]


class PinEntry(Struct, frozen=True):
    """One pin of a file that has several.

    Attributes:
        file: relative to the root, with ``/``.
        key: by which the file has it; empty where the whole file is one pin.
        others: the keys of the file's other pins.
    """

    file: str
    key: str
    others: frozenset[str] = frozenset()
