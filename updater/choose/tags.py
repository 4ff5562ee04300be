"""Which tags are versions of a package, and of which version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import Version

from updater.choose.versions import Release
from updater.model import Candidate
from updater.model.labels import ordered

if TYPE_CHECKING:
    from collections.abc import Iterable

    from updater.choose.tag_forms import TagForm


class Versions:
    """What an upstream offers, by the versions that it means: taken apart and sorted once.

    Args:
        candidates: tags (``version`` is the whole tag) or releases of an index.
        form: for tags; None for an index.

    Attributes:
        releases: the candidates that are PEP 440 versions, newest first.
        spelled: those that are versions of another spelling, newest first.
        others: the candidates of another form.
    """

    def __init__(self, candidates: Iterable[Candidate], form: TagForm | None) -> None:
        self.form = form
        self.others: list[Candidate] = []
        releases: list[Release] = []
        spelled: list[Release] = []
        label = str if form is None else form.label
        for candidate in candidates:
            text = candidate.version if form is None else form.version(candidate.ref)
            if text is None:
                self.others.append(candidate)
                continue
            version = ordered(text) if form is None else form.place(text)
            if isinstance(version, Version):
                releases.append(Release(version, _labelled(candidate, label(text))))
            elif version is not None:
                spelled.append(Release(version, _labelled(candidate, label(text))))
        self.releases = _newest_first(releases)
        self.spelled = _newest_first(spelled)

    def count(self, tag: str) -> bool:
        """Tell whether a tag has the form of those that count."""
        return self.form is not None and self.form.version(tag) is not None

    @property
    def every(self) -> list[Release]:
        """All that have a version of any spelling, PEP 440 first."""
        return [*self.releases, *self.spelled]


def _labelled(candidate: Candidate, version: str) -> Candidate:
    """Return a candidate under the version that its tag means; `replace` takes six times as long.

    A repository may have thousands of tags.
    """
    if candidate.version == version:
        return candidate
    return Candidate(
        version,
        candidate.ref,
        candidate.commit,
        candidate.published,
        candidate.prerelease,
        candidate.yanked,
        candidate.url,
        candidate.distributions,
        candidate.requires_python,
        candidate.appeared,
    )


def _newest_first(releases: list[Release]) -> list[Release]:
    """Sort; of equal versions by their texts, which only make the order the same every time."""
    if len({release.version for release in releases}) < len(releases):
        releases = sorted(
            releases,
            key=lambda release: (release.candidate.ref, release.candidate.version),
            reverse=True,
        )
    return sorted(releases, key=lambda release: release.version, reverse=True)
