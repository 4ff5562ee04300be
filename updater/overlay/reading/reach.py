"""Which fetcher calls an expression such as ``src`` leads to, also through names and branches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from updater.overlay.reading import syntax, terms, values
from updater.overlay.reading.callees import is_own
from updater.overlay.reading.references import called_in
from updater.overlay.reading.scope import AttributeScope

if TYPE_CHECKING:
    from tree_sitter import Node

    from updater.overlay.reading.drafts import Call
    from updater.overlay.reading.scope import Binding, Scope

# Longer than any chain of names that is no cycle.
_MOST_STEPS = 200
_INNER = {
    "with_expression": ("body",),
    "assert_expression": ("body",),
    "if_expression": ("consequence", "alternative"),
    "binary_expression": ("left", "right"),
}
_LONGEST_SHOWN = 60


class SourceReach(Struct):
    """Follows expressions to fetcher calls.

    Attributes:
        data: the file.
        calls: all fetcher calls of the file by their first byte.
        targets: those that were reached, in the order in which they were.
        lists_several: they are elements of a list, not alternatives of each other.
        below: it is a folder of one that is built, not its top.
        reason: why none was, for a person: ``its source is the path ./.``.
    """

    data: bytes
    calls: dict[int, Call]
    targets: list[Call] = field(default_factory=list)
    lists_several: bool = False
    below: bool = False
    reason: str = ""

    def follow(self, binding: Binding) -> None:
        """Collect the calls that a bound name leads to."""
        waiting: list[tuple[Node, Scope]] = []
        self._name(binding, waiting)
        steps = 0
        while waiting and steps < _MOST_STEPS:
            steps += 1
            expression, scope = waiting.pop()
            node = syntax.unwrap(expression)
            is_list = node.type == "list_expression"
            self.lists_several |= is_list and len(node.named_children) > 1
            self._expression(node, scope, waiting)

    def _expression(self, node: Node, scope: Scope, waiting: list[tuple[Node, Scope]]) -> None:
        match node.type:
            case "variable_expression":
                name = syntax.text(node, self.data)
                self._name(scope.find(name), waiting, name)
            case "select_expression":
                self._selection(node, scope, waiting)
            case "let_expression":
                body = node.child_by_field_name("body")
                if body is not None:
                    waiting.append((body, AttributeScope(node, scope, self.data).inner))
            case "string_expression" | "indented_string_expression":
                self._folder(node, scope, waiting)
            case "apply_expression" if (own := values.selected(node, scope, self.data)) is not None:
                self._name(own, waiting, own.name)
            case "list_expression":
                waiting += [(element, scope) for element in reversed(node.named_children)]
            case kind if kind in _INNER:
                self.below |= kind == "binary_expression"
                sides = [node.child_by_field_name(name) for name in _INNER[kind]]
                waiting += [(side, scope) for side in reversed(sides) if side is not None]
            case _:
                self._inside(node, scope)

    def _name(
        self, binding: Binding | None, waiting: list[tuple[Node, Scope]], name: str = ""
    ) -> None:
        for _ in range(_MOST_STEPS):
            if binding is None or not binding.inherited:
                break
            if binding.owner is not None:
                owner = syntax.text(binding.owner, self.data)
                name = f"{owner}.{binding.name}"
                binding = values.attribute(binding.owner, binding.scope, binding.name, self.data)
            else:
                name = binding.name
                binding = binding.scope.find(name)
        if binding is None or binding.expression is None:
            self._explain(f"its source is {name}, which is not written here")
        else:
            waiting.append((binding.expression, binding.scope))

    def _folder(self, node: Node, scope: Scope, waiting: list[tuple[Node, Scope]]) -> None:
        """Follow ``"${root}/libs/${name}"``, a folder or file of what a call fetches."""
        first, *rest = terms.string_pieces(node, self.data) or [""]
        is_below = not rest or (isinstance(rest[0], str) and rest[0].startswith("/"))
        if isinstance(first, str) or not is_below:
            self._explain(self._why_none(node, scope))
            return
        self.below |= bool(rest)
        waiting.append((first, scope))

    def _selection(self, node: Node, scope: Scope, waiting: list[tuple[Node, Scope]]) -> None:
        base = node.child_by_field_name("expression")
        path = node.child_by_field_name("attrpath")
        names = terms.attribute_names(path, self.data) if path is not None else ()
        if base is not None and names == ("outPath",):
            waiting.append((base, scope))
            return
        own = values.attribute(base, scope, names[-1], self.data) if base and names else None
        if own is not None and names[:-1] in ((), ("finalPackage",)):
            self._name(own, waiting, names[-1])
            return
        package = values.selected(node, scope, self.data)
        if package is not None:  # `final.tool.src`, `sources.${name}`
            self._name(package, waiting, ".".join(names))
            return
        sets = values.sets_of(base, scope, self.data) if base is not None else ()
        if path is None or not sets:
            shown = " ".join(syntax.text(node, self.data).split())
            shown = shown if len(shown) < _LONGEST_SHOWN else f"{shown[:_LONGEST_SHOWN]}..."
            self._explain(f"its source is {shown}, which is not written here")
            return
        # `sources.${system}`: any of them
        for attributes in sets:
            waiting += [
                (statement.value, attributes.inner) for statement in reversed(attributes.statements)
            ]

    def _inside(self, node: Node, scope: Scope) -> None:
        start, end = node.start_byte, node.end_byte
        call = self.calls.get(start)
        inside = [call] if call is not None and call.node.end_byte == end else None
        if inside is None:
            inside = [nested for at, nested in sorted(self.calls.items()) if start <= at < end]
        inside = inside or self._operands_of(node, scope)
        self.targets += [call for call in inside if call not in self.targets]
        if not inside:
            self._explain(self._why_none(node, scope))

    def _operands_of(self, node: Node, scope: Scope) -> list[Call]:
        """Return what a function is given by a name: ``applyPatches { inherit src; }``."""
        if node.type != "apply_expression":
            return []
        _, applied = terms.applied(node)
        calls = [call for call in self.calls.values() if not call.helper and call.caller is None]
        return called_in([(operand, scope) for _, operand in applied], calls, self.data)

    def _why_none(self, node: Node, scope: Scope) -> str:
        shown = syntax.text(node, self.data)
        shown = shown if len(shown) < _LONGEST_SHOWN else f"{shown[:_LONGEST_SHOWN]}..."
        if node.type == "apply_expression":
            head = node.child_by_field_name("function") or node
            name = terms.last_name(head, self.data)
            if name.startswith("fetch") and is_own(terms.applied(node)[0], scope, self.data):
                return f"{name} is another function here, and no fetcher of nixpkgs"
            if name.startswith("fetch"):
                return f"the fetcher {name} is not supported"
            made = ".".join(terms.plain_names(head, self.data)) or name or "an expression"
            return f"its source is made by {made}"
        if node.type in ("path_expression", "hpath_expression", "spath_expression"):
            return f"its source is the path {shown}"
        return f"its source is {' '.join(shown.split())}"

    def _explain(self, reason: str) -> None:
        self.reason = self.reason or reason
