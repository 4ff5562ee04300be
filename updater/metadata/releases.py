"""Both releases of an update -> what each says of itself, read where it costs least.

In this order: the archive that was downloaded anyway, the project files at both commits, and the
metadata that the index serves by itself, which comes first where the source is from there. Only
where nothing else says it: both releases' files from the index, bounded and in one pass. Nothing is
run.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Protocol

from anyio import to_thread
from msgspec import Struct

from updater.errors import StageError
from updater.kinds import HOST_KINDS
from updater.metadata.apart import read_apart
from updater.metadata.distributions import METADATA, DistributionReader, smallest
from updater.metadata.folders import files_in
from updater.metadata.release import (
    FILES,
    LICENCES,
    ReleaseMetadata,
    is_known,
    of_metadata,
    of_tree,
)
from updater.model.labels import parse_release
from updater.upstreams.base import ProjectQuestion, TreeQuestion
from updater.upstreams.pypi import KIND as PYPI

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from packaging.version import Version

    from updater.effects.http.client import Http
    from updater.model import Candidate, Host, Offer, Package, Policy, Project
    from updater.model.outcomes import PackageOutcome
    from updater.upstreams.base import Surroundings


class ReleaseStep(Struct, frozen=True):
    """A package's way from one release to another.

    Attributes:
        project: where its source comes from.
        old, new: the versions; empty where they are not known.
        old_revision, new_revision: commits or tags; empty where it is not of a repository.
        files: the new source's project files; empty where it was not downloaded.
        indexed: what the package index has of it; None where it is still to be asked.
    """

    package: Package
    project: Project
    old: str
    new: str
    old_revision: str = ""
    new_revision: str = ""
    files: Mapping[str, bytes] = {}
    indexed: Offer | None = None

    @classmethod
    def of(
        cls,
        outcome: PackageOutcome,
        project: Project,
        files: Mapping[str, bytes] | None = None,
        indexed: Offer | None = None,
    ) -> ReleaseStep:
        """Return the step that an outcome is about.

        Args:
            outcome: what is decided of the package.
            project: where its source comes from.
            files: by path in the whole source, where that was downloaded.
            indexed: as the attribute.
        """
        package, pinned, candidate = outcome.package, outcome.pinned, outcome.candidate
        old = (pinned.commit or pinned.rev) if pinned is not None else ""
        new = (candidate.commit or candidate.ref) if candidate is not None else ""
        own = files_in(package.folder, files or {})
        return cls(package, project, outcome.old, outcome.new, old, new, own, indexed)

    def compare_page(self, hosts: Mapping[str, Host]) -> str:
        """Return the page that shows all that changed; empty where the host has or tells none."""
        host, old, new = self.project.on(hosts), self.old_revision, self.new_revision
        if host is None or not (old and new) or old == new:
            return ""
        return HOST_KINDS[host.kind].compare_page(self.project, host, old, new)


class ReleasePair(Struct, frozen=True):
    """What was read of the pinned and of the chosen release, the best first."""

    before: Sequence[ReleaseMetadata] = ()
    after: Sequence[ReleaseMetadata] = ()


class KeptTrees(Protocol):
    """What earlier runs read of one repository's commits."""

    def tree(self, commit: str, paths: Sequence[str]) -> Mapping[str, bytes] | None:
        """Return those of some files that a commit has; None where no run asked for them."""
        ...

    def note_tree(self, commit: str, paths: Sequence[str], files: Mapping[str, bytes]) -> None:
        """Keep those of some files that a commit has."""
        ...


class ReleaseReader(Struct, frozen=True):
    """Reads what releases say of themselves.

    Attributes:
        records: returns what is kept of a repository.
        trees: what this run was told by now: project, revision and paths -> path -> content.
        contents: what it has read of the index's files, by their addresses.
    """

    http: Http
    around: Surroundings
    records: Callable[[Project], KeptTrees]
    trees: dict[tuple[Project, str, tuple[str, ...]], Mapping[str, bytes]]
    contents: dict[str, Mapping[str, bytes]]

    @property
    def _distributions(self) -> DistributionReader:
        return DistributionReader(self.http, self.contents)

    async def read(
        self, step: ReleaseStep, policy: Policy, *, downloads: bool = True
    ) -> ReleasePair:
        """Return what the pinned release and the chosen one say.

        Args:
            step: from the one to the other.
            policy: whether the index may be asked about a source that is not from there.
            downloads: also from files of the index, where nothing else says it.
        """
        project = step.project
        index = project.on_index or policy.cross_check
        old, new = await self._on_index(step) if index else (None, None)
        before: list[ReleaseMetadata] = []
        after = [await _of_tree(step.files, "the source archive")] if step.files else []
        for releases, files in zip((before, after), await self._on_host(step), strict=True):
            if files:
                releases.append(await _of_tree(files, "the project files at both commits"))
        before += await self._by_itself(old, project)
        after += await self._by_itself(new, project)
        if project.on_index:  # else what is pinned may be between two releases
            before, after = before[::-1], after[::-1]
        if downloads and not (is_known(before) and is_known(after)):
            for releases, candidate in ((before, old), (after, new)):
                if not is_known(releases):
                    releases.extend(await self._fetched(candidate, project))
        return ReleasePair(before, after)

    async def look_ahead(self, steps: Iterable[ReleaseStep]) -> None:
        """Ask for the project files of many steps together, before each is read by itself."""
        by_kind: dict[str, list[TreeQuestion]] = {}
        for step in steps:
            host, question = step.project.on(self.around.hosts), self._question(step)
            if host is not None and question is not None:
                by_kind.setdefault(host.kind, []).append(question)
        for kind, questions in by_kind.items():
            await self._ask(kind, tuple(dict.fromkeys(questions)))

    async def _on_host(self, step: ReleaseStep) -> tuple[Mapping[str, bytes], Mapping[str, bytes]]:
        """Return the project files at both commits, as far as one request tells them."""
        host, question = step.project.on(self.around.hosts), self._question(step)
        if host is not None and question is not None:
            await self._ask(host.kind, [question])
        paths, folder = _paths(step), step.package.folder
        old, new = (self._tree(step, own, paths) for own in (step.old_revision, step.new_revision))
        if not paths or old is None or new is None:
            return {}, {}
        before, after = (
            {path: data for path, data in tree.items() if path in LICENCES} | files_in(folder, tree)
            for tree in (old, new)
        )
        return before, after

    def _tree(
        self, step: ReleaseStep, revision: str, paths: tuple[str, ...]
    ) -> Mapping[str, bytes] | None:
        """Return the files of a revision, as this run or an earlier one was told; else None."""
        here = self.trees.get((step.project, revision, paths))
        return here if here is not None else self.records(step.project).tree(revision, paths)

    def _question(self, step: ReleaseStep) -> TreeQuestion | None:
        """Return what is still to be asked for a step; None for nothing."""
        paths = _paths(step)
        revisions = (step.old_revision, step.new_revision) if paths else ()
        unknown = tuple(own for own in revisions if self._tree(step, own, paths) is None)
        return TreeQuestion(step.project, unknown, paths) if unknown else None

    async def _ask(self, kind: str, questions: Sequence[TreeQuestion]) -> None:
        """Ask, and keep what is told; it stays unknown where the host cannot be asked."""
        with suppress(StageError):
            answers = await HOST_KINDS[kind].trees_at(questions, self.around)
            for question, trees in answers.items():
                for revision in question.revisions:
                    files = trees.get(revision, {})
                    tree = {path: data for path, data in files.items() if data is not None}
                    self.trees[question.project, revision, question.paths] = tree
                    self.records(question.project).note_tree(revision, question.paths, tree)

    async def _on_index(self, step: ReleaseStep) -> tuple[Candidate | None, Candidate | None]:
        """Return the index's releases of both versions, where it has them."""
        nothing = (None, None)
        project = index_project(step.package, step.project)
        old, new = versions(step.old, step.new)
        if project is None or old is None or new is None:
            return nothing
        offer: Offer | StageError | None = step.indexed
        if offer is None:
            offer = (await PYPI.look_up([ProjectQuestion(project)], self.around))[project]
        if isinstance(offer, StageError):
            return nothing
        releases = {parse_release(candidate.version): candidate for candidate in offer.candidates}
        return releases.get(old), releases.get(new)

    async def _by_itself(
        self, candidate: Candidate | None, project: Project
    ) -> list[ReleaseMetadata]:
        try:
            data = await self._distributions.metadata(candidate) if candidate is not None else b""
        except StageError:
            return []
        own = bool(data) and _is_of(data, project)
        return [of_metadata(data, "the wheels' metadata")] if own else []

    async def _fetched(
        self, candidate: Candidate | None, project: Project
    ) -> list[ReleaseMetadata]:
        file = smallest(candidate)
        if file is None:
            return []
        try:
            contents = await to_thread.run_sync(self._distributions.contents, file)
        except StageError:
            return []
        wheel = next((data for path, data in contents.items() if METADATA.fullmatch(path)), None)
        if file.filename.endswith(".whl"):
            release = of_metadata(wheel, "both wheels") if wheel is not None else None
        else:
            release = await _of_tree(contents, "both source distributions")
        metadata = wheel if wheel is not None else contents.get("PKG-INFO", b"")
        return [release] if release is not None and _is_of(metadata, project) else []


def _paths(step: ReleaseStep) -> tuple[str, ...]:
    """Return the files that are asked for at both commits of a step; none where nothing differs."""
    old, new, folder = step.old_revision, step.new_revision, step.package.folder
    if not (old and new) or old == new or folder is None:
        return ()
    # A licence at the top is that of all folders; nothing else there is.
    return (*(f"{folder}/{path}" for path in FILES), *LICENCES) if folder else FILES


async def _of_tree(files: Mapping[str, bytes], origin: str) -> ReleaseMetadata:
    size = sum(map(len, files.values()))
    return await read_apart(partial(of_tree, files, origin), size)


def versions(old: str, new: str) -> tuple[Version | None, Version | None]:
    """Return what is pinned and what is chosen, None for what is not a release's version."""
    return parse_release(old), parse_release(new)


def index_project(package: Package, project: Project) -> Project | None:
    """Return the project of a package on the package index, by its name there."""
    return project if project.on_index else package.indexed


def _is_of(metadata: bytes, project: Project) -> bool:
    """Tell whether a release of the index names the repository, so that it is of this project."""
    return project.on_index or project.path.lower().encode() in metadata.lower()
