"""Comments that steer: ``# updater: hold REASON``, ``track=tag``, ``ignore 1.2.*``.

A comment belongs to the innermost package whose binding holds it, whose binding it stands directly
above, or on whose last line it stands; a comment on a shared source belongs to every package that
uses it, and one at the top of a file to the only package in it. One that cannot be understood is a
problem of its package: somebody wanted to be heeded. ``# updater: allow RULE`` is for the audit.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.model import Directive, Span
from updater.model.ignored import fits_none, opposite, starred
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tree_sitter import Node

    from updater.overlay.reading import syntax

_COMMENT = re.compile(rb"#[ \t]*updater:[ \t]*(?P<text>[^\r\n]*)")
# What a rule would tell and a comment allows is nothing that a pin follows.
_ALLOWANCE = re.compile(r"allow(?![\w-])")
_ALLOWED = re.compile(r"allow\s*[=:]?\s*(?P<value>[<>=~!\d].*)")
_TRACK = re.compile(r"track\s*=\s*(?P<value>auto|tag|release|commit|pypi|branch:\S+)")
_IGNORE = re.compile(r"ignore(?:\s*[=:]\s*|\s+)(?P<value>[^\s\"'].*)")
_HOLD = re.compile(r"hold(?:[\s:]+(?P<value>\S.*))?")
_COMMENTS = re.compile(rb"(?>\s|#[^\n]*\n|/\*(?>[^*]|\*(?!/))*\*/)*")
_COMMENT_LINE = re.compile(rb"[ \t]*#")


class Comment(Struct, frozen=True):
    """A steering comment: where it stands, and what it says or why it cannot be understood.

    Attributes:
        hint: what to write instead, where it cannot be understood.
    """

    span: Span
    line: int
    text: str
    directives: tuple[Directive, ...]
    hint: str = ""

    @property
    def problem(self) -> str:
        """Why it cannot be understood, or an empty string."""
        if self.directives:
            return ""
        return f"line {self.line}: cannot understand the comment `updater: {self.text}`"


_HINT = "write `# updater: hold REASON`, `# updater: track=tag` or `# updater: ignore 1.2.*`"


def comments(source: syntax.NixText) -> tuple[Comment, ...]:
    """Return the steering comments of a file, in order."""
    return tuple(_comments(source)) if b"updater:" in source.data else ()


def _comments(source: syntax.NixText) -> Iterator[Comment]:
    for match in _COMMENT.finditer(source.data):
        start, end = match.span()
        node = source.root.descendant_for_byte_range(start, end)
        if node is None or node.type != "comment" or not _starts_here(node, match):
            continue
        text = printable(match["text"].decode("utf-8", "replace")).strip()
        if _ALLOWANCE.match(text) and not _ALLOWED.fullmatch(text):
            continue
        line, directives = node.start_point.row + 1, tuple(_directives(text))
        hint = "" if directives else _hint(text)
        yield Comment(Span(start, end), line, text, directives, hint)


def _starts_here(comment: Node, match: re.Match[bytes]) -> bool:
    return comment.start_byte == match.start()


def _directives(text: str) -> Iterator[Directive]:
    if match := _HOLD.fullmatch(text):
        yield Directive("hold", match["value"] or "held by a comment in the overlay")
    elif match := _TRACK.fullmatch(text):
        yield Directive("track", match["value"])
    elif match := _IGNORE.fullmatch(text):
        versions = _listed(match["value"])
        if not any(map(fits_none, versions)):
            yield from (Directive("ignore", version) for version in versions)


def _listed(text: str) -> list[str]:
    return re.split(r"[\s,]+", text)


def _hint(text: str) -> str:
    """Return what to write instead of what cannot be understood."""
    if match := _ALLOWED.fullmatch(text):
        return _of_config(match["value"].strip("= \"'") or "<2")
    if match := _IGNORE.fullmatch(text):
        written = match["value"]
        if opposite(written):
            return _of_config(opposite(written))
        stars = [starred(item) or item for item in _listed(written)]
        if not any(map(fits_none, stars)):
            return f"write `# updater: ignore {' '.join(stars)}`"
        return (
            "`ignore` takes versions, such as 1.2.3 or 1.2.*; a range goes into config.yaml, as "
            'what may be taken: `packages: {PKG: {allow: "<2"}}`'
        )
    return _HINT


def _of_config(specifier: str) -> str:
    whole = f"=={specifier}" if specifier[0].isdigit() else specifier
    return f'write `packages: {{PKG: {{allow: "{whole}"}}}}` into config.yaml'


def owners(comment: Comment, data: bytes, places: Sequence[tuple[Span, ...]]) -> frozenset[int]:
    """Return which packages a comment belongs to.

    Args:
        comment: the comment.
        data: the file.
        places: for each package, the bindings of the package and its source.
    """
    best: int | None = None
    indexes: set[int] = set()
    for index, spans in enumerate(places):
        for span in spans:
            if comment.span not in _reach(span, data):
                continue
            size = span.end - span.start
            if best is None or size < best:
                best, indexes = size, set()
            if size == best:
                indexes.add(index)
    return frozenset(indexes)


def is_at_top(comment: Comment, data: bytes) -> bool:
    """Tell whether nothing but comments stands before a comment in its file."""
    return _COMMENTS.fullmatch(data, 0, comment.span.start) is not None


def _reach(span: Span, data: bytes) -> Span:
    """Widen a binding by the comments directly above it and the rest of its last line."""
    end = data.find(b"\n", span.end)
    start = data.rfind(b"\n", 0, span.start) + 1
    if data[start : span.start].strip():  # something stands before it on its line
        start = span.start
    while start > 0:
        above = data.rfind(b"\n", 0, start - 1) + 1
        if not _COMMENT_LINE.match(data, above, start):
            break
        start = above
    return Span(start, end if end >= 0 else len(data))
