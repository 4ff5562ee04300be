"""What a package's `postPatch` replaces: the calls of `substituteInPlace` and `sed` in it.

Only a string that stands alone is read, one in double quotes where it has no escape, and of its
shell only plain commands. A word that the shell or Nix expands has no value here.
Source: Nixpkgs manual, "substituteInPlace".
"""

from __future__ import annotations

import re
from posixpath import normpath
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.model import Span
from updater.overlay.reading import sed, syntax, terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.overlay.reading.inputs import PackagePlace
    from updater.overlay.reading.sed import SedExpression

HOOK = "postPatch"
"""The attribute that is read."""

SED = "sed"
"""The mode of what sed replaces."""

MODES = frozenset({"--replace", "--replace-fail", "--replace-warn", "--replace-quiet"})
_SED_SWITCHES = frozenset({"-i", "--in-place", "-E", "-r", "-Ei"})
_SED_EXPRESSION = frozenset({"-e", "--expression"})
_BLANK = re.compile(rb"(?:[ \t\r]|\\\r?\n)+")
_END = re.compile(rb"\n|;|&&?|\|\|?")
_COMMENT = re.compile(rb"#[^\n]*")
_PLAIN = re.compile(rb"""[^\s;&|<>()$`"'\\#{}]+|#""")
_SINGLE = re.compile(rb"'([^']*)'(?!')")
_DOUBLE = re.compile(rb'"((?:[^"\\$`]|\\[\s\S]|\$(?=[^A-Za-z0-9_{(@*#?!$-]))*+)"')
_ESCAPE = re.compile(rb'\\(["\\$`])')
_INTERPOLATION = re.compile(rb"(?:'')?\$\{[^{}]*\}")


class _Word(Struct, frozen=True):
    """A word of a command; None for a value that only a shell or Nix tells."""

    span: Span
    value: str | None


class Substitution(Struct, frozen=True):
    """One replacement that a command makes.

    Attributes:
        files: that it is made in; None for one whose name is not written out.
        mode: how, such as ``--replace-fail``, or `SED`.
        pattern, replacement: None where they are not written out. Of sed, the whole expression, and
            nothing.
        span: from the mode to the replacement.
        command: the whole command.
        only: the command makes no other.
        expression: of sed; None for one that is not read.
    """

    files: tuple[str | None, ...]
    mode: str
    pattern: str | None
    replacement: str | None
    pattern_span: Span
    replacement_span: Span
    span: Span
    command: Span
    only: bool
    expression: SedExpression | None = None


def substitutions(place: PackagePlace, data: bytes) -> tuple[Substitution, ...]:
    """Return the replacements of a package in their order."""
    script = script_of(place, data)
    commands = _commands(data, script) if script is not None else ()
    return tuple(made for words in commands for made in _made(words))


def script_of(place: PackagePlace, data: bytes) -> Span | None:
    """Return what is between the quotes of the string that is read; None where there is none."""
    binding = place.attributes.get(HOOK)
    node = binding.expression if binding is not None and not binding.inherited else None
    if node is None:
        return None
    where = syntax.span(node)
    if node.type == "indented_string_expression":
        return Span(where.start + 2, where.end - 2)
    return Span(where.start + 1, where.end - 1) if terms.plain_string(node, data) else None


def _made(words: list[_Word]) -> Iterator[Substitution]:
    if words and words[0].value == SED:
        yield from _by_sed(words)
    if not words or words[0].value != "substituteInPlace":
        return
    rest = iter(words[1:])
    files: list[str | None] = []
    pairs: list[tuple[_Word, _Word, _Word]] = []
    for word in rest:
        if word.value in MODES:
            pattern, replacement = next(rest, None), next(rest, None)
            if pattern is None or replacement is None:
                return
            pairs.append((word, pattern, replacement))
        elif pairs or (word.value or "").startswith("-"):
            return  # another option, which is not known here
        else:
            files.append(_path(word))
    command = Span(words[0].span.start, words[-1].span.end)
    for mode, pattern, replacement in pairs:
        yield Substitution(
            tuple(files),
            mode.value or "",
            pattern.value,
            replacement.value,
            pattern.span,
            replacement.span,
            Span(mode.span.start, replacement.span.end),
            command,
            len(pairs) == 1,
        )


def _path(word: _Word) -> str | None:
    """Return the file that a word names, such as ``pyproject.toml`` for ``./pyproject.toml``."""
    return normpath(word.value) if word.value else None


def _by_sed(words: list[_Word]) -> Iterator[Substitution]:
    """Yield the expressions of a call of sed; one that says nothing where it is not read.

    Source: GNU sed manual, "Command-Line Options".
    """
    command = Span(words[0].span.start, words[-1].span.end)
    options = frozenset(word.value for word in words[1:] if (word.value or "").startswith("-"))
    rest = [word for word in words[1:] if word.value not in _SED_SWITCHES]
    expressions: list[tuple[_Word, _Word]] = []
    if rest and rest[0].value not in _SED_EXPRESSION:
        expressions, rest = [(rest[0], rest[0])], rest[1:]
    while rest and not (expressions and expressions[0][0] is expressions[0][1]):
        if rest[0].value not in _SED_EXPRESSION or len(rest) == 1:
            break
        expressions, rest = [*expressions, (rest[0], rest[1])], rest[2:]
    files = tuple(_path(word) for word in rest)
    in_place = options & {"-i", "--in-place", "-Ei"}
    if (
        not in_place
        or options - _SED_SWITCHES - _SED_EXPRESSION
        or not expressions
        or len(files) != 1
    ):
        yield Substitution((None,), SED, None, None, command, command, command, command, only=True)
        return
    extended = bool(options & {"-E", "-r", "-Ei"})
    for mode, word in expressions:
        read = sed.read(word.value, extended=extended) if word.value is not None else None
        nothing = Span(word.span.end, word.span.end)
        yield Substitution(
            files,
            SED,
            word.value if read is not None else None,
            "",
            word.span,
            nothing,
            Span(mode.span.start, word.span.end),
            command,
            len(expressions) == 1,
            read,
        )


def _commands(data: bytes, where: Span) -> Iterator[list[_Word]]:
    """Yield the words of each command; nothing after what is not a plain command."""
    at, words = where.start, list[_Word]()
    while at < where.end:
        blank = _BLANK.match(data, at, where.end)
        if blank is not None:
            at = blank.end()
            continue
        end = _END.match(data, at, where.end) or (
            _COMMENT.match(data, at, where.end)
            if not words or data[at - 1 : at].isspace()
            else None
        )
        if end is not None:
            yield words
            words, at = [], end.end()
            continue
        word = _word(data, at, where.end)
        if word is None:
            return
        words.append(word)
        at = word.span.end
    yield words


def _word(data: bytes, start: int, end: int) -> _Word | None:
    """Read one word; None for what is not read, such as a redirection."""
    at, value = start, ""
    known = True
    while at < end:
        if match := _SINGLE.match(data, at, end) or _DOUBLE.match(data, at, end):
            raw = match[1] if data[at : at + 1] == b"'" else _ESCAPE.sub(rb"\1", match[1])
            # Nix expands what the shell's quotes would keep.
            expanded = any(part in raw for part in (b"\n", b"''", b"${"))
            known = known and not expanded
        elif match := _PLAIN.match(data, at, end):
            raw = match[0]
        elif match := _expanded(data, at, end):
            raw, known = b"", False
        else:
            break
        value += raw.decode("utf-8", "replace")
        at = match.end()
    return _Word(Span(start, at), value if known else None) if at > start else None


def _expanded(data: bytes, at: int, end: int) -> re.Match[bytes] | None:
    """Match an interpolation, or a string that has one or a variable in it."""
    return _INTERPOLATION.match(data, at, end) or _WITH_EXPANSION.match(data, at, end)


_WITH_EXPANSION = re.compile(rb'"(?:[^"\\$`]|\\[\s\S]|\$\{[^{}]*\}|\$(?![({]))*+"|\$[A-Za-z0-9_]+')
