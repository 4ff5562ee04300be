"""What a release requires, and how that differs from the release before; nothing is run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeGuard

from msgspec import Struct
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from updater import toml
from updater.errors import HostileFile
from updater.metadata import headers, ini, poetry, requirement_files, setup_script
from updater.model.research import RequirementChange
from updater.model.versions import read_version
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


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

    @property
    def everywhere(self) -> frozenset[str]:
        """The names of those that no system and no Python is without, and of those of extras."""
        return frozenset(
            name for name, text in self.needed if ";" not in text or "extra ==" in text
        )


def from_pyproject(data: bytes, files: Mapping[str, bytes] | None = None) -> Requirements | None:
    """Read ``[project]``, else ``[tool.poetry]`` or ``[tool.flit.metadata]``.

    Args:
        data: the file.
        files: the tree's other files by path, which it may leave the requirements to.

    Returns:
        None where it leaves them to the build.

    Source: PyPA specification "pyproject.toml"; setuptools documentation, "Configuring setuptools
    using pyproject.toml files", Dynamic Metadata; flit documentation, "Old style metadata".
    """
    tables = toml.tables(data)
    project = tables.get("project")
    dynamic = toml.dig(project, "dynamic")
    left = dynamic if isinstance(dynamic, list) else []
    if not isinstance(project, dict) or ("dependencies" in left and "dependencies" not in project):
        own = _dynamic(tables, project, left, files or {}) if isinstance(project, dict) else None
        return own or _of_tool(tables, project)
    listed, optional = project.get("dependencies", []), project.get("optional-dependencies", {})
    if not isinstance(listed, list) or not isinstance(optional, dict):
        return None
    python = project.get("requires-python")
    return _made(
        python if isinstance(python, str) else "",
        [*_texts(listed), *_of_extras({extra: _texts(those) for extra, those in optional.items()})],
    )


def _dynamic(
    tables: toml.Tables, project: toml.Tables, left: list[object], files: Mapping[str, bytes]
) -> Requirements | None:
    """Read the files that setuptools takes requirements from."""
    table = toml.dig(tables, "tool", "setuptools", "dynamic")
    lines = _of_files(toml.dig(table, "dependencies", "file"), files)
    if lines is None:
        return None
    written = project.get("optional-dependencies")
    extras = dict(written) if isinstance(written, dict) else {}
    named = toml.dig(table, "optional-dependencies") if "optional-dependencies" in left else None
    for extra, where in named.items() if isinstance(named, dict) else ():
        extras[extra] = _of_files(toml.dig(where, "file"), files)
    python = project.get("requires-python")
    return _made(
        python if isinstance(python, str) else "",
        [*lines, *_of_extras({extra: _texts(those) for extra, those in extras.items()})],
    )


def _of_files(named: object, files: Mapping[str, bytes]) -> list[str] | None:
    """Return the requirements of one file or of several; None where one of them is not known."""
    paths = [named] if isinstance(named, str) else _texts(named)
    read = [requirement_files.requirements(path, files) for path in paths]
    known = [lines for lines in read if lines is not None]
    if not paths or len(known) < len(paths):
        return None
    return [line for lines in known for line in lines]


def _of_tool(tables: toml.Tables, project: object) -> Requirements | None:
    """Read the tables of the tools that had their own before ``[project]``."""
    by_poetry = poetry.dependencies(tables)
    if by_poetry is not None:
        python, lines = by_poetry
        named = toml.dig(project, "requires-python")
        return _made(named if isinstance(named, str) else python, lines)
    flit = toml.dig(tables, "tool", "flit", "metadata")
    if isinstance(project, dict) or not isinstance(flit, dict):
        return None
    extras, pythons = flit.get("requires-extra"), flit.get("requires-python")
    listed = extras.items() if isinstance(extras, dict) else ()
    return _made(
        pythons if isinstance(pythons, str) else "",
        [
            *_texts(flit.get("requires")),
            *_of_extras({extra: _texts(those) for extra, those in listed}),
        ],
    )


def _texts(listed: object) -> list[str]:
    """Return the texts of a list or a text that is alone; nothing of anything else."""
    if isinstance(listed, str):
        return [listed]
    return [text for text in listed if isinstance(text, str)] if _is_list(listed) else []


def _is_list(value: object) -> TypeGuard[list[object] | tuple[object, ...]]:
    return isinstance(value, list | tuple)


def _of_extras(extras: Mapping[str, Iterable[str]]) -> list[str]:
    return [_with_extra(line, extra) for extra, lines in extras.items() for line in lines]


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


def as_metadata(required: Requirements) -> bytes:
    """Return requirements as a wheel's metadata says them."""
    lines = ["Metadata-Version: 2.1"]
    lines += [f"Requires-Python: {required.python}"] if required.python else []
    lines += [f"Requires-Dist: {text}" for _, text in required.needed]
    return "".join(f"{line}\n" for line in lines).encode()


def from_tree(files: Mapping[str, bytes]) -> Requirements | None:
    """Read a source tree's own files by their paths; None where none of them says it as text."""
    info = files.get("PKG-INFO", b"")
    if info and _is_complete(info):
        return from_metadata(info)
    readers: tuple[tuple[str, Callable[[bytes, Mapping[str, bytes]], Requirements | None]], ...] = (
        ("pyproject.toml", from_pyproject),
        ("setup.cfg", from_setup_cfg),
        ("setup.py", from_setup_py),
    )
    for name, read in readers:
        requirements = read(files[name], files) if name in files else None
        if requirements is not None:
            return requirements
    return from_metadata(info) if b"\nRequires-Dist:" in info else None


def _is_complete(info: bytes) -> bool:
    """Tell whether PKG-INFO says all that the wheel's metadata will, or that it does not."""
    stated = read_version(headers.parsed(info).first("metadata-version"))
    is_recent = stated is not None and stated.release >= (2, 2)
    return is_recent and from_metadata(info) is not None


def from_setup_cfg(data: bytes, files: Mapping[str, bytes] | None = None) -> Requirements | None:
    """Read ``[options]``; None where neither it nor a file that it names lists requirements.

    Source: setuptools documentation, "Declarative config".
    """
    read = ini.parsed(data)
    listed = read.get("options", "install_requires") if read is not None else None
    lines = _of_option(listed, files or {}) if listed is not None else None
    if read is None or lines is None:
        return None
    for extra, needed in read.options("options.extras_require").items():
        lines += _of_extras({extra: _of_option(needed, files or {}) or ()})
    return _made(read.get("options", "python_requires") or "", lines)


def _of_option(text: str, files: Mapping[str, bytes]) -> list[str] | None:
    """Return the requirements of an option: one a line or parted by ``;``, or those of files."""
    if text.strip().startswith("file:"):
        named = text.strip().removeprefix("file:")
        return _of_files([path.strip() for path in named.split(",")], files)
    return [line.strip() for line in text.splitlines() if line.strip()]


def from_setup_py(data: bytes, files: Mapping[str, bytes] | None = None) -> Requirements | None:
    """Read the arguments of ``setup()`` that are written out or come from one file; nothing is run.

    None where there are no requirements, or any of them is made by code.
    """
    arguments = setup_script.arguments(data, files or {})
    if arguments is None:
        return None
    listed, extras = arguments.get("install_requires"), arguments.get("extras_require", {})
    if not _is_list(listed) or not isinstance(extras, dict):
        return None
    python = arguments.get("python_requires")
    return _made(
        python if isinstance(python, str) else "",
        [*_texts(listed), *_of_extras({extra: _texts(those) for extra, those in extras.items()})],
    )


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
    return Requirements(printable(python), parsed(lines))


def parsed(lines: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return each requirement in packaging's spelling, so that only meaning makes a difference.

    What upstream wrote has no control characters any more.

    Raises:
        HostileFile: there are more than any project has.
    """
    requirements = []
    for place, line in enumerate(map(printable, lines)):
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
