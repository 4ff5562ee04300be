"""What the walk finds, before it is read: packages, fetcher calls, and package files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field

from updater.model import Directive, Span  # noqa: TC001 - msgspec reads them
from updater.overlay.reading import syntax
from updater.overlay.reading.scope import lookup

if TYPE_CHECKING:
    from tree_sitter import Node

    from updater.overlay.reading.scope import AttributeScope, Binding, Scope

Role = Literal["", "package", "override", "source"]
"""Whose argument a set is: none's, a builder's, an override's, a fetcher's."""


class Call(Struct):
    """An application of a fetcher, or of what looks like one.

    ``statement`` is the binding that it stands in; ``path`` leads there. ``helper`` says that the
    binding is a function, which fetches what its callers ask for; ``caller`` is the first byte of
    the application that it is read for; ``changed`` is what changes its result (``override``).
    """

    function: str
    node: Node
    argument: Node
    scope: Scope
    path: tuple[str, ...]
    statement: Span
    helper: bool = False
    caller: int | None = None
    changed: str = ""

    @property
    def span(self) -> Span:
        """The whole application."""
        return syntax.span(self.node)


class Draft(Struct):
    """A package as it is found: its set (of ``a // b``, all of them) and the calls inside.

    ``others`` are calls of functions that fetch but are none of the known fetchers; ``builder`` is
    the function whose argument it is; ``helper`` and ``caller`` are as for a call; ``mapped`` says
    that it is made of an element of a set or list, ``listed`` that it is an element of a list;
    ``overridden`` is the name of the package that an override is of; ``whole`` says that all its
    attributes are read: none comes from an argument of ``//`` that is not written here.
    """

    sets: tuple[AttributeScope, ...]
    node: Node
    role: Role
    path: tuple[str, ...]
    statement: Span
    calls: list[Call] = field(default_factory=list)
    others: list[Call] = field(default_factory=list)
    builder: str = ""
    helper: bool = False
    caller: int | None = None
    mapped: bool = False
    listed: bool = False
    overridden: str = ""
    whole: bool = True

    def get(self, *names: str) -> Binding | None:
        """Return the first of these attributes that the package has."""
        for name in names:
            binding = lookup(self.sets, name)
            if binding is not None:
                return binding
        return None


class ReplacedFetcher(Struct, frozen=True):
    """A fetcher's name that a set has for something else: ``fetchurl = final.corpFetch;``.

    Attributes:
        packages: the names of those that it is given to; none where it is of the whole set.
    """

    function: str
    line: int
    packages: frozenset[str] = frozenset()


class PackageFile(Struct, frozen=True):
    """``NAME = callPackage PATH { ... };`` with the path as it is written.

    ``statement`` is the whole binding; ``directives`` are what comments at it ask for;
    ``functions`` are the fetchers in whose place it gives the file others; ``arguments`` is what it
    gives for arguments, as the names that lead there, which are none for other expressions.
    """

    attribute: tuple[str, ...]
    path: str
    line: int
    span: Span
    statement: Span
    directives: tuple[Directive, ...] = ()
    functions: tuple[str, ...] = ()
    arguments: dict[str, tuple[str, ...]] = field(default_factory=dict)


class Outline(Struct):
    """What the walk finds in one file.

    Attributes:
        drafts: its packages, each set once.
        loose, loose_others: the same calls as a draft has, but in no package.
        pinned: those in files of pins.
        files: package files that it calls.
        replaced: fetchers' names that it has for something else.
    """

    drafts: list[Draft] = field(default_factory=list)
    loose: list[Call] = field(default_factory=list)
    loose_others: list[Call] = field(default_factory=list)
    pinned: list[Call] = field(default_factory=list)
    files: list[PackageFile] = field(default_factory=list)
    replaced: list[ReplacedFetcher] = field(default_factory=list)
