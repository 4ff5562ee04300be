"""Packages of which a part stands in another file: a function that makes them, or their pin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.model import HASH_FIELDS
from updater.overlay.reading import syntax
from updater.overlay.reading.callers import defaults_around
from updater.overlay.reading.generated import generated_by, program_of
from updater.overlay.reading.pin_files import entry_of

if TYPE_CHECKING:
    from updater.model import Field, FunctionFile, Package, Span
    from updater.overlay.reading.drafts import Draft
    from updater.overlay.reading.syntax import FilePart, NixText

# The arguments of a fetcher that are written with a new version.
_OF_A_PIN = frozenset({*HASH_FIELDS, "ref", "rev", "tag", "url", "version"})


def is_elsewhere(package: Package, draft: Draft, text: NixText) -> bool:
    """Tell whether a package that a function in another file makes is pinned there, too."""
    if _function_of(draft, text) is None:
        return False
    version = (package.version,) if package.version is not None else ()
    pinned = (field.literal for field in (*version, *_hash_fields(package)))
    return not any(span is not None and span.start < len(text.data) for span in pinned)


def of_function(package: Package, draft: Draft, text: NixText) -> Package:
    """Return a package with the function in another file that makes it, if one does.

    Args:
        package: as it was read, with what that function is given here.
        draft: the same as it was found.
        text: the file, and what stands behind it.
    """
    function = _function_of(draft, text)
    if function is None:
        return package
    names = [
        field.name
        for field in _hash_fields(package)
        if field.literal is None or _function_at(field.literal.start, text) is not None
    ]
    names += [
        field.name
        for field in (package.version,)
        if field is not None
        and field.literal is not None
        and _function_at(field.literal.start, text) is not None
    ]
    package = replace(package, functions=(function,))
    if not names or package.skip:
        return package
    why = f"its {' and '.join(names)} would have to be given here, too, not in {function.file}"
    return replace(package, skip=why)


def with_defaults(package: Package, draft: Draft) -> Package:
    """Return a package with the arguments whose defaults, in the file of a function, are its pin.

    Args:
        package: as it was read.
        draft: the same as it was found.
    """
    written = [field for source in package.sources for field in source.fields]
    written = [field for field in written if field.name in _OF_A_PIN]
    written += [*package.side_hashes, *((package.version,) if package.version is not None else ())]
    places = {field.literal for field in written} - {None}
    names = {
        name
        for name, default, _ in defaults_around(draft.sets[0])
        if any(place is not None and place in syntax.span(default) for place in places)
    }
    return replace(package, defaults=tuple(sorted(names))) if names else package


def of_pins(package: Package, text: NixText) -> Package:
    """Return a package with the files that its pin stands in, and the program of the first."""
    spans = {field.literal for source in package.sources for field in source.fields}
    spans |= {package.version.literal} if package.version is not None else set()
    parts: dict[str, FilePart] = {}
    pins: set[tuple[str, Span]] = set()
    by_path: dict[str, list[Span]] = {}
    for span in sorted(filter(None, spans)):
        part = text.part_at(span.start)
        place = part.origin(span) if part is not None and part.file.has_pins else None
        if part is not None and place is not None:
            parts[part.file.path] = part
            pins.add((part.file.file, place))
            by_path.setdefault(part.file.path, []).append(span)
    if not pins:
        return package
    first = next(iter(parts.values())).file
    program = program_of(first.file) or generated_by(first.data, first.file)
    if not first.file.endswith(".nix"):
        program = program or f"what writes {first.path}"
    return replace(
        package,
        functions=(*package.functions, *(part.file for part in parts.values())),
        generator=package.generator or program,
        pins=frozenset(pins),
        entries=tuple(
            entry_of(part.file.file, part.node, by_path[path], text.whole)
            for path, part in parts.items()
        ),
    )


def _function_of(draft: Draft, text: NixText) -> FunctionFile | None:
    """Return the function of another file in which a package's attributes stand."""
    return _function_at(draft.sets[0].node.start_byte, text)


def _function_at(place: int, text: NixText) -> FunctionFile | None:
    part = text.part_at(place)
    return part.file if part is not None and not part.file.has_pins else None


def _hash_fields(package: Package) -> list[Field]:
    own = [field for source in package.sources if (field := source.get(*HASH_FIELDS))]
    return [*own, *package.side_hashes]
