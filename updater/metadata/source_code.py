"""A project's Python files: the one place where they are taken apart; nothing is run.

``ast`` needs a thousand bytes of memory for some bytes of source, the square of the fields of an
f-string in Python 3.11, and reads a file in any encoding that Python knows, which are slow ones
too. What breaks a bound counts as what is written in another version of Python: as no syntax.
"""

from __future__ import annotations

import ast
import re
import threading
import warnings

LARGEST = 128 << 10
"""The bytes that a file may have."""

_MOST_FIELDS = 4_000
_CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)")
_ENCODINGS = {"utf-8": "utf-8-sig", "ascii": "ascii", "latin-1": "latin-1"} | dict.fromkeys(
    ("utf8", "utf-8-sig", "utf_8"), "utf-8-sig"
)
_ENCODINGS |= dict.fromkeys(("us-ascii",), "ascii")
_ENCODINGS |= dict.fromkeys(("latin1", "iso-8859-1", "iso8859-1", "iso-latin-1"), "latin-1")
_ENCODINGS |= dict.fromkeys(("cp1252", "windows-1252"), "cp1252")
# The filters of warnings are the process's: two threads would leave each other's.
_WARNING = threading.Lock()


def parsed(data: bytes) -> ast.Module | None:
    """Return a file's syntax tree, None where it has none that can be read."""
    if len(data) > LARGEST or data.count(b"{") > _MOST_FIELDS:
        return None
    try:
        text = data.decode(_encoding(data))
        with _WARNING, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an upstream's odd escapes are its own
            return ast.parse(text)
    except (SyntaxError, ValueError, LookupError, RecursionError, MemoryError):
        return None


def _encoding(data: bytes) -> str:
    """Return a file's encoding. Source: PEP 263.

    Raises:
        LookupError: it is none of those that projects use.
    """
    for line in data.split(b"\n", 2)[:2]:
        coding = _CODING.match(line)
        if coding is not None:
            return _ENCODINGS[coding[1].decode().lower()]
        if line.strip() and not line.lstrip().startswith(b"#"):
            break
    return "utf-8-sig"


def assigned(tree: ast.Module) -> dict[str, ast.expr]:
    """Return what the module's names are assigned to, the last time at its top level."""
    return {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def called(node: ast.Call) -> str:
    """Return the last part of a called function's name, an empty string where it has none."""
    match node.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""
