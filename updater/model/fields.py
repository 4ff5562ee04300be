"""One attribute of a package or of a fetcher call: what is written, where, and what it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator


class Span(Struct, frozen=True, order=True):
    """A half-open range of byte offsets in a file."""

    start: int
    end: int

    def __contains__(self, inner: Span) -> bool:
        return self.start <= inner.start and inner.end <= self.end


class Reference(Struct, frozen=True, tag=True):
    """A name inside a string or in its place: ``${version}``, ``finalAttrs.version``.

    ``literal`` is where the value that it stands for is written, as in Field.
    """

    value: str | None
    literal: Span | None


class Listed(Struct, frozen=True, tag=True):
    """A list among the arguments of a function."""

    elements: tuple[Argument, ...]


class Applied(Struct, frozen=True, tag=True):
    """A pure function of text, or an operator, and what it is applied to."""

    function: str
    arguments: tuple[Argument, ...]


class Function(Struct, frozen=True, tag=True):
    """A function of one text among the arguments of another one: ``x: "v${x}"``.

    Attributes:
        argument: what a reference has as its literal that stands for the argument.
        body: what it makes of that.
    """

    argument: Span
    body: Argument


Part: TypeAlias = "str | Reference | Applied"

Argument: TypeAlias = "tuple[Part, ...] | Applied | Listed | Function | int | bool"
"""What a function takes: a text, what another one makes, a list, a function, a number, a truth."""


def _places(parts: tuple[Argument | Part, ...]) -> Iterator[Span | None]:
    """Yield the literals that parts are made from through names."""
    for part in parts:
        match part:
            case Reference(literal=literal):
                yield literal
            case Applied(arguments=inner) | Listed(elements=inner):
                yield from _places(inner)
            case Function(body=inner_part):
                yield from _places((inner_part,))
            case tuple():
                yield from _places(part)


def literals_of(parts: tuple[Argument | Part, ...]) -> frozenset[Span]:
    """Return where what parts are made from is written, as far as names lead there."""
    return frozenset(place for place in _places(parts) if place is not None)


class Field(Struct, frozen=True, omit_defaults=True):
    """One attribute of a package or of a fetcher call.

    Attributes:
        name: the attribute's name.
        line: where the attribute stands.
        span: its expression; for ``inherit NAME;`` the inherited name.
        text: the expression as written.
        value: what it evaluates to where that can be read statically, else None. Booleans are
            ``"true"`` and ``"false"``.
        parts: the pieces that the value is made of, empty where it is computed by an expression.
        literal: the one string literal that holds the whole value: the expression itself, or,
            through names, a binding elsewhere. None for a template or a computed value.
        inherited: written as ``inherit NAME;``.
        neighbour: where it is an attribute of a package that is not written here, the names that
            lead there: ``("prev", "tool", "src", "owner")``, also for ``old.src.owner`` in an
            override of ``prev.tool``. Else empty.
        function: of the hash of a call beside the source, the function that is called. Else empty.
    """

    name: str
    line: int
    span: Span
    text: str
    value: str | None
    parts: tuple[Part, ...]
    literal: Span | None
    inherited: bool = False
    neighbour: tuple[str, ...] = ()
    function: str = ""

    def refers_to(self, *literals: Span | None) -> bool:
        """Tell whether it is made from what is written in one of some literals, through a name."""
        return any(place is not None and place in literals for place in _places(self.parts))

    @property
    def literals(self) -> frozenset[Span]:
        """Where what it is made from is written, as far as names lead there."""
        return literals_of(self.parts)

    @property
    def is_absent(self) -> bool:
        """Tell whether it is not written at all, although its function needs it."""
        return not self.text

    @property
    def reading(self) -> str:
        """Its value, or the expression where that cannot be read."""
        return self.text if self.value is None else self.value

    @property
    def is_computed(self) -> bool:
        """Tell whether a function makes a part of it, so that nothing can be written there."""
        return any(isinstance(part, Applied) for part in self.parts)


PATCHES = ("fetchpatch", "fetchpatch2")
"""The fetchers that rewrite a file before they hash it: nixpkgs, pkgs/build-support/fetchpatch."""

HASH_FIELDS = ("hash", "sha256", "sha512", "sha1", "md5", "narHash")
"""The fetcher attributes that may hold a source's hash; a call has one of them."""
