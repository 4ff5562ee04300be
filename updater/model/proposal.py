"""What is to be proposed: the updates of one pull request and the files that they change."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from updater.errors import HashError
from updater.model import HASH_FIELDS
from updater.model.hashes import DIGEST_BYTES
from updater.model.labels import comparable, is_unstable
from updater.model.policy import TITLE
from updater.model.research import NO_RESEARCH, Research
from updater.model.sri import parse_hash

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from updater.model import Algorithm, Build, Evidence, FieldChange, PinWarning, Updated
    from updater.model.adaptation import Adaptation
    from updater.model.orders import Order
    from updater.model.policy import UpdateKind

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
        stays: as `source_stays` says.
        title, group_title: the templates of the title.
        requested_version: what ``--to`` named; empty where nobody asked.
        command: that finds it.
        evidence: how it is known what the pin held; None where that needed no search.
        adaptations: the edits beside the pin, and those that are advice only.
        proposed: the day on which its pull request first had it, in UTC; None where that is not
            known.
        dependents: the names of the packages of the overlays that use it.
        orders: what people said of the package in comments, and what holds yet.
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
    stays: bool = False
    research: Research = NO_RESEARCH
    title: str = TITLE
    group_title: str = "{group}: update {count} packages"
    requested_version: str = ""
    command: Command = "bump"
    label: str = ""
    evidence: Evidence | None = None
    adaptations: tuple[Adaptation, ...] = ()
    proposed: date | None = None
    dependents: tuple[str, ...] = ()
    orders: tuple[Order, ...] = ()

    @property
    def kind(self) -> UpdateKind:
        """What the update changes."""
        return kind_of(self.old, self.new, stays=self.stays)

    @property
    def key(self) -> str:
        """What makes it this update and no other: package, version and source."""
        return f"{self.identity} {self.new} {self.commit or self.hash}"


class BranchBeginning(Struct, frozen=True):
    """Where a branch of the updater begins.

    Attributes:
        base: the base branch.
        commit: of it, on which the branch's own commit is.
        files: paths in the repository; where one changes on the base, the branch is made again.
    """

    base: str
    commit: str
    files: tuple[str, ...]


class RepositoryLinks(Struct, frozen=True):
    """What a pull request's body links to of its own repository; an empty text for what is not.

    Attributes:
        repository: its page, such as ``https://github.com/OWNER/NAME``.
        branch: the branch that carries the change.
        configuration: the page of config.yaml.
        run: the page of the run of GitHub Actions that made it.
        dashboard: the page of the issue.
        beginning: None where the body is not of a branch.
    """

    repository: str = ""
    branch: str = ""
    configuration: str = ""
    run: str = ""
    dashboard: str = ""
    beginning: BranchBeginning | None = None


class Proposal(Struct, frozen=True):
    """One pull request as it should be.

    Attributes:
        branch: the branch that carries it.
        message: the commit's, without trailers.
        files: path in the repository -> the file's whole new bytes.
        links: what the body links to of the repository itself.
    """

    branch: str
    title: str
    message: str
    body: str
    updates: tuple[Update, ...]
    files: Mapping[str, bytes]
    links: RepositoryLinks = RepositoryLinks()

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


def source_of_key(key: str) -> str:
    """Return the commit of `Update.key`, or the hash where it has none."""
    return key.rpartition(" ")[2]


def source_stays(outcome: Updated) -> bool:
    """Tell whether an update leaves the source as it is, and only changes what the pin says of it.

    Its hashes tell, however they are spelled; of a call without a hash, its commit.
    """
    hashes = (field for field in outcome.change.fields if _algorithm(field.new) is not None)
    if not all(_same_hash(field.old, field.new) for field in hashes):
        return False
    if outcome.hashed is not None:
        # Another package of the file may share the source, and have written its hash already.
        source = outcome.package.fetched
        return source is not None and _same_hash(source.value(*HASH_FIELDS) or "", outcome.sri)
    pinned, candidate = outcome.pinned, outcome.candidate
    commit = candidate.commit if candidate is not None else ""
    return bool(commit) and pinned is not None and pinned.commit == commit


def _algorithm(sri: str) -> Algorithm | None:
    """Return the algorithm of a hash as it is always written; None for what is not a hash."""
    return next((name for name in DIGEST_BYTES if sri.startswith(f"{name}-")), None)


def _same_hash(old: str, sri: str) -> bool:
    try:
        return parse_hash(old, _algorithm(sri)) == parse_hash(sri)
    except HashError:  # a placeholder, or of another algorithm
        return False


def kind_of(old: str, new: str, *, stays: bool) -> UpdateKind:
    """Return what an update changes.

    Args:
        old: the label of what is pinned; an empty string where there is none.
        new: the label of what it becomes.
        stays: as `source_stays` says.
    """
    if stays:
        return "pin"
    versions = comparable(old, new)
    if versions is None:
        return "other"
    before, after = versions
    if (before.epoch, before.major) != (after.epoch, after.major):
        return "major"
    # What a commit between two releases has is promised by neither of them.
    if before == after or is_unstable(new):
        return "other"
    return "minor" if before.minor != after.minor else "patch"


def blob_id(data: bytes) -> str:
    """Return the id that git gives a file's bytes. Source: git-hash-object(1)."""
    head = f"blob {len(data)}\0".encode()
    return hashlib.sha1(head + data, usedforsecurity=False).hexdigest()
