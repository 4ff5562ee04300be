"""What is to be proposed: the updates of one pull request and the files that they change."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from packaging.version import InvalidVersion, Version

from updater.publish.release import NO_DIFFERENCE, Difference

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from updater.model import Build, FieldChange, PinWarning
    from updater.publish.vulnerabilities import Vulnerabilities

Kind = Literal["patch", "minor", "major", "pin"]
"""What an update changes: ``pin`` where the version stays, or cannot be compared."""


@dataclass(frozen=True, slots=True)
class Note:
    """Upstream's notes about one release."""

    tag: str
    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """What upstream says about an update.

    Attributes:
        compare: a page with all that changed; empty where there is none.
        notes: of every version between, newest first.
        difference: what the new release says otherwise than the old one.
        vulnerabilities: None where nobody was asked.
        evidence: how it is known what the pin holds; empty where that is not the question.
    """

    compare: str = ""
    notes: tuple[Note, ...] = ()
    difference: Difference = NO_DIFFERENCE
    vulnerabilities: Vulnerabilities | None = None
    evidence: str = ""


NOTHING_TOLD = Told()


@dataclass(frozen=True, slots=True)
class Update:
    """One package's part of a pull request, as its body tells it.

    Attributes:
        identity: ``FILE#attribute.path``.
        old, new: version labels; empty where there is none.
        ref, commit: of the choice; empty where it has none.
        upstream: a page of the project; empty where there is none.
        hash: as SRI.
        method: how the hash was found.
        reported: the build was another process's, whose word is taken for it.
        imports: the build also imports the package and compares its version.
        title: the template of the title.
        asked: what ``--to`` named; empty where nobody asked.
    """

    identity: str
    name: str
    file: str
    line: int
    old: str
    new: str
    ref: str
    commit: str
    hash: str
    method: str
    published: datetime | None
    upstream: str
    url: str
    reason: str
    warnings: tuple[PinWarning, ...]
    fields: tuple[FieldChange, ...]
    build: Build | None
    reported: bool
    imports: bool = True
    told: Told = NOTHING_TOLD
    title: str = "{name}: {old} -> {new}"
    asked: str = ""

    @property
    def kind(self) -> Kind:
        """What the update changes."""
        return kind_of(self.old, self.new)

    @property
    def key(self) -> str:
        """What makes it this update and no other: package, version and source."""
        return f"{self.identity} {self.new} {self.commit or self.hash}"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One pull request as it should be.

    Attributes:
        branch: the branch that carries it.
        message: the commit's, without trailers.
        files: path in the repository -> the file's whole new bytes.
    """

    name: str
    branch: str
    title: str
    message: str
    body: str
    updates: tuple[Update, ...]
    files: Mapping[str, bytes]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its updates."""
        return tuple(update.key for update in self.updates)

    @property
    def blobs(self) -> dict[str, str]:
        """The files as git names them: path -> blob id."""
        return {path: blob_id(data) for path, data in self.files.items()}


def kind_of(old: str, new: str) -> Kind:
    """Compare two labels; what is no PEP 440 version, or the same, is a pin."""
    try:
        one, other = (Version(label.partition("-unstable")[0]) for label in (old, new))
    except InvalidVersion:
        return "pin"
    if one == other:
        return "pin"
    if (one.epoch, one.major) != (other.epoch, other.major):
        return "major"
    return "minor" if one.minor != other.minor else "patch"


def blob_id(data: bytes) -> str:
    """Return the id that git gives a file's bytes. Source: git-hash-object(1)."""
    head = f"blob {len(data)}\0".encode()
    return hashlib.sha1(head + data, usedforsecurity=False).hexdigest()
