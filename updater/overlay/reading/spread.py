"""Under which names a pin goes through a project: ``pin = pins.tool;`` binds it to pin.

Read from the texts of all files, without their scopes: a name counts wherever it is bound.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from updater.model import PinEntry

_NAME = r"[A-Za-z_][\w'-]*"
# Of a value enough to see what it is made of: bindings stand in each other.
_LONGEST_VALUE = 500
_BINDING = re.compile(rf"(?<![\w'-])({_NAME}+)\s*+[=?](?=([^;]{{0,{_LONGEST_VALUE}}}))")
_INHERIT = re.compile(r"\binherit\s*\(")
# A path, a text, or names behind each other: `./npins`, `"tool"`, `pins.tool.version`.
_TERM = re.compile(rf"(\.{{1,2}}/[\w./+-]*)|\"({_NAME})\"|({_NAME}(?:\s*\.\s*\"?{_NAME}\"?)*)")

LEAVES = frozenset(
    {"date", "hash", "hostPlatform", "meta", "name", "outPath", "owner", "passthru", "pname"}
    | {"ref", "repo", "rev", "revision", "sha256", "src", "system", "tag", "url", "urls", "version"}
)
"""What every package binds: these tell nothing of where a value goes to."""


class Spread:
    """What is bound in some files, and to what.

    Args:
        texts: the files.
    """

    def __init__(self, texts: Mapping[str, bytes]) -> None:
        self._texts = texts
        self._is_read = False
        self._by_path: dict[str, set[str]] = {}
        self._by_key: dict[str, set[str]] = {}
        self._by_name: dict[str, set[tuple[str, str]]] = {}
        self._answers: dict[tuple[frozenset[str], str], frozenset[str]] = {}

    def of(self, entry: PinEntry, places: frozenset[str]) -> frozenset[str]:
        """Return the names that are bound to what is made from a pin.

        Args:
            entry: the pin.
            places: the files by which it is read.
        """
        self._read()
        answer = self._answers.get((places, entry.key))
        if answer is None:
            answer = self._answers[places, entry.key] = frozenset(self._led_to(entry, places))
        return answer

    def _led_to(self, entry: PinEntry, places: frozenset[str]) -> set[str]:
        led = set().union(*(self._by_path.get(place, ()) for place in places))
        led |= self._by_key.get(entry.key, set()) if entry.key else set()
        waiting = list(led)
        while waiting:
            name = waiting.pop()
            if name in LEAVES:
                continue
            for bound, behind in self._by_name.get(name, ()):
                if bound not in led and behind not in entry.others:
                    led.add(bound)
                    waiting.append(bound)
        return led

    def _read(self) -> None:
        if self._is_read:
            return
        self._is_read = True
        for file, data in self._texts.items():
            for name, value in _bindings(data.decode("utf-8", "replace")):
                for path, text, chain in _TERM.findall(value):
                    if path:
                        self._by_path.setdefault(meant(path, file), set()).add(name)
                    elif text:
                        self._by_key.setdefault(text, set()).add(name)
                    else:
                        self._note(name, [part.strip(' \t\r\n"') for part in chain.split(".")])

    def _note(self, name: str, chain: list[str]) -> None:
        for index, part in enumerate(chain):
            behind = chain[index + 1] if index + 1 < len(chain) else ""
            self._by_name.setdefault(part, set()).add((name, behind))
            if index:
                self._by_key.setdefault(part, set()).add(name)


def meant(path: str, file: str) -> str:
    """Return the file or folder that a relative path in a file means, from the project's root."""
    folder = os.path.dirname(file)  # noqa: PTH120 - as text
    return os.path.normpath(os.path.join(folder, path))  # noqa: PTH118 - as text


def _bindings(text: str) -> Iterator[tuple[str, str]]:
    """Yield the names that a text binds, each with the text of its value, or the start of it."""
    for match in _BINDING.finditer(text):
        yield match[1], match[2]
    for statement in text.split(";"):
        owner, closed, names = statement.rpartition(")")
        inherit = _INHERIT.search(owner) if closed and "(" not in names else None
        if inherit is not None:
            value = owner[inherit.end() :][:_LONGEST_VALUE]
            for name in names.split():
                yield name, f"{value}.{name}"
