"""What upstreams offer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal, overload

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping
    from datetime import datetime

    from updater.model.hashes import Sri
    from updater.model.project import Project

_LARGE_BYTES: Final = 20_000_000


class PinWarning(Struct, frozen=True):
    """Something a maintainer should know although it does not stop the update.

    Attributes:
        configured: it is what the configuration asks for, and so no more than information.
    """

    code: str
    message: str
    configured: bool = False


class Distribution(Struct, frozen=True):
    """One file of a release on a package index (an sdist or a wheel).

    Attributes:
        metadata: the index serves the file's core metadata by itself.
    """

    filename: str
    url: str
    sri: Sri | None
    size: int | None
    requires_python: str | None
    metadata: bool = False


class FilesOnDemand(Sequence[Distribution]):
    """A release's files, made when somebody looks at them: an index has hundreds of a project.

    Args:
        count: how many there are.
        load: makes them.
    """

    __slots__ = ("_count", "_files", "_load")

    def __init__(self, count: int, load: Callable[[], tuple[Distribution, ...]]) -> None:
        self._count = count
        self._load = load
        self._files: tuple[Distribution, ...] | None = None

    @property
    def files(self) -> tuple[Distribution, ...]:
        """All of them."""
        if self._files is None:
            self._files = self._load()
        return self._files

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Distribution: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Distribution]: ...

    def __getitem__(self, index: int | slice) -> Distribution | Sequence[Distribution]:
        return self.files[index]

    def __iter__(self) -> Iterator[Distribution]:
        return iter(self.files)

    def __eq__(self, files: object) -> bool:
        return self.files == (files.files if isinstance(files, FilesOnDemand) else files)

    def __hash__(self) -> int:
        return hash(self.files)

    def __repr__(self) -> str:
        return f"FilesOnDemand({self._count})"


class Candidate(Struct, frozen=True):
    """One version that an upstream offers.

    Attributes:
        version: as upstream spells it; for a tag, the part of it that is the version.
        ref: the tag, or an empty string.
        commit: the commit (annotated tags peeled), 40 hex digits, or an empty string.
        published: when; for a tag, the date of its commit.
        appeared: when its tag or release itself appeared, where that is known.
        prerelease: upstream marks it as one, whatever its version says.
        yanked: why the release was withdrawn; None where it was not.
        url: a page about it, for people.
        requires_python: what each file of the version requires, those of its twin on the index or
            its own pyproject.toml; empty where nothing is known. Of a release of the index, its
            distributions say it.
        committed: its commit's date, where a package writes that beside its pin.
        asset: of a release on a code host, the file that the user's `asset` names.
        is_branch: a branch has the tag's name, too; None where nobody knows.
    """

    version: str
    ref: str = ""
    commit: str = ""
    published: datetime | None = None
    prerelease: bool = False
    yanked: str | None = None
    url: str = ""
    distributions: Sequence[Distribution] = ()
    requires_python: tuple[str | None, ...] = ()
    appeared: datetime | None = None
    committed: datetime | None = None
    asset: Distribution | None = None
    is_branch: bool | None = None


class CandidatesOnDemand(Sequence[Candidate]):
    """An index's releases, made whenever somebody goes through them, and not kept.

    A thousand projects have more than a hundred thousand, and of most only the newest matters.

    Args:
        count: how many there are.
        make: makes them.
    """

    __slots__ = ("_count", "_make")

    def __init__(self, count: int, make: Callable[[], Iterator[Candidate]]) -> None:
        self._count = count
        self._make = make

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Candidate: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Candidate]: ...

    def __getitem__(self, index: int | slice) -> Candidate | Sequence[Candidate]:
        return tuple(self._make())[index]

    def __iter__(self) -> Iterator[Candidate]:
        return self._make()

    def __eq__(self, candidates: object) -> bool:
        return isinstance(candidates, Sequence) and tuple(self) == tuple(candidates)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"CandidatesOnDemand({self._count})"


Relation = Literal["identical", "ahead", "behind", "diverged", "unknown"]
"""Where one commit stands to another, in the words of GitHub's compare API."""


class TagFacts(Struct, frozen=True):
    """What a host says of one tag besides its commit.

    Attributes:
        prerelease: it marks the tag's release as a pre-release.
        appeared: when the release was published, else the date of the tag's own object; None where
            it has neither.
        is_branch: a branch has the tag's name, too; None where nobody knows.
    """

    prerelease: bool = False
    appeared: datetime | None = None
    is_branch: bool | None = None


class CommitFacts(Struct, frozen=True):
    """What an upstream said of commits besides their names, so that nobody need ask git.

    Attributes:
        dates: commit -> its committer date.
        relations: (base, head) -> where head stands to base.
        files: commit -> path -> content; None for a path that the commit does not have.
        tag_objects: the id of an annotated tag's own object -> the commit that it leads to.
        tags: tag -> what its host says of it, as far as it was asked.
    """

    dates: Mapping[str, datetime] = field(default_factory=dict)
    relations: Mapping[tuple[str, str], Relation] = field(default_factory=dict)
    files: Mapping[str, Mapping[str, bytes | None]] = field(default_factory=dict)
    tag_objects: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, TagFacts] = field(default_factory=dict)


class Offer(Struct, frozen=True):
    """All that an upstream said about one project.

    Attributes:
        candidates: an index's releases or a repository's tags, in no particular order; a tag's
            ``version`` is the whole tag until a tag form is chosen.
        branches: branch name -> commit: those that were asked for, and the default branch.
        default_branch: its name, or an empty string.
        repository: the address that git knows it by, or an empty string.
        releases: what a code host calls releases, None where they were not asked for.
        project: the project's identity now; differs from the question's where it moved.
        disk_bytes: what the repository takes on its host's disk; 0 where the host does not say.
    """

    project: Project
    candidates: Sequence[Candidate]
    branches: dict[str, str] = field(default_factory=dict)
    default_branch: str = ""
    repository: str = ""
    releases: tuple[Candidate, ...] | None = None
    facts: CommitFacts = field(default_factory=CommitFacts)
    warnings: tuple[PinWarning, ...] = ()
    disk_bytes: int = 0

    @property
    def is_large(self) -> bool:
        """Whether its history is cloned without what nobody looks at."""
        return self.disk_bytes > _LARGE_BYTES


class Note(Struct, frozen=True):
    """Upstream's notes about one release.

    Attributes:
        url: a page with them, for people; may be empty.
        text: as upstream wrote it.
        published: when the release was; None where that is not known.
    """

    tag: str
    url: str
    text: str
    published: datetime | None = None


Scheme = Literal["basic", "bearer", "index"]
"""How a token is sent: as a password to git services, as itself to APIs.

``index`` sends no host's token, but the user and password of the package index, to it alone.
"""


class HttpResponse(Struct, frozen=True):
    """An HTTP response.

    Attributes:
        status: 200 or a redirect.
        url: that which answered.
        moved: where permanent redirects (301 and 308) led from the URL that was asked for, before
            any other; empty where the first was none.
        condensed: the body is what a `Condensing` made of the one that came.
    """

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes
    moved: str = ""
    condensed: bool = False


class Condensing(Struct, frozen=True):
    """How the body of an answer becomes what is wanted of it, which alone is kept for later runs.

    Attributes:
        form: what it is then, and the version of how that is written; one word.
        work: returns the answer with its new body, as one that is condensed.
    """

    form: str
    work: Callable[[HttpResponse], Awaitable[HttpResponse]]
