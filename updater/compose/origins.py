"""Where the source of a new overlay comes from, and what the project says of itself.

That is the index's source distribution if it has all that its build reads, else the tag of that
version.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.choose.tag_forms import TagNames, general_form
from updater.compose.extras import needs_of_extras
from updater.errors import NotFound, StageError, UsageError
from updater.kinds import HOST_KINDS, REV_FETCHERS, UPSTREAMS, page_at
from updater.metadata import licences, repositories, requirements, source_code, summary
from updater.metadata.distributions import DistributionReader
from updater.metadata.named_projects import named_projects
from updater.model import normalized_name
from updater.model.labels import parse_release, parse_version
from updater.upstreams.base import ProjectQuestion, TreeQuestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from updater.choose.run import Run
    from updater.compose.references import Channel, NamedProject
    from updater.metadata.summary import ProjectSummary
    from updater.model import Candidate, Offer, Project

_SDIST = re.compile(r"(?P<stem>.+)-(?P<version>[^-]+)\.(?P<ending>tar\.gz|zip|tar\.bz2|tar\.xz)")
# What a build script of setuptools reads, and every source keeps where it has it.
_KEPT = re.compile(r"(?:\./)?(?:requirements/)?[\w.-]*requirements[\w.-]*\.(?:txt|in)", re.ASCII)
_READING = frozenset({"open", "read_text", "parse_requirements", "read"})
_FILES = ("pyproject.toml", "setup.cfg", "setup.py", "LICENSE", "LICENSE.txt", "LICENSE.md")


class NewSource(Struct, frozen=True):
    """A source that an overlay can pin.

    Attributes:
        tag: of the repository; empty for a release of the index.
        fetcher: nixpkgs' function for the repository's host.
        stem, extension: what the index's file is called before and after its version; no extension
            for the usual one.
    """

    project: Project
    version: str
    tag: str = ""
    fetcher: str = "fetchPypi"
    stem: str = ""
    extension: str = ""


class NewProject(Struct, frozen=True):
    """A project that is to be packaged.

    Attributes:
        name: its attribute and pname.
        origins: the sources of its version that may build, the likeliest first.
        passed_over: why other sources are none of them.
        licence: in one line; empty where it is not known.
        files: the project files that are at hand.
        extras: what the extras that were asked for require.
    """

    name: str
    origins: tuple[NewSource, ...]
    passed_over: tuple[str, ...]
    summary: ProjectSummary
    licence: str
    files: Mapping[str, bytes]
    extras: tuple[tuple[str, str], ...] = ()

    @property
    def needs(self) -> frozenset[str]:
        """The projects that it requires, as far as the files at hand say it."""
        read = requirements.from_tree(self.files)
        needed = (*(read.needed if read is not None else ()), *self.extras)
        return frozenset(name for name, _ in needed)

    @property
    def named(self) -> frozenset[str]:
        """What it requires, and what it names where only code says what that is."""
        known = requirements.from_tree(self.files) is not None
        return self.needs if known else self.needs | named_projects(self.files)


class OriginReader(Struct, frozen=True):
    """Looks up projects for one run."""

    run: Run

    async def look_up(self, named: NamedProject, channel: Channel | None) -> NewProject:
        """Return what an argument names.

        Args:
            named: the argument.
            channel: where the source must come from; None for the index's sdist if it can build,
                else a tag.

        Raises:
            UsageError: a repository is named, and its source must come from the index.
            StageError: there is no such project, version or source.
        """
        if not named.project.on_index:
            if channel == "index":
                raise UsageError(
                    f"{named.text} is a repository, so its source is a tag",
                    hint="name the project of the index instead, or leave out --channel",
                )
            return await self._on_host(named)
        candidate = await self._release(named)
        files = dict(await self._distributions.source_files(candidate))
        metadata = await self._distributions.metadata(candidate)
        told = {**files, "PKG-INFO": metadata} if metadata else files
        origins: list[NewSource] = []
        passed_over: list[str] = []
        sdist = next(_sdists(candidate), None)
        missing = _missing_files(files)
        if sdist is None:
            passed_over.append(f"the index has no source distribution of {candidate.version}")
        elif missing:
            passed_over.append(f"the source distribution lacks {', '.join(missing)}")
        elif channel != "tags":
            origins.append(_of_sdist(named.project, sdist))
        if channel != "index":
            name = normalized_name(named.project.name)
            tagged = await self._tag_of(candidate, name, told, passed_over)
            origins += [tagged] if tagged is not None else []
        if not origins:
            raise NotFound(
                f"{named.text}: no source of {candidate.version} can be built: "
                f"{'; '.join(passed_over)}",
                hint="name the repository and its tag: updater add github:OWNER/REPO@TAG",
            )
        return _project(named, named.project.name, tuple(origins), tuple(passed_over), told)

    async def _release(self, named: NamedProject) -> Candidate:
        offer = await self.offer(named.project)
        if named.version:
            wanted = parse_version(named.version)
            own = [one for one in offer.candidates if parse_version(one.version) == wanted]
            if not own:
                raise NotFound(
                    f"{named.project} has no release {named.version!r}", hint="check the version"
                )
            return own[0]
        final = [
            (version, release)
            for release in offer.candidates
            if (version := parse_release(release.version)) is not None
            and not version.is_prerelease
            and release.yanked is None
        ]
        if not final:
            raise NotFound(f"{named.project} has no release", hint="name a version: NAME@VERSION")
        return max(final, key=lambda pair: pair[0])[1]

    async def offer(self, project: Project) -> Offer:
        """Return what an upstream says of a project.

        Raises:
            StageError: there is none, or it cannot be asked.
        """
        around = self.run.surroundings
        kind = next(own for own in UPSTREAMS if own.claims(project, around.hosts))
        try:
            return await kind.offer(ProjectQuestion(project), around)
        except NotFound as error:
            if not project.on_index:
                raise
            raise NotFound(
                f"the index has no project {project.path}", hint="check the name"
            ) from error

    async def _tag_of(
        self,
        candidate: Candidate,
        name: str,
        files: Mapping[str, bytes],
        passed_over: list[str],
    ) -> NewSource | None:
        """Return the tag of a release of the index, in the repository that its metadata names."""
        hosts = self.run.surroundings.hosts
        pages = (page_at(address, hosts) for address in repositories.from_tree(files))
        project = next((page.project for page in pages if page is not None), None)
        host = project.on(hosts) if project is not None else None
        if project is None or host is None or host.kind not in REV_FETCHERS:
            passed_over.append("its metadata names no repository on a host that is known")
            return None
        try:
            # Whoever uploads to the index could name a repository that only the token can read.
            if not await HOST_KINDS[host.kind].is_public(project, self.run.surroundings):
                raise NotFound(f"{project} is not public")
            offer = await self.offer(project)
        except StageError as error:
            passed_over.append(str(error))
            return None
        wanted = parse_version(candidate.version)
        for version, tag in _versions(offer, name):
            if parse_version(version) == wanted:
                return self._origin(offer.project, version, tag.ref)
        passed_over.append(f"{project} has no tag of {candidate.version}")
        return None

    async def _on_host(self, named: NamedProject) -> NewProject:
        project, hosts = named.project, self.run.surroundings.hosts
        host = project.on(hosts)
        if host is None or host.kind not in REV_FETCHERS:
            raise NotFound(
                f"{project} is on a host that is not configured",
                hint="name it under `hosts` in config.yaml",
            )
        offer = await self.offer(project)
        versions = [
            (parse_version(version), version, tag)
            for version, tag in _versions(offer, project.name)
        ]
        fitting = [
            (order, version, tag)
            for order, version, tag in versions
            if order is not None
            and (named.version in (tag.ref, version) if named.version else not order.is_prerelease)
        ]
        if not fitting:
            wanted = f"tag {named.version!r}" if named.version else "tag that is a version"
            raise NotFound(
                f"{project} has no {wanted}",
                hint="a branch moves, so an overlay cannot pin it: name a tag with @TAG",
            )
        _, version, tag = max(fitting, key=lambda own: own[0])
        question = TreeQuestion(project, (tag.commit,), _FILES)
        trees = await HOST_KINDS[host.kind].trees_at([question], self.run.surroundings)
        tree = trees.get(question, {}).get(tag.commit, {})
        files = {path: data for path, data in tree.items() if data is not None}
        origin = self._origin(project, version, tag.ref)
        name = summary.from_tree(files).name or project.name
        return _project(named, name, (origin,), (), files)

    def _origin(self, project: Project, version: str, tag: str) -> NewSource:
        host = project.on(self.run.surroundings.hosts)
        kind = REV_FETCHERS[host.kind if host is not None else "git"]
        return NewSource(project, version, tag, min(kind.functions))

    @property
    def _distributions(self) -> DistributionReader:
        return DistributionReader(self.run.http)


def _project(
    named: NamedProject,
    name: str,
    origins: tuple[NewSource, ...],
    passed_over: tuple[str, ...],
    files: Mapping[str, bytes],
) -> NewProject:
    return NewProject(
        normalized_name(name),
        origins,
        passed_over,
        summary.from_tree(files),
        licences.from_tree(files),
        files,
        needs_of_extras(named, normalized_name(name), requirements.from_tree(files)),
    )


def _of_sdist(project: Project, sdist: re.Match[str]) -> NewSource:
    """Return a source distribution as a source."""
    extension = "" if sdist["ending"] == "tar.gz" else sdist["ending"]
    return NewSource(project, sdist["version"], stem=sdist["stem"], extension=extension)


def _sdists(candidate: Candidate) -> Iterator[re.Match[str]]:
    for file in candidate.distributions:
        match = _SDIST.fullmatch(file.filename)
        if match is not None:
            yield match


def _versions(offer: Offer, name: str) -> Iterator[tuple[str, Candidate]]:
    form = general_form(TagNames((name,), offer.project.name))
    for tag in offer.candidates:
        version = form.version(tag.ref)
        if version is not None and version in tag.ref:
            yield version, tag


def _missing_files(files: Mapping[str, bytes]) -> list[str]:
    """Return the requirement files that setup.py reads and the tree does not have.

    Of other files nobody can tell: what a source has besides was not kept.
    """
    script = source_code.parsed(files["setup.py"]) if "setup.py" in files else None
    read: set[str] = set()
    for node in ast.walk(script) if script is not None else ():
        if isinstance(node, ast.Call) and source_code.called(node) in _READING:
            read |= {
                part.value
                for part in ast.walk(node)
                if isinstance(part, ast.Constant)
                and isinstance(part.value, str)
                and _KEPT.fullmatch(part.value)
            }
    return sorted(path for path in read if path.removeprefix("./") not in files)
