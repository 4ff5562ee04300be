"""What the walk found -> packages, with their fields read and their doubts told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.errors import Bug, ReadError, bugs_at
from updater.model import HASH_FIELDS, Field, LockFile, Package, Source
from updater.model.labels import is_date
from updater.overlay.reading import side_hashes, syntax, values
from updater.overlay.reading.borrowed import borrowing
from updater.overlay.reading.doubts import doubt, with_doubt
from updater.overlay.reading.elsewhere import is_elsewhere, of_function, of_pins, with_defaults
from updater.overlay.reading.fields import Fields
from updater.overlay.reading.file_calls import FileCalls
from updater.overlay.reading.folders import build_folder
from updater.overlay.reading.locks import Locks
from updater.overlay.reading.origins import file_of_pins, origin
from updater.overlay.reading.outside import outside_pin
from updater.overlay.reading.placed import PlacedPackage
from updater.overlay.reading.readers import rev_readers, version_copies, version_readers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.overlay.reading.drafts import Call, Draft, Outline
    from updater.overlay.reading.reach import SourceReach
    from updater.overlay.reading.syntax import NixText


class Assembler:
    """Builds the packages of one file.

    Args:
        text: the file.
        file: its name.
        outline: what the walk found in it.
        generator: the program that wrote it; empty where nothing says so.
    """

    def __init__(self, text: NixText, file: str, outline: Outline, generator: str = "") -> None:
        self._file = file
        self._generator = generator
        self._outline = outline
        self._fields = Fields(text.whole)
        self._fields.end = len(text.data)
        self._data = text.whole
        self._text = text
        self._calls = FileCalls(outline, self._fields)
        self._bodies = {
            start
            for draft in outline.drafts
            if draft.caller is not None
            for start in _starts(draft)
        }

    def packages(self) -> Iterator[PlacedPackage]:
        """Yield the packages, and the fetcher calls that belong to none."""
        used: set[int] = set()
        names: dict[int, str] = {}
        labelled: dict[int, str] = {}
        for draft in sorted(self._outline.drafts, key=lambda draft: not draft.role):
            try:
                with bugs_at(ReadError.stage):
                    package, calls = self._package(draft)
            except Bug as bug:
                package, calls = self._unread(draft, bug), []
                used |= {call.node.start_byte for call in draft.calls}
            names[draft.node.start_byte] = package.package.name
            places = {call.node.start_byte for call in calls if call.caller is None}
            if self._is_helper(draft) or is_elsewhere(package.package, draft, self._text):
                used |= places | {call.node.start_byte for call in draft.calls}
                continue
            # `inherit (common) version src;` is a package, and `common` a part of it
            if draft.role or not places or not places <= used:
                yield package
            if package.package.source is None:
                labelled |= {
                    call.node.start_byte: _labelled_by(package.package, draft, call)
                    for call in calls
                }
            else:
                used |= places
        yield from self._alone(used, names, labelled)

    def _alone(
        self, used: set[int], names: dict[int, str], labelled: dict[int, str]
    ) -> Iterator[PlacedPackage]:
        """Yield the calls that no package moves.

        Args:
            used: where those stand that one does.
            names: those of the packages, by where they stand.
            labelled: why a call that has a package's version is not moved by it.
        """
        for draft in self._outline.drafts:
            why = f"{names[draft.node.start_byte]} has it beside its main source, with its own pin"
            for call in draft.calls:
                if call.node.start_byte not in used and call.caller is None:
                    yield self._bare(call, labelled.get(call.node.start_byte, why))
        for call in self._outline.loose:
            is_called = call.caller is not None
            if call.node.start_byte not in used and not call.helper and not is_called:
                why = "it is a source by itself, without a version"
                yield self._bare(call, labelled.get(call.node.start_byte, why))

    # --- one package ---

    def _package(self, draft: Draft) -> tuple[PlacedPackage, list[Call]]:
        self._fields.call_line = syntax.line(draft.node)
        reach = self._calls.reach(draft)
        version = self._fields.field(draft.get("version"))
        if version is None and reach.targets:
            version = self._calls.implied_version(draft, reach.targets[0])
        further = self._calls.further(draft, reach.targets, version) if version is not None else []
        calls = self._calls.at_one_pin(reach, version) + further
        sources = [
            source
            for call in calls
            for source in self._fields.sources(call, _place(call, draft), version)
        ]
        named = draft.get("pname")
        pname = values.read(named, self._data).value if named is not None else None
        beside, locks = self._side_hashes(draft, sources, version)
        package = Package(
            file=self._file,
            attribute=_attribute(draft.path),
            line=syntax.line(draft.node),
            span=syntax.span(draft.node),
            builder=draft.builder,
            unlabelled=draft.role == "override" and draft.get("version", "name") is None,
            pname=pname,
            element_name=(pname or draft.overridden) if draft.listed else "",
            version=version,
            generator=self._generator,
            source=sources[0] if sources else None,
            companions=tuple(sources[1:]),
            side_hashes=beside,
            locks=locks,
            other_hashes=side_hashes.others(
                draft, self._calls.loose_others(draft), self._fields, beside
            ),
            skip="" if reach.targets else reach.reason or "it has no source of its own",
            date=self._date(draft, version),
            folder=self._folder(draft, reach),
            mapped=draft.mapped,
            version_readers=version_readers(draft, beside, self._data),
            rev_readers=rev_readers(draft, self._data),
            version_copies=version_copies(
                draft,
                (version.value or "") if version else "",
                pname or "".join(draft.path[-1:]),
                self._data,
            ),
        )
        package = replace(
            package,
            borrowing=borrowing(package, draft, self._data),
            outside=outside_pin(package, draft, calls, self._data, self._fields.end),
        )
        if not reach.targets:
            package = self._without_a_source(package, draft)
        package = of_function(with_defaults(package, draft), draft, self._text)
        package = of_pins(package, self._text)
        placed = PlacedPackage(
            package, (draft.statement, *(call.statement for call in reach.targets))
        )
        reason = doubt(package, draft, self._data, calls) if package.source is not None else None
        if reason is not None:
            return with_doubt(placed, reason, draft, calls, self._data), calls
        where = file_of_pins(package, draft, calls, self._data)
        return (placed.skipped(*where) if where is not None else placed), calls

    def _is_helper(self, draft: Draft) -> bool:
        """Tell whether a draft is a function that makes packages of what its callers say.

        Also one that nobody calls here, and that has no source: ``mapAttrs (name: change) { }``.
        """
        if draft.helper and draft.caller is None and draft.get("src", "srcs") is None:
            return True
        if draft.caller is None and self._bodies.intersection(_starts(draft)):
            return draft.helper
        bindings = (draft.get(name) for name in ("version", "src", "srcs", "pname"))
        origins = (origin(binding, self._data) for binding in bindings if binding and draft.helper)
        return any(where is not None and where.kind != "file" for where in origins)

    def _date(self, draft: Draft, version: Field | None) -> Field | None:
        """Return the day that stands beside the version; none where they are one text."""
        field = self._fields.field(draft.get("date"))
        if field is None or field.literal is None or not is_date(field.value):
            return None
        shared = version is not None and version.literal == field.literal
        return None if shared else field

    def _folder(self, draft: Draft, reach: SourceReach) -> str | None:
        """Return where in its source a package is built; None where that is computed."""
        folder = build_folder(draft, self._data)
        return None if reach.below and not folder else folder

    def _unread(self, draft: Draft, bug: Bug) -> PlacedPackage:
        """Return a package of which nothing is known, since the updater is wrong."""
        package = Package(
            file=self._file,
            attribute=draft.path,
            line=syntax.line(draft.node),
            span=syntax.span(draft.node),
            pname=None,
            version=None,
            source=None,
            problem=str(bug),
            hint=bug.report,
        )
        return PlacedPackage(package, (draft.statement,))

    def _without_a_source(self, package: Package, draft: Draft) -> Package:
        """Return a package none of whose calls is a known fetcher's, with the one that is not."""
        package = replace(
            package, source=None, companions=(), side_hashes=(), other_hashes=(), locks=()
        )
        binding = draft.get("src")
        node = syntax.unwrap(binding.expression) if binding and binding.expression else None
        calls = [call for call in draft.others if node is not None and call.node == node]
        if len(calls) != 1 or (package.version is None and not package.unlabelled):
            return package
        custom = self._fields.source(calls[0], "src", package.version)
        if doubt(replace(package, source=custom), draft, self._data) is not None:
            return package
        beside, locks = self._side_hashes(draft, [custom], package.version)
        others = side_hashes.others(draft, self._calls.loose_others(draft), self._fields, beside)
        own = custom.get(*HASH_FIELDS) or package.version
        literal = own.literal if own is not None else None
        return replace(
            package,
            custom=custom,
            side_hashes=beside,
            locks=locks,
            other_hashes=tuple(field for field in others if field.literal != literal),
        )

    def _bare(self, call: Call, reason: str) -> PlacedPackage:
        """A fetcher call that no version belongs to: listed, so that nobody wonders about it."""
        package = Package(
            file=self._file,
            attribute=call.path,
            line=syntax.line(call.node),
            span=call.span,
            pname=None,
            version=None,
            source=self._fields.source(call, "", None),
            skip=reason,
        )
        return PlacedPackage(package, (call.statement,))

    def _side_hashes(
        self, draft: Draft, sources: list[Source], version: Field | None
    ) -> tuple[tuple[Field, ...], tuple[LockFile, ...]]:
        """Return the hashes and locks that a new source makes wrong, and the locks' files."""
        literals = [version.literal] if version is not None and version.literal is not None else []
        places = frozenset({*literals, *(source.span for source in sources)})
        fields = side_hashes.find(draft, self._calls.loose_others(draft), self._fields, places)
        spans = frozenset(source.span for source in sources)
        locks = Locks(draft, self._fields, self._file, spans).find()
        if not fields and not locks:
            return (), ()
        own = {field.literal for source in sources if (field := source.get(*HASH_FIELDS))}
        beside = [field for field in fields if field.literal is None or field.literal not in own]
        beside += [lock.field for lock in locks]
        files = tuple(file for lock in locks for file in lock.files)
        return tuple(sorted(beside, key=lambda field: field.span)), files


def _attribute(path: tuple[str, ...]) -> tuple[str, ...]:
    """Return the path by which a package is called that stands at one.

    In ``let self = ...; in self // { }`` and ``fetchurl { passthru = { pname = ...; }; }`` the
    package is what is around it.
    """
    is_part = path[-1:] == ("self",) or (path[1:] and path[-1] == "passthru")
    return path[:-1] if is_part else path


def _labelled_by(package: Package, draft: Draft, call: Call) -> str:
    """Say why a call at the version of a package without a source is listed by itself."""
    label = f"its version is that of {package.name} (line {package.line}), which"
    is_in_reach = call.span not in package.span and call.path[:-1] in (draft.path[:-1], draft.path)
    if draft.get("src", "srcs") is None and call.path and is_in_reach:
        name = call.path[-1]
        example = "inherit src;" if name == "src" else f"src = {name};"
        return f"{label} has no `src`; to follow both, write one there, such as `{example}`"
    return f"{label} is not followed: {package.skip or package.problem}"


def _starts(draft: Draft) -> set[int]:
    return {attributes.node.start_byte for attributes in draft.sets}


def _place(call: Call, draft: Draft) -> str:
    inside = call.path[: len(draft.path)] == draft.path
    return ".".join(call.path[len(draft.path) :] if inside else call.path[-1:]) or "src"
