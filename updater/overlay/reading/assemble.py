"""What the walk found -> packages, with their fields read and their doubts told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.errors import Bug, ReadError, bugs_at
from updater.model import HASH_FIELDS, Directive, Field, LockFile, Package, Source, Span
from updater.model.labels import is_date
from updater.overlay.reading import side_hashes, syntax, values
from updater.overlay.reading.borrowed import borrowing
from updater.overlay.reading.doubts import doubt
from updater.overlay.reading.elsewhere import is_elsewhere, of_function, of_pins, with_defaults
from updater.overlay.reading.fields import Fields
from updater.overlay.reading.folders import build_folder
from updater.overlay.reading.locks import Locks
from updater.overlay.reading.origins import expression_origin, file_of_pins, origin
from updater.overlay.reading.outside import outside_pin
from updater.overlay.reading.pins import PinPlaces, is_at, moves_with
from updater.overlay.reading.reach import SourceReach
from updater.overlay.reading.readers import rev_readers, version_copies, version_readers
from updater.overlay.reading.references import is_made_from, reached_calls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.overlay.reading.doubts import Doubt
    from updater.overlay.reading.drafts import Call, Draft
    from updater.overlay.reading.syntax import NixText
    from updater.overlay.reading.walk import Walk


class PlacedPackage(Struct, frozen=True):
    """A package and its places: the bindings of it and of its source, where a comment steers it."""

    package: Package
    places: tuple[Span, ...]

    def refused(self, problem: str, hint: str) -> PlacedPackage:
        """Return it with a problem, unless it has one already."""
        if self.package.problem:
            return self
        return self.broken(problem, hint)

    def broken(self, problem: str, hint: str) -> PlacedPackage:
        """Return it with a parse problem, which explains whatever else cannot be read."""
        package = replace(self.package, problem=problem, hint=hint, skip="")
        return PlacedPackage(package, self.places)

    def skipped(self, reason: str, generator: str = "") -> PlacedPackage:
        """Return it as one that cannot be followed, for a reason that nobody need mend."""
        package = replace(self.package, skip=reason, generator=generator)
        return PlacedPackage(package, self.places)

    def with_directives(self, directives: tuple[Directive, ...]) -> PlacedPackage:
        """Return it with what its comments say."""
        return PlacedPackage(replace(self.package, directives=directives), self.places)


class Assembler:
    """Builds the packages of one file.

    Args:
        text: the file.
        file: its name.
        walk: what was found in it.
        generator: the program that wrote it; empty where nothing says so.
    """

    def __init__(self, text: NixText, file: str, walk: Walk, generator: str = "") -> None:
        self._file = file
        self._generator = generator
        self._walk = walk
        self._fields = Fields(text.whole)
        self._fields.end = len(text.data)
        self._data = text.whole
        calls = [call for draft in walk.drafts for call in draft.calls] + walk.loose
        calls += walk.pinned
        self._text = text
        self._calls: dict[int | None, dict[int, Call]] = {}
        for call in calls:
            self._calls.setdefault(call.caller, {})[call.node.start_byte] = call
        self._bodies = {
            start for draft in walk.drafts if draft.caller is not None for start in _starts(draft)
        }

    def packages(self) -> Iterator[PlacedPackage]:
        """Yield the packages, and the fetcher calls that belong to none."""
        used: set[int] = set()
        names: dict[int, str] = {}
        labelled: dict[int, str] = {}
        for draft in sorted(self._walk.drafts, key=lambda draft: not draft.role):
            try:
                with bugs_at(ReadError.stage):
                    package, calls = self._package(draft)
            except Bug as bug:
                package, calls = self._unread(draft, bug), draft.calls
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
        for draft in self._walk.drafts:
            why = f"{names[draft.node.start_byte]} has it beside its main source, with its own pin"
            for call in draft.calls:
                if call.node.start_byte not in used and call.caller is None:
                    yield self._bare(call, labelled.get(call.node.start_byte, why))
        for call in self._walk.loose:
            is_called = call.caller is not None
            if call.node.start_byte not in used and not call.helper and not is_called:
                why = "it is a source by itself, without a version"
                yield self._bare(call, labelled.get(call.node.start_byte, why))

    # --- one package ---

    def _package(self, draft: Draft) -> tuple[PlacedPackage, list[Call]]:
        self._fields.call_line = syntax.line(draft.node)
        reach = self._reach(draft)
        version = self._fields.field(draft.get("version"))
        if version is None and reach.targets:
            version = self._implied_version(draft, reach.targets[0])
        further = self._further(draft, reach.targets, version) if version is not None else []
        calls = self._at_one_pin(reach, version) + further
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
            other_hashes=side_hashes.others(draft, self._loose_others(draft), self._fields, beside),
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
            return self._doubted(placed, reason, draft, calls), calls
        where = file_of_pins(package, draft, calls, self._data)
        return (placed.skipped(*where) if where is not None else placed), calls

    def _doubted(
        self, placed: PlacedPackage, reason: Doubt, draft: Draft, calls: list[Call]
    ) -> PlacedPackage:
        """Refuse a package, or leave it alone where another place says what is not written here."""
        version, where = draft.get("version"), None
        if reason.computed == "version" and version is not None:
            where = origin(version, self._data)
        elif reason.computed == "arguments":
            arguments = [(call.argument, call.scope) for call in calls]
            where = expression_origin(arguments, self._data)
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
        others = side_hashes.others(draft, self._loose_others(draft), self._fields, beside)
        own = custom.get(*HASH_FIELDS) or package.version
        literal = own.literal if own is not None else None
        return replace(
            package,
            custom=custom,
            side_hashes=beside,
            locks=locks,
            other_hashes=tuple(field for field in others if field.literal != literal),
        )

    def _loose_others(self, draft: Draft) -> list[Call]:
        return _read_for(draft, self._walk.loose_others)

    def _reach(self, draft: Draft) -> SourceReach:
        calls = self._calls.get(None, {})
        if draft.caller is not None:
            calls = {**calls, **self._calls.get(draft.caller, {})}
        reach = SourceReach(self._data, calls)
        binding = draft.get("src", "srcs")
        if binding is not None:
            reach.follow(binding)
        return reach

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
        fields = side_hashes.find(draft, self._loose_others(draft), self._fields, places)
        spans = frozenset(source.span for source in sources)
        locks = Locks(draft, self._fields, self._file, spans).find()
        if not fields and not locks:
            return (), ()
        own = {field.literal for source in sources if (field := source.get(*HASH_FIELDS))}
        beside = [field for field in fields if field.literal is None or field.literal not in own]
        beside += [lock.field for lock in locks]
        files = tuple(file for lock in locks for file in lock.files)
        return tuple(sorted(beside, key=lambda field: field.span)), files

    # --- versions ---

    def _implied_version(self, draft: Draft, call: Call) -> Field | None:
        """Return the version of a package that has none: its fetcher call's, or a bound name's.

        None where a name such as ``"foo-1.0"`` would go on telling the old version.
        """
        source = self._fields.source(call, "src", None)
        version = source.get("version") or self._fields.field(call.scope.find("version"))
        if version is None or version.literal is None or not version.value:
            return None
        used = version in source.fields or any(
            field.refers_to(version.literal) for field in source.fields
        )
        name = self._fields.field(draft.get("name"))
        if name is not None and version.value in (name.value or ""):
            used = used and name.refers_to(version.literal)
        return version if used else None

    def _further(self, draft: Draft, reached: list[Call], version: Field) -> list[Call]:
        """Return the other calls that move with the version.

        They stand in the package, or its attributes lead to them; nobody else's call is its source.
        """
        if version.literal is None:
            return []
        own = self._fields.source(reached[0], "", None) if reached else None
        pin = PinPlaces(version, own, frozenset(call.span for call in reached))
        loose = _read_for(draft, self._walk.loose)
        others = [call for call in draft.calls + loose if call.span not in pin.spans]
        is_alone = len(self._walk.drafts) == 1  # no other package has what stands around this one
        by_text = others if is_alone else draft.calls
        made = [
            call
            for call in others
            if is_made_from(call, pin.spans, draft, self._data)
            or (call in by_text and pin.is_named_by(self._fields.source(call, "", None)))
        ]
        inside = {call.span for call in draft.calls}
        if all(call.span in inside for call in made):
            return made
        return reached_calls(draft, made, self._data)

    def _at_one_pin(self, reach: SourceReach, version: Field | None) -> list[Call]:
        """Return the elements of ``srcs`` at the package's version, the first of them in front.

        Others are at a pin of their own.
        """
        if version is None or not reach.lists_several or not reach.targets:
            return reach.targets
        sources = [self._fields.source(call, "", None) for call in reach.targets]
        first = next((at for at, source in enumerate(sources) if is_at(source, version)), 0)
        moving = [
            call
            for call, source in zip(reach.targets, sources, strict=True)
            if call is not reach.targets[first] and moves_with(source, sources[first], version)
        ]
        return [reach.targets[first], *moving]


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


def _read_for(draft: Draft, calls: list[Call]) -> list[Call]:
    """Return calls as a package sees them: of a function's body, as its own caller has it."""
    own = {call.node.start_byte for call in calls if call.caller == draft.caller is not None}
    return [
        call
        for call in calls
        if call.caller == draft.caller or (call.caller is None and call.node.start_byte not in own)
    ]


def _place(call: Call, draft: Draft) -> str:
    inside = call.path[: len(draft.path)] == draft.path
    return ".".join(call.path[len(draft.path) :] if inside else call.path[-1:]) or "src"
