"""The text of a new overlay: as a draft that a bump fills, and as it is written in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.compose.styles import EXTENSIONS
from updater.overlay.editing.elements import checked, quoted
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.compose.cuda import CudaToolkit
    from updater.compose.origins import NewSource
    from updater.compose.styles import OverlayStyle
    from updater.metadata.summary import ProjectSummary

_WIDTH = 40
_SHORT = 3
# True of each package, which a reason that its siblings give need not be
_UNCHECKED = "doCheck = false; # its tests are not a part of what is built"
FAKE_HASH = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
"""What stands for a hash that is not known yet, as nixpkgs' ``lib.fakeHash``."""


class InputGroup(Struct, frozen=True):
    """Elements of a list of inputs that are there under one condition; empty for always."""

    condition: str
    elements: tuple[str, ...]


class OverlayContent(Struct, frozen=True):
    """What a new overlay says.

    Attributes:
        build, runtime: what builds it, and what it needs.
        further: more bindings, each on a line of its own.
        modules: what is imported to check it.
        licences: attributes of ``lib.licenses``.
        toolkit: what it compiles for CUDA with; None where it does not.
    """

    name: str
    origin: NewSource
    sri: str = FAKE_HASH
    build: tuple[InputGroup, ...] = ()
    runtime: tuple[InputGroup, ...] = ()
    further: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    toolkit: CudaToolkit | None = None


def overlay_text(
    content: OverlayContent, style: OverlayStyle, summary: ProjectSummary | None
) -> str:
    """Return an overlay's text in the packaging guide's order.

    Args:
        content: what it says.
        style: how its siblings are written.
        summary: what its `meta` says; None for a draft.
    """
    last, previous = style.arguments
    python = style.python
    parts = [
        _head(content, style),
        _source(content, style, previous),
        *filter(None, [_list(style.build, content.build, python, previous)]),
        *filter(None, [_list(style.runtime, content.runtime, python, previous)]),
        *content.further,
        *(["\n".join(content.toolkit.further)] if content.toolkit is not None else []),
        _checks(content),
        *([_meta(content, summary, previous)] if summary is not None else []),
    ]
    body = "\n\n".join(parts)
    margin = "        " if style.extension else "      "
    indented = "\n".join(f"{margin}{line}" if line else "" for line in body.split("\n"))
    opening = f"{last}: {previous}: {{\n"
    if content.toolkit is not None:
        bound = "".join(f"  {line}\n" for line in content.toolkit.bindings.splitlines())
        opening = f"{last}: {previous}:\nlet\n{bound}in\n{{\n"
    if style.extension:
        return (
            f"{opening}"
            f"  {EXTENSIONS} = {previous}.{EXTENSIONS} ++ [\n"
            f"    ({': '.join(style.extension)}: {{\n"
            f"      {quoted(checked(content.name))} = {python}.buildPythonPackage rec {{\n"
            f"{indented}\n"
            "      };\n"
            "    })\n"
            "  ];\n"
            "}\n"
        )
    return (
        f"{opening}"
        f"  python3Packages = {python} // {{\n"
        f"    {quoted(checked(content.name))} = {python}.buildPythonPackage rec {{\n"
        f"{indented}\n"
        "    };\n"
        "  };\n"
        "}\n"
    )


def _head(content: OverlayContent, style: OverlayStyle) -> str:
    # Also for a source that has setup.py alone: only so the build compares its requirements.
    form = "pyproject = true;" if style.modern else 'format = "pyproject";'
    return "\n".join(
        [f"pname = {string(content.name)};", f"version = {string(content.origin.version)};", form]
    )


def _source(content: OverlayContent, style: OverlayStyle, previous: str) -> str:
    origin, hash_line = content.origin, f"  {style.hash} = {string(content.sri)};"
    if origin.project.on_index:
        named = (
            ["  inherit pname version;"]
            if origin.stem == content.name
            else [f"  pname = {string(origin.stem)};", "  inherit version;"]
        )
        extension = [f"  extension = {string(origin.extension)};"] if origin.extension else []
        lines = [f"src = {previous}.fetchPypi {{", *named, *extension, hash_line, "};"]
        return "\n".join(lines)
    owner, _, repo = origin.project.path.rpartition("/")
    before, _, after = origin.tag.partition(origin.version)
    tag = f"{string(before)[:-1]}${{version}}{string(after)[1:]}" if before or after else "version"
    ref = "tag" if style.tag else "rev"
    lines = [
        f"src = {previous}.{origin.fetcher} {{",
        f"  owner = {string(owner)};",
        f"  repo = {string(repo)};",
        f"  {ref} = {tag};",
        hash_line,
        "};",
    ]
    return "\n".join(lines)


def _list(field: str, groups: Sequence[InputGroup], python: str, previous: str) -> str:
    if not groups:
        return ""
    first, *conditional = groups
    text = f"{field} = with {python}; {_brackets(first.elements)}"
    for group in conditional:
        inside = _rows(group.elements)
        text += f" ++ {previous}.lib.optionals {group.condition} {inside}"
    return f"{text};"


def _brackets(elements: Sequence[str]) -> str:
    """Return a list on one line where it is short and plain, else a line for each element."""
    line = " ".join(elements)
    if not elements:
        return "[ ]"
    return (
        f"[ {line} ]"
        if len(elements) <= _SHORT and "(" not in line and len(line) < _WIDTH
        else _rows(elements)
    )


def _rows(elements: Sequence[str]) -> str:
    return "[\n" + "".join(f"  {element}\n" for element in elements) + "]"


def _checks(content: OverlayContent) -> str:
    names = " ".join(string(module) for module in content.modules)
    imports = [f"pythonImportsCheck = [ {names} ];"] if content.modules else []
    return "\n".join([*imports, _UNCHECKED])


def _meta(content: OverlayContent, summary: ProjectSummary, previous: str) -> str:
    lines = [f"meta = with {previous}.lib; {{"]
    if summary.description:
        lines.append(f"  description = {string(summary.description)};")
    if summary.homepage:
        lines.append(f"  homepage = {string(summary.homepage)};")
    licences = [f"licenses.{name}" for name in content.licences]
    if licences:
        named = licences[0] if len(licences) == 1 else f"[ {' '.join(licences)} ]"
        lines.append(f"  license = {named};")
    platforms = "unix" if content.toolkit is None else "linux"
    return "\n".join([*lines, f"  platforms = platforms.{platforms};", "};"])


def string(text: str) -> str:
    """Return a text of others as a Nix string in which nothing is computed."""
    escaped = printable(text).replace("\\", "\\\\").replace('"', '\\"').replace("${", "\\${")
    return f'"{" ".join(escaped.split())}"'
