"""Who reads the pin that a program writes: one edit moves it for all, so no hash may stay behind.

A reader has the file by its path, or gets the pin as an argument of any name. Who may have it
counts as one who has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.model import PinEntry
from updater.overlay.reading.borrowed import written_here
from updater.overlay.reading.generated import program_of
from updater.overlay.reading.spread import LEAVES, Spread, meant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

    from updater.model import OutsidePin, Package, Span

    Arguments: TypeAlias = Mapping[str, Sequence[Mapping[str, tuple[str, ...]]]]

# Sets that are given to every file, and what stands in them.
_OF_NIXPKGS = frozenset(
    {"config", "final", "inputs", "lib", "pkgs", "prev", "python3Packages", "self", "stdenv"}
    | {"stdenvNoCC", "super"}
)


def with_readers(
    packages: Sequence[Package], arguments: Arguments, texts: Mapping[str, bytes]
) -> tuple[Package, ...]:
    """Return packages, each pin moved by one of those that have it, or by none.

    A program's own file has it, and the package that reads it there; others may read it, too.

    Args:
        packages: all of the project.
        arguments: file -> what each of its callers gives for its arguments.
        texts: all files that were read.
    """
    readers = [package for package in packages if package.pins]
    beyond = [package for package in packages if package.outside is not None]
    written = _entries_of_programs(packages) if beyond else {}
    if not readers and not written:
        return tuple(packages)
    by_place: dict[tuple[str, Span], list[Package]] = {}
    for reader in readers:
        for place in reader.pins:
            by_place.setdefault(place, []).append(reader)
    files = {file for file, _ in by_place}
    outside = OutsideReaders(beyond, arguments, texts)
    changed = []
    for package in packages:
        own = _places_in(package) if package.file in files else package.pins
        beside = {
            reader.identity: reader
            for place in own
            for reader in by_place.get(place, ())
            if not _is_of_one_unit(package, reader)
        }
        package = _beside(package, list(beside.values()))  # noqa: PLW2901 - the same, with readers
        entries = package.entries or written.get(package.identity, ())
        changed.append(outside.beside(package, entries) if entries else package)
    return tuple(changed)


def _entries_of_programs(packages: Sequence[Package]) -> dict[str, tuple[PinEntry, ...]]:
    """Return the entries of packages that stand in a program's own file, by their identities."""
    keys: dict[str, set[str]] = {}
    written = [package for package in packages if package.generator and not package.pins]
    own = [package for package in written if not package.skip]
    for package in own:
        if package.attribute:
            keys.setdefault(package.file, set()).add(package.attribute[0])
    return {
        package.identity: (PinEntry(package.file, key, frozenset(keys[package.file] - {key})),)
        for package in own
        if package.attribute
        for key in package.attribute[:1]
    }


def _is_of_one_unit(package: Package, reader: Package) -> bool:
    """Tell whether two packages are one, or move together."""
    units = [own.leader or own.identity for own in (package, reader)]
    return units[0] == units[1]


def _places_in(package: Package) -> frozenset[tuple[str, Span]]:
    """Return where a package of a program's own file has its pin."""
    fields = [field for source in package.sources for field in source.fields]
    return frozenset((package.file, field.literal) for field in fields if field.literal is not None)


def _beside(package: Package, readers: Sequence[Package]) -> Package:
    """Return a package whose pin is read by packages of other files."""
    leaders = [own for own in readers if not own.problem and (not own.skip or own.leader)]
    if leaders and not package.pins:
        where = f"{leaders[0].name} ({leaders[0].file}:{leaders[0].line})"
        return replace(package, skip=f"updated by {package.generator}, and read by {where}")
    with_hashes = [reader for reader in readers if written_here(reader)]
    if not with_hashes or package.lent:
        return package
    reader = with_hashes[0]
    names = " and ".join(field.name for field in written_here(reader))
    return replace(
        package,
        lent=f"{reader.name} ({reader.file}:{reader.line}) reads the same pin, and an update would "
        f"leave the {names} there stale: read it in one file only",
    )


class OutsideReaders:
    """Packages whose source comes from outside of their files, with hashes of their own.

    Args:
        packages: those.
        arguments: file -> what each of its callers gives for its arguments.
        texts: all files that were read.
    """

    def __init__(
        self, packages: Sequence[Package], arguments: Arguments, texts: Mapping[str, bytes]
    ) -> None:
        self._packages = packages
        self._arguments = arguments
        self._spread = Spread(texts)

    def beside(self, package: Package, entries: Sequence[PinEntry]) -> Package:
        """Return a package that stays where one of these has its pin, or may have it."""
        if package.lent:
            return package
        for entry in entries:
            places = _places_of(entry.file)
            for reader in self._packages:
                outside = reader.outside
                if outside is None:
                    continue
                how = self._reading(reader.file, outside, entry, places)
                if how and not _is_of_one_unit(package, reader):
                    return replace(package, lent=_lends(package, reader, outside, how))
        return package

    def _reading(
        self, file: str, outside: OutsidePin, entry: PinEntry, places: frozenset[str]
    ) -> str:
        """Say how a package may have a pin; an empty string where it has not."""
        names = [path for path in outside.names if path[0]]
        reads = [path for path in outside.paths if _may_mean(path, file, places)]
        every = [set(path) for path in outside.names]
        if reads and not (any(entry.others & own for own in every) and not _has(every, entry)):
            return f"reads {reads[0]}"
        for path in names:
            for whole in self._through_callers(file, path):
                if self._may_be(whole, entry, places, is_called=file in self._arguments):
                    return f"takes its source from {'.'.join(path)}"
        return ""

    def _through_callers(self, file: str, path: tuple[str, ...]) -> list[tuple[str, ...]]:
        """Return what an argument is at each call of its file; itself where no call gives it."""
        calls = self._arguments.get(file, ())
        values = [call[path[0]] for call in calls if path[0] in call]
        # what a call makes of more than names may be anything that the name leads to
        return [(*value, *path[1:]) if value else path for value in values] or [path]

    def _may_be(
        self, path: tuple[str, ...], entry: PinEntry, places: frozenset[str], *, is_called: bool
    ) -> bool:
        """Tell whether names that lead out of a file may lead to a pin.

        Args:
            path: the names.
            entry: the pin.
            places: the files by which it is read.
            is_called: who calls the file is known, and gives nothing for the first of these names.
        """
        if entry.key in path:
            return True
        if entry.others & set(path):
            return False
        is_whole = len(path) == 1 or (len(path) == 2 and path[1] in LEAVES)  # noqa: PLR2004 - and it
        if not is_called and is_whole and path[0] not in _OF_NIXPKGS:
            return True
        led = self._spread.of(entry, places)
        return path[0] in led or any(name in led and name not in LEAVES for name in path)


def _has(every: Sequence[set[str]], entry: PinEntry) -> bool:
    return bool(entry.key) and any(entry.key in own for own in every)


def _may_mean(path: str, file: str, places: frozenset[str]) -> bool:
    """Tell whether a path as it is written may be one of some places; a part of one may be any."""
    if path.startswith(".") and "$" not in path:
        return meant(path, file) in places
    last = path.rstrip("/").rpartition("/")[2]
    return any(place.rpartition("/")[2] == last for place in places)


def _places_of(file: str) -> frozenset[str]:
    """Return the files by which a file of pins is read: also its program's own, and its folder."""
    folder, _, name = file.rpartition("/")
    if not program_of(file):
        return frozenset({file})
    stem = name.rpartition(".")[0]
    beside = {f"{folder}/{own}" for own in (name, f"{stem}.nix", f"{stem}.json", "default.nix")}
    return frozenset({folder, *beside})


def _lends(package: Package, reader: Package, outside: OutsidePin, how: str) -> str:
    names = " and ".join(dict.fromkeys(field.name for field in outside.hashes))
    return (
        f"{reader.name} ({reader.file}:{reader.line}) {how}, which may be this pin, and an update "
        f"would leave the {names} there stale: read the pin in one file only, or move "
        f"{package.name} alone with `packages: {{{package.key}: {{src_only: true}}}}`"
    )
