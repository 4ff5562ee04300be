"""What a rule asks for, as a page: for `--explain`, for the docs, and for code scanning."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from updater.audit.overlay.base import OverlayRule

_WIDTH = 100
_FIXES = {
    None: "It has no fix.",
    "safe": "Its fix is safe: `updater audit --fix` makes it.",
    "built": (
        "Its fix is safe once the package has been built with it: `updater audit --fix --nix` "
        "builds it, and makes the fix where that passes."
    ),
    "unsafe": "Its fix is not safe by itself: `updater audit --unsafe-fixes` makes it.",
}
_NEEDS = {
    "text": "It reads the files alone, without the network and without Nix.",
    "upstream": "It compares with the pinned source: `updater audit --upstream`.",
    "nix": "It asks the package set: `updater audit --nix`.",
}


def rule_page(rule: OverlayRule) -> str:
    """Return a rule's whole page, Markdown with a heading."""
    return f"## {rule.name}\n\n{rule_help(rule)}"


def rule_help(rule: OverlayRule) -> str:
    """Return what a rule's page says below its heading."""
    return "\n\n".join(_parts(rule)) + "\n"


def rule_table(rules: Sequence[OverlayRule]) -> str:
    """Return a table of all rules."""
    rows = [
        f"| [{rule.name}](#{rule.name}) | {rule.title} | {rule.severity} | {_short(rule)} |"
        for rule in rules
    ]
    head = ["| rule | what it asks for | severity | fix |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *rows]) + "\n"


def _short(rule: OverlayRule) -> str:
    words = {None: "none", "safe": "safe", "built": "safe after a build", "unsafe": "unsafe"}
    return words[rule.fix]


def _parts(rule: OverlayRule) -> Iterator[str]:
    yield _filled(f"**{rule.title}** Severity: {rule.severity}.")
    yield _filled(rule.why)
    yield f"Instead of\n\n```nix\n{rule.bad}```\n\nwrite\n\n```nix\n{rule.good}```"
    if rule.exceptions:
        yield _filled(rule.exceptions)
    if rule.guide:
        yield _filled(f"Where the packaging guide contradicts itself: {rule.guide}")
    more = " With `--upstream` it compares with the pinned source, too." if rule.compares else ""
    yield _filled(f"{_FIXES[rule.fix]} {_NEEDS[rule.needs]}{more}")


def _filled(text: str) -> str:
    return textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
