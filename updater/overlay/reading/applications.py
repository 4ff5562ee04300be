"""Applications that the walk meets: of builders, overrides, fetchers and the file's functions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

from updater.overlay.reading import callees, outside, syntax, terms
from updater.overlay.reading.callers import CALL_PACKAGE, defaults_around
from updater.overlay.reading.drafts import Call, PackageFile
from updater.overlay.reading.mapped import mapped
from updater.overlay.reading.previous import is_source_override, overridden
from updater.overlay.reading.shape import makes_package, overridden_call
from updater.overlay.reading.words import OVERRIDES, SUBSTITUTERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from updater.model import Span
    from updater.overlay.reading.callers import Functions
    from updater.overlay.reading.drafts import Outline, Role
    from updater.overlay.reading.visit import Visit
    from updater.overlay.reading.words import Words

_BUILDER = re.compile(r"(build[A-Z]|mk[A-Z]\w*(Derivation|Package|Application))\w*|mkDerivation")
_OTHER_FETCHER = re.compile(r"fetch\w+|import\w*Lock")
# Whose argument what these are applied to is.
_ROLES: dict[str, Role] = {
    **dict.fromkeys(OVERRIDES, "override"),
    **dict.fromkeys(SUBSTITUTERS, "source"),
}
_LONGEST_BUILDER = 80
_MOST_APPLICATIONS = 2000


class Applications(Struct):
    """Reads the applications of one file that the walk meets.

    Attributes:
        data: the file, and what is parsed behind it.
        fetchers: the names of the functions that are known to fetch.
        functions: those of the file.
        helpers: the names of those that make packages of what their callers say.
        words: what the walk looks for.
        outline: takes the calls and package files that are found.
        changed: the calls whose result a function changes, with its name.
        remaining: how many more bodies of functions are read.
    """

    data: bytes
    fetchers: frozenset[str]
    functions: Functions
    helpers: frozenset[str]
    words: Words
    outline: Outline
    changed: dict[Span, str] = field(default_factory=dict)
    remaining: int = _MOST_APPLICATIONS

    def below(self, visit: Visit) -> Iterable[Visit]:
        """Return what to visit of an application; note the call or package file that it is."""
        head, applied = terms.applied(visit.node)
        if not applied:
            return [visit.part(child) for child in head.named_children if self.words.are_in(child)]
        name, *_ = callees.function_of(head, visit.scope, self.data, callees.PACKAGE_CALLERS)
        body = self._called(visit, name)
        if body is not None:
            if CALL_PACKAGE.fullmatch(name):
                self._package_file(visit, [value for _, value in applied])
            operands = [operand for _, operand in applied if self.words.are_in(operand)]
            given = [visit.argument(operand, "source", "") for operand in operands]
            return [body, *given, *self._left_out(body)]
        if visit.draft is None and visit.bound and visit.caller is None:
            operands = [operand for _, operand in applied]
            bodies = mapped(head, operands, visit, self.functions, self.data)
            if 0 < len(bodies) <= self.remaining:
                self.remaining -= len(bodies)
                return [*bodies, *(own for body in bodies for own in self._left_out(body))]
        role = self._role(name, head, applied, visit)
        below = [] if terms.plain_names(head, self.data) else [visit.part(head)]
        inner = overridden_call(head, applied[0][1], self.data) if role == "override" else None
        if inner is not None:
            made = terms.last_name(terms.applied(inner)[0], self.data)
            body = self._called(visit.same(inner), made)
            below += [body, *self._left_out(body)] if body is not None else []
        for _, operand in applied:
            is_union = syntax.unwrap(operand).type == "binary_expression"
            if is_union or role in ("package", "override") or self.words.are_in(operand):
                below.append(self._argument(visit, operand, role, head))
        return below

    def _left_out(self, body: Visit) -> list[Visit]:
        """Visit what a function that is called has by default, as it is for this caller."""
        defaults = []
        for _, default, scope in defaults_around(body.scope):
            if body.caller is not None and self.words.are_in(default):
                defaults.append(body.argument(default, "source", ""))
                defaults[-1].scope = scope
        return defaults

    def _role(self, name: str, head: Node, applied: list[tuple[Node, Node]], visit: Visit) -> Role:
        """Return whose argument the operands are; note a fetcher's call, and a file's."""
        if _BUILDER.fullmatch(name) and name not in self.fetchers:
            return "package"
        source = callees.changed(head, self.data)
        if source is not None and self._is_fetcher(source):
            self.changed[syntax.span(source)] = name
            return "source"
        if name in _ROLES:
            return _ROLES[name]
        if CALL_PACKAGE.fullmatch(name):
            self._package_file(visit, [value for _, value in applied])
            return ""
        name, own, scope = callees.function_of(head, visit.scope, self.data, self.fetchers)
        known = name in self.fetchers and not callees.is_own(own, scope, self.data)
        other = _OTHER_FETCHER.fullmatch(name) or is_source_override(head, self.data)
        if not known and not other:
            return ""
        call = self._call(name, *applied[0], visit)
        draft, outline = visit.draft, self.outline
        if known:
            (draft.calls if draft is not None else outline.loose).append(call)
        else:
            (draft.others if draft is not None else outline.loose_others).append(call)
        return "source"

    def _is_fetcher(self, call: Node) -> bool:
        return terms.last_name(terms.applied(call)[0], self.data) in self.fetchers

    def _argument(self, visit: Visit, operand: Node, role: Role, head: Node) -> Visit:
        """Visit the argument of a function; of any, ``finalAttrs: { src = ...; }`` is a package."""
        builder = " ".join(syntax.text(head, self.data).split())[-_LONGEST_BUILDER:]
        is_package = makes_package(operand, visit.scope, self.data)
        if not role and not is_package:
            part = visit.part(operand)
            part.builder = builder
            return part
        argument = visit.argument(operand, role or "package", builder)
        if role == "override":
            argument.overridden = overridden(head, visit.scope, self.data)
        return argument

    def _call(self, name: str, node: Node, argument: Node, visit: Visit) -> Call:
        statement = visit.place(self.data)
        call = Call(name, node, argument, visit.scope, visit.path, statement, visit.helper)
        call.caller = visit.caller.start_byte if visit.caller is not None else None
        call.changed = self.changed.get(syntax.span(node), "")
        return call

    def _called(self, visit: Visit, name: str) -> Visit | None:
        """Return the body of a function, read for one of its callers.

        Only for an attribute that is the application as a whole: the package that is made.
        """
        if name not in self.helpers and not self.functions.are_called_by(name):
            return None
        if visit.draft is not None or not visit.bound or not self.remaining:
            return None
        self.remaining -= 1
        return self.functions.body(visit.node, visit)

    def _package_file(self, visit: Visit, arguments: list[Node]) -> None:
        for argument in map(syntax.unwrap, arguments):
            if argument.type == "path_expression":
                written = syntax.text(argument, self.data)
                file = PackageFile(
                    () if visit.listed else visit.path,
                    written,
                    syntax.line(visit.node),
                    syntax.span(visit.node),
                    visit.place(self.data),
                    functions=callees.own_functions(
                        arguments, visit.scope, self.data, self.fetchers
                    ),
                    arguments=outside.arguments_of(arguments, visit.scope, self.data),
                )
                self.outline.files.append(file)
                return
