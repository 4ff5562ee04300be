"""One overlay file as rules read it: its syntax, its packages, and what each of them declares."""

from __future__ import annotations

import re
from functools import cache, cached_property
from typing import TYPE_CHECKING

from updater.audit.overlay.mentions import mentions
from updater.model import Span
from updater.overlay.reading import syntax
from updater.overlay.reading.closed import path_below
from updater.overlay.reading.inputs import input_lists, place_of
from updater.overlay.reading.shape import is_overlay_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tree_sitter import Node

    from updater.audit.overlay.mentions import Mention
    from updater.model import Package
    from updater.overlay.reading.inputs import InputList, PackagePlace
    from updater.overlay.reading.scope import Statement

_PATH = re.compile(rb"(?<![\w./+~$}-])\.{1,2}/[\w./+-]+")
_COMMENT_LINE = re.compile(rb"[ \t]*(?:#|/\*.*\*/[ \t\r]*$)")
_LETTER = re.compile(rb"[A-Za-z\x80-\xff]")  # of any script, as UTF-8
# What a name inside an overlay is read from: its two sets, by the function that takes them.
_SECOND = re.compile(
    rb":\s*([A-Za-z_][\w'-]*)[ \t]*:(?=[\s{(])(?!\s*[A-Za-z_][\w'-]*[ \t]*:[\s{(])"
)
_FIRST = re.compile(rb"(?<![\w.'\"$@-])([A-Za-z_][\w'-]*)[ \t]*\Z")
# What people call the two, beside what a whole file is a function of.
_FINAL = re.compile(r"\w*([Ff]inal|[Ss]elf)\w*|_")
_PREVIOUS = re.compile(r"\w*([Ss]uper|[Pp]rev|[Oo]ld|[Oo]rig)\w*|_")
_LONGEST_ARGUMENT = 60
_PYTHON = re.compile(r"python\d*")
_PYTHON_SET = re.compile(r"python\d*Packages|pythonPackages")
_OF_ONE_PACKAGE = re.compile(r"finalAttrs|prevAttrs|previousAttrs|old\w*|attrs|oldAttrs")
_QUIET = frozenset({"comment", "string_fragment", "uri_expression"})


class OverlayText:
    """One file.

    Args:
        file: relative to the root.
        data: its bytes.
        packages: those in it.
        text: its syntax, where it is at hand.
    """

    def __init__(
        self,
        file: str,
        data: bytes,
        packages: Sequence[Package],
        text: syntax.NixText | None = None,
    ) -> None:
        self.file = file
        self.data = data
        self.packages = packages
        self._text = text
        self._places: dict[Span, PackagePlace | None] = {}

    @cached_property
    def text(self) -> syntax.NixText:
        """Its syntax."""
        return self._text or syntax.parse(self.data)

    @cached_property
    def sets(self) -> dict[str, str]:
        """What the arguments of its overlay functions stand for: ``final`` or ``previous``.

        A name that two functions bind differently stands for neither.
        """
        return {name: role for name, (role, *rest) in self._arguments.items() if not rest}

    @cached_property
    def whole_sets(self) -> dict[str, str]:
        """Those of its sets that are whole package sets, not of the packages of one Python."""
        return {name: role for name, role in self.sets.items() if not self.path_of(name)}

    def path_of(self, name: str) -> tuple[str, ...]:
        """Return where the set is that an argument stands for; empty for a whole package set."""
        paths = {path for own in self._arguments.get(name, {}).values() for path in own}
        return next(iter(paths)) if len(paths) == 1 else ()

    @cached_property
    def _arguments(self) -> dict[str, dict[str, set[tuple[str, ...]]]]:
        """The arguments of overlay functions: name -> role -> where the set is."""
        roles: dict[str, dict[str, set[tuple[str, ...]]]] = {}
        for match in _SECOND.finditer(self.data):
            before = self.data[max(0, match.start() - _LONGEST_ARGUMENT) : match.start()]
            first = _FIRST.search(before)
            if first is None:
                continue
            names = [part.decode() for part in (first[1], match[1])]
            if any(map(_OF_ONE_PACKAGE.fullmatch, names)) or not self.is_code(match.start()):
                continue
            is_called_so = _FINAL.fullmatch(_plain(names[0])) and _PREVIOUS.fullmatch(
                _plain(names[1])
            )
            if is_called_so or self._is_whole(match.start(1)):
                path = self._python_path(match.start(1))
                roles.setdefault(names[0], {}).setdefault("final", set()).add(path)
                roles.setdefault(names[1], {}).setdefault("previous", set()).add(path)
        return roles

    def _python_path(self, argument: int) -> tuple[str, ...]:
        """Return where the Python set is whose overlay a function is; empty where it is of none.

        Such as ``python3.pkgs`` of ``python3 = super.python3.override { packageOverrides = ... }``.
        """
        binding = self.binding_around(argument)
        name = self._last_name(binding)
        if name == "pythonPackagesExtensions" or _PYTHON_SET.fullmatch(name):
            return (name,)
        while binding is not None and name == "packageOverrides":
            node = binding.parent
            while node is not None and node.type != "binding":
                node = node.parent
            binding = node
            python = self._last_name(binding)
            if _PYTHON.fullmatch(python):
                return python, "pkgs"
        return ()

    def _last_name(self, binding: Node | None) -> str:
        path = binding.child_by_field_name("attrpath") if binding is not None else None
        return syntax.text(path, self.data).rpartition(".")[2] if path is not None else ""

    def _is_whole(self, argument: int) -> bool:
        """Tell whether an argument is of the function that the file as a whole is."""
        node = self.node_at(argument)
        while node is not None and node.type not in ("binding", "inherit", "let_expression"):
            node = node.parent
        return node is None and self.is_overlay

    @property
    def is_circular(self) -> bool:
        """Whether it makes a set, or a package, from what the final one has of its own name.

        That has no end.
        """
        roots = [name for name, role in self.whole_sets.items() if role == "final"]
        return any(union_of(root).search(self.data) for root in roots) or any(
            True for root in roots for _ in self.remade(root)
        )

    def remade(self, root: str) -> Iterator[tuple[str, Span, Span]]:
        """Yield each package that is bound to a function of its own final one.

        Args:
            root: the name of the final set.

        Returns:
            Its name, where the final set is named, and the whole path.
        """
        has_any = root.encode() in self.data and b"override" in self.data
        for match in remade_from(root).finditer(self.data) if has_any else ():
            node = self.binding_around(match.start())
            name, path = match["name"].decode(), self._path_around(node)
            wanted = (match["set"].decode(),) if match["set"] else ()
            if path == (*wanted, name) and self.is_code(match.start()):
                yield name, Span(*match.span("root")), Span(match.start("root"), match.end())

    def _path_around(self, binding: Node | None) -> tuple[str, ...]:
        """Return the attributes of an overlay's set that lead to a binding, else nothing."""
        names: tuple[str, ...] = ()
        node = binding
        while node is not None and node.type != "function_expression":
            if node.type == "binding":
                names = (self._last_name(node), *names)
            elif node.type == "let_expression" or (
                node.type == "apply_expression" and node != binding
            ):
                return ()
            node = node.parent
        return names

    @cached_property
    def is_overlay(self) -> bool:
        """Whether it is ``final: prev: ...``."""
        return is_overlay_text(self.text)

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The files that it names, relative to its own folder."""
        matches = (match for match in _PATH.finditer(self.data) if self.is_code(match.start()))
        below = (path_below(match[0].decode()) for match in matches)
        return tuple(dict.fromkeys(path for path in below if path is not None))

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        """The packages that it names, in its order."""
        return mentions(self)

    @cached_property
    def identities(self) -> dict[Span, str]:
        """The identity of the package at each place."""
        return {package.span: package.identity for package in self.packages}

    def place(self, package: Package) -> PackagePlace | None:
        """Return a package's attribute set; None where it is not a plain one."""
        if package.mapped:
            return None
        if package.span not in self._places:
            self._places[package.span] = place_of(self.text, package.span)
        return self._places[package.span]

    def lists(self, package: Package) -> dict[str, InputList]:
        """Return a package's lists of inputs by attribute."""
        place = self.place(package)
        return input_lists(place, self.data) if place is not None else {}

    def node_at(self, start: int, end: int | None = None) -> Node | None:
        """Return the smallest node around some bytes."""
        return self.text.root.descendant_for_byte_range(start, end or start + 1)

    def is_code(self, place: int) -> bool:
        """Tell whether a byte is code, not of a comment or of a string's own text."""
        node = self.node_at(place)
        return node is not None and node.type not in _QUIET

    def owner(self, where: Span) -> Package | None:
        """Return the innermost package around some bytes."""
        around = [package for package in self.packages if where in package.span]
        return min(around, key=lambda package: package.span.end - package.span.start, default=None)

    def statements(self, package: Package) -> Sequence[Statement]:
        """Return the bindings of a package's attribute set."""
        place = self.place(package)
        return place.attributes.statements if place is not None else ()

    def binding_around(self, place: int) -> Node | None:
        """Return the innermost binding around a byte."""
        node = self.node_at(place)
        while node is not None and node.type != "binding":
            node = node.parent
        return node

    def has_comment(self, where: Span) -> bool:
        """Tell whether a comment for people stands beside some text: behind it, or right above."""
        return any(
            b"updater:" not in comment and _LETTER.search(comment)
            for comment in self.comments(where)
        )

    def comments(self, where: Span) -> Iterator[bytes]:
        """Yield the comments beside some text: on its lines, or right above."""
        data = self.data
        start = data.rfind(b"\n", 0, where.start) + 1
        end = data.find(b"\n", where.end)
        end = len(data) if end < 0 else end
        for mark in (b"#", b"/*"):
            behind = data.find(mark, where.end, end)
            node = self.node_at(behind) if behind >= 0 else None
            if node is not None and node.type == "comment":
                yield data[behind:end]
        if data[start : where.start].strip():
            return
        while start:
            above = data.rfind(b"\n", 0, start - 1) + 1
            line = data[above : start - 1]
            if not _COMMENT_LINE.match(line):
                break
            yield line.strip()
            start = above


def _plain(name: str) -> str:
    return name.replace("-", "_").replace("'", "")


@cache
def remade_from(root: str) -> re.Pattern[bytes]:
    """Return what finds ``NAME = ROOT.python3Packages.NAME.override...``."""
    return re.compile(
        rb"(?<![\w.'-])(?P<name>[A-Za-z_][\w'-]*)\s*=\s*\(?\s*"
        rb"(?P<root>" + re.escape(root).encode() + rb")\s*\."
        rb"(?:\s*(?P<set>python\d*Packages|pythonPackages)\s*\.)?\s*(?P=name)"
        rb"\s*\.\s*override\w*(?![\w'-])"
    )


@cache
def union_of(root: str) -> re.Pattern[bytes]:
    """Return what finds ``python3Packages = ROOT.python3Packages // { ... }``."""
    return re.compile(
        rf"(?<![\w.'-])(python\d*Packages|pythonPackages)\s*=\s*\(?\s*({re.escape(root)})"
        rf"\s*\.\s*\1\s*//".encode()
    )
