"""All overlays together, in the order in which flake.nix or default.nix applies them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.audit.overlay.mentions import place_in_set
from updater.model import Span
from updater.overlay.editing.list_places import Neighbours
from updater.overlay.reading.environments import read_environments
from updater.overlay.reading.registers import read_register

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from updater.audit.overlay.homepages import HomepageReading
    from updater.audit.overlay.looks import Looks
    from updater.audit.overlay.mentions import Mention
    from updater.audit.overlay.sources import AuditedSource, PinnedSource
    from updater.building.offers import SetAnswer
    from updater.model import Package
    from updater.overlay.editing.list_places import EntryText
    from updater.overlay.reading.environments import Environment
    from updater.overlay.reading.registers import Register

_OVERRIDES = frozenset({"override", "overrideAttrs", "overridePythonAttrs", "overrideDerivation"})


class AuditedEntry(Struct, frozen=True):
    """flake.nix or default.nix, read.

    Attributes:
        text: its name and its bytes.
        register: the lists of overlays in it.
        missing: the files that its lists name and that are not there.
        led_to: the files that it leads to through others; empty where nobody looked.
    """

    text: EntryText
    register: Register
    environments: tuple[Environment, ...]
    missing: frozenset[str] = frozenset()
    led_to: frozenset[str] = frozenset()

    @property
    def file(self) -> str:
        """Its name."""
        return self.text.name


def audited_entry(text: EntryText, is_file: Callable[[str], bool]) -> AuditedEntry:
    """Read flake.nix or default.nix.

    Args:
        text: the file.
        is_file: tells whether the project has a file, or a folder with a default.nix.
    """
    register = read_register(text.data, text.kind)
    listed = {file for own in register.lists for entry in own.entries for file in entry.files}
    missing = frozenset(file for file in listed if not is_file(file))
    return AuditedEntry(text, register, read_environments(text.data), missing)


class AuditedProject(Struct, frozen=True, dict=True):
    """What rules on the whole project are given.

    Attributes:
        sources: what pinned sources say, by the identity of their packages.
        answers: what the package set has for a package's inputs, by the package's identity.
        pages: what became of the homepages, by the identity of their packages.
    """

    looked: Looks
    entries: tuple[AuditedEntry, ...] = ()
    sources: Mapping[str, PinnedSource] = {}
    answers: Mapping[str, SetAnswer] = {}
    pages: Mapping[str, HomepageReading] = {}

    @cached_property
    def compared(self) -> tuple[AuditedSource, ...]:
        """The packages whose pinned source is known, each beside it."""
        from updater.audit.overlay.sources import (  # noqa: PLC0415 - not for texts alone
            audited_source,
        )

        own = (audited_source(self, self.packages[name]) for name in self._identities)
        return tuple(source for source in own if source is not None)

    @property
    def _identities(self) -> tuple[str, ...]:
        return tuple(name for name in self.sources if name in self.packages)

    @cached_property
    def packages(self) -> Mapping[str, Package]:
        """All packages by identity."""
        return {package.identity: package for package in self.looked.overlays.packages}

    @cached_property
    def order(self) -> Mapping[str, int]:
        """The place of each file among the overlays that are applied, from 0."""
        places: dict[str, int] = {}
        for entry in self.entries:
            if places:
                break
            for listed in entry.register.lists:
                for overlay in listed.entries:
                    for file in overlay.files:
                        places.setdefault(file, len(places))
        return places

    @cached_property
    def added(self) -> Mapping[str, tuple[Package, ...]]:
        """The packages that overlays add, by name: those that are no override of another."""
        return _by_name(
            package for package in self.looked.overlays.packages if not is_patch(package)
        )

    @cached_property
    def patched(self) -> Mapping[str, tuple[Package, ...]]:
        """The existing packages that overlays override, by name."""
        return _by_name(
            package
            for package in self.looked.overlays.packages
            if is_patch(package) and package.name not in self.added
        )

    @cached_property
    def uses(self) -> Mapping[str, frozenset[str]]:
        """Identity -> the names of the overlays' packages that the package names for a build."""
        names = self.added.keys() | self.patched.keys()
        users: dict[str, set[str]] = {}
        for _, mention in self.mentions_of(names):
            if mention.owner and not mention.is_lazy:
                users.setdefault(mention.owner, set()).add(mention.name)
        return {identity: frozenset(used) for identity, used in users.items()}

    @cached_property
    def file_uses(self) -> Mapping[str, Mapping[str, str]]:
        """File -> the overlay files that its packages use, each with the package that is used."""
        places = {
            name: package.file
            for named in (self.patched, self.added)
            for name, packages in named.items()
            for package in packages[:1]
        }
        used: dict[str, dict[str, str]] = {file: {} for file in self.looked.looks}
        for identity, names in self.uses.items():
            file = self.packages[identity].file
            for name in sorted(names):
                if places[name] != file:
                    used.setdefault(file, {}).setdefault(places[name], name)
        return used

    @cached_property
    def patches(self) -> frozenset[str]:
        """The overlay files that only override packages that no overlay adds."""
        return patch_files(self.looked.overlays.packages)

    def neighbours(self, file: str) -> Neighbours:
        """Return what the place of an overlay file in a list is measured by.

        A patch of an existing package stands last, so that nothing comes behind it that uses it.
        """
        after = {used for used in self.file_uses.get(file, {}) if used not in self.patches}
        before = {
            user
            for user, used in self.file_uses.items()
            if file in used and file not in self.patches
        }
        return Neighbours(frozenset(after), frozenset(before), self.patches)

    def names(self, names: AbstractSet[str]) -> bool:
        """Tell whether any file names one of some packages."""
        looks = self.looked.looks.values()
        return not all(names.isdisjoint(look.facts.mentions.names) for look in looks)

    def mentions_of(self, names: AbstractSet[str]) -> Iterator[tuple[str, Mention]]:
        """Yield each place where a file names one of some packages, with the file."""
        for file, look in self.looked.looks.items():
            if not names.isdisjoint(look.facts.mentions.names):
                for mention in self._mentions(file):
                    if mention.name in names:
                        yield file, mention

    def mentions(self) -> Iterator[tuple[str, Mention]]:
        """Yield every package that a file names, with the file."""
        for file in self.looked.looks:
            for mention in self._mentions(file):
                yield file, mention

    def _mentions(self, file: str) -> tuple[Mention, ...]:
        if file not in self._unpacked:
            self._unpacked[file] = self.looked.looks[file].facts.mentions.unpacked()
        return self._unpacked[file]

    @cached_property
    def _unpacked(self) -> dict[str, tuple[Mention, ...]]:
        return {}

    def text(self, file: str) -> bytes:
        """Return a file's bytes."""
        for entry in self.entries:
            if entry.file == file:
                return entry.text.data
        return self.looked.overlays.texts.get(file, b"")


def patch_files(packages: Iterable[Package]) -> frozenset[str]:
    """Return the overlay files that only override packages that no overlay adds."""
    placed = [package for package in packages if package.attribute]
    added = {package.name for package in placed if not is_patch(package)}
    kinds: dict[str, set[bool]] = {}
    for package in placed:
        is_own = is_patch(package) and package.name not in added
        kinds.setdefault(package.file, set()).add(is_own)
    return frozenset(file for file, own in kinds.items() if own == {True})


def is_patch(package: Package) -> bool:
    """Tell whether a package is an override of one that is there before."""
    return package.builder.rpartition(".")[2] in _OVERRIDES


def is_in_python_set(package: Package) -> bool:
    """Tell whether a package stands in a set of Python packages."""
    return bool(place_in_set(package.attribute)[0])


def _by_name(packages: Iterator[Package]) -> dict[str, tuple[Package, ...]]:
    named: dict[str, tuple[Package, ...]] = {}
    for package in packages:
        if package.attribute:
            named[package.name] = (*named.get(package.name, ()), package)
    return named


def first_line(data: bytes, place: int) -> Span:
    """Return the line around a place, without the white space at its beginning."""
    start = data.rfind(b"\n", 0, place) + 1
    end = data.find(b"\n", start)
    end = len(data) if end < 0 else end
    return Span(end - len(data[start:end].lstrip()), end)
