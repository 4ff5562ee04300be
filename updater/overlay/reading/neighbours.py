"""What a package takes from another of the project: where its source is fetched from, its pname.

An override may leave these to the package that it overrides (see previous.py). They are taken from
the one package of the project that stands at that place, where it writes them out. Where there is
none, or there are two that say different things, nothing is taken.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.model import HASH_FIELDS, Field, Package, Source
from updater.overlay.reading.previous import PREVIOUS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_OF_A_PIN = frozenset({*HASH_FIELDS, "ref", "rev", "tag", "url", "urls", "version"})


def completed(packages: Sequence[Package]) -> tuple[Package, ...]:
    """Return packages with what others of them say; skipped where none says it."""
    places: dict[str, list[Package]] = {}
    for package in packages:
        for path in package.paths:
            if path:
                places.setdefault(path[-1], []).append(package)
    return tuple(
        _completed(package, places) if _takes(package) else package for package in packages
    )


def _takes(package: Package) -> bool:
    if package.problem:
        return False
    if package.source is None:
        return package.custom is not None and bool(package.custom.neighbour)
    return any(field.neighbour for source in package.sources for field in source.fields)


def _completed(package: Package, places: dict[str, list[Package]]) -> Package:
    if package.source is None:
        return _with_source(package, places)
    if package.skip:
        return package
    sources = []
    for source in package.sources:
        fields = tuple(_taken(field, package, places) for field in source.fields)
        missing = [field for field in fields if field.neighbour and field.value is None]
        if missing:
            names = " and ".join(field.name for field in missing)
            return replace(
                package,
                skip=f"its {names} (line {missing[0].line}) {_are(missing)} of "
                f"{_shown(missing[0].neighbour[:-1])}, which cannot be told from this project: "
                f"write {_as_text(missing)} in the call",
            )
        sources.append(replace(source, fields=fields))
    return replace(package, source=sources[0], companions=tuple(sources[1:]))


def _with_source(package: Package, places: dict[str, list[Package]]) -> Package:
    """Return a package whose source is another's with a pin of its own."""
    custom = package.custom
    if custom is None:
        return package
    whose = _shown(custom.neighbour)
    if custom.get("rev", "tag", "ref", "version", "url") is None:
        return replace(package, skip=f"its source is {whose}, with its rev or version")
    own = {field.name for field in custom.fields}
    sources = {
        (source.fetcher, _where(source))
        for other in _others(custom.neighbour[:-1], package, places)
        if (source := other.source) is not None and not other.skip
    }
    if len(sources) != 1:
        who = "packages of this project disagree" if sources else "this project does not say"
        return replace(
            package,
            skip=f"its source is made by {whose}.override, and {who} where that is fetched from: "
            "write the whole call, such as fetchFromGitHub { owner = ...; repo = ...; }",
        )
    ((fetcher, where),) = sources
    fields = tuple(
        Field(
            name,
            custom.line,
            custom.span,
            text,
            value,
            (value,) if value is not None else (),
            None,
            neighbour=(*custom.neighbour, name),
        )
        for name, text, value in where
        if name not in own
    )
    source = replace(custom, fetcher=fetcher, fields=(*custom.fields, *fields))
    return replace(package, source=source, skip="")


def _where(source: Source) -> tuple[tuple[str, str, str | None], ...]:
    """Return what a call says besides its pin: names, expressions and values."""
    return tuple(
        (field.name, field.text, field.value)
        for field in source.fields
        if field.name not in _OF_A_PIN and "[" not in field.name
    )


def _taken(field: Field, package: Package, places: dict[str, list[Package]]) -> Field:
    """Return a field that reads what the packages at its place have, if they agree."""
    path = field.neighbour
    is_of_source = path[-2:-1] == ("src",)
    if field.value is not None or not path or (not is_of_source and path[-1] != "pname"):
        return field
    values = {
        other.source.value(path[-1]) if is_of_source and other.source else other.pname
        for other in _others(path[: -2 if is_of_source else -1], package, places)
        if not other.skip or not is_of_source
    }
    value = values.pop() if len(values) == 1 else None
    return field if value is None else replace(field, value=value, parts=(value,))


def _others(
    names: tuple[str, ...], package: Package, places: dict[str, list[Package]]
) -> Iterable[Package]:
    """Yield the packages that names lead to, from a package: those at the same path elsewhere.

    ``prev.tool`` is none of the same overlay, but of one below it.
    """
    root, path = names[:1], names[1:]
    if not path:
        return
    beside = path == package.attribute or (
        root == (PREVIOUS,) and package.attribute[-1:] == path[-1:]
    )
    for other in places.get(path[-1], ()):
        is_own = other.identity == package.identity
        is_there = path in other.paths or (beside and package.attribute in other.paths)
        is_above = root == (PREVIOUS,) and other.file == package.file and not beside
        if is_there and not is_own and not is_above:
            yield other


def _shown(names: Sequence[str]) -> str:
    """Return how messages name what some names lead to, from any set: ``tool.src``."""
    return ".".join(names[1:])


def _are(fields: Sequence[Field]) -> str:
    return "are those" if len(fields) > 1 else "is that"


def _as_text(fields: Iterable[Field]) -> str:
    return " ".join(f"{field.name} = {json.dumps('...')};" for field in fields)
