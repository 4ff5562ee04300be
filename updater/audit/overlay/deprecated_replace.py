"""``substituteInPlace --replace``: it warns, and lets a pattern pass that matches nothing.

Source: Nixpkgs manual, "substituteInPlace": ``--replace`` is deprecated for ``--replace-fail``,
``--replace-warn`` and ``--replace-quiet``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from updater.audit.overlay.base import TextRule
from updater.model import Edit, Span
from updater.model.finding import FileEdit, Fix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.audit.overlay.overlay_text import OverlayText
    from updater.model.finding import Finding, FixSafety

_OPTION = re.compile(rb"(?<![\w-])--replace(?=[\s\\])")
_COMMAND = re.compile(rb"\s*(?:substituteInPlace|substituteStream|substitute)(?=\s)")
_NEW = b"--replace-fail"


class DeprecatedReplace(TextRule):
    """Substitutions that do not say what happens where nothing matches."""

    name: ClassVar[str] = "deprecated-replace"
    title: ClassVar[str] = "A substitution says what happens where its pattern matches nothing."
    why: ClassVar[str] = (
        "nixpkgs has deprecated `substituteInPlace --replace`: it prints a warning in each build, "
        "and where upstream has changed the line, the build goes on with the text unchanged. "
        "`--replace-fail` stops the build at once and names the pattern. `--replace-warn` does "
        "what `--replace` did, and `--replace-quiet` is for a pattern that may be missing."
    )
    bad: ClassVar[str] = """\
postPatch = ''
  substituteInPlace pyproject.toml --replace "numpy<=1.26.4" "numpy"
'';
"""
    good: ClassVar[str] = """\
postPatch = ''
  substituteInPlace pyproject.toml --replace-fail "numpy<=1.26.4" "numpy"
'';
"""
    fix: ClassVar[FixSafety | None] = "unsafe"
    exceptions: ClassVar[str] = (
        "`--replace` of another program is passed over, and so is a comment of the shell. The fix "
        "is not safe by itself: where the pinned source does not have the pattern, "
        "`--replace-fail` stops a build that passes today."
    )
    guide: ClassVar[str] = (
        "The guide writes `--replace-fail` in its CUDA pattern and `--replace` in four other "
        "places. `--replace-fail` it is: nixpkgs warns of the other, and a bound that was not "
        "relaxed shows only when the program is started."
    )

    def findings(self, overlay: OverlayText) -> Iterator[Finding]:
        """Yield each ``--replace`` of a command that substitutes."""
        data = overlay.data
        if b"--replace" not in data:
            return
        for match in _OPTION.finditer(data):
            node = overlay.node_at(match.start())
            if node is None or node.type != "string_fragment":
                continue
            if not _COMMAND.match(_logical_line(data, match.start())):
                continue
            where = Span(*match.span())
            yield self.finding(
                overlay.file,
                where,
                "`--replace` is deprecated, and lets a pattern pass that matches nothing",
                overlay.owner(where) or "",
                fix=Fix(
                    "unsafe",
                    "write --replace-fail",
                    (FileEdit(overlay.file, Edit(where, _NEW)),),
                ),
            )


def _logical_line(data: bytes, place: int) -> bytes:
    """Return a shell command up to a place, from the line that it begins on."""
    start = data.rfind(b"\n", 0, place) + 1
    while start and data[:start].rstrip(b"\r\n").endswith(b"\\"):
        start = data.rfind(b"\n", 0, start - 1) + 1
    line = data[start:place]
    for mark in (b"''", b'"', b";", b"&&", b"||"):
        before, found, last = line.rpartition(mark)
        if found and _COMMAND.match(last) and not _COMMAND.match(before):
            line = last
    return line


KIND = DeprecatedReplace()
