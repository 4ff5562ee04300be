"""Where an overlay file names packages, and from which set it takes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec import Struct

from updater.model import Span
from updater.overlay.reading import references
from updater.overlay.reading.input_elements import names_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from updater.audit.overlay.overlay_text import OverlayText
    from updater.model import Package
    from updater.overlay.reading.input_elements import Input, ListLiteral

PYTHON_SET = re.compile(r"python(?P<version>\d*)Packages|pythonPackages")
_PYTHON = re.compile(r"python(?P<version>\d*)")
_STEP = r"""\s*\.\s*(?:[A-Za-z_][\w'-]*|"[^"$\\]*")"""
# Nothing that is a package: what every overlay takes, and what is not worth a look.
_OTHERS = r"\.(?:lib|stdenv|fetch\w+|python3Packages\.buildPython\w+)\b"
_PARTS = re.compile(r"""[A-Za-z_][\w'-]*|"([^"]*)\"""")
_INHERITED = re.compile(rb"inherit\s*\(\s*([\w.\"'\s-]+?)\s*\)\s*([^;]*);")
_LAZY = frozenset({"meta", "passthru"})

MentionWay = Literal["path", "with", "inherit", "bound"]


class Mention(Struct, frozen=True, array_like=True):
    """A package as an overlay file names it.

    Attributes:
        set: the Python set that it is taken from, such as ``python3`` or ``python311``; empty for
            a set that is not one of Python packages, or for an unknown one.
        name: its attribute.
        role: whether it is taken from the ``final`` set, the ``previous`` one, or nobody knows.
        rest: what is selected of it, such as ``("override",)``.
        way: how it is written; ``bound`` for a name that the file binds to it.
        span: the whole of it.
        root: where the set's name stands that it begins with; empty where a ``with`` has it.
        owner: the identity of the package that names it, or an empty string.
        is_input: it is an element of one of the package's lists of inputs.
        is_lazy: it stands in what no build reads, such as ``meta``.
    """

    set: str
    name: str
    role: Literal["final", "previous", ""]
    rest: tuple[str, ...]
    way: MentionWay
    span: Span
    root: Span
    owner: str
    is_input: bool = False
    is_lazy: bool = False


class FileMentions(Struct, frozen=True, array_like=True):
    """The packages that a file names; of ten thousand files only some are ever looked at.

    Attributes:
        names: the attributes, each once.
        packed: the mentions in the file's order, for `unpacked`.
    """

    names: tuple[str, ...] = ()
    packed: bytes = b"\x90"  # an empty list

    @classmethod
    def of(cls, overlay: OverlayText) -> FileMentions:
        """Return those of a file."""
        read = mentions(overlay)
        names = tuple(dict.fromkeys(mention.name for mention in read))
        return cls(names, msgspec.msgpack.encode(read))

    def unpacked(self) -> tuple[Mention, ...]:
        """Return the mentions."""
        return _MENTIONS.decode(self.packed)


_MENTIONS = msgspec.msgpack.Decoder(tuple[Mention, ...])


def mentions(overlay: OverlayText) -> tuple[Mention, ...]:
    """Return the packages that a file names, in its order."""
    inputs = [
        (package, element, literal)
        for package in overlay.packages
        for listed in overlay.lists(package).values()
        for literal in listed.literals
        for element in literal.inputs
        if element.name
    ]
    starts = {_first(overlay.data, element.span) for _, element, _ in inputs}
    read = [*_paths(overlay, starts), *_inherited(overlay)]
    named = {mention.span.start for mention in read}
    read += [
        _listed(overlay, package, element, literal)
        for package, element, literal in inputs
        if _first(overlay.data, element.span) not in named
    ]
    return tuple(sorted(read, key=lambda mention: mention.span))


def _first(data: bytes, where: Span) -> int:
    """Return where an element begins, behind the parentheses before it."""
    start = where.start
    while data[start : start + 1] in (b"(", b" ", b"\n", b"\t"):
        start += 1
    return start


def place_in_set(names: tuple[str, ...]) -> tuple[str, str, tuple[str, ...]]:
    """Return the Python set, the package and the rest of a path below an overlay's set."""
    if not names:
        return "", "", ()
    match = PYTHON_SET.fullmatch(names[0])
    if match is not None:
        return f"python{match['version'] or '3'}", names[1] if names[1:] else "", names[2:]
    python = _PYTHON.fullmatch(names[0])
    if python is not None and names[1:2] in (("pkgs",), ("packageOverrides",)):
        version = f"python{python['version'] or '3'}"
        return version, names[2] if names[2:] else "", names[3:]
    if names[0] == "pythonPackagesExtensions":
        return "python3", names[1] if names[1:] else "", names[2:]
    return "", names[0], names[1:]


def _paths(overlay: OverlayText, starts: Container[int]) -> Iterator[Mention]:
    """Yield what is selected from one of the overlay's sets: ``super.python3Packages.numpy``."""
    if not overlay.sets:
        return
    roots = "|".join(map(re.escape, sorted(overlay.sets)))
    pattern = re.compile(rf"(?<![\w.'\"-])({roots})(?!{_OTHERS})((?:{_STEP})+)".encode())
    for match in pattern.finditer(overlay.data):
        if not overlay.is_code(match.start()):
            continue
        root = match[1].decode()
        names = tuple(
            part[1] if part[1] is not None else part[0]
            for part in _PARTS.finditer(match[2].decode("utf-8", "replace"))
        )
        python, name, rest = place_in_set((*overlay.path_of(root), *names))
        if not name:
            continue
        where = Span(*match.span())
        owner = overlay.owner(where)
        yield Mention(
            python,
            name,
            "final" if overlay.sets[root] == "final" else "previous",
            rest,
            "path",
            where,
            Span(*match.span(1)),
            overlay.identities[owner.span] if owner is not None else "",
            where.start in starts,
            owner is not None and _is_lazy(overlay, owner, where),
        )


def _is_lazy(overlay: OverlayText, package: Package, where: Span) -> bool:
    return any(
        statement.names[0] in _LAZY
        and statement.node.start_byte <= where.start < statement.node.end_byte
        for statement in overlay.statements(package)
    )


def _inherited(overlay: OverlayText) -> Iterator[Mention]:
    """Yield what is inherited from one of the overlay's sets."""
    for match in _INHERITED.finditer(overlay.data):
        if not overlay.is_code(match.start()):
            continue
        path = tuple(
            part[1] if part[1] is not None else part[0]
            for part in _PARTS.finditer(match[1].decode("utf-8", "replace"))
        )
        role = overlay.sets.get(path[0]) if path else None
        if role is None:
            continue
        for word in re.finditer(rb"[A-Za-z_][\w'-]*", match[2]):
            start = match.start(2) + word.start()
            where = Span(start, start + len(word[0]))
            python, name, rest = place_in_set(
                (*overlay.path_of(path[0]), *path[1:], word[0].decode())
            )
            owner = overlay.owner(where)
            yield Mention(
                python,
                name,
                "final" if role == "final" else "previous",
                rest,
                "inherit",
                where,
                Span(match.start(1), match.start(1) + len(path[0])),
                overlay.identities[owner.span] if owner is not None else "",
            )


def _listed(
    overlay: OverlayText, package: Package, element: Input, literal: ListLiteral
) -> Mention:
    """Return an element of a list of inputs that no path of its own names."""
    base = element.base
    own: tuple[str, ...] = (element.name,)
    if not base:  # a name that the file itself binds
        bound = references.targets(literal.scope.find(element.name), overlay.data)
        resolved = names_of(bound[0][0], overlay.data) if len(bound) == 1 else ()
        base, own = resolved[:-1], resolved[-1:]
    elif base[0] not in overlay.sets:
        bound = references.targets(literal.scope.find(base[0]), overlay.data)
        resolved = names_of(bound[0][0], overlay.data) if len(bound) == 1 else ()
        base = (*resolved, *base[1:]) if resolved else base
    role = overlay.sets.get(base[0]) if base else None
    names = (*overlay.path_of(base[0]), *base[1:], *own) if role is not None else (*base, *own)
    python, name, rest = place_in_set(names)
    return Mention(
        python,
        name or element.name,
        "final" if role == "final" else "previous" if role == "previous" else "",
        rest,
        "with" if element.base else "bound",
        element.span,
        Span(element.span.start, element.span.start),
        overlay.identities[package.span],
        is_input=True,
    )
