"""A change as a unified diff, for `git apply` and for people."""

from __future__ import annotations

import difflib
import io
from typing import TYPE_CHECKING

from updater.report.layout import Piece
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from updater.model import FileChange, Updated
    from updater.report.layout import PrintedLine, Style


def diff(outcome: Updated) -> str:
    """Return a change as a unified diff that ``git apply`` takes."""
    return files_diff(outcome.change.files)


def files_diff(changed: Iterable[FileChange]) -> str:
    """Return what changes in some files as a unified diff that ``git apply`` takes."""
    return "".join(file_diff(each.file, each.before, each.after) for each in changed)


def file_diff(file: str, before: bytes | None, after: bytes | None) -> str:
    """Return what becomes of a file as such a diff; None is no file."""
    lines = difflib.unified_diff(
        _lines_of(before or b""),
        _lines_of(after or b""),
        f"a/{file}" if before is not None else "/dev/null",
        f"b/{file}" if after is not None else "/dev/null",
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def styled_diff(text: str) -> Iterator[PrintedLine]:
    """Yield the lines of a diff for a terminal: nothing in them acts there."""
    for place, line in enumerate(printable(text).splitlines()):
        yield (Piece(line, _style(line) if place > 1 else "plain"),)


def _style(line: str) -> Style:
    match line[:1]:
        case "+":
            return "added"
        case "-":
            return "removed"
        case "@":
            return "place"
        case _:
            return "plain"


def _lines_of(data: bytes) -> list[str]:
    """Return a file's lines as git parts them: at line feeds alone."""
    return list(io.StringIO(data.decode("utf-8", "surrogateescape"), newline="\n"))
