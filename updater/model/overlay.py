"""What an overlay says: packages, their sources, and the byte spans of both."""

from __future__ import annotations

import json
import re
from typing import Literal

from msgspec import Struct

from updater.model.fields import Field, Span  # noqa: TC001 - msgspec reads it
from updater.model.loans import Borrowing, OutsidePin, PinEntry  # noqa: TC001 - as above
from updater.model.project import Project, normalized_name

# Not what YAML takes for a number or a truth. Source: YAML 1.1, "Language-Independent Types".
_PLAIN_KEY = re.compile(
    r"(?!(?:true|false|yes|no|on|off|null|[yn])$)[A-Za-z][\w.-]*", re.IGNORECASE | re.ASCII
)
_PLAIN_NAME = re.compile(r"[A-Za-z_][\w'+-]*", re.ASCII)
# Where the path is the attribute. Source: Nixpkgs, pkgs/by-name/README.md, and Nixpkgs manual,
# "lib.filesystem.packagesFromDirectoryRecursive", which needs no shards.
_BY_NAME = re.compile(
    r"(?:^|/)by-name/(?:(?P<shard>[^/]{1,2})/)?(?!(?:default|package)\.nix$)(?P<name>[^/]+?)"
    r"(?:/package)?\.nix$"
)


class Source(Struct, frozen=True, omit_defaults=True):
    """A package's fetcher call.

    Attributes:
        fetcher: the Nix function's last name, such as ``fetchFromGitHub``.
        attribute: the attribute of the package that holds it, such as ``src``.
        span: the whole application, function and argument.
        fields: the argument's attributes in the order of the file.
        version_name: how the argument can name the package's version (``version``,
            ``finalAttrs.version``), or an empty string where it is not in scope.
        below: its function is selected from the packages below the overlay (``prev.fetchurl``).
        neighbour: where it is another source with other arguments (``old.src.override { ... }``),
            the names that lead to that: ``("prev", "tool", "src")``. Else empty.
        bare: its argument is the address itself, and no set, so that it has no place for a hash.
    """

    fetcher: str
    attribute: str
    line: int
    span: Span
    fields: tuple[Field, ...]
    version_name: str = ""
    below: bool = False
    neighbour: tuple[str, ...] = ()
    bare: bool = False

    def get(self, *names: str) -> Field | None:
        """Return the first of these fields that the call has."""
        for name in names:
            for candidate in self.fields:
                if candidate.name == name:
                    return candidate
        return None

    def value(self, *names: str) -> str | None:
        """Return the value of the first of these fields, None where it has none."""
        field = self.get(*names)
        return field.value if field else None


def _quoted(name: str) -> str:
    """Write one component of an attribute path so that no two paths look the same."""
    if _PLAIN_NAME.fullmatch(name):
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class LockFile(Struct, frozen=True):
    """A lock file beside a package, or one that is read of its source.

    Attributes:
        field: which of the package's side hashes it goes with.
        path: the overlay's file or folder, from the project's root; empty where the source's own
            is read.
        origin: the path below the top of the source; empty where it is not known to have it.
    """

    field: str
    path: str
    origin: str


class Directive(Struct, frozen=True):
    """What a comment in an overlay asks for: ``# updater: track=tag`` is ``track`` and ``tag``."""

    key: Literal["hold", "track", "ignore"]
    value: str


class FunctionFile(Struct, frozen=True):
    """A file that is read together with another, which names it.

    It is a function, which makes a package of what the other gives it, or it has pins that the
    other reads.

    Attributes:
        path: as it is written there: ``./generic.nix``.
        file: relative to the root, with ``/``.
        data: its bytes.
        has_pins: it gives values, and takes none: ``importJSON ./pins.json``.
    """

    path: str
    file: str
    data: bytes
    has_pins: bool = False


def _key(name: str) -> str:
    return name if _PLAIN_KEY.fullmatch(name) else json.dumps(name)


class Package(Struct, frozen=True, omit_defaults=True):
    """One derivation in an overlay file.

    Attributes:
        file: relative to the root, with ``/``.
        attribute: the attribute path, such as ``("python3Packages", "ema-pytorch")``; empty for a
            file that is one package.
        span: its attribute set.
        source: the fetcher call that the version belongs to.
        companions: further fetcher calls that are made from the version (``srcs``, a second
            source), so that each needs a new hash whenever the version changes.
        side_hashes: hashes beside the source that a new source makes wrong (``cargoHash``,
            ``cargoDeps.hash``).
        locks: the lock files among the side hashes.
        other_hashes: what else looks like a hash beside the source: nothing says that a new source
            makes it wrong, unless ``dependent_hashes`` in config.yaml does.
        custom: where no fetcher is known, the call of another function that fetches: it is the
            source where ``hash: build`` leaves its hash to Nix.
        directives: what comments in the overlay ask for.
        skip: why it cannot be followed although it is understood, or an empty string.
        problem: why its text cannot be understood (with its line), or an empty string. With a
            reason to skip it, that is nothing that must be mended.
        hint: what to do about the problem.
        ordinal: counts the packages of one attribute path in a file from 1.
        callers: attribute paths by which other files call a file that is one package.
        namesakes: names of other packages that are spellings of its pname: they mean those.
        builder: the Nix function whose argument its attribute set is, or an empty string.
        members: further packages of the file that share its version or its source: they move with
            it, and have no sources or side hashes but those that it has too.
        labels: versions of its members that are texts of their own and say the same as its own.
        unlabelled: it overrides another package's source, and leaves its version and name to it.
        generator: the program that wrote its file, or an empty string.
        leader: the identity of the package that it is a member of, or an empty string.
        functions: the files that make packages of what its file gives them
            (``callPackage ./generic.nix { version = ...; hash = ...; }``), or have pins that it
            reads, if there are any: the file can only be read together with them.
        date: the day of its source's commit, where the package has that as an attribute.
        folder: where in its source it is built (``sourceRoot``); empty for the top, None where
            that is computed. What the top declares may be another package's.
        borrowing: what it takes from a package that may stand in another file.
        outside: what its pin may be made from that is not written in its file.
        pins: where its pin stands in other files: each file, and the text in it.
        entries: the entries of those files that it reads.
        lent: why a new version would leave a hash of another file stale, or an empty string.
        element_name: what an element of a list is called, whose attribute path is only that of
            the list (``nativeCheckInputs = [ (tool.overrideAttrs { ... }) ];``); else empty.
        mapped: it is an element of which a function makes a package, so that its span is not the
            package's attributes.
        defaults: the arguments of a function that is a file whose defaults its pin is read from.
        version_readers: attributes of the build that are made from the version, with their lines.
        rev_readers: those that are made from its source's rev or tag.
        version_copies: attributes of the build, and addresses in ``meta``, that have a copy of it
            as text, with their lines.
    """

    file: str
    attribute: tuple[str, ...]
    line: int
    span: Span
    pname: str | None
    version: Field | None
    source: Source | None
    companions: tuple[Source, ...] = ()
    side_hashes: tuple[Field, ...] = ()
    locks: tuple[LockFile, ...] = ()
    other_hashes: tuple[Field, ...] = ()
    custom: Source | None = None
    directives: tuple[Directive, ...] = ()
    skip: str = ""
    problem: str = ""
    hint: str = ""
    ordinal: int = 1
    callers: tuple[tuple[str, ...], ...] = ()
    namesakes: tuple[str, ...] = ()
    builder: str = ""
    members: tuple[Package, ...] = ()
    leader: str = ""
    generator: str = ""
    labels: tuple[Field, ...] = ()
    unlabelled: bool = False
    functions: tuple[FunctionFile, ...] = ()
    date: Field | None = None
    folder: str | None = ""
    borrowing: Borrowing | None = None
    outside: OutsidePin | None = None
    pins: frozenset[tuple[str, Span]] = frozenset()
    entries: tuple[PinEntry, ...] = ()
    lent: str = ""
    element_name: str = ""
    mapped: bool = False
    defaults: tuple[str, ...] = ()
    version_readers: tuple[str, ...] = ()
    rev_readers: tuple[str, ...] = ()
    version_copies: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The last attribute component; of an element of a list, its own name.

        For a file that is one package, that of its caller or, in ``by-name``, of its path, else
        ``pname``, else the file's or, for ``default.nix`` and ``package.nix``, the folder's name.
        """
        if self.element_name:
            return self.element_name
        if self.attribute:
            return self.attribute[-1]
        called = next(filter(None, self.callers), ())
        if called:
            return called[-1]
        placed = _BY_NAME.search(self.file)
        if placed is not None and placed["name"].lower().startswith(placed["shard"] or ""):
            return placed["name"]
        file = self.file.removesuffix("/default.nix").removesuffix("/package.nix")
        file = file.removesuffix(".nix")
        return self.pname or file.rsplit("/", 1)[-1]

    @property
    def key(self) -> str:
        """What ``packages:`` in config.yaml calls it, as YAML.

        An attribute whose name is computed has no name that can be written: its pname or file has.
        """
        return _key(self.name if "${" not in self.name else self.pname or self.file)

    @property
    def own_key(self) -> str:
        """The same as far as its own file tells it: whoever calls that may name it otherwise."""
        is_named = bool(self.attribute or self.element_name)
        return self.key if is_named else _key(self.pname or self.file)

    @property
    def paths(self) -> tuple[tuple[str, ...], ...]:
        """The attribute paths by which it can be reached: its own, else those of its callers."""
        if self.element_name:
            return ()
        return (self.attribute,) if self.attribute else self.callers

    @property
    def names(self) -> frozenset[str]:
        """Its name, and those by which further callers call it."""
        return frozenset({self.name, *(path[-1] for path in self.paths if path)})

    @property
    def label(self) -> str | None:
        """The version as it is written; None where there is none, or none that can be read."""
        return self.version.value if self.version is not None else None

    @property
    def version_literals(self) -> frozenset[Span]:
        """The texts that are its version, and change together."""
        fields = (*((self.version,) if self.version is not None else ()), *self.labels)
        return frozenset(field.literal for field in fields if field.literal is not None)

    @property
    def is_python(self) -> bool:
        """Whether what builds or fetches it is Python's, so that the package index may know it."""
        fetchers = (source.fetcher for source in self.sources)
        return any(
            "python" in name.lower() or name == "fetchPypi" for name in (self.builder, *fetchers)
        )

    @property
    def project_name(self) -> str:
        """What its project is called, normalized (PEP 503)."""
        return normalized_name(self.pname or self.name)

    @property
    def indexed(self) -> Project | None:
        """The package index's project of its name; None where the index has no such names.

        Of a package that is not Python's the index would tell of another, and learn its name.
        """
        return self.namesake_on_index if self.is_python else None

    @property
    def namesake_on_index(self) -> Project | None:
        """The index's project of its name, whether it is Python's or not."""
        try:
            return Project.parse(f"pypi:{self.pname or self.name}")
        except ValueError:
            return None

    @property
    def sources(self) -> tuple[Source, ...]:
        """Its own source, where a kind knows the function, and its further sources."""
        own = (self.source,) if self.source is not None else ()
        return (*own, *self.companions)

    @property
    def fetched(self) -> Source | None:
        """The call that its source comes from, also where no fetcher kind knows the function."""
        return self.source or self.custom

    @property
    def identity(self) -> str:
        """``FILE#attribute.path``, unique among all packages; ``~2`` marks the second of a path."""
        names = (_quoted(name) for name in self.attribute)
        number = f"~{self.ordinal}" if self.ordinal > 1 else ""
        return f"{self.file}#{'.'.join(names)}{number}"


class Pin(Struct, frozen=True):
    """Version, rev or tag, and hash, as an overlay has them.

    Attributes:
        version: the package's label, None where it has none or computes it.
        rev: the rev or tag; empty where the version alone names the source (PyPI).
        through_version: the rev is made from ``version`` (``"v${version}"``).
        hash: as written, possibly empty or not SRI.
    """

    version: str | None
    rev: str = ""
    through_version: bool = False
    hash: str = ""
