"""A package on its way through the stages, and what was decided about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from updater.choose.tag_forms import TagNames
from updater.choose.versions import is_commit
from updater.kinds import FETCHERS, guarded
from updater.model import (
    HASH_FIELDS,
    Choice,
    Evidence,
    NoFile,
    Pinned,
    PinWarning,
    Project,
    Take,
    Tracking,
)
from updater.model.sri import is_hash, is_of_nothing, is_placeholder, is_to_come
from updater.upstreams.base import ProjectQuestion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from updater.fetchers.base import Fetcher
    from updater.metadata.folders import SourcePlace
    from updater.model import (
        Candidate,
        Fetch,
        Fetched,
        Field,
        Host,
        Offer,
        Package,
        Pin,
        Policy,
        Source,
        Sri,
    )
    from updater.upstreams.base import Upstream


class Subject(Struct, frozen=True):
    """A package, its pin, and where its versions come from."""

    package: Package
    source: Source
    fetcher: Fetcher
    pin: Pin
    project: Project
    upstream: Upstream
    policy: Policy

    @property
    def common_fields(self) -> dict[str, Any]:
        """The fields that every outcome has, as `common_fields` of an outcome has them."""
        return {"package": self.package}

    @property
    def has_history(self) -> bool:
        """Whether its hash is that of a commit: not of a file that a version names."""
        return not self.policy.upstream and not self.project.lists_releases

    @property
    def missing_hash(self) -> str:
        """Why a hash of the pin is still to be found; empty where each is there.

        One that is computed by an expression is its author's affair.
        """
        if self.missing_source_hash or not self.missing_beside:
            return self.missing_source_hash
        first = self.missing_beside[0]
        return f"its {first.name} {'is missing' if first.is_absent else 'has no value yet'}"

    @property
    def missing_beside(self) -> tuple[Field, ...]:
        """The hashes beside the source that are still to come, unless the source moves alone."""
        if self.policy.src_only:
            return ()
        return tuple(field for field in self.package.side_hashes if is_to_come(field))

    @property
    def missing_source_hash(self) -> str:
        """Why the hash of a source is still to be found; empty where each is there."""
        for source in self.package.sources:
            if FETCHERS[source.fetcher].takes_hash(source):
                field = source.get(*HASH_FIELDS)
                written = field.value if field is not None else ""
                if written is not None and is_placeholder(written):
                    return "it has no hash yet"
                if written is not None and is_of_nothing(written):
                    return "its hash is that of an empty file or folder"
                if written is not None and not is_hash(written):
                    return f"its hash {written!r} is not a hash"
        return ""

    @property
    def names(self) -> TagNames:
        """What a tag may start with."""
        own = (self.package.name, self.package.pname or "")
        names = tuple(dict.fromkeys(name for name in own if name))
        return TagNames(names, self.project.name, self.package.is_python)

    @property
    def modules(self) -> tuple[str, ...]:
        """What the import package may be called, likeliest first."""
        names = (self.package.name, self.package.pname or "", self.project.name)
        return tuple(
            dict.fromkeys(
                name.replace("-", "_").replace(".", "_").lower() for name in names if name
            )
        )

    @property
    def branch(self) -> str:
        """The branch that its call says must hold its commit; empty where it says none."""
        return self.fetcher.branch(self.source)

    @property
    def is_in_default(self) -> bool:
        """Whether the default branch must hold its commit, since its call names no ref."""
        return self.fetcher.is_in_default(self.source)

    @property
    def checkout(self) -> str:
        """The commit that a call without a hash names, which is its whole pin; else empty."""
        rev = self.source.value("rev") or ""
        return rev if is_commit(rev) and not self.fetcher.takes_hash(self.source) else ""

    @property
    def place(self) -> SourcePlace:
        """Where in its source it lies, and what it may be called there."""
        from updater.metadata.folders import SourcePlace  # noqa: PLC0415 - not for a first request

        names = filter(None, (self.package.name, self.package.pname))
        return SourcePlace(self.package.folder, self.modules, tuple(names))

    @property
    def twin(self) -> Project | None:
        """The package's project on the index, where the source comes from a repository."""
        if self.project.lists_releases:
            return None
        by_wish = self.policy.track == "pypi"
        return self.package.namesake_on_index if by_wish else self.package.indexed

    def question(self, to: str) -> ProjectQuestion:
        """Return what must be known of its project.

        Args:
            to: the version or rev that was asked for, or an empty string.
        """
        rev, policy = self.pin.rev, self.policy
        files: tuple[str, ...] = ()
        if to:
            from updater.metadata.folders import paths_read  # noqa: PLC0415 - as above

            files = paths_read(self.place)
        by_id = is_commit(rev)
        names = {
            policy.branch,
            self.branch,
            to,
            "" if by_id or (self.pin.through_version and self.source.get("tag")) else rev,
        }
        return ProjectQuestion(
            self.project,
            branches=frozenset(names - {"", "HEAD"}),
            commits=frozenset({rev} if by_id else ()),
            files=files,
            releases=policy.track == "release",
            dates=bool(policy.minimum_release_age),
        )

    def fetch(self, candidate: Candidate, hosts: Mapping[str, Host]) -> Fetched:
        """Return how this package's fetcher call gets a candidate."""
        # Where config.yaml names the upstream, the source is somewhere else.
        named = self.policy.upstream
        project = self.fetcher.project(self.package, self.source) if named else self.project
        host = project.on(hosts)
        web = host.web if host is not None else ""
        fetch = self.fetcher.fetch(self.package, self.source, candidate, web)
        return fetch if isinstance(fetch, NoFile) else guarded(fetch, project, hosts)


class Decision(Struct, frozen=True):
    """A choice for a package and what it rests on.

    Attributes:
        evidence: where the pin had to be identified.
        repository: where git finds the source's repository; empty where nobody looked there.
        newest: the newest version that upstream has, whether it may be taken or not.
        renewed: the hash that the pinned source has now, where its text depends on refs that moved
            on; None where the pinned one is right.
        further: how the package's further sources get the candidate that is taken, in their order.
        indexed: what the package index has of its project, where that was asked.
    """

    subject: Subject
    tracking: Tracking
    choice: Choice
    pinned: Pinned
    warnings: tuple[PinWarning, ...] = ()
    evidence: Evidence | None = None
    newest: Candidate | None = None
    renewed: Sri | None = None
    further: tuple[Fetch, ...] = ()
    indexed: Offer | None = None
    repository: str = ""

    @property
    def reason(self) -> str:
        """Why the candidate is taken where that is not plain."""
        return self.choice.reason if isinstance(self.choice, Take) else ""

    def keeps_source(self, candidate: Candidate) -> bool:
        """Tell whether a candidate is what the pin names already, so that only hashes change.

        A branch, and a tag that moves, name another source in time.
        """
        pin = self.subject.pin
        if self.tracking.moving or candidate.version != (pin.version or ""):
            return False
        if is_commit(pin.rev):
            return candidate.commit == pin.rev
        return candidate.ref in {"", pin.rev}

    def keeps_hashed_source(self, candidate: Candidate) -> bool:
        """Tell whether a candidate is what the pin names already, and has a hash of."""
        return self.keeps_source(candidate) and not self.subject.missing_source_hash

    @property
    def awaits_source(self) -> bool:
        """Whether what is taken is a commit whose source nobody has looked into yet.

        Its text may name a branch, it may declare what the overlay cannot say, and a lock file
        may be gone from it.
        """
        candidate = self.choice.candidate
        if not isinstance(self.choice, Take) or candidate is None or not self.subject.has_history:
            return False
        return candidate.commit not in {"", self.pinned.commit}

    @property
    def package(self) -> Package:
        """Whose pin it is."""
        return self.subject.package

    @property
    def common_fields(self) -> dict[str, Any]:
        """The fields that every outcome has, as `common_fields` of an outcome has them."""
        return {
            "package": self.package,
            "tracking": self.tracking,
            "pinned": self.pinned,
            "candidate": self.choice.candidate,
            "newest": self.newest,
            "warnings": self.warnings + self.choice.warnings,
            "evidence": self.evidence,
        }
