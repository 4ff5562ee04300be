"""Side hashes, which stand beside a source and change with it: ``cargoHash`` and its like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.model import HASH_FIELDS, Field
from updater.model.fields import PATCHES
from updater.model.sri import is_to_come
from updater.overlay.reading import syntax
from updater.overlay.reading.references import is_made_from

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from updater.model import Span
    from updater.overlay.reading.drafts import Call, Draft
    from updater.overlay.reading.fields import Fields
    from updater.overlay.reading.scope import Binding

# Nixpkgs manual, "Languages and frameworks": cargoHash, vendorHash, npmDepsHash, mvnHash, ...
_HASHES = ("Hash", "Sha256", "Sha512")
_OF_DEPENDENCIES = re.compile(
    r"fetch\w*(Deps|Dependencies|Vendor|Cargo|Yarn|Npm|Pnpm|Cache|Tarball)\w*|import\w*Lock"
)
_NONE = "null"
# What a builder must be given, of whatever version: its hash, and what may stand in its place.
# Source: nixpkgs, pkgs/build-support/rust/build-rust-package, go/module.nix,
# node/build-npm-package and pkgs/by-name/ma/maven/build-maven-package.nix.
_NEEDED = (
    (
        re.compile(r"buildRustPackage"),
        ("cargoHash", "cargoSha256", "cargoDeps", "cargoLock", "cargoVendorDir"),
    ),
    (re.compile(r"buildGo\w*Module"), ("vendorHash", "vendorSha256")),
    (re.compile(r"buildNpmPackage"), ("npmDepsHash", "npmDeps")),
    (re.compile(r"buildMavenPackage"), ("mvnHash", "mvnFetchExtraArgs")),
)
# Go's says so that the source has all that it needs.
_NULL_COUNTS = frozenset({"vendorHash", "vendorSha256"})
# What may take the place of a hash.
_OTHERWISE = ("outputHash", "outputHashAlgo")
_LOOKS_LIKE_ONE = re.compile(
    r'"(?:(?:md5|sha1|sha256|sha512)[-:][A-Za-z0-9+/]+=*|[0-9a-z]{52}|[0-9a-f]{64})?"'
    r"|(?:lib\.)?fake(?:Hash|Sha256|Sha512)"
)


def find(
    draft: Draft, loose: list[Call], fields: Fields, places: frozenset[Span]
) -> tuple[Field, ...]:
    """Return the hashes of a package that a new source makes wrong, or that are still to come.

    Args:
        draft: the package.
        loose: calls of unknown fetchers that stand in no package; those count that an attribute of
            the package names.
        fields: reads the file.
        places: what a new source changes: the version's literal, and the calls of the sources.
    """
    hashes = [*_own_hashes(draft, fields), *_unwritten(draft, fields)]
    for call, own in _hashes_of_calls(draft, loose, fields):
        of_dependencies = _OF_DEPENDENCIES.fullmatch(call.function) is not None
        is_stale = of_dependencies or is_made_from(call, places, draft, fields.data)
        hashes += own if is_stale else filter(is_to_come, own)
    return tuple(sorted(hashes, key=lambda field: field.span))


def others(
    draft: Draft, loose: list[Call], fields: Fields, own: tuple[Field, ...]
) -> tuple[Field, ...]:
    """Return what else looks like a hash beside the source: nothing says that it changes with it.

    Args:
        draft: the package.
        loose: as for `find`.
        fields: reads the file.
        own: those that `find` returned.
    """
    hashes: list[Field] = []
    for attributes in draft.sets:
        for name in attributes:
            binding = attributes.get(name)
            if binding is not None and binding.expression is not None:
                text = syntax.text(binding.expression, fields.data)
                field = fields.field(binding) if _LOOKS_LIKE_ONE.fullmatch(text) else None
                hashes += [field] if field is not None else []
    for _, further in _hashes_of_calls(draft, loose, fields):
        hashes += further
    names = {field.name for field in own}
    left = {field.name: field for field in hashes if field.name not in names}
    return tuple(sorted(left.values(), key=lambda field: field.span))


def _own_hashes(draft: Draft, fields: Fields) -> Iterator[Field]:
    for name in {
        name for attributes in draft.sets for name in attributes if name.endswith(_HASHES)
    }:
        field = fields.field(draft.get(name))
        if field is not None and field.text != _NONE:
            yield field


def _unwritten(draft: Draft, fields: Fields) -> Iterator[Field]:
    """Yield the hash that a package's builder needs, where nothing gives it."""
    builder = draft.builder.rpartition(".")[2]
    needed = next((names for head, names in _NEEDED if head.fullmatch(builder)), ())
    own = draft.sets[-1].outer.find(draft.builder)
    if not needed or draft.role != "package" or not draft.whole or _is_made_here(own):
        return
    statements = [own for attributes in draft.sets for own in attributes.statements]
    below = {own.names[0] for own in statements if own.names[1:]}  # `cargoLock.lockFile = ...;`
    if any(name in below or not _is_nothing(draft.get(name), fields) for name in needed):
        return
    if not any(map(_is_selected_from, (draft.node, draft.sets[-1].node))):
        line, span = syntax.line(draft.node), syntax.span(draft.node)
        yield Field(needed[0], line, span, "", None, (), None, function=builder)


def _is_nothing(binding: Binding | None, fields: Fields) -> bool:
    """Tell whether an attribute is not there, or `null` where that says nothing."""
    if binding is None or binding.name in _NULL_COUNTS:
        return binding is None
    field = fields.field(binding)
    return field is not None and field.text == _NONE


def _is_made_here(function: Binding | None) -> bool:
    """Tell whether a function is the file's own, though it has the name of a known one."""
    return function is not None and function.expression is not None and not function.inherited


def _is_selected_from(node: Node) -> bool:
    """Tell whether something is taken of a package where it is made: ``(...).overrideAttrs``."""
    place: Node | None = node
    while place is not None and place.type not in ("binding", "select_expression"):
        place = place.parent
    return place is not None and place.type == "select_expression"


def _hashes_of_calls(
    draft: Draft, loose: list[Call], fields: Fields
) -> Iterator[tuple[Call, list[Field]]]:
    """Yield the calls beside the source with their hashes; those in one list are numbered."""
    calls = draft.others + [call for call in loose if _is_named(call, draft)]
    calls.sort(key=lambda call: call.node.start_byte)
    places = [_place(call, draft) for call in calls]
    for at, (call, place) in enumerate(zip(calls, places, strict=True)):
        number = f"[{places[:at].count(place)}]" if places.count(place) > 1 else ""
        source = fields.source(call, "", None)
        found = [field for name in HASH_FIELDS if (field := source.get(name)) is not None]
        is_own = _is_made_here(call.scope.find(call.function))
        is_patch = call.function in PATCHES and not is_own and source.get("url") is not None
        if is_patch and not found and not source.get(*_OTHERWISE):
            found = [Field("hash", source.line, source.span, "", None, (), None)]
        yield (
            call,
            [
                replace(field, name=f"{place}{number}.{field.name}", function=call.function)
                for field in found
            ],
        )


def _place(call: Call, draft: Draft) -> str:
    below = call.path[len(draft.path) :] if call.path[: len(draft.path)] == draft.path else ()
    return ".".join(below or call.path[-1:])


def _is_named(call: Call, draft: Draft) -> bool:
    """Tell whether an attribute of the package is, through names, a call that stands outside."""
    name = call.path[-1] if call.path else ""
    binding: Binding | None = draft.get(name)
    for _ in range(40):
        if binding is None or binding.owner is not None:
            return False
        if binding.inherited:
            binding = binding.scope.find(binding.name)
            continue
        node = syntax.unwrap(binding.expression) if binding.expression is not None else None
        return node is not None and node.start_byte == call.node.start_byte
    return False
