"""Which of upstream's release notes tell of an update: those of every version between."""

from __future__ import annotations

import re
from contextlib import aclosing
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.choose.tag_forms import TagForm, TagNames, general_form
from updater.errors import PublishError, StageError, bugs_at
from updater.kinds import UPSTREAMS, page_at
from updater.model.labels import parse_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from packaging.version import Version

    from updater.metadata.release import ReleaseMetadata
    from updater.model import Note, Project
    from updater.pipeline.proposed import ProposedUpdate
    from updater.upstreams.base import Surroundings, Upstream


class NoteReader(Struct, frozen=True):
    """Reads release notes; what cannot be had is not known, and stops nothing."""

    around: Surroundings

    async def about(
        self, update: ProposedUpdate, releases: Iterable[ReleaseMetadata]
    ) -> tuple[Note, ...] | None:
        """Return the notes of an update, newest first; None where they are not known.

        Args:
            update: the update.
            releases: what its new release says of itself: one on the index names its repository.
        """
        project, kind = next(self._places(update, releases), (update.project, None))
        form = _form(update, project)
        if kind is None or form is None:
            return None
        try:
            with bugs_at(PublishError.stage):
                return await self._visible(update, project, kind, form)
        except StageError as error:
            self.around.web.say(f"the release notes of {project} are not known: {error}")
            return None

    async def _visible(
        self, update: ProposedUpdate, project: Project, kind: Upstream, form: TagForm
    ) -> tuple[Note, ...] | None:
        # The user names the repository of a source. Whoever uploads to an index could name a
        # private one, whose notes the token can read and everybody would see in the body.
        if update.project.on_index and not await kind.is_public(project, self.around):
            return None
        return await self._between(update, project, kind, form)

    def _places(
        self, update: ProposedUpdate, releases: Iterable[ReleaseMetadata]
    ) -> Iterator[tuple[Project, Upstream]]:
        """Yield the repositories that may have the notes, the likeliest first, and their kinds."""
        hosts, projects = self.around.hosts, [update.project]
        if update.project.on_index:
            addresses = (link for release in releases for link in release.addresses)
            pages = (page_at(address, hosts) for address in addresses)
            projects = [page.project for page in pages if page is not None]
        for project in projects:
            for kind in UPSTREAMS:
                if kind.claims(project, hosts) and kind.notes(project, self.around) is not None:
                    yield project, kind

    async def _between(
        self, update: ProposedUpdate, project: Project, kind: Upstream, form: TagForm
    ) -> tuple[Note, ...] | None:
        """Read pages until the old version is reached."""
        candidate, pages = update.outcome.candidate, kind.notes(project, self.around)
        old = parse_version(update.outcome.old)
        new = parse_version(candidate.version) if candidate is not None else None
        if pages is None or new is None:
            return None
        newer: list[tuple[Version, Note]] = []
        async with aclosing(pages):
            async for page in pages:
                listed = [(parse_version(form.version(note.tag)), note) for note in page]
                versioned = [(version, note) for version, note in listed if version is not None]
                newer += [
                    entry
                    for entry in versioned
                    if (old is None or old < entry[0]) and entry[0] <= new
                ]
                if _is_reached([version for version, _ in versioned], old):
                    break
        newer.sort(key=lambda entry: entry[0], reverse=True)
        return tuple(note for _, note in newer if note.text)


def _is_reached(versions: Sequence[Version], old: Version | None) -> bool:
    """Tell whether nothing newer than the old version is to be expected on later pages.

    A release of an older line may come after it, so that one alone proves nothing.
    """
    if old is None or old in versions:
        return True
    return bool(versions) and max(versions) < old


def _form(update: ProposedUpdate, project: Project) -> TagForm | None:
    """Return the form of the tags that are versions of the package."""
    candidate, package = update.outcome.candidate, update.outcome.package
    if update.project.on_index:
        own = tuple(filter(None, (package.name, package.pname)))
        return general_form(TagNames(own, project.name))
    if candidate is None or not candidate.ref or candidate.version not in candidate.ref:
        return None
    before, _, after = map(re.escape, candidate.ref.partition(candidate.version))
    return TagForm(re.compile(f"{before}(?P<version>.+){after}"))
