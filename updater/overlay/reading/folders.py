"""The folder of its source in which a package is built, as far as its attributes tell.

Source: Nixpkgs manual, "The unpack phase" (sourceRoot, setSourceRoot) and "Rust" for
buildAndTestSubdir; hooks run one after the other in one shell, so that their ``cd`` lasts.
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING

from updater.overlay.reading import syntax, terms, values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from updater.overlay.reading.drafts import Draft
    from updater.overlay.reading.scope import Binding, Scope

_HOOKS = ("postUnpack", "prePatch", "postPatch", "preConfigure", "preBuild")
_UNKNOWN = "\0"
_PATH = r"[\w.+-]+(?:/[\w.+-]+)*"
# What stands for the folder that was unpacked: its name, a glob, or a variable that has it.
_TOP = r"(?:\$\(echo |\"|'|\./)*(?:(?:`pwd`|\$\(pwd\)|\$PWD|\.)/)?(?:\*|\$\{?\w+\}?|[\w.-]+)"
_SET_ROOT = re.compile(
    rf"""(?:export\s+)?sourceRoot\+?=(?P<top>{_TOP})?/(?P<path>{_PATH})/?["')`;\s]*$""",
    re.MULTILINE,
)
_CHANGE = re.compile(
    rf"""^\s*(?:cd|pushd)\s+["']?(?:\./)?(?P<path>\.\.(?:/\.\.)*|{_PATH})/?["']?\s*(?:;|&&|\|\||$)""",
    re.MULTILINE,
)
_ANY_ROOT = re.compile(r"^[ \t]*(?:.*;\s*)?(?:export\s+)?sourceRoot\+?=", re.MULTILINE)
_BEFORE_A_BUILD = re.compile(r"\s*(?:(?:cd|pushd|export|runHook|set)\b|#|\w+=|$)")
_BACK = re.compile(r"^\s*(?:cd\s+-|cd\s+\"?\$\w+|popd)\b", re.MULTILINE)

_HERE = re.compile(r"^(?:\./+)+")

# Source: Nixpkgs manual, "cmake" and "meson".
_TOOLS = re.compile(r"(?<![\w-])(?:cmake|meson)(?![\w-])")
_CONFIGURED = "build"
_STAYS = (
    *("configurePhase", "dontConfigure", "dontUseCmakeConfigure", "dontUseCmakeBuildDir"),
    "dontUseMesonConfigure",
)


def build_folder(draft: Draft, data: bytes) -> str | None:
    """Return the folder below the top of the source; empty for the top, None where it is computed.

    Args:
        draft: the package.
        data: the file.
    """
    return _joined(list(_parts(draft, data)))


def source_folder(draft: Draft, data: bytes, root: str = "") -> str | None:
    """Return the folder that is unpacked to be built in, before any hook goes elsewhere.

    Args:
        draft: the package.
        data: the file.
        root: an attribute that names a folder below, such as ``cargoRoot``.
    """
    return _joined(list(_unpacked(draft, data, ("sourceRoot", root))))


def _joined(parts: list[str]) -> str | None:
    """Return steps as one path; None where it cannot be read, or leads out."""
    if any(_UNKNOWN in part for part in parts):
        return None
    path: list[str] = []
    for name in "/".join(parts).split("/"):
        if name == ".." and path:
            path.pop()
        elif name == "..":
            return None
        elif name not in ("", "."):
            path.append(name)
    return "/".join(path)


def _parts(draft: Draft, data: bytes) -> Iterator[str]:
    """Yield the steps from the top of the source to the folder, in the order of the phases."""
    yield from _unpacked(draft, data, ("sourceRoot", "buildAndTestSubdir"))
    for name in _HOOKS:
        hook = draft.get(name)
        if hook is None:
            continue
        steps = list(_entered(_script(hook, data)))
        if name == "preBuild" and steps[:1] == [".."] and _configures_below(draft, data):
            yield _CONFIGURED
        yield from steps
    build = draft.get("buildPhase")
    if build is not None:
        lines = _script(build, data).splitlines()
        yield from _entered("\n".join(takewhile(_BEFORE_A_BUILD.match, lines)))


def _configures_below(draft: Draft, data: bytes) -> bool:
    """Tell whether the configure phase makes a folder of its own and stays there."""
    tools = draft.get("nativeBuildInputs")
    expression = tools.expression if tools is not None else None
    return (
        expression is not None
        and _TOOLS.search(syntax.text(expression, data)) is not None
        and not any(draft.get(name) is not None for name in _STAYS)
    )


def _unpacked(draft: Draft, data: bytes, names: tuple[str, ...]) -> Iterator[str]:
    """Yield the steps that attributes name; of these only a source root has a part in front."""
    source = draft.get("src")
    if source is not None and source.expression is not None:
        yield _below(source.expression, source.scope, data, alone="")
    for name in names:
        binding = draft.get(name)
        if binding is not None:
            yield _named(binding, data, whole=name != "sourceRoot")
    root = draft.get("setSourceRoot")
    if root is not None:
        match = _SET_ROOT.search(_script(root, data))
        yield match["path"] if match is not None else _UNKNOWN


def _named(binding: Binding, data: bytes, *, whole: bool) -> str:
    """Return the folder that an attribute names; of a source root without its first part."""
    if binding.expression is None or binding.inherited:
        value = values.read(binding, data).value
        if value is None:
            return _UNKNOWN
        return value if whole else _behind_the_top(value)
    return _below(binding.expression, binding.scope, data, alone=_UNKNOWN, whole=whole)


def _below(expression: Node, scope: Scope, data: bytes, *, alone: str, whole: bool = False) -> str:
    """Return what a text such as ``"${src.name}/libs/tool"`` says behind its first part.

    Args:
        expression: what is written.
        scope: where.
        data: the file.
        alone: what an expression that is no text means.
        whole: nothing stands before the folder.
    """
    node = syntax.unwrap(expression)
    if node.type == "binary_expression":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if right is None or left is None or b"+" not in data[left.end_byte : right.start_byte]:
            return alone
        text = _text(right, scope, data)
        return text if text is not None else _UNKNOWN
    text = _text(node, scope, data)
    if text is None:
        return alone
    return text if whole else _behind_the_top(text)


def _behind_the_top(root: str) -> str:
    """Return a source root without the folder that is unpacked: ``./source/py`` is ``py`` in it."""
    return _HERE.sub("", root).partition("/")[2]


def _text(node: Node, scope: Scope, data: bytes) -> str | None:
    """Return a text with what cannot be read as a mark; None for what is none."""
    node = syntax.unwrap(node)
    if node.type == "variable_expression":
        return values.evaluate(node, scope, data).value
    if node.type not in ("string_expression", "indented_string_expression"):
        return None
    pieces = terms.string_pieces(node, data)
    if pieces is None:
        return _UNKNOWN
    return "".join(
        piece if isinstance(piece, str) else values.evaluate(piece, scope, data).value or _UNKNOWN
        for piece in pieces
    )


def _entered(script: str) -> Iterator[str]:
    """Yield where a hook goes, and stays."""
    match = _SET_ROOT.search(script)
    if match is not None:
        yield match["path"]
        return
    if _ANY_ROOT.search(script):
        yield _UNKNOWN
        return
    went: list[str] = []
    for line in script.splitlines():
        if (back := _BACK.match(line)) is not None:
            # With nowhere to come back from, a variable leads to where nobody here knows.
            went = went[:-1] if went or "$" not in back[0] else [_UNKNOWN]
        elif (change := _CHANGE.match(line)) is not None:
            went.append(change["path"])
    yield from went


def _script(binding: Binding, data: bytes) -> str:
    """Return what an attribute's text has between its quotes, as it is written."""
    if binding.expression is None:
        return ""
    written = syntax.text(syntax.unwrap(binding.expression), data)
    return written.strip().strip("'\"")
