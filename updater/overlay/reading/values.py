"""What an expression's value is, as far as it can be read without evaluating Nix.

Strings, names, templates and sums of these are read; everything else has no value here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct

from updater.model import Applied, Part, Reference, Span
from updater.overlay.reading import syntax, terms
from updater.overlay.reading.arguments import is_default, is_of_element
from updater.overlay.reading.attributes import NAME_TYPES, AttributeReader
from updater.overlay.reading.choices import ELSE, SYSTEM, THEN, Choices, keys_of
from updater.overlay.reading.computing import application, constant
from updater.overlay.reading.functions import rendered
from updater.overlay.reading.scope import AttributeScope, Binding, Scope
from updater.overlay.reading.selections import written_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from updater.model import Argument

# No version or address is longer.
_LONGEST_LITERAL = 8192
_FAKE_HASHES = frozenset({"fakeHash", "fakeSha256", "fakeSha512"})


class Value(Struct, frozen=True):
    """A value, the pieces it is made of, and the one literal that holds it (see model.Field)."""

    value: str | None = None
    parts: tuple[Part, ...] = ()
    literal: Span | None = None


_UNKNOWN = Value()


def read(binding: Binding, data: bytes, choices: Choices | None = None) -> Value:
    """Return the value of a bound name."""
    node = binding.expression
    if node is not None and not binding.inherited:
        plain = terms.plain_string(node, data)
        if plain is not None and len(plain) < _LONGEST_LITERAL:
            return Value(plain, (plain,), syntax.span(node))
    return _Reader(data, choices).binding(binding)


def evaluate(expression: Node, scope: Scope, data: bytes, choices: Choices | None = None) -> Value:
    """Return the value of an expression."""
    return _Reader(data, choices).expression(expression, scope)


def sets_of(
    expression: Node, scope: Scope, data: bytes, choices: Choices | None = None
) -> tuple[AttributeScope, ...]:
    """Return the set literals that an expression is, also through names and ``//``.

    Later ones win. Empty where any part of it is something else.
    """
    node = syntax.unwrap(expression)
    if node.type in syntax.ATTRIBUTE_SETS:
        return (AttributeScope(node, scope, data),)
    return _Reader(data, choices).sets(node, scope) or ()


def attribute(base: Node, scope: Scope, name: str, data: bytes) -> Binding | None:
    """Return what ``base.name`` is bound to, None where that is not written here."""
    return _Reader(data).attribute(base, scope, name)


def selected(node: Node, scope: Scope, data: bytes) -> Binding | None:
    """Return what ``a.b.name`` is bound to, None where that is not written here."""
    return _Reader(data).selected(node, scope)


class _Reader(AttributeReader):
    """Reads one value; the steps it takes are counted."""

    def __init__(self, data: bytes, choices: Choices | None = None) -> None:
        super().__init__(data)
        self._choices = choices if choices is not None else Choices()
        self._open = ""  # what was read is a `default` of the file's, or any `element` of a list

    def expression(self, expression: Node, scope: Scope) -> Value:
        self._steps += 1
        node = syntax.unwrap(expression)
        reader = self._readers.get(node.type)
        if reader is None or self._is_exhausted:
            return _UNKNOWN
        return reader(self, node, scope)

    def binding(self, binding: Binding | None) -> Value:
        if binding is None or self._is_exhausted:
            return _UNKNOWN
        if binding.owner is not None:
            return self._refer(self.attribute(binding.owner, binding.scope, binding.name))
        if binding.inherited:
            return self._refer(binding.scope.find(binding.name))
        if is_default(binding):
            self._open = self._open or "default"
        return (
            self.expression(binding.expression, binding.scope) if binding.expression else _UNKNOWN
        )

    def _refer(self, binding: Binding | None) -> Value:
        self._steps += 1
        value = self.binding(binding)
        if value.parts and value.literal is None:
            return value
        return Value(value.value, (Reference(value.value, value.literal),), value.literal)

    # --- one reader for each kind of expression ---

    def _name(self, node: Node, scope: Scope) -> Value:
        name = syntax.text(node, self._data)
        if name in ("true", "false"):
            return Value(name, (name,))
        binding = scope.find(name)
        if binding is None and name in _FAKE_HASHES:
            return Value("", ("",), syntax.span(node))
        return self._refer(binding)

    def _selection(self, node: Node, scope: Scope) -> Value:
        path = node.child_by_field_name("attrpath")
        if path is not None and terms.attribute_names(path, self._data)[-1] in _FAKE_HASHES:
            return Value("", ("",), syntax.span(node))
        return self._refer(self.selected(node, scope))

    def _string(self, node: Node, scope: Scope) -> Value:
        if node.end_byte - node.start_byte > _LONGEST_LITERAL:
            return _UNKNOWN
        pieces = terms.string_pieces(node, self._data)
        if pieces is None:
            return _UNKNOWN
        if len(pieces) == 1 and isinstance(pieces[0], str):
            return Value(pieces[0], (pieces[0],), syntax.span(node))
        parts: list[Part] = []
        for piece in pieces:
            if isinstance(piece, str):
                parts.append(piece)
            else:
                inner = self.expression(piece, scope)
                parts.extend(inner.parts or (Reference(None, None),))
        whole = all(isinstance(part, str) for part in pieces)
        made = _made(tuple(parts))
        return Value(made.value, made.parts, syntax.span(node) if whole else None)

    def _sum(self, node: Node, scope: Scope) -> Value:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        if left is None or right is None or operator is None or operator.type != "+":
            return _UNKNOWN
        sides = (self.expression(left, scope), self.expression(right, scope))
        if not all(side.parts for side in sides):
            return _UNKNOWN
        return _made(sides[0].parts + sides[1].parts)

    def _application(self, node: Node, scope: Scope) -> Value:
        """Compute what a pure function makes of texts that can be read."""
        applied = self._computed(node, scope)
        if applied is not None:
            return _made((applied,))
        if node.type == "apply_expression":
            return self._refer(self._got(node, scope))
        condition = node.child_by_field_name("condition")
        if condition is None or is_of_element(scope):
            return _UNKNOWN
        key = self._choices.key(syntax.text(condition, self._data), (THEN, ELSE))
        branch = node.child_by_field_name("consequence" if key == THEN else "alternative")
        return self.expression(branch, scope) if key and branch is not None else _UNKNOWN

    def _openness(self, expression: Node, scope: Scope) -> str:
        """Return by what an expression is open, as `_open` has it; empty where it is not."""
        before, self._open = self._open, ""
        self._operand(expression, scope)
        openness, self._open = str(self._open), before or self._open
        return openness

    def _computed(self, node: Node, scope: Scope) -> Applied | None:
        """Return what a pure function makes; a condition on what a caller may give is open."""
        before, self._open = self._open, ""
        applied = application(node, scope, self._data, self._operand)
        is_open, self._open = bool(self._open), before or self._open
        condition = node.child_by_field_name("condition") if is_open else None
        if condition is not None and self._openness(condition, scope) == "default":
            return None
        return applied

    def _operand(self, expression: Node, scope: Scope) -> Argument | None:
        """Return what a function is applied to, also through names."""
        node = syntax.unwrap(expression)
        self._steps += 1
        if self._is_exhausted:
            return None
        plain = constant(node, scope, self._data, self._operand)
        if plain is not None:
            return plain
        inner = self._computed(node, scope)
        if inner is not None:
            return inner
        binding = self._uninherited(self._named(node, scope))
        bound = syntax.unwrap(binding.expression) if binding and binding.expression else None
        # behind another name there may be a truth or a list, and no text
        value = (
            self.expression(node, scope) if bound is None or bound.type not in NAME_TYPES else None
        )
        if value is not None and value.value is not None:
            return value.parts
        return self._operand(bound, binding.scope) if bound is not None and binding else None

    def _uri(self, node: Node, _scope: Scope) -> Value:
        written = syntax.text(node, self._data)
        return Value(written, (written,), syntax.span(node))

    def _element(self, node: Node, _scope: Scope) -> Value:
        """Read the argument of a function of texts, which stands for each of them."""
        self._open = "element"
        return Value("", (Reference("", syntax.span(node)),))

    def _attribute_name(self, node: Node, _scope: Scope) -> Value:
        """Read the name of an attribute as the text that `mapAttrs` gives a function."""
        name = terms.attribute_name(node.named_children[0], self._data)
        return Value(name, (name,))

    def _let(self, node: Node, scope: Scope) -> Value:
        body = node.child_by_field_name("body")
        inner = AttributeScope(node, scope, self._data).inner
        return self.expression(body, inner) if body is not None else _UNKNOWN

    def _key(self, part: Node, scope: Scope, sets: tuple[AttributeScope, ...]) -> str | None:
        """Return the key that a part of a path is; of one that is not written, what is chosen."""
        plain = written_key(part, self._data)
        if plain is not None:
            return plain
        inner = part.child_by_field_name("expression") if part.type == "interpolation" else part
        before, self._open = self._open, ""
        key = self.expression(inner, scope) if inner is not None else _UNKNOWN
        openness, self._open = str(self._open), before or self._open
        if openness == "element":
            return None
        if key.value is not None and not openness and not SYSTEM.fullmatch(key.value):
            self._choices.settle(key.parts, key.literal)
            return key.value
        if not sets or is_of_element(scope):
            return None
        return self._choices.key(syntax.text(part, self._data), keys_of(sets))

    _readers: ClassVar[dict[str, Callable[[_Reader, Node, Scope], Value]]] = {
        "string_expression": _string,
        "indented_string_expression": _string,
        "variable_expression": _name,
        "select_expression": _selection,
        "binary_expression": _sum,
        "uri_expression": _uri,
        "let_expression": _let,
        "apply_expression": _application,
        "attrpath": _attribute_name,
        "identifier": _element,
        "if_expression": _application,
    }


def _made(parts: tuple[Part, ...]) -> Value:
    """Return a value that is made of parts; one that a function makes of them must be known."""
    value = rendered(parts, (), "")
    if value is None and any(isinstance(part, Applied) for part in parts):
        return _UNKNOWN
    return Value(value, parts)
