"""Substitutions that a new source makes wrong: taken out, or given its new text."""

from __future__ import annotations

import re
from textwrap import indent
from typing import TYPE_CHECKING

from updater.errors import PatchError
from updater.model import Edit, Span
from updater.overlay.editing import additions, lists
from updater.overlay.reading import syntax
from updater.overlay.reading.substitutions import HOOK, SED, Substitution, script_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from updater.model import Package
    from updater.model.adaptation import PatternAddition, PatternRemoval, PatternRewrite
    from updater.overlay.reading.declarations import Declarations

# What a shell word in quotes may have; a requirement needs no more.
_SAFE = re.compile(r"[A-Za-z0-9 ._,<>=!~*\[\]()+-]{1,300}")
_SAFE_EXPRESSION = re.compile(r"s[/|,#][A-Za-z0-9 ._,<>=!~*\[\]()+/|#\\-]{1,300}")
_QUOTED = re.compile(r'"[A-Za-z0-9 ._,<>=!~*\[\]()+-]{1,300}"')
# A file at the top of a source, as one word of the shell without quotes.
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_BEFORE = re.compile(rb"(?:[ \t]|\\\r?\n|\r?\n)+$")


def removed(
    package: Package, declared: Declarations, edit: PatternRemoval, data: bytes
) -> Sequence[Edit]:
    """Return the edit that takes a substitution out: its command where it is the only one there.

    Where nothing is left of the script, its attribute goes too.

    Raises:
        PatchError: it does not stand there once.
    """
    substitution = _only(package, declared, edit.file, edit.pattern)
    if not substitution.only:
        before = _BEFORE.search(data, 0, substitution.span.start)
        start = before.start() if before is not None else substitution.span.start
        return (Edit(Span(start, substitution.span.end), b""),)
    script = script_of(declared.place, data)
    command = substitution.command
    binding = declared.place.attributes.get(HOOK)
    if script is None or binding is None:
        raise PatchError(f"{package.identity}: {HOOK} is not one string")
    rest = data[script.start : command.start] + data[command.end : script.end]
    if not rest.strip():
        return (lists.without_binding(data, syntax.span(binding.at)),)
    start = data.rfind(b"\n", script.start, command.start) + 1
    end = data.find(b"\n", command.end, script.end)
    alone = start and end >= 0 and not data[start : command.start].strip()
    if not alone or data[command.end : end].strip():
        return (Edit(command, b":"),)
    return (Edit(Span(start, end + 1), b""),)


def rewritten(
    package: Package, declared: Declarations, edit: PatternRewrite, data: bytes
) -> Sequence[Edit]:
    """Return the edits that give a substitution the text of the new source.

    Raises:
        PatchError: it does not stand there once, or the new text is not safe in a shell's word.
    """
    substitution = _only(package, declared, edit.file, edit.pattern)
    if substitution.mode == SED:
        return _expression(package, substitution, edit, data)
    words = (
        (substitution.pattern, edit.new_pattern, substitution.pattern_span),
        (substitution.replacement, edit.new_replacement, substitution.replacement_span),
    )
    script = script_of(declared.place, data)
    mark = b"'" if script is not None and data[script.start - 1 : script.start] == b'"' else b'"'
    for _, text, where in words:
        alone = data[where.start : where.start + 1] == b"'" and mark == b'"'
        quoted = alone and _QUOTED.fullmatch(text)
        if not _SAFE.fullmatch(text) and not quoted:
            raise _unsafe(package, text)
    return tuple(
        Edit(where, _word(new, data[where.start : where.start + 1], mark))
        for old, new, where in words
        if old != new
    )


def introduced(
    package: Package, declared: Declarations, edit: PatternAddition, data: bytes
) -> Sequence[Edit]:
    """Return the edit that gives the script one more command, or the package a script.

    Raises:
        PatchError: the script is not a string of several lines, the text is not safe in it, or the
            file's lines end as no shell has them.
    """
    same = (own for own in declared.substitutions if own.pattern == edit.pattern)
    if any(edit.file in own.files for own in same):
        return ()
    quoted = all(_QUOTED.fullmatch(text) for text in (edit.pattern, edit.replacement))
    if not quoted or not _FILE.fullmatch(edit.file):
        raise _unsafe(package, f"{edit.file}: {edit.pattern}")
    hint = f"replace {edit.pattern} by {edit.replacement} in {edit.file} by hand, in {HOOK}"
    if b"\r\n" in data:  # Nix hands them to the shell, which takes \r for a part of the last word
        raise PatchError(f"{package.identity}: its lines end with \\r\\n", hint=hint)
    if HOOK not in declared.place.attributes:
        after = additions.statement(package, declared, "src", "version")
        return (lists.bound(data, after, script_binding([edit])),)
    script = script_of(declared.place, data)
    written = data[script.start : script.end] if script is not None else b""
    rows = [row for row in written.decode("utf-8", "replace").splitlines() if row.strip()]
    if script is None or not rows or not written.startswith(b"\n"):
        raise PatchError(
            f"{package.identity}: {HOOK} is not one string of several lines", hint=hint
        )
    margin = min((row[: -len(row.lstrip())] for row in rows), key=len)
    end = script.start + len(written.rstrip())
    return (Edit(Span(end, end), f"\n{indent(_command(edit), margin)}".encode()),)


def script_binding(edits: Iterable[PatternAddition]) -> str:
    """Return the attribute whose script makes some substitutions, without a margin."""
    commands = "\n".join(map(_command, edits))
    return f"{HOOK} = ''\n{indent(commands, '  ')}\n'';"


def _command(edit: PatternAddition) -> str:
    words = f"'{edit.pattern}' '{edit.replacement}'"
    return f"substituteInPlace {edit.file} \\\n  --replace-fail {words}"


def _unsafe(package: Package, text: str) -> PatchError:
    return PatchError(
        f"{package.identity}: upstream's text is not safe to write into {HOOK}: {text[:80]!a}",
        hint="adapt it by hand",
    )


def _expression(
    package: Package, substitution: Substitution, edit: PatternRewrite, data: bytes
) -> Sequence[Edit]:
    """Return the edit that gives sed another expression, in quotes that keep each of its signs."""
    where = substitution.pattern_span
    quoted = data[where.start : where.start + 1] + data[where.end - 1 : where.end] == b"''"
    if not quoted or not _SAFE_EXPRESSION.fullmatch(edit.new_pattern):
        raise PatchError(
            f"{package.identity}: {edit.new_pattern[:80]!a} is not safe to write into {HOOK}",
            hint="adapt it by hand",
        )
    return (Edit(where, b"'" + edit.new_pattern.encode() + b"'"),)


def _word(text: str, quote: bytes, mark: bytes) -> bytes:
    """Return a text as a word of the shell, with the quotes that the old one had, if any."""
    mark = quote if quote in (b"'", b'"') else mark
    return mark + text.encode() + mark


def _only(package: Package, declared: Declarations, file: str, pattern: str) -> Substitution:
    there = [
        substitution
        for substitution in declared.substitutions
        if substitution.pattern == pattern and substitution.files == (file,)
    ]
    if len(there) != 1:
        raise PatchError(
            f"{package.identity}: {HOOK} replaces {pattern[:80]!a} in {file[:80]!a} "
            f"{len(there)} times",
            hint="adapt it by hand",
        )
    return there[0]
