"""Which commit a tag named when it was pinned: tags can be moved, and no overlay tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.choose.commit_records import CommitRecords
from updater.choose.foreseen import ForeseenTags
from updater.choose.refusals import Refusals
from updater.choose.versions import is_commit
from updater.errors import HashError, StageError
from updater.kinds import FETCHERS
from updater.model.sri import parse_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from updater.choose.subjects import Subject
    from updater.effects.answers import Answers
    from updater.model import Candidate, CommitFacts, Package, Pin, Project, Sri


class Records:
    """What earlier runs saw, and what the user's own repository said before.

    Args:
        root: the user's repository.
        answers: those of earlier runs; None where nothing is kept.
    """

    def __init__(self, root: Path, answers: Answers | None) -> None:
        self._root = root
        self._answers = answers
        self._commits: dict[tuple[str, str, str], str] = {}  # each is asked for several times

    def note(self, project: Project, candidate: Candidate | None, pinned: Sri) -> None:
        """Keep which commit a tag names while its source has a hash; the first one stays."""
        if candidate is None or not candidate.ref or not candidate.commit:
            return
        if self._answers is not None and not self.commit(project, candidate.ref, pinned):
            key = (str(project), candidate.ref, str(pinned))
            self._answers.keep({"commit": candidate.commit}, "tag", *key)
            self._commits[key] = candidate.commit

    def commit(self, project: Project, tag: str, pinned: Sri) -> str:
        """Return the commit that a tag named in the first run that saw it, or an empty string."""
        if self._answers is None:
            return ""
        key = (str(project), tag, str(pinned))
        if key not in self._commits:
            record = self._answers.get("tag", *key)
            self._commits[key] = str(record["commit"]) if record is not None else ""
        return self._commits[key]

    def commits(self, project: Project) -> CommitRecords:
        """Return what earlier runs learned of a project's commits."""
        return CommitRecords(project, self._answers)

    def foreseen(self, projects: Iterable[Project]) -> ForeseenTags:
        """Return what the last run asked of the tags of some projects."""
        return ForeseenTags(frozenset(projects), self._answers)

    @property
    def refusals(self) -> Refusals:
        """What earlier runs learned of sources that they had."""
        return Refusals(self._answers)

    def note_modules(self, identity: str, source: Sri, modules: Sequence[str]) -> None:
        """Keep which top-level modules a package had with a source."""
        if self._answers is not None:
            self._answers.keep({"modules": list(modules)}, "modules", identity, str(source))

    def modules(self, identity: str, source: Sri) -> tuple[str, ...] | None:
        """Return the modules that a package had with a source, None where no run built it."""
        if self._answers is None:
            return None
        record = self._answers.get("modules", identity, str(source))
        listed = record["modules"] if record is not None else None
        return tuple(map(str, listed)) if isinstance(listed, list) else None

    def held_commit(self, subject: Subject, facts: CommitFacts) -> str:
        """Return the commit that a pinned tag named when it was pinned, as far as that is known.

        A call that has the commit beside its tag says it itself, wherever the tag is now.
        """
        written = subject.source.value("rev") or ""
        if written == subject.pin.rev or not is_commit(written):
            return self.recorded_commit(subject)
        return facts.tag_objects.get(written, written)

    def recorded_commit(self, subject: Subject) -> str:
        """Return the commit that a pinned tag named in the first run that saw it with its hash.

        An empty string where none saw it, and for a pin that names no tag.
        """
        try:
            pinned = parse_hash(subject.pin.hash, "sha256")
        except HashError:
            return ""
        return self.commit(subject.project, subject.pin.rev, pinned)

    async def pinned_commit(self, subject: Subject) -> str:
        """Return the commit that a pinned tag named when it was pinned, or an empty string.

        Where no run saw it: the commit that the pin itself named before, with the same hash.
        """
        commit = self.recorded_commit(subject)
        if commit or not subject.pin.hash:
            return commit
        # Only where history is asked.
        from updater.effects.git import own as git  # noqa: PLC0415
        from updater.find.packages import read_file  # noqa: PLC0415

        package = subject.package
        async for data in git.versions(self._root, package.file, subject.pin.hash):
            for old_package in read_file(data, package.file, package.functions):
                before = _pin(old_package) if old_package.identity == package.identity else None
                if before and before.hash == subject.pin.hash and is_commit(before.rev):
                    return before.rev
        return ""


def _pin(package: Package) -> Pin | None:
    source = package.source
    if source is None or source.fetcher not in FETCHERS:
        return None
    try:
        return FETCHERS[source.fetcher].pin(package, source)
    except StageError:
        return None
