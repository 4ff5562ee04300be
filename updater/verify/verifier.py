"""Whether a pin is true: the outcome of ``verify``."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from updater.choose.repository import PinnedRepository
from updater.choose.tags import Versions
from updater.choose.tracking import is_tag
from updater.choose.versions import is_commit, is_shortened
from updater.errors import HashError, NotFound, UpstreamError
from updater.hashing.pointers import advice
from updater.identify.names import CHECK_OUT, age_in, branch_in, was_named
from updater.identify.questions import Identity
from updater.model import Candidate, NoFile, Pinned, PinWarning, Verdict
from updater.model.labels import ordered
from updater.model.sri import is_hash, is_of_nothing, is_placeholder, parse_hash
from updater.model.versions import abridged
from updater.verify.checkouts import misplaced
from updater.verify.inspector import is_label, labelled

if TYPE_CHECKING:
    from updater.choose.run import Run
    from updater.choose.subjects import Subject
    from updater.identify.search import NothingFound
    from updater.model import Fetch, Hashed, Offer, Outcome, Sri, State


class Verifier(Struct, frozen=True):
    """Judges one pin after the other; nothing is written.

    Attributes:
        releases: how the hash of a release is found: ``auto`` believes the index, ``embedded``
            downloads the file.
    """

    run: Run
    releases: Literal["auto", "embedded"] = "auto"

    async def judge(self, subject: Subject, offer: Offer) -> Outcome:
        """Fetch a source as it is pinned, and say which state holds.

        Raises:
            StageError: the source can be neither fetched nor found missing.
        """
        try:
            if not subject.has_history:
                return await self._verify_release(subject, offer)
            return await self._verify_commit(subject, offer)
        except NotFound as error:
            return gone(subject, error)

    async def _verify_release(self, subject: Subject, offer: Offer) -> Outcome:
        is_listed = subject.project.lists_releases
        offered = (
            Versions(offer.candidates, None)
            if is_listed
            else PinnedRepository(self.run, subject, offer).versions
        )
        upstream = "the index" if subject.project.on_index else str(subject.project)
        version = ordered(subject.pin.version)
        candidate = next(
            (release.candidate for release in offered.every if release.version == version), None
        )
        pinned = Pinned(rev="", version=subject.pin.version)
        if candidate is None:
            message = f"{upstream} has no {abridged(subject.pin.version or '')}"
            return _verdict(subject, "gone", message, pinned=pinned)
        if is_listed:
            files = await subject.upstream.files_of(
                subject.project, candidate, self.run.surroundings
            )
            candidate = replace(candidate, distributions=files)
        fetch = subject.fetch(candidate, self.run.config.hosts)
        if isinstance(fetch, NoFile):
            return _verdict(subject, "gone", fetch.reason, candidate, pinned)
        fetch = _as_pinned(fetch, subject.pin.hash)
        hashed = await self.run.prefetcher.hash(fetch, self.releases)
        if subject.missing_hash:
            return _unhashed(subject, hashed.sri, candidate, pinned)
        if hashed.sri != parse_hash(subject.pin.hash, hashed.sri.algorithm):
            listed = "the index's file" if subject.project.on_index else "the registry's file"
            whose = "its address" if subject.policy.upstream else listed
            message = f"{whose} has {hashed.sri}"
            return _verdict(subject, "wrong hash", message, candidate, pinned)
        if candidate.yanked is not None:
            message = candidate.yanked or "no reason given"
            return _verdict(
                subject, "yanked", message, candidate, pinned, hint="`updater bump` moves on"
            )
        return _verdict(subject, "true", "", candidate, pinned)

    async def _verify_commit(self, subject: Subject, offer: Offer) -> Outcome:
        repository = PinnedRepository(self.run, subject, offer)
        moved = next(
            (warning.message for warning in offer.warnings if warning.code == "moved"), None
        )
        if moved is not None:
            return _verdict(subject, "gone", moved, hint="write the new owner and repo")
        if repository.checkout:
            return await self._verify_checkout(repository)
        commit = repository.named or self._head(repository) or await self._whole_id(repository)
        if not commit:
            message = (
                f"{subject.project} has neither a tag nor a branch '{abridged(subject.pin.rev)}'"
            )
            hint = "`updater identify` shows what it holds"
            if repository.hash.blocked:
                hint = _way_out(None, None, repository)
            return _verdict(subject, "gone", message, hint=hint)
        fetched = await repository.hash.now(commit)
        sri = fetched.sri
        if subject.missing_hash:
            return _unhashed(subject, sri, None, repository.pinned())
        pinned_hash = parse_hash(subject.pin.hash, sri.algorithm)
        if sri != pinned_hash:
            return await self._untrue(repository, commit, fetched)
        moved_tag = self._moved(repository, commit, pinned_hash)
        return moved_tag or await self._true(repository, commit, fetched)

    async def _verify_checkout(self, repository: PinnedRepository) -> Outcome:
        """Judge a pin that Nix checks out while it evaluates: its host is asked, as Nix asks it."""
        problem = await misplaced(repository)
        if problem is not None and problem.state != "true":
            pinned = repository.pinned(repository.checkout)
            message, hint = problem.message, problem.hint
            return _verdict(repository.subject, problem.state, message, None, pinned, hint=hint)
        verdict = await self._true(repository, repository.checkout, None)
        if problem is None or verdict.state != "true":
            return verdict
        return replace(verdict, warnings=(*verdict.warnings, PinWarning("no-ref", problem.message)))

    def _head(self, repository: PinnedRepository) -> str:
        rev, offer = repository.subject.pin.rev, repository.offer
        return offer.branches.get(offer.default_branch if rev == "HEAD" else rev, "")

    async def _whole_id(self, repository: PinnedRepository) -> str:
        """Return the commit that a shortened id means; hosts give the archives of those, too."""
        rev = repository.subject.pin.rev
        if not is_shortened(rev):
            return ""
        offer, identifier = repository.offer, self.run.identifier()
        return await identifier.whole_id(offer.repository, rev, is_large=offer.is_large)

    async def _true(
        self, repository: PinnedRepository, commit: str, fetched: Hashed | None
    ) -> Verdict:
        """Judge the label of a pin whose hash is right."""
        subject, rev = repository.subject, repository.subject.pin.rev
        candidate = await labelled(repository, commit)
        warnings: tuple[PinWarning, ...] = ()
        source = candidate
        # An uploaded file is not the tree of its tag.
        if candidate.ref and subject.pin.version is not None and repository.builds_tree:
            try:
                source = await repository.as_declared(candidate)
            except UpstreamError as error:
                unread = f"the version that the source declares could not be read: {error.message}"
                warnings = (PinWarning("not-compared", unread),)
        pinned = repository.pinned(source.commit, source.version)
        if not is_label(subject.pin.version, source):
            message, hint = f"the source is {source.version}", "`updater pin` corrects the label"
            if is_label(subject.pin.version, candidate):
                message = f"the source declares {source.version}, but its tag is {candidate.ref}"
            return _verdict(subject, "false version", message, source, pinned, hint=hint)
        verdict = _verdict(subject, "true", "", candidate, pinned)
        what = "tag that its upstream moves" if is_tag(rev, repository.offer) else "branch"
        message = f"`{rev}` is a {what}: the pin is ok until it moves on"
        if is_shortened(rev):
            message = f"`{rev}` is a short commit id: the pin is ok until another commit has it"
        warnings += (PinWarning("moving-rev", message),) if repository.tracking.moving else ()
        warnings += repository.ambiguous
        message = "the rev is the id of a tag's own object: `updater pin` writes the commit's"
        warnings += (PinWarning("tag-object", message),) if repository.is_tag_object else ()
        unsteady = branch_in(fetched)
        if unsteady and not repository.tracking.moving:
            message = f"{unsteady}: the pin is ok until the branch moves on"
            warnings += (PinWarning("names-branch", message),)
        if unsteady := age_in(fetched):
            message = f"{unsteady}: the pin is ok until that text changes. {CHECK_OUT}"
            warnings += (PinWarning("tells-age", message),)
        paths = fetched.pointers if fetched is not None else ()
        message = advice(paths, repository.subject.source.fetcher)
        warnings += (PinWarning("lfs-pointers", message),) if message else ()
        return replace(verdict, tracking=repository.tracking, warnings=warnings)

    def _moved(self, repository: PinnedRepository, commit: str, pinned: Sri) -> Verdict | None:
        """Tell a tag that names another commit than it did, although that has the same hash."""
        subject, records = repository.subject, self.run.records
        rev = subject.pin.rev
        if is_commit(rev) or repository.tracking.moving:
            return None
        before = records.commit(subject.project, rev, pinned)
        if before in ("", commit):
            records.note(subject.project, Candidate("", ref=rev, commit=commit), pinned)
            return None
        message = f"tag {rev} is commit {commit} now, but was {before}; both have the hash"
        hint = (
            "the source is the same; name the commit instead of the tag to be safe from the next "
            "move"
        )
        return _verdict(subject, "tag moved", message, hint=hint)

    async def _untrue(self, repository: PinnedRepository, commit: str, fetched: Hashed) -> Verdict:
        """Say why a source is not what its pin says: what does hold the hash decides."""
        subject, rev, sri = repository.subject, repository.subject.pin.rev, fetched.sri
        candidate, pinned = None, repository.pinned()
        nothing: NothingFound | None = None
        try:
            identity = await repository.hash.find_commit()
        except HashError as error:
            holds = error.message
        else:
            if isinstance(identity, Identity):
                changed = self._changed(repository, identity, fetched)
                if changed is not None:
                    return changed
                candidate = await labelled(repository, identity.commit)
                pinned = Pinned(rev, candidate.commit, candidate.version)
                holds = f"the hash belongs to {candidate.version}, commit {candidate.commit}"
                if identity.named_branch is not None:
                    holds = f"{holds}: {was_named(identity.named_branch)}"
            else:
                holds, nothing = identity.explained, identity
        hint = _way_out(candidate, nothing, repository)
        if repository.tracking.moving:
            message = f"`{rev}` is commit {commit} now; {holds}"
            return _verdict(subject, "drifted", message, candidate, pinned, hint=hint)
        if not is_commit(rev):
            before = await self.run.records.pinned_commit(subject)
            # The hash of another release is a hash that nobody renewed, not a tag that moved.
            own = candidate is not None and not candidate.ref
            if before not in ("", commit) or own:
                was = f", but was {before}" if before not in ("", commit) else ""
                message = f"tag {rev} is commit {commit} now{was}; {holds}"
                return _verdict(subject, "tag moved", message, candidate, pinned, hint=hint)
        message = f"the source of {rev} has {sri}; {holds}"
        return _verdict(subject, "wrong hash", message, candidate, pinned, hint=hint)

    @staticmethod
    def _changed(
        repository: PinnedRepository, identity: Identity, fetched: Hashed
    ) -> Verdict | None:
        """Judge a pin whose archive has another text than when it was hashed; None of others."""
        subject, age = repository.subject, age_in(fetched)
        if not identity.is_named or (identity.named_branch is None and not age):
            return None
        message, hint = age, CHECK_OUT
        if identity.named_branch is not None:
            message = was_named(identity.named_branch)
            hint = "`updater pin` writes the hash that it has now"
        message = f"the archive of {subject.pin.rev} has {fetched.sri} now: {message}"
        return _verdict(subject, "wrong hash", message, None, repository.pinned(), hint=hint)


def _way_out(
    candidate: Candidate | None, nothing: NothingFound | None, repository: PinnedRepository
) -> str:
    """Say what makes a pin true, by what its hash belongs to."""
    if candidate is not None:
        return "`updater pin` writes what the hash belongs to"
    if nothing is not None and nothing.is_of_time:
        return CHECK_OUT
    is_of_bytes = repository.hash.is_of_bytes
    if repository.named and (is_of_bytes or (nothing is not None and nothing.is_of_refs)):
        return "`updater bump --rehash PKG` writes the hash that the source has now"
    advice = "choose a version with `updater bump --to VERSION`"
    branch = repository.named_branch if is_of_bytes else ""
    return f"{advice}, or the newest commit with `--to {branch}`" if branch else advice


def _as_pinned(fetch: Fetch, written: str) -> Fetch:
    """Return a fetch with a hash of the pinned algorithm, where its publisher has another.

    The file is downloaded then, and judged by what was pinned.
    """
    if fetch.sri is None or fetch.unpack:
        return fetch
    with suppress(HashError):
        if parse_hash(written).algorithm != fetch.sri.algorithm:
            return replace(fetch, sri=None)
    return fetch


def gone(subject: Subject, error: NotFound) -> Verdict:
    """Return the verdict on a source whose upstream or file is not there."""
    return _verdict(subject, "gone", error.message, hint=error.hint)


def _unhashed(subject: Subject, sri: Sri, candidate: Candidate | None, pinned: Pinned) -> Verdict:
    """Return the verdict on a pin that has only a placeholder where a hash belongs."""
    message = subject.missing_hash
    written = subject.pin.hash
    if is_placeholder(written) or is_of_nothing(written) or not is_hash(written):
        message = f"{message}; the source has {sri}"
    hint = "`updater bump` writes the hash"
    if not subject.missing_source_hash:
        hint = "`updater bump` says what is to be done"
    return _verdict(subject, "wrong hash", message, candidate, pinned, hint=hint)


def _verdict(  # noqa: PLR0913 - the fields of a verdict
    subject: Subject,
    state: State,
    message: str,
    candidate: Candidate | None = None,
    pinned: Pinned | None = None,
    *,
    hint: str = "",
) -> Verdict:
    return Verdict(
        package=subject.package,
        candidate=candidate,
        pinned=pinned,
        state=state,
        message=message,
        hint=hint,
    )
