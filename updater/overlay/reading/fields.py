"""Bindings and fetcher calls -> the model's fields and sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.model import HASH_FIELDS, Field, Source, Span
from updater.overlay.reading import syntax, values
from updater.overlay.reading.choices import Choices
from updater.overlay.reading.previous import is_below, neighbour, overridden_source

if TYPE_CHECKING:
    from tree_sitter import Node

    from updater.overlay.reading.drafts import Call
    from updater.overlay.reading.scope import AttributeScope, Binding, Scope

# Arguments that say nothing of the file.
_TOLD_BESIDE = frozenset({"meta", "name", "passthru"})


class Fields:
    """Reads the fields of one file.

    Attributes:
        data: the file, and what is parsed behind it.
        end: where the file itself ends.
        call_line: the line that is told for what stands behind it: of the call that leads there.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.end = len(data)
        self.call_line = 1
        self._choices = Choices()

    def field(self, binding: Binding | None) -> Field | None:
        """Return a binding as a field."""
        return self._bound(binding) if binding is not None else None

    def _bound(self, binding: Binding) -> Field:
        node = binding.expression if binding.expression is not None else binding.at
        value = values.read(binding, self.data, self._choices)
        if binding.name in HASH_FIELDS and self._is_null(binding):
            value = values.Value("", ("",), syntax.span(node))  # in its place the hash is written
        field = self._made(binding.name, binding.at, node, value, inherited=binding.inherited)
        if value.value is not None:
            return field
        return replace(field, neighbour=neighbour(binding, self.data))

    def source(self, call: Call, attribute: str, version: Field | None) -> Source:
        """Return a fetcher call as a source.

        Args:
            call: the call; without fields where its argument is computed.
            attribute: the package's attribute that holds it.
            version: the package's version.
        """
        argument = syntax.unwrap(call.argument)
        sets = values.sets_of(argument, call.scope, self.data, self._choices)
        if sets:
            fields = self._of_sets(sets)
        else:
            url = values.evaluate(argument, call.scope, self.data, self._choices)
            is_address = url.value is not None or len(url.parts) > 1
            fields = [self._made("url", argument, argument, url)] if is_address else []
        return Source(
            fetcher=call.function,
            attribute=attribute,
            line=self._line(call.node),
            span=call.span,
            fields=tuple(fields),
            version_name=self._version_name(sets[-1].inner if sets else call.scope, version),
            below=is_below(call.node, call.scope, self.data),
            neighbour=overridden_source(call.node, call.scope, self.data),
            bare=not sets and bool(fields),
        )

    def sources(self, call: Call, attribute: str, version: Field | None) -> list[Source]:
        """Return a fetcher call as its sources: one for each key of what it selects by a system.

        The arguments are those of `source`. Keys that share a hash and say the same of the file are
        one source. Where a key leaves something open, or shares its hash with another file, all is
        one source, of which not all can be read.
        """
        self._choices = Choices()
        try:
            source = self.source(call, attribute, version)
            variants = []
            for chosen in self._choices.variants():
                self._choices = Choices(chosen)
                keys = ".".join(chosen.values())
                variants.append(self.source(call, f"{attribute}.{keys}", version))
                if self._choices.open:
                    return [source]
            return _distinct(variants, attribute) or [source]
        finally:
            self._choices = Choices()

    def _of_sets(self, sets: tuple[AttributeScope, ...]) -> list[Field]:
        fields: list[Field] = []
        for attributes in sets:
            fields = [field for field in fields if field.name not in attributes]
            for name in attributes:
                binding = attributes.get(name)
                if binding is None:
                    continue
                if name in HASH_FIELDS or not self._is_null(binding):
                    fields.append(self._bound(binding))
                    fields += self._elements(binding) if name == "urls" else ()
            fields += self._below(attributes)
        return fields

    def _below(self, attributes: AttributeScope) -> list[Field]:
        """Return what is bound by a path (``python.x = 1;``), which no fetcher takes as text."""
        return [
            self._made(".".join(own.names), own.node, own.value, values.Value(None))
            for own in attributes.statements
            if len(own.names) > 1
        ]

    def _is_null(self, binding: Binding) -> bool:
        """Tell whether an argument is ``null``, which all fetchers take as none."""
        node = binding.expression
        is_null = node is not None and syntax.text(node, self.data) == "null"
        return is_null and binding.scope.find("null") is None

    def _elements(self, binding: Binding) -> list[Field]:
        """Return the elements of ``urls = [ ... ];`` as ``urls[0]``, ``urls[1]``."""
        node = syntax.unwrap(binding.expression) if binding.expression is not None else binding.at
        if node.type != "list_expression":
            return []
        return [
            self._made(
                f"urls[{index}]",
                element,
                element,
                values.evaluate(element, binding.scope, self.data, self._choices),
            )
            for index, element in enumerate(node.children_by_field_name("element"))
        ]

    def _version_name(self, scope: Scope, version: Field | None) -> str:
        if version is None or version.literal is None:
            return ""
        if self._is_literal(scope.find("version"), version.literal):
            return "version"
        outer: Scope | None = scope
        while outer is not None:
            if outer.fixpoint:
                binding = scope.find_attribute(outer.fixpoint, "version")
                if self._is_literal(binding, version.literal):
                    return f"{outer.fixpoint}.version"
            outer = outer.outer
        return ""

    def _is_literal(self, binding: Binding | None, literal: Span) -> bool:
        """Tell whether a name leads to a literal."""
        if binding is None:
            return False
        node = binding.expression
        if node is not None and node.start_byte == literal.start:
            return node.end_byte == literal.end
        return values.read(binding, self.data).literal == literal

    def _line(self, node: Node) -> int:
        return syntax.line(node) if node.start_byte < self.end else self.call_line

    def _made(
        self, name: str, at: Node, node: Node, value: values.Value, *, inherited: bool = False
    ) -> Field:
        span, literal = syntax.span(node), value.literal
        if self._choices.chosen and literal is not None and literal in span:
            span = literal  # of what is chosen, not of all that could be
        return Field(
            name=name,
            line=self._line(at),
            span=span,
            text=syntax.text(node, self.data),
            value=value.value,
            parts=value.parts,
            literal=value.literal,
            inherited=inherited,
        )


def _distinct(variants: list[Source], attribute: str) -> list[Source]:
    """Return the variants of a call, each hash once; none where one hash is of several files.

    Neither where one file has several hashes: they are of something that is not said here.
    """
    by_hash: dict[Span, Source] = {}
    for variant in variants:
        field = variant.get(*HASH_FIELDS)
        if field is None or field.literal is None:
            return []
        twin = by_hash.setdefault(field.literal, variant)
        if twin is not variant and (
            _arguments(twin) != _arguments(variant) or None in _arguments(twin).values()
        ):
            return []
    said = [_arguments(variant) for variant in by_hash.values()]
    files = {tuple(pair for pair in own.items() if pair[0] not in HASH_FIELDS) for own in said}
    if len(files) < len({tuple(own.items()) for own in said}):
        return []
    if len(by_hash) == 1 and len(variants) > 1:
        return [replace(variant, attribute=attribute) for variant in by_hash.values()]
    return list(by_hash.values())


def _arguments(source: Source) -> dict[str, str | None]:
    """Return what a call says of its file: every argument that may change what is fetched."""
    return {field.name: field.value for field in source.fields if field.name not in _TOLD_BESIDE}
