"""What ``[tool.poetry]`` requires, in the words of PEP 508; nothing is run.

Source: Poetry's documentation, "Dependency specification" and "The pyproject.toml file".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from updater import toml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.toml import Tables

_RELEASE = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,18}){0,5}")
_PLAIN = re.compile(r"(?P<operator>===?|~=|!=|<=|>=|<|>)?\s*(?P<version>[0-9A-Za-z.+!*-]+)")
_PYTHON = "python"


def dependencies(tables: Tables) -> tuple[str, list[str]] | None:
    """Return the Pythons and the requirements of a project; None where Poetry keeps none of it.

    A requirement whose bounds have another form, such as ``^1 || ^2``, comes without bounds.

    Args:
        tables: of pyproject.toml.
    """
    listed = toml.dig(tables, "tool", "poetry", "dependencies")
    if not isinstance(listed, dict):
        return None
    extras = _extras(toml.dig(tables, "tool", "poetry", "extras"))
    lines: list[str] = []
    for name, constraint in listed.items():
        if name.lower() != _PYTHON:
            for single in constraint if isinstance(constraint, list) else [constraint]:
                lines += _lines(name, single, extras)
    python = next((text for name, text in listed.items() if name.lower() == _PYTHON), "")
    return (bounds(python) or "" if isinstance(python, str) else ""), lines


def _extras(listed: object) -> dict[str, list[str]]:
    """Return name -> the extras that it belongs to."""
    extras: dict[str, list[str]] = {}
    for extra, names in listed.items() if isinstance(listed, dict) else ():
        for name in names if isinstance(names, list) else ():
            extras.setdefault(str(name).lower(), []).append(extra)
    return extras


def _lines(name: str, constraint: object, extras: dict[str, list[str]]) -> Iterator[str]:
    table = constraint if isinstance(constraint, dict) else {"version": constraint}
    version, own = table.get("version"), table.get("extras")
    text = bounds(version) if isinstance(version, str) else ""
    wanted = f"[{','.join(map(str, own))}]" if isinstance(own, list) and own else ""
    markers = [f"({marker})" for marker in (table.get("markers"),) if isinstance(marker, str)]
    python = table.get("python")
    if isinstance(python, str):
        markers += [
            f"python_version {match['operator'] or '=='} '{match['version']}'"
            for match in map(_PLAIN.fullmatch, (bounds(python) or "").split(","))
            if match is not None
        ]
    requirement = f"{name}{wanted}{text or ''}"
    if table.get("optional") is not True:
        yield _with_markers(requirement, markers)
        return
    for extra in extras.get(name.lower(), ()):
        yield _with_markers(requirement, [*markers, f"extra == '{extra}'"])


def _with_markers(requirement: str, markers: list[str]) -> str:
    return f"{requirement}; {' and '.join(markers)}" if markers else requirement


def bounds(constraint: str) -> str | None:
    """Return a constraint as a PEP 440 specifier, an empty one for any; None for another form."""
    specifiers = []
    for part in re.split(r"\s*,\s*|\s+(?=[<>=!~^])", constraint.strip()):
        text = part.strip()
        if text in ("", "*"):
            continue
        specifier = _bound(text)
        if specifier is None:
            return None
        specifiers.append(specifier)
    return ",".join(specifiers)


def _bound(text: str) -> str | None:
    version = text[1:].strip()
    if text[0] in "^~" and _RELEASE.fullmatch(version):
        numbers = [int(number) for number in version.split(".")]
        return f">={version},<{_end(numbers, caret=text[0] == '^')}"
    match = _PLAIN.fullmatch(text)
    if match is None:
        return None
    return f"{match['operator'] or '=='}{match['version']}"


def _end(numbers: list[int], *, caret: bool) -> str:
    """Return the first version after those that ``^`` or ``~`` allows."""
    last = len(numbers) - 1
    if caret:
        place = next((at for at, number in enumerate(numbers) if number), last)
    else:
        place = min(1, last)
    return ".".join(map(str, [*numbers[:place], numbers[place] + 1]))
