"""What one file says, looked at beside this process: findings of text rules, and facts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec.msgpack

from updater.audit.overlay.allowances import allowances
from updater.audit.overlay.base import TextRule
from updater.audit.overlay.looks import FileFacts, Look, Looks, Unjudged
from updater.audit.overlay.mentions import FileMentions
from updater.audit.overlay.overlay_text import OverlayText
from updater.audit.overlay.shelf import overlay_rules
from updater.effects.processes.beside import ForkedWork, interruptible
from updater.errors import Bug, bugs_at
from updater.find.ahead import parts_of
from updater.find.assembling import OverlayFile, assembled
from updater.find.packages import reader
from updater.overlay.reading.file import read_packages

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from updater.audit.overlay.kept_looks import KeptLooks
    from updater.find.overlay_files import OverlayFiles
    from updater.model import Package
    from updater.model.finding import Finding
    from updater.overlay.reading.syntax import NixText

STAGE = "audit"
"""What is said of an exception that nobody foresaw."""


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
    facts = FileFacts(False, {}, FileMentions(), (), is_circular=False)  # noqa: FBT003 - as below
    try:
        with bugs_at(STAGE):
            facts = FileFacts(
                overlay.is_overlay,
                overlay.whole_sets,
                FileMentions.of(overlay),
                overlay.paths,
                is_circular=overlay.is_circular,
            )
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


def look_at_all(
    root: Path, named: Sequence[str], names: Sequence[str], earlier: KeptLooks | None = None
) -> Looks:
    """Read files and look at them, side by side where there are many.

    Args:
        root: what they are relative to.
        named: the files, as `overlay_files` returns them.
        names: of the rules that judge them.
        earlier: what earlier runs found; None where nothing is kept.
    """
    if earlier is not None:
        return _kept_looks(root, named, names, earlier)
    parts = tuple(parts_of(named))
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


def _kept_looks(
    root: Path, named: Sequence[str], names: Sequence[str], earlier: KeptLooks
) -> Looks:
    """Look at what is new, side by side, and then at all with that in mind; by all rules."""
    every = tuple(rule.name for rule in overlay_rules())
    new = [file for file in named if file not in earlier]
    copies = [ForkedWork(partial(_packed, root, part, every, earlier)) for part in parts_of(new)]
    with interruptible():
        for copy in copies:
            data = copy.result()
            if data is not None:
                earlier.take(data)
        reads, looks = _look_at(root, named, every, earlier)
    earlier.keep()
    chosen = frozenset(names)
    return Looks(assembled(reads), {each.file: each.of(chosen) for each in looks})


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


def _packed(root: Path, named: Sequence[str], names: Sequence[str], earlier: KeptLooks) -> bytes:
    _look_at(root, named, names, earlier)
    return earlier.packed()


def _look_at(
    root: Path, named: Sequence[str], names: Sequence[str], earlier: KeptLooks | None = None
) -> tuple[list[OverlayFile], list[Look]]:
    rules = text_rules(names)
    parse = read_packages if earlier is None else earlier.parsed.parsing(read_packages)
    read_files = reader(root, parse)
    reads: dict[str, OverlayFile] = {}
    looks: list[Look] = []
    for file in named:  # each is looked at while its syntax is at hand
        for read in read_files([file]) if file not in reads else ():
            if reads.setdefault(read.file, read) is not read or read.data is None:
                continue
            make = partial(look, read.file, read.data, read.packages, rules)
            looks.append(make() if earlier is None else earlier.look(read, read.data, make))
    return list(reads.values()), looks


def text_rules(names: Sequence[str]) -> tuple[TextRule, ...]:
    """Return those of some rules that one file decides."""
    return tuple(
        rule for rule in overlay_rules() if isinstance(rule, TextRule) and rule.name in names
    )
