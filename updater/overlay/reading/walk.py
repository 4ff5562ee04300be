"""One pass over a file's tree: where packages, fetcher calls and package files stand.

The walk keeps its own stack, so that nesting is bounded by memory and not by Python's recursion
limit. It only enters what holds one of the words that make a package or a source, which is a small
part of most files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from updater.overlay.reading import callees, syntax, terms, values
from updater.overlay.reading.applications import Applications
from updater.overlay.reading.arguments import DefaultedScope
from updater.overlay.reading.callers import Functions
from updater.overlay.reading.drafts import Draft, Outline
from updater.overlay.reading.pin_files import values_in
from updater.overlay.reading.scope import AttributeScope, FileScope, FunctionScope
from updater.overlay.reading.shape import (
    NAMES,
    SOURCES,
    outcome,
    outcome_name,
    packages_of_itself,
)
from updater.overlay.reading.visit import Visit
from updater.overlay.reading.words import Words, of_packages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tree_sitter import Node

# What stands between a binding and its value without changing which value that is.
_VALUES = {
    "source_code": ("expression",),
    "parenthesized_expression": ("expression",),
    "with_expression": ("body",),
    "assert_expression": ("body",),
    "if_expression": ("consequence", "alternative"),
}
_MOST_RUNS = 5  # each meets the functions that call those of the run before
_LEAVES = frozenset({"comment", "string_fragment", "identifier", "variable_expression", "attrpath"})


class Walk:
    """The walk over one file.

    Attributes:
        outline: what was found.
    """

    def __init__(self, source: syntax.NixText, fetchers: frozenset[str]) -> None:
        self._data = source.whole
        self._fetchers = fetchers
        self._text = source
        self._functions = Functions(source.whole, source.called)
        self._helpers = self._functions.names
        for _ in range(_MOST_RUNS):
            self._run(source.root)
            drafts = self.outline.drafts
            helpers = {draft.path[-1] for draft in drafts if draft.helper and draft.path}
            if helpers <= self._helpers:
                break
            self._helpers |= helpers  # what calls them need not have any of the words
        self._drop_parts()

    def _run(self, root: Node) -> None:
        more = [name.encode() for name in self._helpers]
        more += [name.encode() for name in callees.names_of_functions(self._data, self._fetchers)]
        more += [b"import"] if self._functions.are_called_by("import") else []
        self._words = Words(self._data, (*of_packages(self._fetchers), *more))
        self.outline = outline = Outline()
        self._applications = Applications(
            self._data, self._fetchers, self._functions, self._helpers, self._words, outline
        )
        file = FileScope()
        file.pins = values_in(self._text, file)
        self._bound: dict[int, list[tuple[Draft, bool]]] = {}
        self._enter_all(
            Visit(node, scope, (), "", None, None) for node, scope in file.pins.values()
        )
        outline.pinned = [call for draft in outline.drafts for call in draft.calls] + outline.loose
        outline.drafts, outline.loose, outline.loose_others, outline.files = [], [], [], []
        self._bound = {}
        self._enter_all([Visit(root, file, (), "", None, None, bound=True)])
        for place, drafts in self._bound.items():
            whole = [draft for draft, is_value in drafts if is_value] or [own for own, _ in drafts]
            if len(whole) == 1:  # of two branches the name is of neither
                file.packages[place] = whole[0].sets

    def _enter_all(self, visits: Iterable[Visit]) -> None:
        waiting = list(visits)
        while waiting:
            waiting.extend(self._below(waiting.pop()))

    def _below(self, visit: Visit) -> Iterable[Visit]:
        node = visit.node
        if node.type == "apply_expression":
            return self._applications.below(visit)
        enter = self._enter.get(node.type)
        if enter is not None:
            return enter(self, visit)
        if node.type in _LEAVES:
            return ()
        # `buildPythonPackage (args)`: the words stand around the name
        below = [child for child in node.named_children if visit.role or self._words.are_in(child)]
        names = _VALUES.get(node.type, ())
        inside = [child for name in names if (child := node.child_by_field_name(name)) is not None]
        return [visit.same(child) if child in inside else visit.part(child) for child in below]

    # --- sets ---

    def _set(self, visit: Visit) -> Iterable[Visit]:
        attributes = AttributeScope(visit.node, visit.scope, self._data)
        self.outline.replaced += callees.replaced(
            attributes, visit.path, self._data, self._fetchers
        )
        draft = self._draft(visit, (attributes,), visit.node) or visit.draft
        return self._statements(visit, attributes, draft)

    def _binary(self, visit: Visit) -> Iterable[Visit]:
        """``args // { ... }`` as the argument of a builder is one package."""
        node = visit.node
        if visit.role in ("", "source"):
            return [visit.same(child) for child in node.named_children if self._words.are_in(child)]
        operands = [
            (operand, values.sets_of(operand, visit.scope, self._data))
            for operand in terms.operands(node)
        ]
        sets = tuple(attributes for _, operand_sets in operands for attributes in operand_sets)
        draft = (self._draft(visit, sets, node) if sets else None) or visit.draft
        if draft is not None and draft.sets == sets:
            draft.whole = all(operand_sets for _, operand_sets in operands)
        below: list[Visit] = []
        for operand, operand_sets in operands:
            if (
                operand_sets
                and operand_sets[0].node.start_byte == syntax.unwrap(operand).start_byte
            ):
                below.extend(self._statements(visit, operand_sets[0], draft))
            elif self._words.are_in(operand):
                below.append(visit.part(operand))
        return below

    def _name(self, visit: Visit) -> Iterable[Visit]:
        """``buildPythonPackage args`` where ``args`` is a set that is written here."""
        if visit.role == "package":
            sets = values.sets_of(visit.node, visit.scope, self._data)
            if sets:
                is_here = sets[-1].node.end_byte <= len(self._text.data)
                self._draft(visit, sets, sets[-1].node if is_here else visit.node)
        return [
            visit.part(child) for child in visit.node.named_children if self._words.are_in(child)
        ]

    def _draft(self, visit: Visit, sets: tuple[AttributeScope, ...], node: Node) -> Draft | None:
        if not self._is_package(visit, sets):
            return None
        draft = Draft(sets, node, visit.role, visit.path, visit.place(self._data))
        draft.builder, draft.helper, draft.listed = visit.builder, visit.helper, visit.listed
        draft.overridden = visit.overridden[-1] if visit.overridden else ""
        if visit.caller is not None:
            draft.node, draft.caller = visit.caller, visit.caller.start_byte
            draft.mapped = visit.mapped
        self.outline.drafts.append(draft)
        if visit.statement is not None and visit.statement.type == "binding" and not visit.mapped:
            self._bound.setdefault(visit.statement.start_byte, []).append((draft, visit.bound))
        if visit.fixpoint is not None:
            visit.fixpoint.close(sets)
        return draft

    @staticmethod
    def _is_package(visit: Visit, sets: tuple[AttributeScope, ...]) -> bool:
        if visit.role == "source":
            return False
        if visit.role == "override" and visit.bound:
            return True
        sourced = any("src" in attributes or "srcs" in attributes for attributes in sets)
        if visit.role == "package":
            return sourced or any(
                "pname" in attributes or "version" in attributes for attributes in sets
            )
        return sourced and any(name in attributes for attributes in sets for name in NAMES)

    def _statements(
        self, visit: Visit, attributes: AttributeScope, draft: Draft | None, whole: str = ""
    ) -> list[Visit]:
        """Return the values of a set, or of a `let`, of which one may be its whole value."""
        inner, below = attributes.inner, []
        for statement in attributes.statements:
            if self._words.are_between(statement.start, statement.node.end_byte):
                own = () if statement.names == (whole,) else statement.names
                path = visit.path + own
                value = Visit(statement.value, inner, path, "", draft, statement.node, bound=True)
                value.caller, value.mapped = visit.caller, visit.mapped
                below.append(value)
        for owner in attributes.owners:  # `inherit (rec { ... }) tool;`
            if self._words.are_in(owner):
                value = Visit(owner, inner, visit.path, "", draft, owner.parent, listed=True)
                value.caller = visit.caller
                below.append(value)
        return below

    def _drop_parts(self) -> None:
        """A set that is a part of a package is none of its own; its calls are the package's.

        So is an override that gives a package of this file neither a version nor a source.
        """
        drafts = self.outline.drafts
        if len(drafts) < 2:  # noqa: PLR2004 - a part and a whole
            return
        owners = {
            attributes.node.start_byte: draft
            for draft in drafts
            if draft.role
            for attributes in draft.sets
        }
        built = {draft.path for draft in drafts if draft.role == "package"}
        whole = []
        for draft in drafts:
            owner = None if draft.role else owners.get(draft.node.start_byte)
            if owner is not None:
                owner.calls += draft.calls
                owner.others += draft.others
            elif (
                draft.role != "override"
                or draft.path not in built
                or draft.get("version", *SOURCES) is not None
            ):
                whole.append(draft)
        self.outline.drafts = whole

    # --- let and functions ---

    def _let(self, visit: Visit) -> Iterable[Visit]:
        attributes = AttributeScope(visit.node, visit.scope, self._data)
        body = visit.node.child_by_field_name("body")
        # `let self = ...; in self`: no name of the package, which is what is around the `let`
        whole = outcome_name(body, self._data) if body is not None else ""
        below = self._statements(visit, attributes, visit.draft, whole)
        if body is not None:
            below.append(visit.same(body, attributes.inner))
        return below

    def _function(self, visit: Visit) -> Iterable[Visit]:
        node = visit.node
        body = node.child_by_field_name("body")
        if body is None:
            return ()
        # of `{ a }: { version ? "1.0" }: ...` nobody knows the callers
        is_file = visit.statement is None and not visit.role and visit.scope.is_outermost
        is_package = outcome(body).type != "function_expression"
        kind = DefaultedScope if is_file and is_package else FunctionScope
        inner = kind(node, visit.scope, self._data)
        # `finalAttrs: { ... }`, and `finalAttrs: previous: { ... }` for an override.
        takes_two = body.type == "function_expression"
        fixpoint = visit.role == "package" or (visit.role == "override" and takes_two)
        if fixpoint:
            inner.fixpoint = inner.argument
        elif not visit.role and inner.argument:
            inner.itself, inner.closed = inner.argument, packages_of_itself(inner, self._data)
        scope = inner
        if visit.role and takes_two:
            scope = FunctionScope(body, inner, self._data)
            body = body.child_by_field_name("body") or body
        if visit.role == "override":
            scope.previous, scope.overridden = scope.argument, visit.overridden
        value = visit.same(body, scope)
        value.helper |= visit.bound and visit.statement is not None and not visit.role
        if fixpoint:
            value.fixpoint = inner
        defaults = [visit.part(own) for own in inner.defaults.values() if self._words.are_in(own)]
        for default in defaults:
            default.scope, default.helper = inner, value.helper
        return [*defaults, value]

    _enter: ClassVar[dict[str, Callable[[Walk, Visit], Iterable[Visit]]]] = {
        "attrset_expression": _set,
        "rec_attrset_expression": _set,
        "let_attrset_expression": _set,
        "let_expression": _let,
        "function_expression": _function,
        "binary_expression": _binary,
        "select_expression": _name,
        "variable_expression": _name,
    }
