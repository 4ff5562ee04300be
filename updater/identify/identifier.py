"""Asks a repository's history which commit a pinned hash holds; `identify` does the thinking."""

from __future__ import annotations

from contextlib import closing, suppress
from typing import TYPE_CHECKING, Final, TypeVar

from anyio import CapacityLimiter, to_thread
from msgspec.structs import replace

from updater.effects.git import own as git
from updater.effects.git.mirror import LoggedCommit
from updater.effects.kept import untold
from updater.effects.processes.group import Stop
from updater.errors import GitTooSlow, HashError, Offline
from updater.identify.exact import Unreproducible
from updater.identify.matching import holding_commits, names_of
from updater.identify.mirrors import Mirrors, Opening
from updater.identify.questions import HashQuestion, Identification, Identity, SearchBudget
from updater.identify.search import Match, NothingFound, SearchClues, candidates, search
from updater.identify.search_records import SearchRecords
from updater.model.sri import parse_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from updater.effects.answers import Answers
    from updater.effects.git.mirror import Mirror
    from updater.identify.hashes import TreeHashes
    from updater.model import Sri

T = TypeVar("T")

_NOTED_EVERY: Final = 50
_MOST_NAMED: Final = 100
_TIMEOUT: Final = "--timeout"
_FIRST_TREES: Final = 64
"""So many trees are looked at before a clone gets the branches that the look-up did not name.

It is enough for the commits that the rev and the label name, and those of the pin's own days.
"""


class Identifier:
    """Answers questions, two at a time; each answer is kept for ever.

    Args:
        root: the user's repository, whose history says when a hash was written.
        cache: the folder for mirrors.
        answers: those of earlier runs; None where all is asked anew.
        budget: of each search.
        note: is told how far a search is, from its thread.
        token: the token for an address, or an empty string.
        detail: is told what was damaged, from its thread.
    """

    def __init__(  # noqa: PLR0913 - what a run has of each
        self,
        root: Path,
        cache: Path,
        answers: Answers | None,
        budget: SearchBudget,
        *,
        note: Callable[[str], None],
        token: Callable[[str], str],
        detail: Callable[[str], None] = untold,
    ) -> None:
        self._root = root
        self._note = note
        self._budget = budget
        self._answers = answers
        self._mirrors = Mirrors(cache / "mirrors", budget, note, token, detail)
        self._limit = CapacityLimiter(2)
        self._searched = SearchRecords(answers)

    async def answer(self, question: HashQuestion) -> Identification:
        """Return the commit that a hash holds, or what was searched.

        Raises:
            UpstreamError: the repository cannot be cloned.
        """
        earlier = await self._earlier_answer(question) or self._searched.all_of(question)
        if earlier is None and self._budget.brief is not None and self._searched.is_long(question):
            earlier = NothingFound(0, brief=self._budget.brief)
        return earlier if earlier is not None else await self.answer_anew(question)

    async def answer_anew(self, question: HashQuestion) -> Identification:
        """Return the same, whatever an earlier run found.

        Raises:
            UpstreamError: the repository cannot be cloned.
        """
        written = await git.written_at(self._root, question.file, question.written)
        clues = SearchClues(question.likely, question.tagged, written)
        try:
            outcome = await self._in_thread(lambda stop: self._search(question, clues, stop))
        except GitTooSlow:
            if self._budget.brief is None:
                raise
            self._searched.note_long(question, is_long=True)
            return NothingFound(0, brief=self._budget.brief)
        self._searched.note_long(question, is_long=False)
        if isinstance(outcome, NothingFound):
            self._searched.note_nothing(question, outcome)
            return outcome
        identity, holding = outcome
        if self._answers is not None:
            answer = {
                "commit": identity.commit,
                "looked_at": identity.looked_at,
                "named_branch": identity.named_branch,
                "pointers": list(identity.pointers),
            }
            self._answers.keep({**answer, "holding": holding}, *_key(question))
        return identity

    async def hash_of(self, url: str, commit: str, *, is_large: bool = False) -> Sri | None:
        """Return the hash of one commit's archive, None where it has no one hash, or is not there.

        Raises:
            UpstreamError: the repository cannot be cloned.
        """
        key = ("hash", url, commit)
        answer = self._answers.get(*key) if self._answers is not None else None
        if answer is not None:
            return parse_hash(str(answer["hash"]), "sha256")

        def work(stop: Stop) -> Sri | None:
            opening = Opening(url, refs={f"held/{commit}": commit}, is_large=is_large)
            with self._mirrors.opened(opening, stop) as (mirror, hashes):
                entry = mirror.commit(commit)
                if entry is None or entry.commit != commit:  # or it is a tag's own object
                    return None
                with suppress(Unreproducible):
                    return hashes.of(entry).sri
            return None

        sri = await self._in_thread(work)
        if sri is not None and self._answers is not None:
            self._answers.keep({"hash": str(sri)}, *key)
        return sri

    async def holds(self, question: HashQuestion, commit: str) -> bool:
        """Tell whether a commit's archive has the hash, computed once more from its objects.

        Raises:
            UpstreamError: the repository cannot be cloned.
        """

        def work(stop: Stop) -> bool:
            with self._mirrors.opened(Opening.of(question), stop) as (mirror, hashes):
                entry = mirror.commit(commit)
                try:
                    return entry is not None and hashes.anew(entry).sri == question.pinned
                except Unreproducible:
                    return (
                        entry is not None and names_of(question, mirror, hashes)(entry) is not None
                    )

        return await self._in_thread(work)

    async def written(
        self, url: str, commit: str, read: Callable[[Iterator[bytes]], T]
    ) -> tuple[Sri, T] | None:
        """Return the hash of a commit's archive, and what is read in it, without a download.

        The archive is written by git, from what an earlier search fetched.

        Args:
            url: the repository's address.
            commit: its id.
            read: reads the pieces of a tar archive; may raise HashError.

        Returns:
            None where something is missing, or the host's archive may be another one: its text
            depends on refs, or the host may put in what is in Git LFS.
        """
        if not self._mirrors.has(url):
            return None

        def work(stop: Stop) -> tuple[Sri, T] | None:
            with (
                suppress(HashError, Offline, Unreproducible),
                self._mirrors.opened(Opening(url, offline=True), stop) as (mirror, hashes),
            ):
                entry = mirror.commit(commit)
                if entry is not None and entry.commit == commit and not hashes.pointers(entry):
                    sri = hashes.of(entry).sri
                    with mirror.archive(commit) as chunks:
                        return sri, read(chunks)
            return None

        return await self._in_thread(work)

    async def whole_id(self, url: str, shortened: str, *, is_large: bool = False) -> str:
        """Return the whole id of the commit that a shortened one means, or an empty string.

        Raises:
            UpstreamError: the repository cannot be cloned.
        """

        def work(stop: Stop) -> str:
            with self._mirrors.opened(Opening(url, is_large=is_large), stop) as (mirror, _):
                entry = mirror.commit(shortened)
                return entry.commit if entry is not None else ""

        return await self._in_thread(work)

    async def _in_thread(self, work: Callable[[Stop], T]) -> T:
        stop = Stop()
        try:
            return await to_thread.run_sync(work, stop, limiter=self._limit, abandon_on_cancel=True)
        finally:
            stop.set()

    async def _earlier_answer(self, question: HashQuestion) -> Identity | None:
        """Return another run's answer, with what the rev says by now."""
        if self._answers is None:
            return None
        key, named = _key(question), question.named
        answer = self._answers.get(*key)
        if answer is None:
            return None
        match answer:
            case {"commit": str(commit), "looked_at": int(looked_at), "holding": list(holding)}:
                pass
            case _:
                return None
        if (
            named
            and named not in holding
            and await self.hash_of(question.url, named, is_large=question.is_large)
            == question.pinned
        ):
            holding = [*holding, named]
            self._answers.keep({**answer, "holding": holding}, *key)
        branch, pointers = answer.get("named_branch"), answer.get("pointers")
        return Identity(
            commit,
            looked_at,
            from_cache=True,
            is_named=named in holding,
            named_branch=branch if isinstance(branch, str) else None,
            pointers=tuple(map(str, pointers)) if isinstance(pointers, list) else (),
        )

    def _search(
        self, question: HashQuestion, clues: SearchClues, stop: Stop
    ) -> NothingFound | tuple[Identity, list[str]]:
        budget = self._budget
        with self._mirrors.opened(Opening.of(question), stop) as (mirror, hashes):
            if question.named:
                mirror.commit(question.named)  # so that it is there although no ref leads to it
            match = self._match(question, clues, mirror, hashes)
            if isinstance(match, NothingFound):
                brief = budget.brief if match.ended_by and hashes.over() else None
                likely = next(filter(None, (question.named, *clues.likely, *clues.newest)), "")
                lost = len(hashes.lost)
                pointers = hashes.pointers(mirror.commit(likely))
                return replace(match, pointers=pointers, brief=brief, lost=lost)
            holding = holding_commits(match, mirror, question, hashes)
            named = question.named in holding
            identity = Identity(
                holding[0],
                match.looked_at,
                from_cache=False,
                is_named=named,
                named_branch=match.names.branch if match.names is not None else None,
                pointers=hashes.pointers(LoggedCommit(match.commit, match.tree, match.seconds)),
            )
            return identity, holding[:_MOST_NAMED]

    def _match(
        self, question: HashQuestion, clues: SearchClues, mirror: Mirror, hashes: TreeHashes
    ) -> Match | NothingFound:
        """Search what a mirror has, and all of upstream unless something is found at once."""
        if not mirror.is_complete and self._budget.max_candidates > _FIRST_TREES:
            match = self._match_among(question, clues, mirror, hashes, _FIRST_TREES)
            if isinstance(match, Match) or match.ended_by.startswith(_TIMEOUT):
                return match
        mirror.complete()
        match = self._match_among(question, clues, mirror, hashes, self._budget.max_candidates)
        refs = frozenset(question.refs.values())
        if isinstance(match, Match) or match.ended_by or not refs or mirror.has(refs):
            return match
        if self._budget.offline:
            raise Offline(question.url)
        return replace(match, is_behind=True)

    def _match_among(
        self,
        question: HashQuestion,
        clues: SearchClues,
        mirror: Mirror,
        hashes: TreeHashes,
        most: int,
    ) -> Match | NothingFound:
        """Search what a mirror has, until so many trees were hashed in this run."""

        def ended(looked_at: int) -> str:
            if looked_at % _NOTED_EVERY == 0:
                self._note(f"{question.url}: {looked_at} trees")
            if hashes.over():
                return f"{_TIMEOUT} {self._budget.seconds:.0f}s"
            if hashes.made >= most:
                return f"--max-candidates {self._budget.max_candidates}"
            return ""

        with closing(hashes.ahead(candidates(mirror.log, clues))) as offered:
            names = names_of(question, mirror, hashes)
            return search(question.pinned, offered, hashes.of, ended, names)


def _key(question: HashQuestion) -> tuple[str, str]:
    return question.url, str(question.pinned)
