"""What leaves open which text a package's version or source is, and what to do about it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from updater.model import HASH_FIELDS
from updater.overlay.reading import syntax, values
from updater.overlay.reading.choices import Choices
from updater.overlay.reading.origins import expression_origin, origin
from updater.overlay.reading.shape import SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from updater.model import Field, Package, Source
    from updater.overlay.reading.drafts import Call, Draft
    from updater.overlay.reading.placed import PlacedPackage
    from updater.overlay.reading.scope import Binding

_LONGEST_SHOWN = 80
# Hardly a file has a key that is computed.
_COMPUTED_KEY = re.compile(rb"\.\s*(?:\$\{|\"[^\"]*\$\{)|getAttr\b")
_HASH = re.compile(r"hash|sha\d", re.IGNORECASE)
_OF_A_VERSION = frozenset({"date", "ref", "rev", "tag", "url", "version"})


class Doubt(Struct, frozen=True):
    """What keeps a package from being read, with its line, and what to do about it.

    Attributes:
        computed: it is a value that is not a literal: the version, or a source's arguments, or
            what is hashed, which a function changes.
    """

    problem: str
    hint: str
    computed: Literal["", "version", "arguments", "hashed"] = ""


def doubt(package: Package, draft: Draft, data: bytes, calls: Sequence[Call] = ()) -> Doubt | None:
    """Return what keeps a package from being read; None where nothing does.

    Args:
        package: as it is read.
        draft: it as it was found.
        data: the file.
        calls: those of its sources.
    """
    name = package.name
    hold = f"in config.yaml, packages: {{{package.own_key}: {{hold: true}}}} leaves it alone"
    for attribute in ("version", "src", "srcs"):
        lines = _lines_of_twice(draft, attribute)
        if lines:
            places = " and ".join(str(line) for line in lines)
            twice = f"{attribute} of {name} is set at lines {places}"
            return Doubt(f"line {lines[0]}: {twice}", f"keep one of them; {hold}")
    version = package.version
    if version is not None and version.literal is None:
        return Doubt(
            f"line {version.line}: version of {name} is computed: {_shown(version)}",
            f'write it as a literal, such as version = "1.0"; {hold}',
            "version",
        )
    doubts = [_source_doubt(source, hold) for source in package.sources]
    doubts += [_change_doubt(call, name, hold) for call in calls]
    doubts.append(_key_doubt(package, draft, calls, data))
    return next((reason for reason in doubts if reason is not None), None)


def with_doubt(
    placed: PlacedPackage, reason: Doubt, draft: Draft, calls: list[Call], data: bytes
) -> PlacedPackage:
    """Refuse a package, or leave it alone where another place says what is not written here.

    Args:
        placed: the package.
        reason: what `doubt` returned for it.
        draft: it as it was found.
        calls: those of its sources.
        data: the file.
    """
    version, where = draft.get("version"), None
    if reason.computed == "version" and version is not None:
        where = origin(version, data)
    elif reason.computed == "arguments":
        arguments = [(call.argument, call.scope) for call in calls]
        where = expression_origin(arguments, data)
    what = "its version" if reason.computed == "version" else "what it fetches"
    if where is not None:
        return placed.skipped(where.reason(what), where.program)
    if reason.computed == "hashed":
        return placed.skipped(reason.problem)
    if not reason.computed or placed.package.generator:  # to which it is left, unless asked for
        return placed.refused(reason.problem, reason.hint)
    label = placed.package.version
    if reason.computed == "version" and label is not None and label.value is not None:
        text = " ".join(label.text.split())
        shown = "" if text == "version" else f": {text}"  # of what it inherits
        is_name = len(label.parts) == 1 and isinstance(label.parts[0], str)
        made = "the name of an attribute" if is_name else f"made of several texts{shown}"
        return placed.skipped(
            f"its version (line {label.line}) is {made}; to follow it, write it as one, "
            f'version = "{label.value}"'
        )
    if draft.caller is not None or draft.helper:
        return placed.skipped(f"{what} is computed by a function")
    advice = reason.hint.partition("; ")[0]
    return placed.skipped(f"{reason.problem}; to follow it, {advice}")


def _change_doubt(call: Call, name: str, hold: str) -> Doubt | None:
    """Doubt a call whose arguments or result a function changes: ``(fetchurl { }).override``."""
    line = syntax.line(call.node)
    if call.changed == "override":
        return Doubt(
            f"line {line}: the arguments of {call.function} of {name} are changed by override",
            f"write its attributes in the call; {hold}",
        )
    what = f"{call.function} (line {line}) is changed by {call.changed}"
    return Doubt(what, "", "hashed") if call.changed else None


def _key_doubt(package: Package, draft: Draft, calls: Sequence[Call], data: bytes) -> Doubt | None:
    """Doubt a value that the version or rev chooses: ``hashes.${version}`` has none of the next."""
    if not _has_computed_keys(data):
        return None
    fields = [field for source in package.sources for field in source.fields]
    named = [field for field in fields if field.name in _OF_A_VERSION]
    moving = {field.literal for field in (*named, package.version) if field is not None} - {None}
    for binding, choices in _bindings_of_hashes(draft, calls, data):
        values.read(binding, data, choices)
        if choices.settled & moving:
            name, line = binding.name, syntax.line(binding.at)
            return Doubt(
                f"its {name} (line {line}) is chosen by its version, and the set has none for the "
                f"next one; to follow it, write {name} without a set",
                "",
                "hashed",
            )
    return None


@lru_cache(maxsize=1)
def _has_computed_keys(data: bytes) -> bool:
    return _COMPUTED_KEY.search(data) is not None


def _bindings_of_hashes(
    draft: Draft, calls: Sequence[Call], data: bytes
) -> Iterator[tuple[Binding, Choices]]:
    """Yield the source of a package, and the hashes in it and in the calls that it has."""
    sets = [(own, Choices()) for own in draft.sets]
    for call in (*calls, *draft.calls, *draft.others):
        choices = Choices()
        of_call = values.sets_of(call.argument, call.scope, data, choices)
        sets += [(own, choices) for own in of_call]
    for attributes, choices in sets:
        for name in attributes:
            binding = attributes.get(name)
            if binding is not None and (name in SOURCES or _HASH.search(name)):
                yield binding, choices


def _lines_of_twice(draft: Draft, name: str) -> list[int]:
    lines = [line for attributes in draft.sets for line in attributes.lines(name)]
    return sorted(lines) if len(lines) > 1 else []


def _source_doubt(source: Source, hold: str) -> Doubt | None:
    if not source.fields:
        return Doubt(
            f"line {source.line}: the argument of {source.fetcher} is computed",
            f"write its attributes in the call; {hold}",
            "arguments",
        )
    hashes = [field for field in source.fields if field.name in HASH_FIELDS]
    if len(hashes) > 1:
        names = " and ".join(field.name for field in hashes)
        place = f"line {hashes[-1].line}: {source.fetcher} has {names}"
        return Doubt(place, f"keep one of them; {hold}")
    return None


def _shown(field: Field) -> str:
    return " ".join(field.text.split())[:_LONGEST_SHOWN]
