"""What is to be proposed: the updates of one pull request and the files that they change."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from updater.model.research import NO_RESEARCH, Research
from updater.model.versions import read_version

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from updater.model import Build, Evidence, FieldChange, PinWarning

UpdateKind = Literal["patch", "minor", "major", "pin"]
"""What an update changes: ``pin`` where the version stays, or cannot be compared."""


Command = Literal["bump", "pin", "pin --sri"]
"""What finds an update: ``pin`` only makes a pin say what its hash holds."""


class Update(Struct, frozen=True):
    """One package's part of a pull request, as its body tells it.

    Attributes:
        identity: ``FILE#attribute.path``.
        old, new: versions; the old one is what the pin truly held, where that is known; empty
            where there is none.
        label: the old version as it was written.
        ref, commit: of the choice; empty where it has none.
        upstream: a page of the project; empty where there is none.
        hash: as SRI.
        method: how the hash was found.
        reported: the build was another process's, whose word is taken for it.
        imports: the build also imports the package and compares its version.
        title, group_title: the templates of the title.
        asked: what ``--to`` named; empty where nobody asked.
        command: that finds it.
        evidence: how it is known what the pin held; None where that needed no search.
        proposed: the day on which its pull request first had it, in UTC; None where that is not
            known.
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
    told: Research = NO_RESEARCH
    title: str = "{name}: {old} -> {new}"
    group_title: str = "{group}: update {count} packages"
    asked: str = ""
    command: Command = "bump"
    label: str = ""
    evidence: Evidence | None = None
    proposed: date | None = None

    @property
    def stays(self) -> bool:
        """Whether the source stays the same, and with it what is built."""
        return self.evidence is not None and self.evidence.hash == self.hash

    @property
    def kind(self) -> UpdateKind:
        """What the update changes."""
        return kind_of(self.old, self.new)

    @property
    def key(self) -> str:
        """What makes it this update and no other: package, version and source."""
        return f"{self.identity} {self.new} {self.commit or self.hash}"


class Proposal(Struct, frozen=True):
    """One pull request as it should be.

    Attributes:
        branch: the branch that carries it.
        message: the commit's, without trailers.
        files: path in the repository -> the file's whole new bytes.
    """

    branch: str
    title: str
    message: str
    body: str
    updates: tuple[Update, ...]
    files: Mapping[str, bytes]

    @property
    def only_pins(self) -> bool:
        """Whether ``pin`` makes it, so that nothing that is built changes."""
        return all(update.command != "bump" for update in self.updates)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its updates."""
        return tuple(update.key for update in self.updates)

    @property
    def blobs(self) -> dict[str, str]:
        """The files as git names them: path -> blob id."""
        return {path: blob_id(data) for path, data in self.files.items()}


def read_key(key: str) -> tuple[str, str]:
    """Return the identity and the version of `Update.key`; names may have spaces in them."""
    identity, version, _ = (*key.rsplit(" ", 2), "", "")[:3]
    return identity, version


def kind_of(old: str, new: str) -> UpdateKind:
    """Compare two labels; what is no PEP 440 version, or the same, is a pin."""
    one, other = (read_version(label.partition("-unstable")[0]) for label in (old, new))
    if one is None or other is None or one == other:
        return "pin"
    if (one.epoch, one.major) != (other.epoch, other.major):
        return "major"
    return "minor" if one.minor != other.minor else "patch"


def blob_id(data: bytes) -> str:
    """Return the id that git gives a file's bytes. Source: git-hash-object(1)."""
    head = f"blob {len(data)}\0".encode()
    return hashlib.sha1(head + data, usedforsecurity=False).hexdigest()
