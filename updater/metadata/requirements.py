"""What a release requires, and how that differs from the release before; nothing is run."""

from __future__ import annotations

import ast
import configparser
import email.parser
import tomllib
import warnings
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from updater.model.research import RequirementChange
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Requirements(Struct, frozen=True):
    """What a release says it requires.

    Attributes:
        python: ``requires-python``; empty where it says nothing.
        needed: requirements by name, with extras and markers; a name may have several.
    """

    python: str
    needed: tuple[tuple[str, str], ...]


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
    return _made(str(project.get("requires-python", "")), lines)


def from_metadata(data: bytes) -> Requirements | None:
    """Read METADATA or PKG-INFO; None where it leaves the requirements to the build.

    Before version 2.2 a source distribution's PKG-INFO may leave them out without saying so: it
    counts where it has any. Source: PyPA specification "Core metadata", "Dynamic"; PEP 643.
    """
    message = email.parser.BytesHeaderParser().parsebytes(data)
    needed = [str(one) for one in message.get_all("Requires-Dist", [])]
    dynamic = {str(one).strip().lower() for one in message.get_all("Dynamic", [])}
    if "requires-dist" in dynamic:
        return None
    return _made(str(message.get("Requires-Python", "")).strip(), needed)


def from_tree(files: Mapping[str, bytes]) -> Requirements | None:
    """Read a source tree's own files by their paths; None where none of them says it as text."""
    info = files.get("PKG-INFO", b"")
    if info and _is_complete(info):
        return from_metadata(info)
    for name, read in (
        ("pyproject.toml", from_pyproject),
        ("setup.cfg", from_setup_cfg),
        ("setup.py", from_setup_py),
    ):
        found = read(files[name]) if name in files else None
        if found is not None:
            return found
    return from_metadata(info) if b"\nRequires-Dist:" in info else None


def _is_complete(info: bytes) -> bool:
    """Tell whether PKG-INFO says all that the wheel's metadata will, or that it does not."""
    message = email.parser.BytesHeaderParser().parsebytes(info)
    major, _, minor = str(message.get("Metadata-Version", "")).strip().partition(".")
    known = major.isdecimal() and minor.isdecimal() and (int(major), int(minor)) >= (2, 2)
    return known and from_metadata(info) is not None


def from_setup_cfg(data: bytes) -> Requirements | None:
    """Read ``[options]``; None where it lists no requirements itself.

    Source: setuptools documentation, "Declarative config".
    """
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(data.decode())
    except (configparser.Error, UnicodeDecodeError):
        return None
    listed = parser.get("options", "install_requires", fallback=None)
    if listed is None or listed.strip().startswith("file:"):
        return None
    lines = _lines(listed)
    section = "options.extras_require"
    for extra in parser.options(section) if parser.has_section(section) else ():
        lines += [_with_extra(one, extra) for one in _lines(parser.get(section, extra))]
    return _made(parser.get("options", "python_requires", fallback=""), lines)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def from_setup_py(data: bytes) -> Requirements | None:
    """Read the arguments of ``setup()`` that are written out; nothing is run.

    None where there are no requirements, or any of them is made by code.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an upstream's odd escapes are its own
            tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "setup":
            given = {one.arg: one.value for one in node.keywords if one.arg}
            written = _written_once(tree)
            try:
                said: dict[str, object] = {
                    name: ast.literal_eval(_resolved(given[name], written))
                    for name in ("install_requires", "extras_require", "python_requires")
                    if name in given
                }
            except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
                return None
            return _from_arguments(said)
    return None


def _written_once(tree: ast.Module) -> dict[str, ast.expr]:
    """Return what names of the module stand for that one assignment alone makes.

    A name that anything but the arguments of a call looks at may be changed there.
    """
    assigned = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    passed = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.keyword)}
    uses = [one for one in ast.walk(tree) if isinstance(one, ast.Name)]
    return {
        name: value
        for name, value in assigned.items()
        if sum(one.id == name and isinstance(one.ctx, ast.Store) for one in uses) == 1
        and all(
            isinstance(one.ctx, ast.Store) or id(one) in passed for one in uses if one.id == name
        )
    }


def _resolved(value: ast.expr, written: Mapping[str, ast.expr]) -> ast.expr:
    return written.get(value.id, value) if isinstance(value, ast.Name) else value


def _from_arguments(said: Mapping[str, object]) -> Requirements | None:
    listed, extras = said.get("install_requires"), said.get("extras_require", {})
    if not isinstance(listed, list | tuple) or not isinstance(extras, dict):
        return None
    lines = [str(one) for one in listed]
    for extra, those in extras.items():
        named = those if isinstance(those, list | tuple) else [those]
        lines += [_with_extra(str(one), str(extra)) for one in named]
    return _made(str(said.get("python_requires", "")), lines)


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


def _made(python: str, lines: Iterable[str]) -> Requirements:
    return Requirements(printable(python), _parsed(map(printable, lines)))


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
