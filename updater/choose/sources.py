"""How a package's sources get a candidate: its own, and those that are made from its version."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.choose.assets import Assets
from updater.choose.named import choose_named
from updater.choose.tag_forms import TagNames, general_form
from updater.choose.tag_shapes import tag_form
from updater.errors import NotFound
from updater.fetchers import address
from updater.kinds import FETCHERS, UPSTREAMS, guarded
from updater.model import Candidate, Fetch, Fetched, NoFile, PinWarning, Policy, Project
from updater.overlay.editing.rewrites import with_other_lead
from updater.overlay.reading.functions import rendered
from updater.upstreams.base import ProjectQuestion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.choose.run import Run
    from updater.choose.subjects import Subject
    from updater.model import Offer, Source


_TWO_NUMBERS = re.compile(r"\d+\.\d+")  # with a dash, PEP 440 has another version for them


class Sources:
    """One package's sources; what upstreams say of them is asked once.

    Args:
        run: whose effects are used.
        subject: the package.
    """

    def __init__(self, run: Run, subject: Subject) -> None:
        self._run = run
        self._subject = subject
        self._offers: dict[Project, Offer | None] = {}
        self._absent: dict[str, bool] = {}
        self._assets = Assets(run, subject)

    async def further(self, candidate: Candidate) -> tuple[Fetch, ...] | NoFile:
        """Return how the further sources get a candidate, or why the package cannot move to it.

        Its own source is looked at, too: a tag may be there before what is uploaded for it.

        Raises:
            UpstreamError: an upstream does not answer.
        """
        named = await self.named(candidate)
        own: Fetched = named if isinstance(named, NoFile) else self._fetch(named)
        if isinstance(own, NoFile):
            return own
        missing = await self._missing(self._subject.source, own, candidate)
        if missing:
            return NoFile(missing)
        fetches: list[Fetch] = []
        own_asset = named.asset if isinstance(named, Candidate) else None
        taken = {own_asset.filename: self._subject.source} if own_asset is not None else {}
        for companion in self._subject.package.companions:
            fetch = await self._companion(companion, candidate, taken)
            if not isinstance(fetch, NoFile):
                fetches.append(fetch)
                missing = await self._missing(companion, fetch, candidate)
                if not missing:
                    continue
                fetch = NoFile(missing)
            return NoFile(f"its further source, line {companion.line}: {fetch.reason}")
        return self._unlike(own, fetches, candidate.version) or tuple(fetches)

    def _unlike(self, own: Fetch, fetches: Sequence[Fetch], version: str) -> NoFile | None:
        """Refuse sources that take one text, where upstreams have different ones.

        Args:
            own: how the package's own source gets what is moved to.
            fetches: how the further ones do, in their order.
            version: what the package's version becomes.
        """
        package = self._subject.package
        written = {
            field.literal: own.values[field.name]
            for field in self._subject.source.fields
            if field.literal is not None and field.name in own.values
        }
        for companion, fetch in zip(package.companions, fetches, strict=True):
            for name, new in fetch.values.items():
                field = companion.get(name)
                if field is None or name == "version":
                    continue
                reads = rendered(field.parts, package.version_literals, version)
                is_here = field.span in companion.span and not field.inherited
                is_own = is_here and (field.literal is None or field.literal in field.span)
                if reads == new or (is_own and not field.is_computed):
                    continue
                if is_here and field.text == companion.version_name:  # `rev = version;`
                    continue
                if is_own and with_other_lead(field.text, reads or "", new) is not None:
                    continue
                if field.literal is not None and not field.is_computed:
                    reads = written.setdefault(field.literal, new)
                    if reads == new:
                        continue
                project = FETCHERS[companion.fetcher].project(package, companion)
                return NoFile(
                    f"its further source, line {companion.line}: {project} has {new}, and its "
                    f"{name} would read {reads}; write it as text of its own, "
                    f'{name} = "{field.value}"; in the call'
                )
        return None

    def _fetch(self, candidate: Candidate) -> Fetched:
        return self._subject.fetch(candidate, self._run.config.hosts)

    async def named(self, candidate: Candidate) -> Candidate | NoFile:
        """Return a candidate with the file of its release that the user's `asset` names.

        Raises:
            UpstreamError: the release cannot be asked for.
        """
        return await self._assets.named(self._subject.source, candidate)

    async def _missing(self, source: Source, fetch: Fetch, candidate: Candidate) -> str:
        """Return what is not at the address of a fetch yet, or an empty string."""
        uploaded = FETCHERS[source.fetcher].uploaded(source, fetch)
        if not uploaded or self._subject.pin.version == candidate.version:
            return ""
        if fetch.url not in self._absent:
            self._absent[fetch.url] = await self._run.prefetcher.is_absent(fetch)
        if not self._absent[fetch.url]:
            return ""
        missing = f"{candidate.version} has no {uploaded} yet"
        patterns = self._subject.policy.asset
        is_listed = bool(patterns) and (len(patterns) > 1 or source is self._subject.source)
        if is_listed or not FETCHERS[source.fetcher].asset(self._subject.package, source):
            return missing
        advice = "list a pattern for it in `asset`, too" if patterns else "give `asset` its pattern"
        return f"{missing}; if it has another name now, {advice}"

    async def _companion(
        self, companion: Source, candidate: Candidate, taken: dict[str, Source]
    ) -> Fetched:
        """Return how a further source that is made from the version gets it.

        Args:
            companion: the source.
            candidate: what the package moves to.
            taken: which source has which file of the release by now.
        """
        named = await self._assets.named(companion, candidate)
        if isinstance(named, NoFile):
            return named
        candidate = named
        if named.asset is not None:
            other = taken.setdefault(named.asset.filename, companion)
            if other is not companion:
                name = named.asset.filename
                return NoFile(f"`asset` gives it {name}, which line {other.line} has already")
        subject, hosts = self._subject, self._run.config.hosts
        kind = FETCHERS[companion.fetcher]
        project = kind.project(subject.package, companion)
        if project != subject.project:
            # What was looked up is another project's; the version names something there too.
            own = await self._same_version(project, companion, candidate)
            if isinstance(own, NoFile):
                return own
            candidate = own
        host = project.on(hosts)
        web = host.web if host is not None else ""
        fetch = kind.fetch(subject.package, companion, candidate, web)
        return fetch if isinstance(fetch, NoFile) else guarded(fetch, project, hosts)

    async def _same_version(
        self, project: Project, companion: Source, candidate: Candidate
    ) -> Candidate | NoFile:
        """Return the version of a candidate in another project, by that one's own tag or release.

        Its tags may be of another form than those of the package's own project.

        Raises:
            UpstreamError: that project's upstream does not answer.
        """
        upstream = next(
            (kind for kind in UPSTREAMS if kind.claims(project, self._run.config.hosts)), None
        )
        if upstream is None:
            return replace(candidate, commit="", distributions=())
        if project not in self._offers:
            offer, question = None, ProjectQuestion(project)
            with suppress(NotFound):
                offer = await upstream.offer(question, self._run.surroundings)
            self._offers[project] = offer
        offered, version = self._offers[project], candidate.version
        if project.lists_releases:
            taken = choose_named(version, offered, None, None) if offered else None
            if taken is None:
                return replace(candidate, ref="", commit="", distributions=())
            around = self._run.surroundings
            files = await upstream.files_of(project, taken.candidate, around)
            return replace(taken.candidate, version=version, distributions=files)
        if offered is None:
            return NoFile(f"{project} is not there")
        package = self._subject.package
        pin = FETCHERS[companion.fetcher].pin(package, companion)
        names = TagNames((), project.name)
        own, wider = tag_form(pin, Policy(), offered, names), general_form(names)
        for form in (own, wider):
            taken = choose_named(version, offered, form, None)
            if taken is not None:
                return replace(taken.candidate, version=version)
        field = companion.get("tag", "rev", "ref")
        is_text = field is not None and field.literal is not None and field.literal in field.span
        stays = "; if it is to stay where it is, write its commit as rev" if is_text else ""
        return NoFile(f"{project} has no tag of {version}{stays}")


def bound_to_tag(subject: Subject, candidate: Candidate) -> str:
    """Return why the label of a package must be that of a tag, with what to do instead.

    Its label cannot be what its source declares where that is another version. Empty where the tag
    can stand as text wherever it is named, and still tells its version beside another label.
    """
    package, policy, version = subject.package, subject.policy, candidate.version
    remade = f"is made from the version {version}: write its tag there as text"
    if package.companions:  # without the version, nothing says that they belong to the package
        companion = package.companions[0]
        return f"{companion.attribute} (line {companion.line}) {remade}"
    for field in package.source.fields if package.source is not None else ():
        is_address = field.name == "url" or field.name.startswith("urls[")
        here = address.parse(field.value) if is_address and field.value else None
        if here is None or here.ref is None:
            continue
        if not here.is_archive or here.longer_ref:
            return f"its address (line {field.line}) {remade}"
    dashed = version.replace(".", "-")
    is_dashed = _TWO_NUMBERS.fullmatch(version) is not None and dashed in candidate.ref
    if is_dashed and policy.tag_format is None and policy.tag_pattern is None:
        form = candidate.ref.replace(dashed, "{dashed}")
        return (
            f"beside another label its tag may be {version}.0 or a correction of "
            f'{version.partition(".")[0]}: set `tag_format: "{form}"` for the package'
        )
    return ""


def bound_to_another(candidate: Candidate, own: str, bound: str) -> str:
    """Say why a candidate is not taken: its source declares what its label cannot say.

    Args:
        candidate: the tag, with its version.
        own: what its source declares.
        bound: as `bound_to_tag` returns it.
    """
    return (
        f"the source of {candidate.ref} declares {own}, and {bound}, or take it with "
        f"`--to {candidate.ref}`"
    )


def declared_otherwise(own: str, candidate: Candidate) -> PinWarning:
    """Tell that a source says of itself that it is another version than its tag does."""
    message = f"the source declares the version {own}, not {candidate.version}"
    return PinWarning("declared-version", message)
