"""A project's setup.cfg: the one place where it is read, in time that grows with its length.

``configparser`` takes the square of a line's blanks, and of the lines that are none. This reads
what that reads with its defaults and without interpolation, as setuptools does, and nothing of a
file that it refuses. Source: Python's documentation, "Supported INI File Structure".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.errors import HostileFile

if TYPE_CHECKING:
    from collections.abc import Iterable

LARGEST = 512 << 10
"""The bytes that a file may have."""

_DELIMITER = re.compile("[=:]")
_DEFAULTS = "DEFAULT"


class IniFile(Struct, frozen=True):
    """The sections of a file, each with its options; their names are in lower case."""

    sections: dict[str, dict[str, str]]

    def options(self, section: str) -> dict[str, str]:
        """Return a section's options, those that hold for every section among them."""
        own = self.sections.get(section)
        return {} if own is None else {**self.sections.get(_DEFAULTS, {}), **own}

    def get(self, section: str, option: str) -> str | None:
        """Return an option's text, None where there is no such section or option."""
        return self.options(section).get(option)


def parsed(data: bytes) -> IniFile | None:
    """Return what a file says, None where it is not of that form.

    Raises:
        HostileFile: it is too large.
    """
    if len(data) > LARGEST:
        raise HostileFile(f"setup.cfg has {len(data)} bytes, and at most {LARGEST} are read")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    try:
        return IniFile(_sections(text.split("\n")))
    except ValueError:
        return None


def _sections(lines: Iterable[str]) -> dict[str, dict[str, str]]:
    """Read lines.

    Raises:
        ValueError: one of them is neither section nor option, or one of both is there twice.
    """
    sections: dict[str, dict[str, list[str]]] = {}
    section: dict[str, list[str]] | None = None
    value: list[str] | None = None
    indent = 0
    for line in lines:
        stripped = line.strip()
        if not stripped:
            if value is not None:
                value.append("")
            continue
        if stripped.startswith(("#", ";")):
            continue
        own = len(line) - len(line.lstrip())
        if value is not None and own > indent:
            value.append(stripped)
            continue
        indent = own
        end = stripped.rfind("]")
        if stripped.startswith("[") and end > 1:
            section, value = _begun(sections, stripped[1:end]), None
        else:
            value = _option(section, stripped)
    return {
        name: {option: "\n".join(texts).rstrip() for option, texts in options.items()}
        for name, options in sections.items()
    }


def _begun(sections: dict[str, dict[str, list[str]]], name: str) -> dict[str, list[str]]:
    if name in sections and name != _DEFAULTS:
        raise ValueError("a section is there twice")
    return sections.setdefault(name, {})


def _option(section: dict[str, list[str]] | None, line: str) -> list[str]:
    delimiter = _DELIMITER.search(line)
    name = line[: delimiter.start()].rstrip().lower() if delimiter is not None else ""
    if section is None or delimiter is None or not name or name in section:
        raise ValueError("no section, no option, or one that is there twice")
    section[name] = [line[delimiter.end() :].strip()]
    return section[name]
