"""The project files of pinned sources, for an audit: from the index, or out of the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anyio import to_thread
from msgspec import Struct

from updater import choose
from updater.errors import HashError
from updater.hashing.keep import keep_project_files
from updater.metadata.distributions import DistributionReader, smallest
from updater.metadata.imports import is_importable
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
_MOST_CODE = 4 << 20  # bytes of them; an archive keeps twice as many


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
            label, code = untrue.get(subject.package.identity, ""), _PythonFiles()
            if subject.project.on_index:
                files = await self._of_index(subject, offers.usable, code)
            else:
                files = await self._of_repository(subject, offers.usable, code)
            reason = "" if files else "nothing of its pinned source could be read"
            return SourceReading(subject.package, files, label, reason, code.is_whole(files))

        decider = Decider(self.run)
        subjects = await decider.subjects(packages, even_held=True)
        read = await decider.inspect("adapt", subjects, of_pin)
        return [_reading(each) if isinstance(each, PackageOutcome) else each for each in read]

    async def _of_repository(
        self, subject: Subject, offer: Offer, code: _PythonFiles
    ) -> Mapping[str, bytes]:
        """Return the project files of a pinned commit, and its code; none where it cannot be had.

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
        hashed = await self.run.prefetcher.hash(fetch, subject.policy.hash, paths=code)
        if hashed.sri != parse_hash(pin.hash, hashed.sri.algorithm):
            raise HashError(f"{pin.rev} is not what its hash says", hint="run `updater verify`")
        return hashed.files

    async def _of_index(
        self, subject: Subject, offer: Offer, code: _PythonFiles
    ) -> Mapping[str, bytes]:
        """Return files of the pinned release's source distribution: its project files, its code.

        Raises:
            StageError: it cannot be had.
        """
        version = parse_release(subject.pin.version or "")
        own = (each for each in offer.candidates if parse_release(each.version) == version)
        release = next(own, None) if version is not None else None
        file = smallest(release) if release is not None else None
        if file is None or file.filename.endswith(".whl"):
            return {}

        def is_kept(path: str, size: int) -> bool:
            return path in code or keep_project_files(path, size)

        reader = DistributionReader(self.run.http)
        return await to_thread.run_sync(reader.contents, file, is_kept)


class _PythonFiles:
    """The paths of a source's Python files, and which it was asked for: those are kept."""

    def __init__(self) -> None:
        self._paths: set[str] = set()

    def __contains__(self, path: object) -> bool:
        if isinstance(path, str) and is_importable(path) and len(self._paths) <= _MOST_FILES:
            self._paths.add(path)
            return True
        return False

    def is_whole(self, files: Mapping[str, bytes]) -> bool:
        """Tell whether all of them are among some files, and can be read."""
        sizes = [len(files.get(path, b"")) for path in self._paths]
        is_kept = bool(sizes) and self._paths <= files.keys()
        return (
            is_kept
            and len(sizes) <= _MOST_FILES
            and max(sizes) <= LARGEST
            and (sum(map(len, files.values())) <= _MOST_CODE)
        )


def _reading(outcome: Outcome) -> SourceReading:
    match outcome:
        case Failed(message=message):
            reason = message.partition("\n")[0]
        case Skipped(reason=reason):
            pass
        case _:
            reason = "its pinned source cannot be read"
    return SourceReading(outcome.package, reason=printable(reason))
