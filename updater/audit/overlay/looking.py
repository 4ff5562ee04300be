"""What one file says, looked at beside this process: findings of text rules, and facts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec.msgpack
from msgspec import Struct

from updater.audit.overlay.allowances import Allowance, allowances
from updater.audit.overlay.base import TextRule
from updater.audit.overlay.mentions import Mention  # noqa: TC001 - msgspec reads it
from updater.audit.overlay.overlay_text import OverlayText
from updater.audit.overlay.shelf import overlay_rules
from updater.effects.processes.beside import ForkedWork, interruptible, processors
from updater.errors import Bug, bugs_at
from updater.find.overlay_files import OverlayFile, OverlayFiles, assembled
from updater.find.packages import read_all
from updater.model.finding import Finding  # noqa: TC001 - msgspec reads it

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from updater.model import Package
    from updater.overlay.reading.syntax import NixText

STAGE = "audit"
"""What is said of an exception that nobody foresaw."""

_WORTH_A_COPY = 250


class Unjudged(Struct, frozen=True):
    """What a rule could not judge, and why.

    Attributes:
        rule: its name; empty where the file as a whole cannot be read.
        failed: something is wrong, so that the run does not pass.
    """

    rule: str
    file: str
    reason: str
    package: str = ""
    failed: bool = False


class FileFacts(Struct, frozen=True):
    """What rules on the whole project need to know of one file.

    Attributes:
        is_overlay: it is ``final: prev: ...``.
        sets: as `OverlayText.sets`.
        paths: the files that it names, relative to its own folder.
    """

    is_overlay: bool
    sets: dict[str, str]
    mentions: tuple[Mention, ...]
    paths: tuple[str, ...]


class Look(Struct, frozen=True):
    """One file, looked at."""

    file: str
    facts: FileFacts
    findings: tuple[Finding, ...]
    allowances: tuple[Allowance, ...]
    unjudged: tuple[Unjudged, ...] = ()


class Looks(Struct, frozen=True):
    """All files, looked at."""

    overlays: OverlayFiles
    looks: dict[str, Look]


def look(
    file: str,
    data: bytes,
    packages: Sequence[Package],
    rules: Sequence[TextRule],
    text: NixText | None = None,
) -> Look:
    """Look at one file; a rule that fails is told, and hinders no other.

    Args:
        file: its name.
        data: its bytes.
        packages: those in it.
        rules: those that judge it.
        text: its syntax, where it is at hand.
    """
    overlay = OverlayText(file, data, packages, text)
    findings: list[Finding] = []
    unjudged: list[Unjudged] = []
    facts = FileFacts(is_overlay=False, sets={}, mentions=(), paths=())
    try:
        with bugs_at(STAGE):
            facts = FileFacts(overlay.is_overlay, overlay.sets, overlay.mentions, overlay.paths)
    except Bug as bug:
        unjudged.append(Unjudged("", file, str(bug), failed=True))
    for rule in rules:
        try:
            with bugs_at(STAGE):
                findings += rule.findings(overlay)
        except Bug as bug:
            unjudged.append(Unjudged(rule.name, file, str(bug), failed=True))
    allowed = allowances(file, data, overlay.text)
    return Look(file, facts, tuple(findings), allowed, tuple(unjudged))


def look_at_all(root: Path, named: Sequence[str], names: Sequence[str]) -> Looks:
    """Read files and look at them, side by side where there are many.

    Args:
        root: what they are relative to.
        named: the files, as `overlay_files` returns them.
        names: of the rules that judge them.
    """
    parts = tuple(_parts(named))
    copies = [ForkedWork(partial(_encoded, root, part, names)) for part in parts[1:]]
    reads: list[OverlayFile] = []
    looks: dict[str, Look] = {}
    with interruptible():
        for number, part in enumerate(parts):
            data = copies[number - 1].result() if number else None
            # What went wrong in a copy is met again here, and said.
            own = _look_at(root, part, names) if data is None else _DECODER.decode(data)
            reads += own[0]
            looks |= {each.file: each for each in own[1]}
    return Looks(assembled(reads), looks)


def looks_of(overlays: OverlayFiles, rules: Sequence[TextRule]) -> Looks:
    """Look at files that were read before."""
    by_file: dict[str, list[Package]] = {file: [] for file in overlays.texts}
    for package in overlays.packages:
        by_file.setdefault(package.file, []).append(package)
    return Looks(
        overlays,
        {
            file: look(file, overlays.texts[file], packages, rules)
            for file, packages in by_file.items()
            if file in overlays.texts
        },
    )


_DECODER = msgspec.msgpack.Decoder(tuple[list[OverlayFile], list[Look]])


def _encoded(root: Path, named: Sequence[str], names: Sequence[str]) -> bytes:
    return msgspec.msgpack.encode(_look_at(root, named, names))


def _look_at(
    root: Path, named: Sequence[str], names: Sequence[str]
) -> tuple[list[OverlayFile], list[Look]]:
    rules = text_rules(names)
    reads: dict[str, OverlayFile] = {}
    looks: list[Look] = []
    for file in named:  # each is looked at while its syntax is at hand
        for read in read_all(root, [file]) if file not in reads else ():
            is_new = reads.setdefault(read.file, read) is read
            if is_new and read.data is not None:
                looks += [look(read.file, read.data, read.packages, rules)]
    return list(reads.values()), looks


def text_rules(names: Sequence[str]) -> tuple[TextRule, ...]:
    """Return those of some rules that one file decides."""
    return tuple(
        rule for rule in overlay_rules() if isinstance(rule, TextRule) and rule.name in names
    )


def _parts(named: Sequence[str]) -> list[Sequence[str]]:
    """Return the files in as many parts as are looked at side by side, in their order."""
    parts = max(1, min(processors(), len(named) // _WORTH_A_COPY))
    size = -(-len(named) // parts)
    return [named[start : start + size] for start in range(0, len(named), size)] if named else []
