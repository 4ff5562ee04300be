"""What a release requires, and how that differs from the release before; nothing is run."""

from __future__ import annotations

import email.parser
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Requirements:
    """What a release says it requires.

    Attributes:
        python: ``requires-python``; empty where it says nothing.
        needed: requirements by name, with extras and markers; a name may have several.
    """

    python: str
    needed: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RequirementChange:
    """One difference; an empty text stands for nothing."""

    kind: Literal["added", "removed", "changed"]
    name: str
    old: str
    new: str


def from_pyproject(data: bytes) -> Requirements | None:
    """Read ``[project]``; None where it leaves the dependencies to the build.

    Source: PyPA specification "pyproject.toml".
    """
    try:
        project = tomllib.loads(data.decode()).get("project")
    except (ValueError, RecursionError):
        return None
    if not isinstance(project, dict) or "dependencies" in project.get("dynamic", ()):
        return None
    listed, optional = project.get("dependencies", []), project.get("optional-dependencies", {})
    if not isinstance(listed, list) or not isinstance(optional, dict):
        return None
    lines = [one for one in listed if isinstance(one, str)]
    for extra, those in optional.items():
        named = those if isinstance(those, list) else []
        lines += [_with_extra(str(one), extra) for one in named]
    return Requirements(str(project.get("requires-python", "")), _parsed(lines))


def from_metadata(data: bytes) -> Requirements:
    """Read a wheel's METADATA. Source: PyPA specification "Core metadata"."""
    message = email.parser.BytesHeaderParser().parsebytes(data)
    needed = [str(one) for one in message.get_all("Requires-Dist", [])]
    return Requirements(str(message.get("Requires-Python", "")).strip(), _parsed(needed))


def compare(old: Requirements, new: Requirements) -> tuple[RequirementChange, ...]:
    """Return the differences: Python's first, then by name."""
    before = {"Python": old.python} | _by_name(old)
    after = {"Python": new.python} | _by_name(new)
    names = sorted({*before, *after}, key=lambda name: (name != "Python", name))
    return tuple(
        RequirementChange(
            _kind(name, before, after), name, before.get(name, ""), after.get(name, "")
        )
        for name in names
        if before.get(name, "") != after.get(name, "")
    )


def _kind(
    name: str, before: dict[str, str], after: dict[str, str]
) -> Literal["added", "removed", "changed"]:
    if not before.get(name):
        return "added"
    return "changed" if after.get(name) else "removed"


def _by_name(requirements: Requirements) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for name, text in requirements.needed:
        found.setdefault(name, []).append(text)
    return {name: ", ".join(sorted(texts)) for name, texts in found.items()}


def _parsed(lines: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return each requirement in packaging's spelling, so that only meaning makes a difference."""
    found = []
    for line in lines:
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        name = canonicalize_name(requirement.name)
        found.append((name, f"{name}{str(requirement)[len(requirement.name) :]}"))
    return tuple(found)


def _with_extra(line: str, extra: str) -> str:
    base, _, marker = line.partition(";")
    own = f'extra == "{extra}"'
    return f"{base}; ({marker.strip()}) and {own}" if marker.strip() else f"{base}; {own}"
