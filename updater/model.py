"""The nouns of the updater, in the order in which the pipeline makes them.

Everything here is frozen and free of I/O. Offsets are bytes (tree-sitter counts bytes, and so do
edits); lines and columns count from 1; times are timezone-aware.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, NewType, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

# --- hashes -------------------------------------------------------------------------------------

Algorithm = Literal["md5", "sha1", "sha256", "sha512"]


@dataclass(frozen=True, slots=True)
class Sri:
    """A hash as Subresource Integrity writes it: ``sha256-<base64>``.

    Only a digest of the right length makes one, so a wrong one cannot be written into an overlay.
    Source of the format: W3C Subresource Integrity, section 3.1; Nix manual, "nix hash".

    Raises:
        ValueError: the digest's length is not the algorithm's.
    """

    algorithm: Algorithm
    digest: bytes

    def __post_init__(self) -> None:
        size = hashlib.new(self.algorithm, usedforsecurity=False).digest_size
        if len(self.digest) != size:
            raise ValueError(
                f"a {self.algorithm} digest has {size} bytes, this one {len(self.digest)}"
            )

    def __str__(self) -> str:
        return f"{self.algorithm}-{base64.b64encode(self.digest).decode('ascii')}"


HashMethod = Literal["index", "embedded", "nix", "build"]


@dataclass(frozen=True, slots=True)
class Hashed:
    """A hash, how it was found, and what that cost.

    ``index``: published by the package index. ``embedded``: computed here from the download.
    ``nix``: by a Nix prefetcher. ``build``: by a fixed-output build with a fake hash.
    """

    sri: Sri
    method: HashMethod
    downloaded_bytes: int


# --- find: what an overlay says -----------------------------------------------------------------

Project = NewType("Project", str)
"""An upstream's identity: ``https://HOST/PATH`` or ``pypi:NAME``.

All that fetchers and upstreams know of each other.
"""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of byte offsets in a file."""

    start: int
    end: int

    def __contains__(self, other: Span) -> bool:
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Reference:
    """A name inside a string or in its place: ``${version}``, ``finalAttrs.version``.

    ``literal`` is where the value that it stands for is written, as in Field.
    """

    name: str
    value: str | None
    literal: Span | None


Part: TypeAlias = "str | Reference"


@dataclass(frozen=True, slots=True)
class Field:
    """One attribute of a package or of a fetcher call.

    Attributes:
        name: the attribute's name.
        line: where the attribute stands.
        span: its expression; for ``inherit NAME;`` the inherited name.
        text: the expression as written.
        value: what it evaluates to where that can be read statically, else None. Booleans are
            ``"true"`` and ``"false"``.
        parts: the pieces that the value is made of, empty where it is computed by an expression.
        literal: the one string literal that holds the whole value: the expression itself, or,
            through names, a binding elsewhere. None for a template or a computed value.
        inherited: written as ``inherit NAME;``.
    """

    name: str
    line: int
    span: Span
    text: str
    value: str | None
    parts: tuple[Part, ...]
    literal: Span | None
    inherited: bool = False


_PLAIN_NAME = re.compile(r"[A-Za-z_][\w'+-]*", re.ASCII)

HASH_FIELDS = ("hash", "sha256", "sha512", "sha1", "md5", "narHash")
"""The fetcher attributes that may hold a source's hash; a call has one of them."""


@dataclass(frozen=True, slots=True)
class Source:
    """A package's fetcher call.

    Attributes:
        fetcher: the Nix function's last name, such as ``fetchFromGitHub``.
        attribute: the attribute of the package that holds it, such as ``src``.
        span: the whole application, function and argument.
        fields: the argument's attributes in the order of the file.
        version_name: how the argument can name the package's version (``version``,
            ``finalAttrs.version``), or an empty string where it is not in scope.
    """

    fetcher: str
    attribute: str
    line: int
    span: Span
    fields: tuple[Field, ...]
    version_name: str = ""

    def get(self, *names: str) -> Field | None:
        """Return the first of these fields that the call has."""
        for name in names:
            for candidate in self.fields:
                if candidate.name == name:
                    return candidate
        return None

    def value(self, *names: str) -> str | None:
        """Return the value of the first of these fields, None where it has none."""
        found = self.get(*names)
        return found.value if found else None


def _quoted(name: str) -> str:
    """Write one component of an attribute path so that no two paths look the same."""
    if _PLAIN_NAME.fullmatch(name):
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@dataclass(frozen=True, slots=True)
class Directive:
    """What a comment in an overlay asks for: ``# updater: track=tag`` is ``track`` and ``tag``."""

    line: int
    key: Literal["hold", "track", "ignore"]
    value: str


@dataclass(frozen=True, slots=True)
class Package:
    """One derivation in an overlay file.

    Attributes:
        file: relative to the root, with ``/``.
        attribute: the attribute path, such as ``("python3Packages", "ema-pytorch")``; empty for a
            file that is one package.
        span: its attribute set.
        source: the fetcher call that the version belongs to.
        companions: further fetcher calls that are made from the version (``srcs``, a second
            source), so that each needs a new hash whenever the version changes.
        dependents: hashes beside the source that a new source makes wrong (``cargoHash``,
            ``cargoDeps.hash``).
        directives: what comments in the overlay ask for.
        skip: why it cannot be followed although it is understood, or an empty string.
        problem: why its text cannot be understood (with its line), or an empty string.
        hint: what to do about the problem.
        ordinal: counts the packages of one attribute path in a file from 1.
        callers: attribute paths by which other files call a file that is one package.
    """

    file: str
    attribute: tuple[str, ...]
    line: int
    span: Span
    pname: str | None
    version: Field | None
    source: Source | None
    companions: tuple[Source, ...] = ()
    dependents: tuple[Field, ...] = ()
    directives: tuple[Directive, ...] = ()
    skip: str = ""
    problem: str = ""
    hint: str = ""
    ordinal: int = 1
    callers: tuple[tuple[str, ...], ...] = ()

    @property
    def name(self) -> str:
        """The last attribute component.

        For a file that is one package, that of its caller, else ``pname``, else the file's or, for
        ``default.nix``, the folder's name.
        """
        if self.attribute:
            return self.attribute[-1]
        if self.callers and self.callers[0]:
            return self.callers[0][-1]
        file = self.file.removesuffix("/default.nix").removesuffix(".nix")
        return self.pname or file.rsplit("/", 1)[-1]

    @property
    def identity(self) -> str:
        """``FILE#attribute.path``, unique among all packages; ``~2`` marks the second of a path."""
        names = (_quoted(name) for name in self.attribute)
        number = f"~{self.ordinal}" if self.ordinal > 1 else ""
        return f"{self.file}#{'.'.join(names)}{number}"


@dataclass(frozen=True, slots=True)
class Pin:
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


# --- policy: what the configuration asks for ----------------------------------------------------

TrackKind = Literal["auto", "tag", "release", "commit", "branch", "pypi"]


@dataclass(frozen=True, slots=True)
class BuildPolicy:
    """How a change is built before it is written; the keys of ``build:`` in config.yaml.

    Attributes:
        enabled: ``auto`` builds where Nix is installed and the expression's inputs are locked.
        flake: the flake's folder, relative to the root; empty where ``file`` is used.
        file: a Nix file that evaluates to a package set, or an empty string.
        attribute: the package in it; ``{name}`` and ``{system}`` are replaced.
        options: given to every Nix command.
        imports: modules to import; None for those of the package itself.
        dependents: also build the packages of the overlays that use it.
        on_failure: ``skip`` does not write, ``keep`` writes all the same, ``draft`` writes and
            marks the pull request as a draft.
    """

    enabled: Literal["auto", "true", "false"] = "auto"
    flake: str = "."
    file: str = ""
    attribute: str = "python3Packages.{name}"
    options: tuple[str, ...] = ()
    imports: tuple[str, ...] | None = None
    dependents: bool = False
    timeout: timedelta = timedelta(minutes=60)
    jobs: int = 1
    on_failure: Literal["skip", "keep", "draft"] = "skip"


@dataclass(frozen=True, slots=True)
class PullPolicy:
    """How a change is proposed; the keys of ``pull_request:`` in config.yaml.

    Attributes:
        milestone: its number, 0 for none.
        automerge: the kinds of update that are merged without a person.
        group: the name under which several packages share one pull request.
        title: with ``{name}``, ``{old}`` and ``{new}``; also the commit's first line.
        schedule: windows of the week in UTC; empty for always.
    """

    labels: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    milestone: int = 0
    draft: bool = False
    automerge: tuple[str, ...] = ()
    group: str = ""
    title: str = "{name}: {old} -> {new}"
    schedule: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be chosen for one package; the defaults are those of config.yaml.

    Attributes:
        track: the channel to follow; ``branch`` goes with a name in ``branch``.
        tag_pattern: matches a whole tag; its group ``version`` is the version.
        ignore: versions never to take, ``*`` at the end matches the rest.
        python: the Python that the package is built for; None does not look at what a release
            requires.
        cross_check: tell where the package index has a newer release than the repository's tags.
        minimum_release_age: a younger candidate is held, one without a date too.
        commit_interval: a follower of a branch moves at most this often.
        hold: why the package must not be touched, or an empty string.
    """

    track: TrackKind = "auto"
    branch: str = ""
    prereleases: bool = False
    allow: SpecifierSet | None = None
    tag_pattern: re.Pattern[str] | None = None
    ignore: tuple[str, ...] = ()
    python: Version | None = None
    cross_check: bool = True
    minimum_release_age: timedelta = timedelta(0)
    commit_interval: timedelta = timedelta(days=7)
    hold: str = ""
    hash: Literal["auto", "embedded", "nix", "build"] = "auto"
    build: BuildPolicy = BuildPolicy()
    pull_request: PullPolicy = PullPolicy()


@dataclass(frozen=True, slots=True)
class Tracking:
    """The channel that a package follows, and why.

    Attributes:
        kind: never ``auto``.
        branch: the branch's name; empty for the default branch.
        moving: the pin's rev is a branch name, so that the pin says not what its hash holds.
    """

    kind: TrackKind
    reason: str
    branch: str = ""
    moving: bool = False

    def __str__(self) -> str:
        return f"{self.kind}:{self.branch}" if self.branch else self.kind


@dataclass(frozen=True, slots=True)
class Host:
    """Where a code host is reached: what GitHub Enterprise users configure.

    Attributes:
        name: as overlays name it, such as ``github.com``.
        web, api, graphql: base URLs without a slash at the end.
        token_env: the environment variable that holds this host's token.
    """

    name: str
    kind: str
    web: str
    api: str
    graphql: str
    token_env: tuple[str, ...] = ()


# --- look-up: what upstream offers --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PinWarning:
    """Something a maintainer should know although it does not stop the update."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Distribution:
    """One file of a release on a package index (an sdist or a wheel)."""

    filename: str
    url: str
    sri: Sri | None
    size: int | None
    requires_python: str | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One version that an upstream offers.

    Attributes:
        version: as upstream spells it; for a tag, the part of it that is the version.
        ref: the tag, or an empty string.
        commit: the commit (annotated tags peeled), 40 hex digits, or an empty string.
        published: when; for a tag, the date of its commit.
        prerelease: upstream marks it as one, whatever its version says.
        yanked: why the release was withdrawn; None where it was not.
        url: a page about it, for people.
    """

    version: str
    ref: str = ""
    commit: str = ""
    published: datetime | None = None
    prerelease: bool = False
    yanked: str | None = None
    url: str = ""
    distributions: tuple[Distribution, ...] = ()


Relation = Literal["identical", "ahead", "behind", "diverged", "unknown"]
"""Where one commit stands to another, in the words of GitHub's compare API."""


@dataclass(frozen=True, slots=True)
class Known:
    """What an upstream said of commits besides their names, so that nobody need ask git.

    Attributes:
        dates: commit -> its committer date.
        relations: (base, head) -> where head stands to base.
        files: commit -> path -> content; None for a path that the commit does not have.
    """

    dates: Mapping[str, datetime] = field(default_factory=dict)
    relations: Mapping[tuple[str, str], Relation] = field(default_factory=dict)
    files: Mapping[str, Mapping[str, bytes | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Offer:
    """All that an upstream said about one project.

    Attributes:
        candidates: an index's releases or a repository's tags, in no particular order; a tag's
            ``version`` is the whole tag until a tag form is chosen.
        branches: branch name -> commit: those that were asked for, and the default branch.
        default_branch: its name, or an empty string.
        repository: the address that git knows it by, or an empty string.
        releases: what a code host calls releases, None where they were not asked for.
        project: the project's identity now; differs from the question's where it moved.
    """

    project: Project
    candidates: tuple[Candidate, ...]
    branches: dict[str, str] = field(default_factory=dict)
    default_branch: str = ""
    repository: str = ""
    releases: tuple[Candidate, ...] | None = None
    known: Known = field(default_factory=Known)
    warnings: tuple[PinWarning, ...] = ()


Scheme = Literal["basic", "bearer"]
"""How a token is sent: as a password to git services, as itself to APIs."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response: its status (200 or a redirect), the URL that answered, headers, body."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes


# --- choose -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pinned:
    """What a pin truly holds, as far as it is known."""

    rev: str
    commit: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Take:
    """The candidate to move to, and why where that is not plain."""

    candidate: Candidate
    reason: str = ""
    warnings: tuple[PinWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class Stay:
    """The pin is the newest already."""

    candidate: Candidate | None = None
    warnings: tuple[PinWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class Wait:
    """A candidate exists but must not be taken (now)."""

    reason: str
    until: datetime | None = None
    candidate: Candidate | None = None
    warnings: tuple[PinWarning, ...] = ()


Choice: TypeAlias = "Take | Stay | Wait"


# --- patch --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Edit:
    """A byte span and its new text."""

    span: Span
    new: bytes


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after, as values."""

    field: str
    line: int
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Change:
    """A package's edits with before and after.

    Attributes:
        before, after: the whole file's bytes.
    """

    package: Package
    edits: tuple[Edit, ...]
    fields: tuple[FieldChange, ...]
    before: bytes
    after: bytes


# --- build --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a failed build's log says is wrong.

    Attributes:
        code: a stable word, such as ``missing-dependency``.
        message: what was found.
        hint: what to do, in the packaging guide's terms.
    """

    code: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Build:
    """What became of building a package.

    Attributes:
        status: passed, failed or skipped.
        attribute: what was built, as Nix names it.
        phase: where it failed: evaluation, fetch, build, imports or version; why it was skipped.
        log: the whole log's path; an empty string where there is none.
        tail: the log's last lines.
        sandboxed: whether builds were sandboxed; None where nothing was built.
    """

    status: Literal["passed", "failed", "skipped"]
    attribute: str
    seconds: float = 0.0
    phase: str = ""
    log: str = ""
    tail: str = ""
    diagnosis: Diagnosis | None = None
    sandboxed: bool | None = None


# --- publish: what the repository shows ----------------------------------------------------------

PullState = Literal["open", "closed", "merged"]


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request as outcomes name it."""

    url: str
    number: int
    state: PullState


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull request as the repository shows it.

    Attributes:
        node: its id in GraphQL.
        branch, head: the branch that it comes from, and that branch's commit.
        own: the branch is in the repository itself, not in a fork.
        author: the login of who opened it; an App's ends in ``[bot]``.
        automerge: GitHub merges it by itself once it can.
    """

    number: int
    node: str
    url: str
    state: PullState
    title: str
    body: str
    branch: str
    head: str
    own: bool
    author: str
    automerge: bool = False

    @property
    def link(self) -> PullRequest:
        """What outcomes name."""
        return PullRequest(self.url, self.number, self.state)


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue as the repository shows it."""

    number: int
    author: str
    body: str


@dataclass(frozen=True, slots=True)
class BranchCommit:
    """A commit of a branch that the base does not have.

    Attributes:
        files: path -> blob id of what it changed; an empty id for a file that it removed.
    """

    sha: str
    parents: tuple[str, ...]
    message: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch with what it adds to the base, oldest first."""

    name: str
    head: str
    commits: tuple[BranchCommit, ...]


# --- outcomes -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What every outcome tells, as far as the pipeline came."""

    package: Package
    tracking: Tracking | None = None
    pinned: Pinned | None = None
    candidate: Candidate | None = None
    warnings: tuple[PinWarning, ...] = ()
    pull_request: PullRequest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Current(_Known):
    """The pin is new and true as far as is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outdated(_Known):
    """A newer candidate may be taken (only ``check`` ends here)."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Updated(_Known):
    """The change was made; ``written`` is False in a dry run.

    ``hashed`` is None for a call without a hash, such as ``builtins.fetchGit``.
    """

    change: Change
    hashed: Hashed | None
    written: bool
    reason: str = ""
    build: Build | None = None

    @property
    def sri(self) -> str:
        """The new hash; empty for a fetcher call that has none."""
        return str(self.hashed.sri) if self.hashed is not None else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(_Known):
    """A newer candidate exists and must not be taken, or nothing may be decided."""

    reason: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped(_Known):
    """The package cannot be followed at all."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed(_Known):
    """A stage failed; the file is as it was."""

    stage: str
    message: str
    hint: str = ""
    build: Build | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed(_Known):
    """The pin as it is builds and imports (only ``test`` ends here)."""

    build: Build


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified(_Known):
    """The pinned hash is that of ``candidate`` (only ``identify`` ends here).

    Attributes:
        looked_at: how many trees were hashed; None where the answer was known from another run.
    """

    looked_at: int | None


State = Literal["true", "drifted", "tag moved", "wrong hash", "false version", "gone", "yanked"]
"""What ``verify`` says of a pin; each but the first is a reason not to trust it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict(_Known):
    """What holds of the pin as it is (only ``verify`` ends here)."""

    state: State
    message: str = ""
    hint: str = ""


Outcome: TypeAlias = (
    "Current | Outdated | Updated | Held | Skipped | Failed | Passed | Identified | Verdict"
)
