"""``.gitattributes``: which attributes ``git archive`` sees on a path.

Source: gitattributes(5); ``parse_attr_line``, ``path_matches`` and ``fill`` in git's ``attr.c`` for
the order: the deepest file first, in a file the last line, in a line the last word. Quoted and
escaped patterns, and sets of more than letters and digits, are left to git.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from updater.identify.exact import Inexact

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

AttributeValue: TypeAlias = "bytes | bool | None"
"""``attr=value``, ``attr`` or ``-attr``; None for ``!attr``, which unsets what lies below."""

_RELEVANT: Final = frozenset(
    {
        b"export-ignore",
        b"export-subst",
        b"text",
        b"crlf",
        b"eol",
        b"ident",
        b"working-tree-encoding",
    }
)
_POTENT: Final = _RELEVANT - {b"text", b"crlf"}
_BUILT_IN: Final[dict[bytes, tuple[tuple[bytes, AttributeValue], ...]]] = {
    b"binary": ((b"diff", False), (b"merge", False), (b"text", False))
}
_BLANK: Final = re.compile(rb"[ \t\r\n]+")
_NAME: Final = re.compile(rb"[A-Za-z0-9_.][-A-Za-z0-9_.]*")
_MACRO: Final = b"[attr]"
_MOST_TREES: Final = 2  # more `**` than any project has: each may stand for any folders
_LINE_BYTES: Final = 2048  # git ignores longer lines, since 2.39.1
_SET: Final = re.compile(rb"\[(?:[A-Za-z0-9](?:-[A-Za-z0-9])?)+\]")
_PIECE: Final = re.compile(rb"\*+|\?|\[[^\]]*\]|[^*?\[]")


class AttributeRule(Struct, frozen=True):
    """One line: a pattern and what it says of the paths that match it."""

    pattern: re.Pattern[bytes]
    whole_path: bool
    folders_only: bool
    states: tuple[tuple[bytes, AttributeValue], ...]


class AttributeFile(Struct, frozen=True):
    """One ``.gitattributes``: where it stands, its object's id, and its lines that matter."""

    folder: bytes
    identity: bytes
    rules: tuple[AttributeRule, ...]


class GitAttributes(Struct, frozen=True):
    """The attribute files that hold for the entries of one folder, the outermost first.

    Attributes:
        macros: name -> what it stands for; only the root's file can define them.
        potent: some line can change an archive; ``* text=auto`` alone, say, changes none.
    """

    files: tuple[AttributeFile, ...] = ()
    macros: dict[bytes, tuple[tuple[bytes, AttributeValue], ...]] = field(
        default_factory=lambda: dict(_BUILT_IN)
    )
    potent: bool = False

    def entered(self, folder: bytes, identity: bytes, data: bytes) -> GitAttributes:
        """Return the attributes for a folder's entries, with the folder's own file on top.

        Args:
            folder: its path, empty for the root.
            identity: the file's object id, which stands for its content.
            data: the file.

        Raises:
            Inexact: a line that matters has a form that is left to git.
        """
        macros = dict(self.macros)
        lines = list(_lines(data))
        if not folder:
            for pattern, states in lines:
                if pattern.startswith(_MACRO) and pattern != _MACRO:
                    macros[pattern.removeprefix(_MACRO)] = states
        names = _relevant(macros)
        rules = tuple(
            _rule(pattern, states)
            for pattern, states in lines
            if any(name in names for name, _ in states)
            and (not pattern.startswith(_MACRO) or pattern == _MACRO)
        )
        if not rules:
            return GitAttributes(self.files, macros) if macros != self.macros else self
        stack = GitAttributes((*self.files, AttributeFile(folder, identity, rules)), macros)
        potent = self.potent or any(
            _is_potent(name, value)
            for rule in rules
            for name, value in stack.expanded(rule.states).items()
        )
        return replace(stack, potent=potent)

    def expanded(
        self, states: tuple[tuple[bytes, AttributeValue], ...]
    ) -> dict[bytes, AttributeValue]:
        """Return what a line says when its macros are written out."""
        attributes: dict[bytes, AttributeValue] = {}
        self._fill(attributes, states)
        return attributes

    @property
    def context(self) -> tuple[bytes, ...]:
        """What a folder's archive depends on beside its own tree; empty where nothing matters."""
        return tuple(part for file in self.files for part in (file.folder, file.identity))

    def of(self, path: bytes, *, folder: bool = False) -> dict[bytes, AttributeValue]:
        """Return the attributes of a path, those that nothing was said of left out."""
        attributes: dict[bytes, AttributeValue] = {}
        name = path.rpartition(b"/")[2]
        for file in reversed(self.files):
            below = path[len(file.folder) + 1 :] if file.folder else path
            for rule in reversed(file.rules):
                if (not rule.folders_only or folder) and rule.pattern.fullmatch(
                    below if rule.whole_path else name
                ):
                    self._fill(attributes, rule.states)
        return attributes

    def _fill(
        self,
        attributes: dict[bytes, AttributeValue],
        states: tuple[tuple[bytes, AttributeValue], ...],
    ) -> None:
        for name, value in reversed(states):
            if name not in attributes:
                attributes[name] = value
                if value is True and name in self.macros:
                    self._fill(attributes, self.macros[name])


def _is_potent(name: bytes, value: AttributeValue) -> bool:
    if name == b"eol":
        return value == b"crlf"
    return name in _POTENT and value is not False and value is not None


def _relevant(macros: dict[bytes, tuple[tuple[bytes, AttributeValue], ...]]) -> frozenset[bytes]:
    """Return the names that matter: git's own, and macros that stand for one of them."""
    names = set(_RELEVANT)
    for _ in macros:
        names |= {macro for macro, states in macros.items() if any(n in names for n, _ in states)}
    return frozenset(names)


def _lines(data: bytes) -> Iterator[tuple[bytes, tuple[tuple[bytes, AttributeValue], ...]]]:
    if b"\0" in data or data.startswith(b"\xef\xbb\xbf"):
        raise Inexact(".gitattributes has a NUL or a byte order mark")
    for line in data.split(b"\n"):
        words = [word for word in _BLANK.split(line) if word]
        if not words or words[0].startswith(b"#"):
            continue
        if len(line) >= _LINE_BYTES:
            raise Inexact("a line of .gitattributes is too long for some versions of git")
        pattern, *settings = words
        if pattern.startswith(b'"'):
            raise Inexact("a pattern of .gitattributes is quoted")
        if pattern.startswith(b"!"):
            continue
        states = [_state(word) for word in settings]
        if all(state is not None for state in states):
            yield pattern, tuple(state for state in states if state is not None)


def _state(word: bytes) -> tuple[bytes, AttributeValue] | None:
    """Return name and value; None where git takes the name for none, and so ignores the line."""
    name, equals, text = word.partition(b"=")
    value: AttributeValue = text if equals else True
    if name[:1] in (b"-", b"!"):
        value = False if name[:1] == b"-" else None
        name = name[1:]
    if name.startswith(b"builtin_"):
        raise Inexact("some versions of git refuse the attribute names that start with builtin_")
    if not _NAME.fullmatch(name):
        return None
    return name, value


def _rule(pattern: bytes, states: tuple[tuple[bytes, AttributeValue], ...]) -> AttributeRule:
    folders_only = pattern.endswith(b"/")
    pattern = pattern.removesuffix(b"/")
    whole_path = b"/" in pattern
    return AttributeRule(_translated(pattern, whole_path), whole_path, folders_only, states)


def _translated(pattern: bytes, whole_path: bool) -> re.Pattern[bytes]:  # noqa: FBT001 - one place
    """Return a pattern as a regular expression. Source: gitignore(5); git's ``wildmatch.c``."""
    if b"\\" in pattern:
        raise Inexact("a pattern of .gitattributes has a backslash")
    pattern = pattern.removeprefix(b"/")
    pieces = _PIECE.findall(pattern)
    if b"".join(pieces) != pattern:
        raise Inexact("a pattern of .gitattributes has an open bracket")
    if pieces.count(b"**") > _MOST_TREES:
        raise Inexact("a pattern of .gitattributes has ** too often")
    made = [b""]  # each part is what stands before or after a star
    at = 0
    while at < len(pieces):
        piece = pieces[at]
        before, after = pieces[at - 1 : at], pieces[at + 1 : at + 2]
        if piece.startswith(b"**") and whole_path:
            if len(piece) != 2 or (at and before != [b"/"]) or after not in ([], [b"/"]):  # noqa: PLR2004 - the two stars
                raise Inexact("a pattern of .gitattributes has ** beside something else than /")
            made[-1] += rb"(?:.*/)?" if after else rb".*"
            at += 2
            continue
        if piece.startswith(b"*"):
            made.append(b"")
        else:
            made[-1] += _piece(piece)
        at += 1
    try:
        return re.compile(_after_stars(made, rb"[^/]" if whole_path else rb"."), re.DOTALL)
    except re.error as error:
        raise Inexact("a pattern of .gitattributes has an unusual set") from error


def _after_stars(made: Sequence[bytes], letter: bytes) -> bytes:
    """Return one expression of what stands between stars; no star is tried in two ways.

    Where what follows a star stands first, there it may stand: what comes after has the most room,
    and a star never leaves its folder. Else a pattern such as ``*a*a*a*b`` takes for ever.
    """
    first, *rest = made
    if not rest:
        return first
    *between, last = rest
    groups = (b"(?>%s*?%s)" % (letter, text) for text in between if text)
    return first + b"".join(groups) + letter + b"*" + last


def _piece(piece: bytes) -> bytes:
    if piece == b"?":
        return rb"[^/]"
    if piece.startswith(b"["):
        if not _SET.fullmatch(piece):
            raise Inexact("a pattern of .gitattributes has an unusual set")
        return piece
    return re.escape(piece)
