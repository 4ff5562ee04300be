"""The requirements that a build's log names as unmet: those of the wheel, and those of the build.

Sources: Nixpkgs manual, "Python", pythonRuntimeDepsCheckHook; the messages of pypa/build before and
since 1.4. Since 2.4 Nix quotes a log behind ``>``, in some forms after the derivation's name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

_QUOTE = re.compile(r"^[^\S\n]*(?:[\w.+?=-]+)?>(?: |$)", re.MULTILINE)
_NAME = r"[A-Za-z0-9][\w.-]{0,99}"
_BOUNDS = r"(?:[<>=!~][^\s;]*+(?:,\s*+[<>=!~][^\s;]*+)*)?"
_NOT_INSTALLED = re.compile(rf"^[^\S\n]*- (?P<name>{_NAME}) not installed$", re.MULTILINE)
_NOT_SATISFIED = re.compile(
    rf"^[^\S\n]*- (?P<name>{_NAME})\s*(?P<bounds>{_BOUNDS}) not satisfied by version "
    r"(?P<version>\S+)$",
    re.MULTILINE,
)
_UNBUILT = re.compile(
    r"^(?:ERROR )?(?:Missing|Unmet) dependencies\b[^\n]*:\n(?P<lines>(?:[^\S\n]++\S[^\n]*+\n?)++)",
    re.MULTILINE,
)
_CHAIN = re.compile(
    rf"^[^\S\n]+(?:[^\n]* -> )?(?P<name>{_NAME})(?:\[[^\]\n]*\])?\s?(?P<bounds>{_BOUNDS})[^\n:]*$"
    r"(?:\n[^\S\n]+wanted: [^\n]*\n[^\S\n]+found: (?P<version>[^\n]*))?",
    re.MULTILINE,
)


class Unmet(Struct, frozen=True):
    """A requirement that a build found unmet.

    Attributes:
        bounds: empty where it has none, or the log does not name them.
        version: what is there instead; empty where it is not there, or nobody says.
    """

    name: str
    bounds: str = ""
    version: str = ""


def unquoted(log: str) -> str:
    """Return a log as the build wrote it."""
    return _QUOTE.sub("", log)


def of_the_wheel(text: str) -> tuple[Unmet, ...]:
    """Return what a wheel requires and its inputs lack, or have in another version."""
    absent = (Unmet(match["name"]) for match in _NOT_INSTALLED.finditer(text))
    others = (
        Unmet(match["name"], match["bounds"], match["version"])
        for match in _NOT_SATISFIED.finditer(text)
    )
    return tuple(dict.fromkeys((*absent, *others)))


def of_the_build(text: str) -> tuple[Unmet, ...]:
    """Return what ``build-system.requires`` names, or a back-end, and is not as it asks for."""
    return tuple(dict.fromkeys(_unbuilt(text)))


def _unbuilt(text: str) -> Iterator[Unmet]:
    for lines in _UNBUILT.finditer(text):
        for match in _CHAIN.finditer(lines["lines"]):
            version = match["version"] or ""
            absent = version == "not installed"
            yield Unmet(match["name"], match["bounds"], "" if absent else version)
