"""The project files of pinned sources, for an audit: from the index, or out of the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anyio import to_thread
from msgspec import Struct
from msgspec.structs import replace

from updater.choose.versions import is_commit
from updater.errors import HashError, StageError
from updater.hashing.keep import keep_project_files
from updater.kinds import page_at
from updater.metadata import cmake, repositories
from updater.metadata.distributions import DistributionReader, smallest
from updater.metadata.imports import is_importable
from updater.metadata.source_code import LARGEST
from updater.model import Candidate, Failed, Held, NoFile, Skipped
from updater.model.labels import parse_release
from updater.model.outcomes import PackageOutcome
from updater.model.sri import parse_hash
from updater.pipeline.deciding import Decider
from updater.pipeline.hash.ready import ReadyChange
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.choose.lookup import Offers
    from updater.choose.run import Run
    from updater.choose.subjects import Subject
    from updater.model import Offer, Outcome, Package, PinValues, Verdict


_MOST_FILES = 500  # whose imports are read
_MOST_CODE = 4 << 20  # bytes of them; an archive keeps twice as many


class SourceReading(Struct, frozen=True):
    """What was read of one package's pinned source.

    Attributes:
        files: its project files by path; empty where they are not known.
        untrue: why its label is not the source's, or an empty string.
        pin: what it must say to be true, where that is known.
        uncorrected: why nothing is known of that, with what to do; or an empty string.
        reason: why nothing is known of it, or an empty string.
        has_code: all its Python files are among the files.
        indexed: the index's source distribution of the same release, as `PinnedSource` has it.
    """

    package: Package
    files: Mapping[str, bytes] = {}
    untrue: str = ""
    reason: str = ""
    has_code: bool = False
    indexed: str = ""
    pin: PinValues | None = None
    uncorrected: str = ""


class SourceReader(Struct, frozen=True):
    """Reads pinned sources; what was downloaded is what the pin's hash says."""

    run: Run

    async def read(
        self,
        packages: Sequence[Package],
        untrue: Sequence[Verdict],
        pins: Sequence[ReadyChange | Outcome],
    ) -> list[SourceReading]:
        """Read the sources of some packages.

        Args:
            packages: whose sources.
            untrue: what `verify` says of those whose labels are not true.
            pins: what `pin` says of these.
        """
        messages = {verdict.package.identity: verdict.message for verdict in untrue}
        corrections = {pin.package.identity: pin for pin in pins}

        async def of_pin(subject: Subject, offers: Offers) -> SourceReading:
            code = _Code(subject.package.folder)
            if subject.project.on_index:
                files = await self._of_index(subject, offers.usable, code)
            else:
                files = await self._of_repository(subject, offers.usable, code)
            reason = "" if files else "nothing of its pinned source could be read"
            indexed = await self._indexed(subject, offers) if files else ""
            has_code = code.is_whole(files)
            return SourceReading(
                subject.package, files, "", reason, has_code=has_code, indexed=indexed
            )

        decider = Decider(self.run)
        subjects = await decider.subjects(packages, even_held=True)
        read = await decider.inspect("adapt", subjects, of_pin)
        readings = (_reading(each) if isinstance(each, PackageOutcome) else each for each in read)
        return [
            _judged(each, messages.get(each.package.identity), corrections) for each in readings
        ]

    async def _of_repository(
        self, subject: Subject, offer: Offer, code: _Code
    ) -> Mapping[str, bytes]:
        """Return the project files of a pinned commit, and its code; none where it cannot be had.

        Raises:
            StageError: it cannot be had, or is not what the hash says.
        """
        pin = subject.pin
        commit = pin.rev if is_commit(pin.rev) else ""
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

    async def _of_index(self, subject: Subject, offer: Offer, code: _Code) -> Mapping[str, bytes]:
        """Return files of the pinned release's source distribution: its project files, its code.

        Raises:
            StageError: it cannot be had.
        """
        release = _release(offer, subject.pin.version)
        file = smallest(release) if release is not None else None
        if file is None or file.filename.endswith(".whl"):
            return {}

        def is_kept(path: str, size: int) -> bool:
            return path in code or keep_project_files(path, size)

        reader = DistributionReader(self.run.http)
        return await to_thread.run_sync(reader.contents, file, is_kept)

    async def _indexed(self, subject: Subject, offers: Offers) -> str:
        """Return the index's source distribution of a repository's pinned release.

        A project of the index is this one only if its metadata names the repository.
        """
        offer, rev = offers.of_index(subject.project), subject.pin.rev
        if subject.project.on_index or offer is None or not rev or is_commit(rev):
            return ""
        release = _release(offer, subject.pin.version)
        files = release.distributions if release is not None else ()
        sdists = [file.filename for file in files if file.filename.endswith(".tar.gz")]
        if release is None or not sdists:
            return ""
        try:
            data = await DistributionReader(self.run.http).metadata(release)
        except StageError:
            return ""
        hosts, own = self.run.config.hosts, (subject.project, offers.usable.project)
        pages = (page_at(address, hosts) for address in repositories.from_metadata(data))
        is_same = any(page is not None and page.project in own for page in pages)
        return sdists[0] if is_same else ""


def _release(offer: Offer, label: str | None) -> Candidate | None:
    """Return the release of a version."""
    version = parse_release(label or "")
    own = (each for each in offer.candidates if parse_release(each.version) == version)
    return next(own, None) if version is not None else None


class _Code:
    """The paths of a source's Python files, and which it was asked for: those are kept.

    What Cython compiles imports as well, and is not read. What CMake reads of the folder that is
    built is kept, too.
    """

    def __init__(self, folder: str | None) -> None:
        self._cmake = f"{folder}/{cmake.NAME}" if folder else cmake.NAME
        self._paths: set[str] = set()
        self._has_cython = False

    def __contains__(self, path: object) -> bool:
        if isinstance(path, str) and path.endswith((".pyx", ".pxd")):
            self._has_cython = True
        if isinstance(path, str) and is_importable(path) and len(self._paths) <= _MOST_FILES:
            self._paths.add(path)
            return True
        return path == self._cmake

    def is_whole(self, files: Mapping[str, bytes]) -> bool:
        """Tell whether all of them are among some files, and can be read."""
        sizes = [len(files.get(path, b"")) for path in self._paths]
        is_kept = bool(sizes) and self._paths <= files.keys()
        return (
            is_kept
            and not self._has_cython
            and len(sizes) <= _MOST_FILES
            and max(sizes) <= LARGEST
            and (sum(map(len, files.values())) <= _MOST_CODE)
        )


def _judged(
    reading: SourceReading, untrue: str | None, corrections: Mapping[str, ReadyChange | Outcome]
) -> SourceReading:
    """Return a reading with what is wrong with its label, and what corrects that."""
    if untrue is None:
        return reading
    match corrections.get(reading.package.identity):
        case ReadyChange(planned=planned):
            return replace(reading, untrue=untrue, pin=planned.values)
        case Held(reason=reason) | Skipped(reason=reason):
            stays = f"`updater pin` leaves it: {reason}"
            return replace(reading, untrue=untrue, uncorrected=printable(stays))
        case _:
            return replace(reading, untrue=untrue)


def _reading(outcome: Outcome) -> SourceReading:
    match outcome:
        case Failed(message=message):
            reason = message.partition("\n")[0]
        case Skipped(reason=reason):
            pass
        case _:
            reason = "its pinned source cannot be read"
    return SourceReading(outcome.package, reason=printable(reason))
