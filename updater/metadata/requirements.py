"""What a release requires, and how that differs from the release before; nothing is run."""

from __future__ import annotations

import ast
from collections import Counter
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from updater.errors import HostileFile
from updater.metadata import headers, ini, source_code, toml
from updater.model.research import RequirementChange
from updater.model.versions import read_version
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


_MOST = 5_000
_LONGEST = 2_048  # characters of one requirement: Python refuses numbers of twice as many digits
_DEEPEST = 50  # brackets of its markers


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
    project = toml.tables(data).get("project")
    dynamic = toml.dig(project, "dynamic")
    left = isinstance(dynamic, list) and "dependencies" in dynamic
    if not isinstance(project, dict) or left:
        return None
    listed, optional = project.get("dependencies", []), project.get("optional-dependencies", {})
    if not isinstance(listed, list) or not isinstance(optional, dict):
        return None
    lines = [line for line in listed if isinstance(line, str)]
    for extra, those in optional.items():
        named = those if isinstance(those, list) else []
        lines += [_with_extra(line, extra) for line in named if isinstance(line, str)]
    python = project.get("requires-python")
    return _made(python if isinstance(python, str) else "", lines)


def from_metadata(data: bytes) -> Requirements | None:
    """Read METADATA or PKG-INFO; None where it leaves the requirements to the build.

    Before version 2.2 a source distribution's PKG-INFO may leave them out without saying so: it
    counts where it has any. Source: PyPA specification "Core metadata", "Dynamic"; PEP 643.
    """
    read = headers.parsed(data)
    if "requires-dist" in {name.strip().lower() for name in read.every("dynamic")}:
        return None
    python = read.first("requires-python").strip()
    return _made(python, read.every("requires-dist"))


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
        requirements = read(files[name]) if name in files else None
        if requirements is not None:
            return requirements
    return from_metadata(info) if b"\nRequires-Dist:" in info else None


def _is_complete(info: bytes) -> bool:
    """Tell whether PKG-INFO says all that the wheel's metadata will, or that it does not."""
    stated = read_version(headers.parsed(info).first("metadata-version"))
    is_recent = stated is not None and stated.release >= (2, 2)
    return is_recent and from_metadata(info) is not None


def from_setup_cfg(data: bytes) -> Requirements | None:
    """Read ``[options]``; None where it lists no requirements itself.

    Source: setuptools documentation, "Declarative config".
    """
    read = ini.parsed(data)
    listed = read.get("options", "install_requires") if read is not None else None
    if read is None or listed is None or listed.strip().startswith("file:"):
        return None
    lines = _lines(listed)
    for extra, needed in read.options("options.extras_require").items():
        lines += [_with_extra(line, extra) for line in _lines(needed)]
    return _made(read.get("options", "python_requires") or "", lines)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def from_setup_py(data: bytes) -> Requirements | None:
    """Read the arguments of ``setup()`` that are written out; nothing is run.

    None where there are no requirements, or any of them is made by code.
    """
    tree = source_code.parsed(data)
    if tree is None:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and source_code.called(node) == "setup":
            arguments = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
            written = _written_once(tree)
            try:
                literals: dict[str, object] = {
                    name: ast.literal_eval(_resolved(arguments[name], written))
                    for name in ("install_requires", "extras_require", "python_requires")
                    if name in arguments
                }
            except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
                return None
            return _from_arguments(literals)
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
    passed = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.keyword)}
    uses = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    stores = Counter(name.id for name in uses if isinstance(name.ctx, ast.Store))
    looked_at = {
        name.id for name in uses if not isinstance(name.ctx, ast.Store) and id(name) not in passed
    }
    return {
        name: value
        for name, value in assigned.items()
        if stores[name] == 1 and name not in looked_at
    }


def _resolved(value: ast.expr, written: Mapping[str, ast.expr]) -> ast.expr:
    return written.get(value.id, value) if isinstance(value, ast.Name) else value


def _from_arguments(arguments: Mapping[str, object]) -> Requirements | None:
    listed, extras = arguments.get("install_requires"), arguments.get("extras_require", {})
    if not isinstance(listed, list | tuple) or not isinstance(extras, dict):
        return None
    lines = [line for line in listed if isinstance(line, str)]
    for extra, those in extras.items():
        named = those if isinstance(those, list | tuple) else [those]
        lines += [_with_extra(line, extra) for line in named if isinstance(line, str)]
    python = arguments.get("python_requires")
    return _made(python if isinstance(python, str) else "", lines)


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
    texts_of: dict[str, list[str]] = {}
    for name, text in requirements.needed:
        texts_of.setdefault(name, []).append(text)
    return {name: ", ".join(sorted(texts)) for name, texts in texts_of.items()}


def _made(python: str, lines: Iterable[str]) -> Requirements:
    return Requirements(printable(python), _parsed(map(printable, lines)))


def _parsed(lines: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return each requirement in packaging's spelling, so that only meaning makes a difference.

    Raises:
        HostileFile: there are more than any project has.
    """
    requirements = []
    for place, line in enumerate(lines):
        if place == _MOST:
            raise HostileFile(f"it has more than {_MOST} requirements")
        if len(line) > _LONGEST or line.count("(") > _DEEPEST:
            continue
        try:
            requirement = Requirement(line)
        except ValueError:  # InvalidRequirement is one
            continue
        name = canonicalize_name(requirement.name)
        requirements.append((name, f"{name}{str(requirement)[len(requirement.name) :]}"))
    return tuple(requirements)


def _with_extra(line: str, extra: str) -> str:
    base, _, marker = line.partition(";")
    own = f'extra == "{extra}"'
    return f"{base}; ({marker.strip()}) and {own}" if marker.strip() else f"{base}; {own}"
