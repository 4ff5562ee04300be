"""Overlay files as they were read, and the packages of all of them together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from updater.find.overlay_files import OverlayFiles
from updater.model import HASH_FIELDS, Directive, Package, normalized_name
from updater.overlay.reading.borrowed import held_together
from updater.overlay.reading.drafts import ReplacedFetcher  # noqa: TC001 - msgspec reads it
from updater.overlay.reading.neighbours import completed
from updater.overlay.reading.pin_readers import with_readers
from updater.overlay.reading.units import moves_with

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class PackageCall(Struct, frozen=True):
    """``NAME = callPackage ./package.nix { };``: the file that is meant, and what is said there.

    Attributes:
        attribute: the attribute path by which it is called.
        directives: what comments at the call ask for.
        functions: the fetchers in whose place it gives the file others.
        arguments: argument -> the names that lead to what it gives; none for another expression.
            An empty one says that it gives more than can be read.
    """

    file: str
    attribute: tuple[str, ...]
    directives: tuple[Directive, ...] = ()
    functions: tuple[str, ...] = ()
    arguments: dict[str, tuple[str, ...]] = field(default_factory=dict)


class OverlayFile(Struct, frozen=True):
    """One file as it was read.

    Attributes:
        data: None where it cannot be read.
        calls: the package files that it calls.
        paths: the files that it calls or imports, by their paths as they are written in it.
        pins: the files of pins that it reads, by the same.
        is_linked: a link leads there, so that it may be another's.
        is_alone: its text names no other file whose content matters here.
        replaced: fetchers' names that it has for something else.
    """

    file: str
    data: bytes | None
    packages: tuple[Package, ...]
    calls: tuple[PackageCall, ...] = ()
    paths: dict[str, str] = field(default_factory=dict)
    pins: dict[str, str] = field(default_factory=dict)
    is_linked: bool = False
    replaced: tuple[ReplacedFetcher, ...] = ()
    is_alone: bool = False

    @property
    def is_function(self) -> bool:
        """Tell whether a package in it is pinned by what its callers give, or may give."""
        return any(is_given(package) or package.defaults for package in self.packages)

    @property
    def is_values(self) -> bool:
        """Tell whether it is a set of values alone: ``import ./pins.nix``."""
        from updater.overlay.reading.shape import is_plain_set  # noqa: PLC0415 - the parser

        return not self.packages and not self.calls and is_plain_set(self.data or b"")


def is_given(package: Package) -> bool:
    """Tell whether the version or hash of a package is written by whoever calls its file."""
    hashes = [source.get(*HASH_FIELDS) for source in package.sources]
    fields = (package.version, *hashes)
    unread = any(field is not None and field.value is None for field in fields)
    return unread and bool(package.skip or package.problem)


def assembled(reads: Iterable[OverlayFile]) -> OverlayFiles:
    """Return all that was read; of a file that was read twice, the first."""
    by_file: dict[str, OverlayFile] = {}
    for overlay in reads:
        by_file.setdefault(overlay.file, overlay)
    calls: dict[str, list[PackageCall]] = {}
    for overlay in by_file.values():
        for call in overlay.calls:
            calls.setdefault(call.file, []).append(call)
    functions = {
        function.file
        for overlay in by_file.values()
        for package in overlay.packages
        for function in package.functions
    }
    packages = [
        _called(package, calls[overlay.file]) if overlay.file in calls else package
        for overlay in by_file.values()
        for package in overlay.packages
        # what a function makes are the packages of its callers
        if overlay.file not in functions
        or not (is_given(package) or _is_never_left_out(package, calls.get(overlay.file, ())))
    ]
    packages = _with_shared_defaults(_with_open_calls(packages, calls), calls)
    packages = _with_replaced(_with_leaders(packages), by_file.values())
    texts = {overlay.file: overlay.data for overlay in by_file.values() if overlay.data is not None}
    arguments = {file: [call.arguments for call in own] for file, own in calls.items()}
    together = with_readers(held_together(completed(packages)), arguments, texts)
    return OverlayFiles(_told_apart(together), texts)


def _is_never_left_out(package: Package, calls: Sequence[PackageCall]) -> bool:
    """Tell whether each caller gives all that is a package's pin by default."""
    given = [set(package.defaults) <= call.arguments.keys() for call in calls]
    return bool(package.defaults) and bool(given) and all(given)


def _with_open_calls(
    packages: Sequence[Package], calls: Mapping[str, Sequence[PackageCall]]
) -> list[Package]:
    """Return packages, skipped where a call gives more than can be read: maybe another pin."""
    callers = {
        file: ".".join(call.attribute)
        for file, own in calls.items()
        for call in own
        if "" in call.arguments
    }
    return [
        replace(
            package,
            skip=f"{' and '.join(package.defaults)} are defaults of {package.file}, and "
            f"{callers[package.file]} may give it others: write what it gives as a set",
        )
        if package.defaults and package.file in callers and not (package.skip or package.problem)
        else package
        for package in packages
    ]


def _with_shared_defaults(
    packages: Sequence[Package], calls: Mapping[str, Sequence[PackageCall]]
) -> list[Package]:
    """Return packages, of which none moves by a default that a caller has with a pin of its own."""
    partial = {
        function.file: f"{package.name} ({package.file}:{package.line})"
        for package in packages
        if package.defaults
        for function in package.functions
        if not function.has_pins
    }
    by_file: dict[str, set[str]] = {}
    for package in packages:
        by_file.setdefault(package.file, set()).update(package.defaults)
    for file, own in calls.items():
        defaults = by_file.get(file, set())
        for call in own:
            if defaults & call.arguments.keys() and not defaults <= call.arguments.keys():
                partial.setdefault(file, ".".join(call.attribute))
    return [
        replace(
            package,
            lent=f"{partial[package.file]} calls {package.file} with a part of its pin, and has "
            f"the rest from here: give it all of {' and '.join(package.defaults)}, or none",
        )
        if package.defaults and package.file in partial and not package.functions
        else package
        for package in packages
    ]


def _with_replaced(packages: Iterable[Package], overlays: Iterable[OverlayFile]) -> list[Package]:
    """Return packages, skipped where the project puts another function in their fetcher's place.

    Below the overlay that does so there is still nixpkgs' own.
    """
    by_name: dict[tuple[str, str], list[tuple[str, ReplacedFetcher]]] = {}
    for overlay in overlays:
        for own in overlay.replaced:
            for name in own.packages or ("",):  # of all packages
                by_name.setdefault((own.function, name), []).append((overlay.file, own))
    if not by_name:
        return list(packages)
    changed = []
    for package in packages:
        places = (
            (f"{own.function} is another function in this project ({file}:{own.line})")
            for source in package.sources
            for name in ("", *sorted(package.names))
            for file, own in by_name.get((source.fetcher, name), ())
            if not (source.below and file == package.file)
        )
        place = next(places, "") if not package.skip else ""
        changed.append(_with_custom(package, place) if place else package)
    return changed


def _with_custom(package: Package, place: str) -> Package:
    """Return a package whose source is the call of a function that no kind knows."""
    package = replace(package, skip=f"{place}, which may fetch from another host")
    if package.companions:
        return package
    return replace(package, source=None, custom=package.source)


def _called(package: Package, calls: Sequence[PackageCall]) -> Package:
    """Return a package of a file that is called; a file that is one package has its callers' names.

    What a comment at the call asks for, the comment at the package itself may say otherwise.
    """
    given = {name for call in calls for name in call.functions}
    other = next((own.fetcher for own in package.sources if own.fetcher in given), "")
    if other and not package.skip:
        why = f"a caller of {package.file} gives it a function of its own as {other}"
        package = replace(package, skip=why)
    if package.attribute:
        return package
    at_calls = (directive for call in calls for directive in call.directives)
    return replace(
        package,
        callers=tuple(call.attribute for call in calls),
        directives=(*at_calls, *package.directives),
    )


def _with_leaders(packages: list[Package]) -> list[Package]:
    """Return packages, of which members tell their leader by the name that its callers give it."""
    named = {
        package.identity: package
        for package in packages
        if package.members and any(package.callers)
    }
    return [
        replace(package, skip=moves_with(leader))
        if (leader := named.get(package.leader)) is not None
        else package
        for package in packages
    ]


def _told_apart(packages: Sequence[Package]) -> tuple[Package, ...]:
    """Tell each package which spellings of its pname are the names of others."""
    spellings: dict[str, set[str]] = {}
    for package in packages:
        for name in package.names:
            spellings.setdefault(normalized_name(name), set()).add(name)
    distinct = []
    for package in packages:
        others = spellings.get(normalized_name(package.pname or ""), set()) - package.names
        distinct.append(replace(package, namesakes=tuple(sorted(others))) if others else package)
    return tuple(distinct)
