"""What depends on a system or another condition: every branch of it is read, one after the other.

``{ x86_64-linux = "a"; aarch64-linux = "b"; }.${system}`` and ``if c then "a" else "b"`` are open
until a key is chosen for what selects among them.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

from updater.model import literals_of
from updater.overlay.reading import syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from updater.model import Part, Span
    from updater.overlay.reading.scope import AttributeScope

THEN, ELSE = "then", "else"
"""The keys of a condition."""

SYSTEM = re.compile(r"(?:x86_64|i686|aarch64|armv[67]l|riscv64)-(?:linux|darwin)")
"""The name of a system: what one of them selects, the others select, too."""

# Two systems of two kernels, and a condition besides.
_MOST_VARIANTS = 16


class Choices(Struct):
    """What is chosen where a value is read, and what could be.

    Attributes:
        chosen: selector, as it is written -> key.
        open: selector -> the keys that every set has for which it selects.
        settled: the literals that keys are made from which are no choice.
    """

    chosen: dict[str, str] = field(default_factory=dict)
    open: dict[str, tuple[str, ...]] = field(default_factory=dict)
    settled: set[Span] = field(default_factory=set)

    def key(self, selector: str, keys: tuple[str, ...]) -> str | None:
        """Return the key that is chosen; None where none is, which is noted."""
        if selector in self.chosen:
            key = self.chosen[selector]
            return key if key in keys else None
        there = self.open.get(selector, keys)
        self.open[selector] = tuple(key for key in there if key in keys)
        return None

    def settle(self, parts: tuple[Part, ...], literal: Span | None) -> None:
        """Note what a key is made from that can be read."""
        self.settled.update(literals_of(parts), () if literal is None else (literal,))

    def variants(self) -> Iterator[dict[str, str]]:
        """Yield everything that could be chosen; nothing where nothing is open, or too much."""
        if not self.open:
            return
        count = 1
        for keys in self.open.values():
            count *= len(keys)
        if count <= _MOST_VARIANTS:
            for chosen in itertools.product(*self.open.values()):
                yield self.chosen | dict(zip(self.open, chosen, strict=True))


def keys_of(sets: tuple[AttributeScope, ...]) -> tuple[str, ...]:
    """Return the names that sets bind, each once."""
    return tuple(dict.fromkeys(name for attributes in sets for name in attributes))


def selector_of(function: Node, data: bytes) -> Node | None:
    """Return by what a function selects from the set that it gets; None for any other function.

    ``attrs: attrs.${system} or (throw "not there")``, as nixpkgs' packages often have it.
    """
    argument, body = (function.child_by_field_name(name) for name in ("universal", "body"))
    if function.type != "function_expression" or argument is None or body is None:
        return None
    selection = syntax.unwrap(body)
    base, path = (selection.child_by_field_name(name) for name in ("expression", "attrpath"))
    if function.child_by_field_name("formals") is not None or base is None or path is None:
        return None
    parts = path.named_children
    is_of_argument = syntax.text(base, data) == syntax.text(argument, data)
    is_selector = len(parts) == 1 and parts[0].type == "interpolation"
    return parts[0] if is_of_argument and is_selector else None
