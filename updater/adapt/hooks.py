"""Whether anything beside `postPatch` may change a source's project files before they are built."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from updater.overlay.reading import syntax

if TYPE_CHECKING:
    from updater.overlay.reading.declarations import Declarations

# Each of these may do anything.
_OPAQUE = ("patches", "patchPhase", "unpackPhase", "configurePhase", "buildPhase")
_HOOKS = ("prePatch", "postUnpack", "preConfigure", "postConfigure", "preBuild")
_STRINGS = ("string_expression", "indented_string_expression")
# What sets variables, makes folders, or compiles in the folder that the configure phase made.
_HARMLESS = re.compile(
    rb"(?:export\s+)?\w+=[^\s$`<>()]*(?:\$\(mktemp -d\))?|export \w+|mkdir (?:-p )?[\w./-]+"
    rb"|cd (?:\.\./?|-)|(?:make|ninja)(?: -[jlk]?[^\S\n]?(?:\d+|\"?\$\{?NIX_BUILD_CORES\}?\"?))?"
    rb"|true|:"
)
_BETWEEN = re.compile(rb"\n|;|&&")
_COMMENT = re.compile(rb"(?m)(?:^|(?<=\s))#[^\n]*")


def leave_files(declared: Declarations, data: bytes) -> bool:
    """Tell whether no hook or phase of a package can change the files that say how it is built.

    Args:
        declared: what the overlay says of the package.
        data: the overlay's file.
    """
    attributes = declared.place.attributes
    if any(name in attributes for name in _OPAQUE):
        return False
    for name in _HOOKS:
        binding = attributes.get(name)
        node = binding.expression if binding is not None else None
        node = syntax.unwrap(node) if node is not None else None
        if binding is None:
            continue
        if node is None or binding.inherited or node.type not in _STRINGS:
            return False
        quotes = 1 if node.type == _STRINGS[0] else 2
        script = _COMMENT.sub(b"", data[node.start_byte + quotes : node.end_byte - quotes])
        commands = (command.strip() for command in _BETWEEN.split(script))
        if not all(_HARMLESS.fullmatch(command) for command in commands if command):
            return False
    return True
