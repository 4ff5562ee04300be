"""What the pinned hash of a package from a repository belongs to: its history is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.errors import HashError, NoArchive, NotFound, Refused
from updater.fetchers import address
from updater.identify.questions import HashQuestion, Identity
from updater.model import Candidate, Evidence, Hashed, NoFile
from updater.model.labels import ordered
from updater.model.sri import is_of_nothing, is_placeholder, parse_hash

if TYPE_CHECKING:
    from updater.choose.repository import PinnedRepository
    from updater.identify.questions import Identification
    from updater.model import Fetch


class PinnedHash:
    """The hash of a package, and the commits that may have it.

    Args:
        repository: the package's.

    Attributes:
        evidence: what `find_commit` found; None where it was not asked, or found nothing.
    """

    def __init__(self, repository: PinnedRepository) -> None:
        self._repository = repository
        self._run = repository.run
        self._subject = repository.subject
        self._offer = repository.offer
        self.evidence: Evidence | None = None

    @property
    def blocked(self) -> str:
        """Why it is not that of a commit's tree, or an empty string."""
        if not self._repository.builds_tree:
            return "its source is a file that somebody uploaded"
        if self.is_of_bytes:
            return f"{self._subject.source.fetcher} hashes the archive as it is, not the tree in it"
        fetch = self._fetch_of_any()
        return "" if isinstance(fetch, NoFile) else fetch.blocked

    @property
    def untraceable(self) -> str:
        """Why nobody can find its commit, as a sentence of its own; else an empty string."""
        blocked = self.blocked
        if self.is_of_bytes:
            return f"its hash does not tell its commit: {blocked}"
        return blocked and f"no commit's archive has its hash: {blocked}"

    @property
    def is_of_bytes(self) -> bool:
        """Whether it is that of an archive as it was sent."""
        fetch = self._fetch_of_any()
        if isinstance(fetch, NoFile) or not self._repository.builds_tree:
            return False
        return not (fetch.blocked or fetch.unpack or fetch.hashless)

    def _fetch_of_any(self) -> Fetch | NoFile:
        """Return how the source is fetched at any tag.

        `tag = ...` takes no commit, and the call's switches are asked about.
        """
        any_tag = Candidate("0", ref="0", commit="0" * 40)
        return self._subject.fetch(any_tag, self._run.config.hosts)

    async def find_commit(self, *, anew: bool = False) -> Identification:
        """Ask the repository's history which commit it belongs to.

        A call without a hash holds the commit that it names.

        Args:
            anew: whatever an earlier run found.

        Raises:
            HashError: it is none of an archive's tree, so that no commit can have it.
            UpstreamError: the repository cannot be cloned.
        """
        repository = self._repository
        checkout = repository.checkout
        if checkout:
            is_named = checkout == repository.named
            return Identity(checkout, 0, from_cache=False, is_named=is_named)
        question, identifier = self._question(), self._run.identifier()
        identification = await (
            identifier.answer_anew(question) if anew else identifier.answer(question)
        )
        if isinstance(identification, Identity):
            ref = repository.candidate(identification.commit).ref
            self.evidence = Evidence(
                identification.commit, ref, identification.looked_at, str(question.pinned)
            )
        return identification

    async def still_belongs_to(self, commit: str) -> bool:
        """Tell whether a commit that an earlier run found has it, hashed once more.

        Raises:
            UpstreamError: the repository cannot be cloned.
        """
        return await self._run.identifier().holds(self._question(), commit)

    async def now(self, commit: str) -> Hashed:
        """Return what a commit's source has now, fetched as the pin's call fetches it.

        A repository that is not public gives its archives to nobody without a token, and with one
        that is for git alone not either; its commits come by git, and have the same hash.

        Raises:
            HashError: it cannot be hashed.
            UpstreamError: it cannot be had.
        """
        subject, url = self._subject, self._offer.repository
        present = Candidate(subject.pin.version or "0", ref=subject.pin.rev, commit=commit)
        fetch = subject.fetch(present, self._run.config.hosts)
        if isinstance(fetch, NoFile):
            raise HashError(fetch.reason)
        if self._repository.ambiguous:
            fetch = replace(fetch, url=address.unambiguous(fetch.url, subject.pin.rev))
        prefetcher = self._run.prefetcher
        try:
            return await prefetcher.hash(fetch, subject.policy.hash)
        except (NotFound, Refused, NoArchive):
            if not prefetcher.http.has_token(url) or self.blocked:
                raise
            identifier = self._run.identifier()
            sri = await identifier.hash_of(url, commit, is_large=self._offer.is_large)
            if sri is None:
                raise
            return Hashed(sri, "embedded", 0)

    def _question(self) -> HashQuestion:
        repository, pin, offer = self._repository, self._subject.pin, self._offer
        if is_placeholder(pin.hash):
            raise HashError(
                "it has no hash yet, so no commit can match it",
                hint="`updater bump` finds the hash",
            )
        if is_of_nothing(pin.hash):
            raise HashError(
                "its hash is that of an empty file or folder, so no commit can match it",
                hint="`updater bump` finds the hash",
            )
        pinned = parse_hash(pin.hash, "sha256")
        if self.blocked:
            raise HashError(self.untraceable)
        tags = [tag.candidate.commit for tag in repository.by_label()]
        label = ordered(pin.version)
        labelled = [tag.candidate.commit for tag in repository.tags if tag.version == label]
        return HashQuestion(
            url=offer.repository,
            pinned=pinned,
            file=self._subject.package.file,
            written=pin.hash,
            named=repository.named,
            likely=tuple(dict.fromkeys((*repository.named_now, *labelled))),
            tagged=tuple(dict.fromkeys(tags)),
            default_branch=offer.default_branch,
            refs={
                **{f"tags/{tag.ref}": tag.commit for tag in offer.candidates if tag.commit},
                **{f"heads/{name}": head for name, head in offer.branches.items()},
            },
            is_large=offer.is_large,
        )
