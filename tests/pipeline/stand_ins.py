"""Small stand-ins of what a run uses: an upstream, hashes, builds; no network, Nix or thread."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, cast

import anyio
from msgspec import Struct, field

from tests.project import github_overlay, pypi_overlay
from updater.building.evaluating import BuildTarget
from updater.building.package_set import configured
from updater.building.package_sets import NotBuilt, PackageSets
from updater.choose.commit_records import CommitRecords
from updater.choose.foreseen import ForeseenTags
from updater.choose.refusals import Refusals
from updater.choose.run import Run
from updater.config.load import load
from updater.errors import UpstreamError
from updater.find.overlay_files import OverlayFiles
from updater.find.packages import read_file
from updater.hashing.prefetch import Prefetcher
from updater.metadata.folders import SourcePlace, paths_read
from updater.model import (
    Build,
    Candidate,
    CommitFacts,
    Distribution,
    Hashed,
    Offer,
    Project,
    Sri,
)
from updater.upstreams.base import ProjectQuestion, Surroundings, Upstream

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from updater.building.evaluating import Ahead, BuildJob
    from updater.errors import Bug, StageError
    from updater.identify.identifier import Identifier
    from updater.model import BuildPolicy, Fetch, Host, Package

NOW = datetime(2025, 6, 1, tzinfo=UTC)
OLD = Sri("sha256", bytes(range(32)))
NEW = Sri("sha256", bytes([1] * 32))


def wait(work: Callable[..., Awaitable[Any]], *arguments: object) -> Any:
    """Run asynchronous work to its end and return its result."""
    return anyio.run(work, *arguments)


class Steps(Struct):
    """A progress display that remembers what it was told."""

    stages: list[tuple[str, int]] = field(default_factory=list)
    done: list[tuple[str, str]] = field(default_factory=list)
    bugs: list[Bug] = field(default_factory=list)

    def stage(self, name: str, total: int) -> None:
        self.stages.append((name, total))

    def step(self, package: Package) -> None:
        self.done.append((self.stages[-1][0], package.name))

    def written(self, package: Package, version: str) -> None:
        """Nothing is shown."""

    def detail(self, message: str) -> None:
        """Nothing is shown."""

    def bug(self, bug: Bug) -> None:
        self.bugs.append(bug)


class StandInWeb(Struct):
    """HTTP without a token, which nobody may use."""

    said: list[str] = field(default_factory=list)

    def has_token(self, url: str) -> bool:
        del url
        return False

    def retrying(self, url: str) -> NoReturn:
        raise UpstreamError(f"{url}: nothing is downloaded here")

    def say(self, message: str) -> None:
        self.said.append(message)


class Orchard(Upstream):
    """An upstream that has what a test says, for every project whose name a test gave.

    Attributes:
        offered: the last part of a project's path -> what it offers, or an error.
        asked: the projects of each look-up.
    """

    kind: ClassVar[str] = "orchard"

    def __init__(self) -> None:
        self.offered: dict[str, Offer | StageError | Exception] = {}
        self.asked: list[list[str]] = []

    def claims(self, project: Project, hosts: Mapping[str, Host]) -> bool:
        del hosts
        return _last(project) in self.offered

    async def offers(
        self, questions: Sequence[ProjectQuestion], around: Surroundings
    ) -> dict[Project, Offer | StageError]:
        del around
        self.asked.append(sorted(_last(one.project) for one in questions))
        found = {}
        for question in questions:
            offer = self.offered[_last(question.project)]
            if isinstance(offer, Exception) and not hasattr(offer, "stage"):
                raise offer
            found[question.project] = cast("Offer | StageError", offer)
        return found

    def release(self, name: str, *versions: str) -> None:
        """Offer releases of an index; newest last, a month apart, all of them old enough."""
        project = Project.indexed(name)
        files = {
            one: (
                Distribution(
                    f"{name}-{one}.tar.gz",
                    f"https://index.example/{name}-{one}.tar.gz",
                    NEW,
                    1,
                    None,
                ),
            )
            for one in versions
        }
        self.offered[name] = Offer(
            project,
            tuple(
                Candidate(
                    one, published=datetime(2024, 1 + at, 1, tzinfo=UTC), distributions=files[one]
                )
                for at, one in enumerate(versions)
            ),
        )

    def tag(self, name: str, **commits: str) -> None:
        """Offer tags of a repository, by their names (``v1_0`` for v1.0) with their commits."""
        project = Project.repository("github.com", f"o/{name}")
        tags = tuple(
            Candidate(tag.replace("_", "."), ref=tag.replace("_", "."), commit=commit * 40)
            for tag, commit in commits.items()
        )
        no_files = dict.fromkeys(paths_read(SourcePlace("", (name,))))
        facts = CommitFacts(files={candidate.commit: no_files for candidate in tags})
        url = f"https://github.com/o/{name}"
        self.offered[name] = Offer(project, tags, {"main": "f" * 40}, "main", url, facts=facts)


def _last(project: Project) -> str:
    return str(project).rpartition("/")[2].rpartition(":")[2]


class StandInHashes(Struct):
    """A prefetcher that knows the hash of every file, or raises what a test says.

    Attributes:
        errors: what part of an address raises.
        asked: the addresses.
    """

    http: StandInWeb
    errors: dict[str, Exception] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def hash(
        self,
        fetch: Fetch,
        method: str,
        keep: Path | None = None,
        paths: frozenset[str] = frozenset(),
    ) -> Hashed:
        del method, keep, paths
        self.asked.append(fetch.url)
        for part, error in self.errors.items():
            if part in fetch.url:
                raise error
        return Hashed(fetch.sri or NEW, "index", 0)

    def only_built(self, fetch: Fetch, method: str) -> str:
        return Prefetcher.only_built(cast("Prefetcher", self), fetch, cast("Any", method))

    def unpacks(self, fetch: Fetch, method: str) -> bool:
        del fetch, method
        return False


class StandInCommitRecords(CommitRecords, frozen=True):
    """Records of commits of which none comes from another."""

    def contains(self, commit: str, ancestor: str) -> bool:
        del commit, ancestor
        return False


class StandInRecords(Struct):
    """Records that remember what they were told."""

    noted: list[tuple[str, str, str]] = field(default_factory=list)

    def note(self, project: Project, candidate: Candidate | None, found: Sri) -> None:
        self.noted.append((str(project), candidate.version if candidate else "", str(found)))

    def commits(self, project: Project) -> StandInCommitRecords:
        return StandInCommitRecords(project, None)

    @property
    def refusals(self) -> Refusals:
        return Refusals(None)

    def foreseen(self, projects: Iterable[Project]) -> ForeseenTags:
        return ForeseenTags(frozenset(projects), None)

    def recorded_commit(self, subject: object) -> str:
        del subject
        return ""

    def held_commit(self, subject: object, facts: object) -> str:
        del facts
        return self.recorded_commit(subject)


class StandInBuilder(Struct):
    """A builder whose builds pass, unless a test says otherwise.

    Attributes:
        results: a package's name -> its builds in turn (the last one again and again), or an error.
        evaluation: what evaluating ahead raises.
        built: the jobs that were built, in their order.
        ahead: the names of the packages of each evaluation.
    """

    results: dict[str, list[Build] | Exception] = field(default_factory=dict)
    evaluation: Exception | None = None
    built: list[BuildJob] = field(default_factory=list)
    ahead: list[list[str]] = field(default_factory=list)

    async def evaluate(self, jobs: Sequence[BuildJob]) -> Ahead:
        self.ahead.append([one.target.package.name for one in jobs])
        if self.evaluation is not None:
            raise self.evaluation
        return {}

    async def build(self, job: BuildJob, ahead: Ahead) -> Build:
        del ahead
        self.built.append(job)
        name = job.target.package.name
        results = self.results.get(name, [])
        if isinstance(results, Exception):
            raise results
        if not results:
            return passed(name)
        return results.pop(0) if len(results) > 1 else results[0]

    @property
    def names(self) -> list[str]:
        """The packages that were built, in their order."""
        return [one.target.package.name for one in self.built]


class StandInSets(PackageSets):
    """Package sets that have every package, unless a test says otherwise.

    Attributes:
        why_not_built: why no package is built.
    """

    def __init__(self) -> None:
        self.why_not_built: str | Exception = ""

    def expect(self, packages: Iterable[Package]) -> None:
        del packages

    async def target(self, package: Package, policy: BuildPolicy) -> BuildTarget | NotBuilt:
        if isinstance(self.why_not_built, Exception):
            raise self.why_not_built
        if self.why_not_built:
            return NotBuilt(self.why_not_built)
        return BuildTarget(package, policy, configured(policy, package))

    async def evaluable(self, package: Package, policy: BuildPolicy) -> BuildTarget | NotBuilt:
        return await self.target(package, policy)


def passed(name: str) -> Build:
    return Build("passed", name)


def failed(name: str) -> Build:
    return Build("failed", name, phase="build", log=f"{name}.log", tail="gcc: no")


class World(Struct):
    """A run and its stand-ins."""

    run: Run
    steps: Steps
    upstream: Orchard
    hashes: StandInHashes
    records: StandInRecords
    builder: StandInBuilder
    sets: StandInSets
    found: OverlayFiles

    def package(self, name: str) -> Package:
        return next(one for one in self.found.packages if one.name == name)

    @property
    def packages(self) -> tuple[Package, ...]:
        return self.found.packages


def world(
    root: Path, overlays: Mapping[str, str], configuration: str = "", identifier: object = None
) -> World:
    """Return a run over overlays.

    Args:
        root: an empty folder.
        overlays: a file's name -> its text; they are written below the root, too.
        configuration: config.yaml.
        identifier: who answers which commit has a hash.
    """
    (root / "config.yaml").write_text(configuration)
    for file, text in overlays.items():
        (root / file).write_text(text)
    texts = {file: text.encode() for file, text in overlays.items()}
    packages = tuple(one for file, text in texts.items() for one in read_file(text, file))
    web, steps = StandInWeb(), Steps()
    hashes, records, builder = StandInHashes(web), StandInRecords(), StandInBuilder()
    run = Run(
        config=load(root, None),
        now=NOW,
        http=cast("Any", web),
        prefetcher=cast("Any", hashes),
        records=cast("Any", records),
        identifier=lambda: cast("Identifier", identifier),
        builder=lambda: cast("Any", builder),
        progress=steps,
    )
    found = OverlayFiles(packages, texts)
    return World(run, steps, Orchard(), hashes, records, builder, StandInSets(), found)


def of_index(*names: str, version: str = "1.0") -> dict[str, str]:
    """Return an overlay for each of some packages of the index."""
    return {f"{one}.nix": pypi_overlay(one, version, sri=str(OLD)) for one in names}


def hashed_by_index(*names: str) -> dict[str, str]:
    """Return the same, each with the hash that the index has for all that it has."""
    return {file: text.replace(str(OLD), str(NEW)) for file, text in of_index(*names).items()}


def of_github(*names: str, version: str = "1.0", rev: str = "v${version}") -> dict[str, str]:
    """Return an overlay for each of some packages from GitHub."""
    return {f"{one}.nix": github_overlay(one, version, rev=rev, sri=str(OLD)) for one in names}
