"""What every fetcher kind tells the updater."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from updater.errors import ReadError
from updater.model import HASH_FIELDS, Candidate, Package, Pin, Project, Reference, Source, Sri

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Fetch:
    """How a candidate is written and where its source comes from.

    Attributes:
        values: field name -> new value, without the hash; ``version`` is the package's.
        url: what Nix would download.
        unpack: the hash is the NAR hash of the unpacked archive, else of the file.
        sri: the hash, where upstream publishes it.
        commit: the commit id that the archive must carry, or an empty string.
        blocked: why the hash cannot be computed from the archive alone, or an empty string.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    unpack: bool = False
    sri: Sri | None = None
    commit: str = ""
    blocked: str = ""


@dataclass(frozen=True, slots=True)
class NoFile:
    """The candidate lacks the file that this fetcher call would download, and why."""

    reason: str


Fetched: TypeAlias = "Fetch | NoFile"


class Fetcher(ABC):
    """One Nix fetcher function, or several that take the same arguments."""

    functions: ClassVar[frozenset[str]]

    @abstractmethod
    def project(self, package: Package, source: Source) -> Project:
        """Return the identity of the upstream that this call downloads from.

        Raises:
            ReadError: an argument that names it is missing or computed.
        """

    @abstractmethod
    def pin(self, package: Package, source: Source) -> Pin:
        """Return the pin as it is written."""

    @abstractmethod
    def fetch(self, package: Package, source: Source, candidate: Candidate, web: str) -> Fetched:
        """Return how a candidate is fetched through this call.

        Args:
            package: the package that the source belongs to.
            source: the call as it is now.
            candidate: the version to move to.
            web: the base URL of the project's host; empty for an index.
        """


def required(package: Package, source: Source, *names: str) -> str:
    """Return the value of an argument that the fetcher cannot do without.

    Raises:
        ReadError: none of the names is there, or it is computed by an expression.
    """
    found = source.get(*names)
    where = f"{package.file}:{found.line if found else source.line}"
    if found is None:
        raise ReadError(
            f"{where}: {source.fetcher} of {package.name} has no {' or '.join(names)}",
            hint="the updater follows a source only where its upstream is written as text",
        )
    if found.value is None:
        raise ReadError(
            f"{where}: {found.name} of {package.name} is computed: {found.text}",
            hint="write it as a literal, or hold the package in config.yaml",
        )
    return found.value


def written_hash(source: Source) -> str:
    """Return the hash as written, empty where there is none."""
    return source.value(*HASH_FIELDS) or ""


def is_through_version(package: Package, source: Source, *names: str) -> bool:
    """Tell whether an argument is made from the package's version."""
    found = source.get(*names)
    literal = package.version.literal if package.version is not None else None
    if found is None or literal is None:
        return False
    return any(isinstance(part, Reference) and part.literal == literal for part in found.parts)
