"""``substituteInPlace --replace``: it warns, and lets a pattern pass that matches nothing.

Source: Nixpkgs manual, "substituteInPlace": ``--replace`` is deprecated for ``--replace-fail``,
``--replace-warn`` and ``--replace-quiet``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace

from updater.audit.overlay.base import TextRule
from updater.model import Edit, Span
from updater.model.finding import FileEdit, Fix

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

    from updater.audit.overlay.overlay_text import OverlayText
    from updater.audit.overlay.sources import AuditedSource
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
        "is safe only where `--upstream` shows the pattern in the pinned source: elsewhere "
        "`--replace-fail` could stop a build that passes today."
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
            is_command = _COMMAND.match(_logical_line(data, match.start()))
            if not is_command and not _COMMAND.match(_logical_line(*_shell(node, match.start()))):
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


def with_sources(finding: Finding, sources: Iterable[AuditedSource]) -> Finding:
    """Return a finding whose fix is safe where the pinned source has the pattern."""
    for source in sources:
        if finding.rule != KIND.name or finding.package != source.package.identity:
            continue
        for substitution in source.task.declared.substitutions:
            file, pattern = (
                substitution.files[0] if substitution.files else None,
                substitution.pattern,
            )
            matches = (
                len(substitution.files) == 1
                and file in source.source.files
                and pattern is not None
                and (file, pattern) not in source.unmatched
            )
            if (
                matches
                and substitution.span.start == finding.span.start
                and finding.fix is not None
            ):
                return replace(finding, fix=replace(finding.fix, safety="safe"))
    return finding


def _shell(node: Node, place: int) -> tuple[bytes, int]:
    """Return the text of a string without the lines of its expressions, and a place in it."""
    string = node.parent or node
    text = bytearray(string.text or b"")
    for part in string.named_children:
        if part.type == "interpolation":
            start, end = part.start_byte - string.start_byte, part.end_byte - string.start_byte
            text[start:end] = b"x" * (end - start)
    return bytes(text), place - string.start_byte


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
