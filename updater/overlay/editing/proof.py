"""Proof that an edit changes its own fields and nothing else.

The edited text is parsed once more. Outside the edits every token must be as it was, the package
must read its new values, and every other package of the file the values that it had.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from updater.errors import PatchError
from updater.model import HASH_FIELDS, Edit, Package, PinValues, Source, Span
from updater.overlay.reading import syntax
from updater.overlay.reading.declarations import declarations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from updater.overlay.reading.file import ParsedFile
    from updater.overlay.reading.syntax import NixText


class SharedLiteral(PatchError):
    """The edit would change another package, which shares a binding with this one."""


def prove(
    targets: Mapping[str, PinValues],
    edits: tuple[Edit, ...],
    after: ParsedFile,
    before: ParsedFile,
) -> None:
    """Show that edits do what they say and nothing else.

    Args:
        targets: identity -> what the package shall read, of each that is edited.
        edits: all of them, in the order of the file.
        after: the file as it will be.
        before: the file as it is.

    Raises:
        PatchError: another token, field or package would change, or a new value not be read.
    """
    who = ", ".join(targets)
    was, now = before.content, after.content
    if [package.identity for package in was.packages] != [
        package.identity for package in now.packages
    ]:
        raise PatchError(f"{who}: the edit would change which packages the file has")
    if len(was.problems) != len(now.problems):
        raise PatchError(f"{who}: the edited file would not parse")
    if _tokens(before.text, _spans(edits)) != _tokens(after.text, _moved(edits)):
        raise PatchError(f"{who}: the edit would change more than its own fields")
    for old, new in zip(was.packages, now.packages, strict=True):
        if new.identity in targets:
            _check_package(old, new, targets[new.identity])
        elif new.leader == old.leader and new.leader in targets:
            _check_member(old, new)
            label = targets[new.leader].own.get("version")
            if label is not None and old.version is not None and _is_moved(old, was.packages):
                _check(new, "version", new.label, label)
        elif facts_of(old) != facts_of(new):
            raise SharedLiteral(
                f"{who}: the edit would change {new.identity} too",
                hint="the two share a binding: give each its own literal, or update them by hand",
            )


def prove_tokens(name: str, edits: tuple[Edit, ...], before: NixText, after: NixText) -> None:
    """Show that a file has outside of edits the tokens that it had, comments included.

    Raises:
        PatchError: the edit would change others.
    """
    ordered = tuple(sorted(edits, key=lambda edit: edit.span))
    if _uncut(before, _spans(ordered)) != _uncut(after, _moved(ordered)):
        raise PatchError(f"{name}: the edit would change more than it should")


def prove_apart(
    package: Package, edits: tuple[Edit, ...], before: ParsedFile, after: ParsedFile
) -> None:
    """Show that edits beside the pin change no other token, no pin and no other package.

    What they do to the package's own lists is shown where they are planned.

    Raises:
        PatchError: they would change more.
    """
    was, now = before.content, after.content
    same = [own.identity for own in was.packages] == [own.identity for own in now.packages]
    if not same or len(was.problems) != len(now.problems):
        raise PatchError(f"{package.identity}: the edited file would not parse")
    ordered = tuple(sorted(edits, key=lambda edit: edit.span))
    if _uncut(before.text, _spans(ordered)) != _uncut(after.text, _moved(ordered)):
        raise PatchError(f"{package.identity}: the edit would change more than its own fields")
    for old, new in zip(was.packages, now.packages, strict=True):
        beside = new.identity != package.identity
        if facts_of(old) != facts_of(new) or (
            beside and inputs_of(before.text, old) != inputs_of(after.text, new)
        ):
            raise SharedLiteral(
                f"{package.identity}: the edit would change {new.identity} too",
                hint="the two share a binding: give each its own, or adapt them by hand",
            )


def _uncut(text: NixText, spans: tuple[Span, ...]) -> list[tuple[str, bytes]]:
    """Return the tokens outside edits, and what is left of one that an edit is a part of."""
    tokens: list[tuple[str, bytes]] = []
    for leaf in syntax.leaves(text.root):
        where = syntax.span(leaf)
        if any(where in span for span in spans):
            continue
        kept, start = b"", where.start
        for cut in (span for span in spans if span in where):
            kept, start = kept + text.data[start : cut.start], cut.end
        tokens.append((leaf.type, kept + text.data[start : where.end]))
    return tokens


def inputs_of(text: NixText, package: Package) -> dict[str, list[str]]:
    """Return the elements of a package's lists of inputs, as they are written."""
    declared = declarations(text, package)
    lists = declared.lists if declared is not None else {}
    return {name: [element.text for element in lists[name].inputs] for name in lists}


def _check_package(old: Package, new: Package, values: PinValues) -> None:
    if new.problem:
        raise PatchError(f"{new.identity}: the edit would leave a problem: {new.problem}")
    for name, value in values.own.items():
        if name == "version" and new.version is not None:
            _check(new, name, new.version.value, value)
        elif (beside := _field_beside(new, name)) is not None:
            _check(new, name, beside, value)
        elif name != "version" or (new.fetched is not None and new.fetched.get("version")):
            _check(new, name, _value(new.fetched, name), value)
    for name, old_hash in _fields_beside(old).items():
        if name not in values.own and old_hash != _field_beside(new, name):
            raise PatchError(f"{new.identity}: the edit would change {name} too")
    _check_rest(old, new, values)
    _check_companions(old, new, values)


def _is_moved(member: Package, packages: Iterable[Package]) -> bool:
    """Tell whether the version of a member is one with its leader's."""
    version = member.version
    leader = next(package for package in packages if package.identity == member.leader)
    return version is not None and version.literal in leader.version_literals


def _check_member(old: Package, new: Package) -> None:
    """A member changes by what its leader's edits write; their values are checked there."""
    kept = (old.skip, bool(old.problem)) == (new.skip, bool(new.problem))
    if not kept or not _is_same_name(old, new):
        raise PatchError(f"{new.identity}: the edit would change more than its version and source")
    names = [
        [field.name for source in one.sources for field in source.fields] for one in (old, new)
    ]
    if names[0] != names[1]:
        raise PatchError(f"{new.identity}: the edit would change which sources it has")


def _check_rest(old: Package, new: Package, values: PinValues) -> None:
    """Every other field stays, but for what is made from the version."""
    if not _is_same_name(old, new):
        raise PatchError(f"{new.identity}: the edit would change pname too")
    if old.fetched is not None and new.fetched is not None:
        for name in _others_changed(old, old.fetched, new.fetched, values.own):
            raise _refused_too(new, name)


def _is_same_name(old: Package, new: Package) -> bool:
    """Tell whether a pname stays, but for the version in it: ``pname = "tool-${version}";``."""
    if old.pname is None or new.pname is None or not old.label or not new.label:
        return old.pname == new.pname
    return old.pname == new.pname or old.pname.split(old.label) == new.pname.split(new.label)


def _check_companions(old: Package, new: Package, values: PinValues) -> None:
    if len(old.companions) != len(new.companions):
        raise PatchError(f"{new.identity}: the edit would change which sources it has")
    pairs = zip(old.companions, new.companions, strict=True)
    for index, (was, now) in enumerate(pairs):
        if index < len(values.companions):
            fields = values.companions[index]
            for name, value in fields.items():
                if name != "version" or now.get("version") is not None:
                    _check(new, f"{now.attribute}.{name}", _value(now, name), value)
            for name in _others_changed(old, was, now, fields):
                raise _refused_too(new, f"{now.attribute}.{name}")
        elif [field.value for field in was.fields] != [field.value for field in now.fields]:
            raise PatchError(
                f"{new.file}:{now.line}: {now.fetcher} in {now.attribute} of {new.name} follows "
                "the version too, and its hash would no longer fit",
                hint="update this package by hand, or hold it in config.yaml",
            )


def _others_changed(
    package: Package, was: Source, now: Source, values: Mapping[str, str]
) -> Iterator[str]:
    """Yield the arguments that change without a new value, but for those made from the version."""
    names = {*values, *(HASH_FIELDS if "hash" in values else ())}
    for field in was.fields:
        follows = field.refers_to(*package.version_literals)
        if field.name not in names and not follows and field.value != now.value(field.name):
            yield field.name


def _refused_too(package: Package, name: str) -> PatchError:
    return PatchError(
        f"{package.identity}: the edit would change {name} too",
        hint="the two are written in one place: give each its own literal",
    )


def _check(package: Package, name: str, got: str | None, value: str) -> None:
    if got != value:
        raise PatchError(f"{package.identity}: {name} would read {got!r} instead of {value!r}")


def _value(source: Source | None, name: str) -> str | None:
    if source is None:
        return None
    return source.value(*HASH_FIELDS) if name == "hash" else source.value(name)


def _fields_beside(package: Package) -> dict[str, str | None]:
    fields = [*package.side_hashes, *package.other_hashes]
    fields += [package.date] if package.date is not None else []
    return {field.name: field.reading for field in fields}


def _field_beside(package: Package, name: str) -> str | None:
    return _fields_beside(package).get(name)


def facts_of(package: Package) -> tuple[object, ...]:
    """What a package says, without where it stands."""
    sources = [source for source in (package.fetched, *package.companions) if source is not None]
    return (
        package.pname,
        package.label,
        tuple(
            (
                source.fetcher,
                source.attribute,
                tuple((f.name, f.value, f.text) for f in source.fields),
            )
            for source in sources
        ),
        _fields_beside(package),
        package.directives
        and tuple((directive.key, directive.value) for directive in package.directives),
        package.skip,
        bool(package.problem),
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


def _tokens(text: NixText, without: tuple[Span, ...]) -> list[tuple[str, bytes]]:
    """Return the tokens outside of some spans, which stand in the order of the file."""
    starts = [span.start for span in without]
    tokens: list[tuple[str, bytes]] = []
    for leaf in syntax.leaves(text.root):
        where = syntax.span(leaf)
        before = bisect_right(starts, where.start)
        if not before or where not in without[before - 1]:
            tokens.append((leaf.type, text.data[where.start : where.end]))
    return tokens
