"""Proof that an edit changes its own fields and nothing else.

The edited text is parsed again. Outside the edits every token must be as it was, the package must
read the wanted values, and every other package of the file the values that it had.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.errors import PatchError
from updater.model import HASH_FIELDS, Change, Edit, Package, Span
from updater.overlay import syntax
from updater.overlay.find import read_packages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def prove(change: Change, wanted: Mapping[str, str], fetchers: frozenset[str]) -> None:
    """Show that a change does what it says and nothing else.

    Raises:
        PatchError: another token, field or package would change, or a wanted value not be read.
    """
    package = change.package
    before = read_packages(change.before, package.file, fetchers)
    after = read_packages(change.after, package.file, fetchers)
    if len(before.problems) != len(after.problems):
        raise PatchError(f"{package.identity}: the edited file would not parse")
    if _tokens(change.before, _spans(change.edits)) != _tokens(change.after, _moved(change.edits)):
        raise PatchError(f"{package.identity}: the edit would change more than its own fields")
    facts = {one.identity: _facts(one) for one in before.packages}
    for one in after.packages:
        if one.identity == package.identity:
            _check_wanted(one, change, wanted)
        elif facts.get(one.identity) != _facts(one):
            raise PatchError(
                f"{package.identity}: the edit would change {one.identity} too",
                hint="the two share a binding: give each its own literal",
            )
    if [one.identity for one in before.packages] != [one.identity for one in after.packages]:
        raise PatchError(f"{package.identity}: the edit would change which packages the file has")


def _check_wanted(package: Package, change: Change, wanted: Mapping[str, str]) -> None:
    source = package.source
    for name, value in wanted.items():
        if name == "version":
            got = package.version.value if package.version is not None else value
        elif source is None:
            got = None
        else:
            got = source.value(*HASH_FIELDS) if name == "hash" else source.value(name)
        if got != value:
            raise PatchError(
                f"{change.package.identity}: {name} would read {got!r} instead of {value!r}"
            )
    for old, new in zip(change.package.others, package.others, strict=True):
        if [field.value for field in old.fields] != [field.value for field in new.fields]:
            raise PatchError(
                f"{package.file}:{old.line}: {old.fetcher} in {old.attribute} of {package.name} "
                "follows the version too, and its hash would no longer fit",
                hint="update this package by hand, or hold it in config.yaml",
            )


def _facts(package: Package) -> tuple[object, ...]:
    """What a package says, without where it stands."""
    sources = [one for one in (package.source, *package.others) if one is not None]
    return (
        package.pname,
        package.version.value if package.version is not None else None,
        tuple(
            (one.fetcher, one.attribute, tuple((f.name, f.value, f.text) for f in one.fields))
            for one in sources
        ),
        package.problem.partition("\n")[2],
    )


def _spans(edits: tuple[Edit, ...]) -> tuple[Span, ...]:
    return tuple(edit.span for edit in edits)


def _moved(edits: tuple[Edit, ...]) -> tuple[Span, ...]:
    """Return where edits stand in the new text."""
    shift = 0
    spans = []
    for edit in edits:
        start = edit.span.start + shift
        spans.append(Span(start, start + len(edit.new)))
        shift += len(edit.new) - (edit.span.end - edit.span.start)
    return tuple(spans)


def _tokens(data: bytes, without: tuple[Span, ...]) -> list[tuple[str, bytes]]:
    return list(_tokens_outside(data, without))


def _tokens_outside(data: bytes, without: tuple[Span, ...]) -> Iterator[tuple[str, bytes]]:
    for leaf in syntax.leaves(syntax.parse(data).root):
        where = syntax.span(leaf)
        if not any(where in span for span in without):
            yield leaf.type, data[where.start : where.end]
