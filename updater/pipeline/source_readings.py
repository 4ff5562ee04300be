"""The project files of pinned sources, for an audit: from the index, or out of the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anyio import to_thread
from msgspec import Struct

from updater import choose
from updater.errors import HashError
from updater.hashing.keep import keep_project_files
from updater.metadata.distributions import DistributionReader, smallest
from updater.metadata.source_code import LARGEST
from updater.model import Candidate, Failed, NoFile, Skipped, Verdict
from updater.model.labels import parse_release
from updater.model.outcomes import PackageOutcome
from updater.model.sri import parse_hash
from updater.pipeline.deciding import Decider
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.choose.lookup import Offers
    from updater.choose.run import Run
    from updater.choose.subjects import Subject
    from updater.model import Offer, Outcome, Package


_MOST_FILES = 500  # whose imports are read


class SourceReading(Struct, frozen=True):
    """What was read of one package's pinned source.

    Attributes:
        files: its project files by path; empty where they are not known.
        untrue: why its label is not the source's, or an empty string.
        reason: why nothing is known of it, or an empty string.
        has_code: all its Python files are among the files.
    """

    package: Package
    files: Mapping[str, bytes] = {}
    untrue: str = ""
    reason: str = ""
    has_code: bool = False


class SourceReader(Struct, frozen=True):
    """Reads pinned sources; what was downloaded is what the pin's hash says."""

    run: Run

    async def read(
        self, packages: Sequence[Package], verdicts: Sequence[Outcome]
    ) -> list[SourceReading]:
        """Read the sources of some packages.

        Args:
            packages: whose sources.
            verdicts: what `verify` says of each.
        """
        untrue = {
            verdict.package.identity: verdict.message
            for verdict in verdicts
            if isinstance(verdict, Verdict) and verdict.state == "false version"
        }

        async def of_pin(subject: Subject, offers: Offers) -> SourceReading:
            label = untrue.get(subject.package.identity, "")
            if subject.project.on_index:
                files, has_code = await self._of_index(subject, offers.usable)
            else:
                files, has_code = await self._of_repository(subject, offers.usable), False
            reason = "" if files else "nothing of its pinned source could be read"
            return SourceReading(subject.package, files, label, reason, has_code)

        decider = Decider(self.run)
        subjects = await decider.subjects(packages, even_held=True)
        read = await decider.inspect("adapt", subjects, of_pin)
        return [_reading(each) if isinstance(each, PackageOutcome) else each for each in read]

    async def _of_repository(self, subject: Subject, offer: Offer) -> Mapping[str, bytes]:
        """Return the project files of a pinned commit; none where that cannot be had.

        Raises:
            StageError: it cannot be had, or is not what the hash says.
        """
        pin = subject.pin
        commit = pin.rev if choose.is_commit(pin.rev) else ""
        named = (each.commit for each in offer.candidates if each.ref == pin.rev)
        commit = commit or next(named, "") or offer.branches.get(pin.rev, "")
        if not commit:
            return {}
        candidate = Candidate(pin.version or "", ref=pin.rev, commit=commit)
        fetch = subject.fetch(candidate, self.run.config.hosts)
        if isinstance(fetch, NoFile):
            return {}
        hashed = await self.run.prefetcher.hash(fetch, subject.policy.hash)
        if hashed.sri != parse_hash(pin.hash, hashed.sri.algorithm):
            raise HashError(f"{pin.rev} is not what its hash says", hint="run `updater verify`")
        return hashed.files

    async def _of_index(self, subject: Subject, offer: Offer) -> tuple[Mapping[str, bytes], bool]:
        """Return files of the pinned release's source distribution.

        Returns:
            Its project files, with its Python files; and whether those are all there.

        Raises:
            StageError: it cannot be had.
        """
        version = parse_release(subject.pin.version or "")
        own = (each for each in offer.candidates if parse_release(each.version) == version)
        release = next(own, None) if version is not None else None
        file = smallest(release) if release is not None else None
        if file is None or file.filename.endswith(".whl"):
            return {}, False
        code: list[int] = []

        def is_kept(path: str, size: int) -> bool:
            is_code = path.endswith(".py")
            code.extend([size] if is_code else ())
            is_small = size <= LARGEST and len(code) <= _MOST_FILES
            return (is_code and is_small) or keep_project_files(path, size)

        reader = DistributionReader(self.run.http)
        files = await to_thread.run_sync(reader.contents, file, is_kept)
        return files, len(code) <= _MOST_FILES and max(code, default=0) <= LARGEST


def _reading(outcome: Outcome) -> SourceReading:
    match outcome:
        case Failed(message=message):
            reason = message.partition("\n")[0]
        case Skipped(reason=reason):
            pass
        case _:
            reason = "its pinned source cannot be read"
    return SourceReading(outcome.package, reason=printable(reason))
