"""One pass over a file's tree: where packages, fetcher calls and package files stand.

The walk keeps its own stack, so that nesting is bounded by memory and not by Python's recursion
limit. It only enters what holds one of the words that make a package or a source, which is a small
part of most files.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, ClassVar

from updater.model import Span
from updater.overlay.reading import callees, outside, syntax, terms, values, words
from updater.overlay.reading.callers import CALL_PACKAGE, Functions, defaults_around
from updater.overlay.reading.drafts import Call, Draft, PackageFile
from updater.overlay.reading.mapped import mapped
from updater.overlay.reading.pin_files import values_in
from updater.overlay.reading.previous import is_source_override, overridden
from updater.overlay.reading.scope import (
    AttributeScope,
    DefaultedScope,
    FileScope,
    FunctionScope,
)
from updater.overlay.reading.shape import (
    NAMES,
    SOURCES,
    makes_package,
    outcome,
    outcome_name,
    overridden_call,
    packages_of_itself,
)
from updater.overlay.reading.visit import Visit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tree_sitter import Node

    from updater.overlay.reading.drafts import ReplacedFetcher, Role

_BUILDER = re.compile(r"(build[A-Z]|mk[A-Z]\w*(Derivation|Package|Application))\w*|mkDerivation")
_OTHER_FETCHER = re.compile(r"fetch\w+|import\w*Lock")

# What stands between a binding and its value without changing which value that is.
_VALUES = {
    "source_code": ("expression",),
    "parenthesized_expression": ("expression",),
    "with_expression": ("body",),
    "assert_expression": ("body",),
    "if_expression": ("consequence", "alternative"),
}
# Whose argument what these are applied to is.
_ROLES: dict[str, Role] = {
    **dict.fromkeys(words.OVERRIDES, "override"),
    **dict.fromkeys(words.SUBSTITUTERS, "source"),
}
_LONGEST_BUILDER = 80
_MOST_APPLICATIONS = 2000
_MOST_RUNS = 5  # each meets the functions that call those of the run before
_LEAVES = frozenset({"comment", "string_fragment", "identifier", "variable_expression", "attrpath"})


class Walk:
    """The walk over one file.

    Attributes:
        drafts: its packages, each set once.
        loose, loose_others: the same calls as a draft has, but in no package.
        pinned: those in files of pins.
        files: package files that it calls.
        replaced: fetchers' names that it has for something else.
    """

    def __init__(self, source: syntax.NixText, fetchers: frozenset[str]) -> None:
        self._data = source.whole
        self._fetchers = fetchers
        self._text = source
        self._functions = Functions(source.whole, source.called)
        self._helpers = self._functions.names
        for _ in range(_MOST_RUNS):
            self._run(source.root)
            helpers = {draft.path[-1] for draft in self.drafts if draft.helper and draft.path}
            if helpers <= self._helpers:
                break
            self._helpers |= helpers  # what calls them need not have any of the words
        self._drop_parts()

    def _run(self, root: Node) -> None:
        more = [name.encode() for name in self._helpers]
        more += [name.encode() for name in callees.names_of_functions(self._data, self._fetchers)]
        more += [b"import"] if self._functions.are_called_by("import") else []
        self._places = words.places(self._data, (*words.of_packages(self._fetchers), *more))
        self._changed: dict[Span, str] = {}
        self._applications = _MOST_APPLICATIONS
        self.drafts: list[Draft] = []
        self.loose: list[Call] = []
        self.loose_others: list[Call] = []
        self.files: list[PackageFile] = []
        self.replaced: list[ReplacedFetcher] = []
        file = FileScope()
        file.pins = values_in(self._text, file)
        self._bound: dict[int, list[tuple[Draft, bool]]] = {}
        self._enter_all(
            Visit(node, scope, (), "", None, None) for node, scope in file.pins.values()
        )
        self.pinned = [call for draft in self.drafts for call in draft.calls] + self.loose
        self.drafts, self.loose, self.loose_others, self.files = [], [], [], []
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

    def _place(self, visit: Visit) -> Span:
        """Return the binding that a visit is inside of, else the whole file."""
        statement = visit.statement
        return syntax.span(statement) if statement is not None else Span(0, len(self._data))

    def _holds(self, node: Node) -> bool:
        """Tell whether one of the words stands inside a node."""
        places = self._places
        first = bisect_left(places, node.start_byte)
        return first < len(places) and places[first] < node.end_byte

    def _below(self, visit: Visit) -> Iterable[Visit]:
        node = visit.node
        enter = self._enter.get(node.type)
        if enter is not None:
            return enter(self, visit)
        if node.type in _LEAVES:
            return ()
        # `buildPythonPackage (args)`: the words stand around the name
        below = [child for child in node.named_children if visit.role or self._holds(child)]
        names = _VALUES.get(node.type, ())
        inside = [child for name in names if (child := node.child_by_field_name(name)) is not None]
        return [visit.same(child) if child in inside else visit.part(child) for child in below]

    # --- sets ---

    def _set(self, visit: Visit) -> Iterable[Visit]:
        attributes = AttributeScope(visit.node, visit.scope, self._data)
        self.replaced += callees.replaced(attributes, visit.path, self._data, self._fetchers)
        draft = self._draft(visit, (attributes,), visit.node) or visit.draft
        return self._statements(visit, attributes, draft)

    def _binary(self, visit: Visit) -> Iterable[Visit]:
        """``args // { ... }`` as the argument of a builder is one package."""
        node = visit.node
        if visit.role in ("", "source"):
            return [visit.same(child) for child in node.named_children if self._holds(child)]
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
            elif self._holds(operand):
                below.append(visit.part(operand))
        return below

    def _name(self, visit: Visit) -> Iterable[Visit]:
        """``buildPythonPackage args`` where ``args`` is a set that is written here."""
        if visit.role == "package":
            sets = values.sets_of(visit.node, visit.scope, self._data)
            if sets:
                is_here = sets[-1].node.end_byte <= len(self._text.data)
                self._draft(visit, sets, sets[-1].node if is_here else visit.node)
        return [visit.part(child) for child in visit.node.named_children if self._holds(child)]

    def _draft(self, visit: Visit, sets: tuple[AttributeScope, ...], node: Node) -> Draft | None:
        if not self._is_package(visit, sets):
            return None
        draft = Draft(sets, node, visit.role, visit.path, self._place(visit))
        draft.builder, draft.helper, draft.listed = visit.builder, visit.helper, visit.listed
        draft.overridden = visit.overridden[-1] if visit.overridden else ""
        if visit.caller is not None:
            draft.node, draft.caller = visit.caller, visit.caller.start_byte
            draft.mapped = visit.mapped
        self.drafts.append(draft)
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
        inner, places, count = attributes.inner, self._places, len(self._places)
        below = []
        for statement in attributes.statements:
            first = bisect_left(places, statement.start)
            if first < count and places[first] < statement.node.end_byte:
                own = () if statement.names == (whole,) else statement.names
                path = visit.path + own
                value = Visit(statement.value, inner, path, "", draft, statement.node, bound=True)
                value.caller, value.mapped = visit.caller, visit.mapped
                below.append(value)
        for owner in attributes.owners:  # `inherit (rec { ... }) tool;`
            if self._holds(owner):
                value = Visit(owner, inner, visit.path, "", draft, owner.parent, listed=True)
                value.caller = visit.caller
                below.append(value)
        return below

    def _drop_parts(self) -> None:
        """A set that is a part of a package is none of its own; its calls are the package's.

        So is an override that gives a package of this file neither a version nor a source.
        """
        if len(self.drafts) < 2:  # noqa: PLR2004 - a part and a whole
            return
        owners = {
            attributes.node.start_byte: draft
            for draft in self.drafts
            if draft.role
            for attributes in draft.sets
        }
        built = {draft.path for draft in self.drafts if draft.role == "package"}
        whole = []
        for draft in self.drafts:
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
        self.drafts = whole

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
        defaults = [visit.part(own) for own in inner.defaults.values() if self._holds(own)]
        for default in defaults:
            default.scope, default.helper = inner, value.helper
        return [*defaults, value]

    # --- applications ---

    def _application(self, visit: Visit) -> Iterable[Visit]:
        head, applied = terms.applied(visit.node)
        if not applied:
            return [visit.part(child) for child in head.named_children if self._holds(child)]
        name, *_ = callees.function_of(head, visit.scope, self._data, callees.PACKAGE_CALLERS)
        body = self._called(visit, name)
        if body is not None:
            if CALL_PACKAGE.fullmatch(name):
                self._package_file(visit, [value for _, value in applied])
            operands = [operand for _, operand in applied if self._holds(operand)]
            given = [visit.argument(operand, "source", "") for operand in operands]
            return [body, *given, *self._left_out(body)]
        if visit.draft is None and visit.bound and visit.caller is None:
            operands = [operand for _, operand in applied]
            bodies = mapped(head, operands, visit, self._functions, self._data)
            if 0 < len(bodies) <= self._applications:
                self._applications -= len(bodies)
                return [*bodies, *(own for body in bodies for own in self._left_out(body))]
        role = self._role(name, head, applied, visit)
        below = [] if terms.plain_names(head, self._data) else [visit.part(head)]
        inner = overridden_call(head, applied[0][1], self._data) if role == "override" else None
        if inner is not None:
            made = terms.last_name(terms.applied(inner)[0], self._data)
            body = self._called(visit.same(inner), made)
            below += [body, *self._left_out(body)] if body is not None else []
        for _, operand in applied:
            is_union = syntax.unwrap(operand).type == "binary_expression"
            if is_union or role in ("package", "override") or self._holds(operand):
                below.append(self._argument(visit, operand, role, head))
        return below

    def _left_out(self, body: Visit) -> list[Visit]:
        """Visit what a function that is called has by default, as it is for this caller."""
        defaults = []
        for _, default, scope in defaults_around(body.scope):
            if body.caller is not None and self._holds(default):
                defaults.append(body.argument(default, "source", ""))
                defaults[-1].scope = scope
        return defaults

    def _role(self, name: str, head: Node, applied: list[tuple[Node, Node]], visit: Visit) -> Role:
        """Return whose argument the operands are; note a fetcher's call, and a file's."""
        if _BUILDER.fullmatch(name) and name not in self._fetchers:
            return "package"
        source = callees.changed(head, self._data)
        if source is not None and self._is_fetcher(source):
            self._changed[syntax.span(source)] = name
            return "source"
        if name in _ROLES:
            return _ROLES[name]
        if CALL_PACKAGE.fullmatch(name):
            self._package_file(visit, [value for _, value in applied])
            return ""
        name, own, scope = callees.function_of(head, visit.scope, self._data, self._fetchers)
        known = name in self._fetchers and not callees.is_own(own, scope, self._data)
        other = _OTHER_FETCHER.fullmatch(name) or is_source_override(head, self._data)
        if not known and not other:
            return ""
        call = self._call(name, *applied[0], visit)
        if known:
            (visit.draft.calls if visit.draft is not None else self.loose).append(call)
        else:
            (visit.draft.others if visit.draft is not None else self.loose_others).append(call)
        return "source"

    def _is_fetcher(self, call: Node) -> bool:
        return terms.last_name(terms.applied(call)[0], self._data) in self._fetchers

    def _argument(self, visit: Visit, operand: Node, role: Role, head: Node) -> Visit:
        """Visit the argument of a function; of any, ``finalAttrs: { src = ...; }`` is a package."""
        builder = " ".join(syntax.text(head, self._data).split())[-_LONGEST_BUILDER:]
        is_package = makes_package(operand, visit.scope, self._data)
        if not role and not is_package:
            part = visit.part(operand)
            part.builder = builder
            return part
        argument = visit.argument(operand, role or "package", builder)
        if role == "override":
            argument.overridden = overridden(head, visit.scope, self._data)
        return argument

    def _call(self, name: str, node: Node, argument: Node, visit: Visit) -> Call:
        call = Call(name, node, argument, visit.scope, visit.path, self._place(visit), visit.helper)
        call.caller = visit.caller.start_byte if visit.caller is not None else None
        call.changed = self._changed.get(syntax.span(node), "")
        return call

    def _called(self, visit: Visit, name: str) -> Visit | None:
        """Return the body of a function, read for one of its callers.

        Only for an attribute that is the application as a whole: the package that is made.
        """
        if name not in self._helpers and not self._functions.are_called_by(name):
            return None
        if visit.draft is not None or not visit.bound or not self._applications:
            return None
        self._applications -= 1
        return self._functions.body(visit.node, visit)

    _enter: ClassVar[dict[str, Callable[[Walk, Visit], Iterable[Visit]]]] = {
        "attrset_expression": _set,
        "rec_attrset_expression": _set,
        "let_attrset_expression": _set,
        "let_expression": _let,
        "function_expression": _function,
        "apply_expression": _application,
        "binary_expression": _binary,
        "select_expression": _name,
        "variable_expression": _name,
    }

    def _package_file(self, visit: Visit, arguments: list[Node]) -> None:
        for argument in map(syntax.unwrap, arguments):
            if argument.type == "path_expression":
                written = syntax.text(argument, self._data)
                file = PackageFile(
                    () if visit.listed else visit.path,
                    written,
                    syntax.line(visit.node),
                    syntax.span(visit.node),
                    self._place(visit),
                    functions=callees.own_functions(
                        arguments, visit.scope, self._data, self._fetchers
                    ),
                    arguments=outside.arguments_of(arguments, visit.scope, self._data),
                )
                self.files.append(file)
                return
