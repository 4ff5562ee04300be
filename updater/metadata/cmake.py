"""What of CUDA a CMakeLists.txt asks for in any case, outside of all conditions; nothing is run.

Source: CMake's documentation, cmake-language(7) and cmake-commands(7).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME: Final = "CMakeLists.txt"
LARGEST: Final = 1 << 18
"""The largest that is read, in bytes."""

_TOKEN: Final = re.compile(
    r'#?\[(?P<signs>=*)\[|#[^\n]*|"(?:[^"\\]|\\.?)*+(?:"|\Z)|[()]|[^\s()"#\[]+|\[', re.DOTALL
)
_BLOCKS: Final = frozenset({"if", "foreach", "while", "function", "macro", "block"})
_CALLED: Final = frozenset({"function", "macro"})

Need = Literal["", "compiler", "toolkit"]


def cuda_need(data: bytes) -> Need:
    """Return what of CUDA a project cannot be configured without; empty where it may.

    What stands in a condition, a function or a loop may be left out, and so may all that follows a
    ``return()`` in a condition. Other files that it includes are not read.

    Args:
        data: its CMakeLists.txt.
    """
    text = data.decode("utf-8", "replace") if len(data) <= LARGEST else ""
    need: Need = ""
    for name, arguments in _in_any_case(text):
        match name, arguments:
            case "enable_language", [*languages]:
                if "CUDA" in languages and "OPTIONAL" not in languages:
                    return "compiler"
            case "project", [_, *rest]:
                if "CUDA" in rest:
                    return "compiler"
            case "find_package", ["CUDAToolkit" | "CUDA", *rest]:
                if "REQUIRED" in rest:
                    need = "toolkit"
    return need


def _in_any_case(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the commands that no condition guards, by their names in small letters."""
    around: list[str] = []
    for name, arguments in _commands(text):
        if name in _BLOCKS:
            around.append(name)
        elif name.startswith("end") and around:
            around.pop()
        elif name == "return" and not _CALLED.intersection(around):
            return
        elif not around:
            yield name, arguments


def _commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield all commands with their arguments as they are written."""
    name, depth, place = "", 0, 0
    arguments: list[str] = []
    while (token := _TOKEN.search(text, place)) is not None:
        word, place = token[0], token.end()
        if token["signs"] is not None:  # a bracket argument, or a comment
            closing = f"]{token['signs']}]"
            end = text.find(closing, place)
            if end < 0:
                return
            place = end + len(closing)
        elif word.startswith("#"):
            continue
        elif word == "(":
            depth += 1
        elif word == ")":
            depth -= 1
            if depth <= 0:
                yield name.lower(), arguments
                depth, arguments = 0, []
        elif depth:
            arguments.append(word)
        else:
            name = word
