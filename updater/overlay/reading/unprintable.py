"""Packages whose text has control characters: shown in other words, and refused where they count.

A name, a version or an argument of one line that has one is not what it looks like, so that nobody
could review its change. A script of several lines may have one; nothing here reads it. What is
planned and written is always the bytes of the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.text import control_in, printable, spelled_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.model import Field, Package, Source

_HINT = "write it without that character"


def has_controls(data: bytes) -> bool:
    """Tell whether a file has any control character, as a character or as an escape of Nix's.

    Source of the escapes: Nix manual, "String literal".
    """
    return b"\\r" in data or bool(control_in(data.decode("utf-8", "replace")))


def as_shown(package: Package) -> Package:
    """Return a package of such a file as it may be shown, with a problem where one counts."""
    line, what, control = next(_faults(package), (0, "", ""))
    if control and not package.problem:
        problem = f"line {line}: {what} has the control character {control}"
        package = replace(package, problem=problem, hint=_HINT)
    return replace(
        package,
        attribute=tuple(map(spelled_out, package.attribute)),
        pname=spelled_out(package.pname) if package.pname is not None else None,
        version=_field(package.version) if package.version is not None else None,
        source=_source(package.source) if package.source is not None else None,
        companions=tuple(map(_source, package.companions)),
        side_hashes=tuple(map(_field, package.side_hashes)),
        other_hashes=tuple(map(_field, package.other_hashes)),
        custom=_source(package.custom) if package.custom is not None else None,
        skip=printable(package.skip),
        problem=printable(package.problem),
        hint=printable(package.hint),
    )


def _faults(package: Package) -> Iterator[tuple[int, str, str]]:
    """Yield the line, the name and the character of all that has one where it counts."""
    for line, what, text in _names(package):
        control = control_in(text) if "\n" not in text else ""
        if control:
            yield line, what, control


def _names(package: Package) -> Iterator[tuple[int, str, str]]:
    yield package.line, "its name", ".".join(package.attribute)
    yield package.line, "its pname", package.pname or ""
    custom = (package.custom,) if package.custom is not None else ()
    fields = [field for source in (*package.sources, *custom) for field in source.fields]
    own = [package.version] if package.version is not None else []
    for field in (*own, *fields, *package.side_hashes, *package.other_hashes):
        yield field.line, "the name of an attribute", field.name
        yield field.line, field.name, field.value or ""


def _field(field: Field) -> Field:
    value = field.value
    if value is not None:
        value = printable(value) if "\n" in value else spelled_out(value)
    return replace(field, name=spelled_out(field.name), text=printable(field.text), value=value)


def _source(source: Source) -> Source:
    return replace(
        source,
        fetcher=printable(source.fetcher),
        attribute=printable(source.attribute),
        fields=tuple(map(_field, source.fields)),
    )
