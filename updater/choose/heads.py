"""The follower of a branch: what its pin becomes."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.choose.commits import choose_commit
from updater.choose.interpreters import other_python
from updater.choose.moving import MovingPin
from updater.choose.tracking import tag_warnings
from updater.choose.versions import is_commit
from updater.errors import StageError, UpstreamError
from updater.model import Candidate, PinWarning, Stay, Take, Wait
from updater.model.labels import is_label_of

if TYPE_CHECKING:
    from updater.choose.history import Commits
    from updater.choose.repository import PinnedRepository
    from updater.choose.subjects import Decision
    from updater.model import Choice, Relation


class HeadChooser(Struct, frozen=True):
    """Decides for one package that follows a branch.

    Attributes:
        repository: the package, and what its repository offers.
        unhashed: why its hash says nothing of what it holds; empty where it does.
    """

    repository: PinnedRepository
    unhashed: str

    async def choose_head(self) -> Decision:
        """Return the decision.

        Raises:
            StageError: the branch is not there, or a fact cannot be had.
        """
        repository, subject = self.repository, self.repository.subject
        pin, head = subject.pin, self._head()
        held: Candidate | None = None
        if not is_commit(pin.rev):
            moving = MovingPin(repository, self.unhashed)
            found = None if moving.holds_nothing else await moving.held_commit()
            if isinstance(found, Wait):
                return repository.decision(found)
            held = found
        # Where the pin was searched for, what follows is read from that clone.
        async with repository.commits() as commits:
            candidate = await repository.labelled(head, commits)
            if not is_commit(pin.rev):
                return await self._onto_head(candidate, held, commits)
            line = await commits.line(pin.rev, candidate.commit)
        choice = choose_commit(candidate, line, subject.policy, repository.run.now)
        label = pin.version or candidate.version
        own = repository.tag_of_label(pin.rev)
        if isinstance(choice, Stay) and own is not None:
            choice = Stay(own, choice.warnings)
        elif isinstance(choice, Stay) and not is_label_of(label, candidate.version, tagged=False):
            choice = await self._relabelled(candidate, label)
        warnings = tag_warnings(pin, repository.offer, repository.versions)
        return repository.decision(choice, warnings=warnings)

    async def _relabelled(self, pinned: Candidate, label: str) -> Choice:
        """Return what becomes of a label that is not what a commit's tag says: its source may."""
        with suppress(UpstreamError):
            own = await self.repository.version_in(pinned.commit)
            if own and is_label_of(label, own, tagged=True):
                return Stay(replace(pinned, version=label))
        reason = f"the version {label} is wrong: the commit is {pinned.version}"
        return Take(pinned, reason, (PinWarning("false-label", reason),))

    async def _onto_head(
        self, head: Candidate, held: Candidate | None, commits: Commits
    ) -> Decision:
        """Decide what a moving rev without version tags becomes: the head, if it leads there.

        Args:
            head: of its branch.
            held: what its hash holds; None where it has none that says so.
            commits: the history.
        """
        repository = self.repository
        named = repository.candidate(head.commit)
        if named.ref and repository.subject.source.get("tag") is not None:
            head = named  # the call can say no commit
        unfit = next(other_python(head, repository.subject.policy), "")
        is_tag = bool(repository.named) and not repository.tracking.moving
        whose = (
            f"the newest commit of the branch `{self._branch}`" if is_tag else "its newest commit"
        )
        now: Choice = Take(head, repository.replacing(whose))
        if held is None:
            choice = Wait(unfit, candidate=head) if unfit else now
            return repository.decision(choice)
        held = await repository.labelled(held, commits)
        relation = await commits.relation(held.commit, head.commit)
        own = "the commit that the hash belongs to"
        if is_tag and held.commit == repository.named and relation != "ahead":
            now = self._beside_tag(held, relation)
        elif relation not in ("identical", "ahead"):
            now = Take(held, repository.replacing(f"{own}, which is not behind"))
        elif relation == "ahead" and unfit:
            passed_over = (PinWarning("newer-held", unfit),)
            now = Take(held, repository.replacing(own), passed_over)
        return repository.decision(now, held)

    def _beside_tag(self, held: Candidate, relation: Relation) -> Choice:
        """Return what becomes of a tag that the followed branch has nothing newer than."""
        if relation in ("identical", "behind"):
            return Stay(held)
        return Wait(
            f"the branch {self._branch} does not hold what is pinned, the tag {held.ref}: choose a "
            "commit with `--to`, or follow tags with `track: tag`"
        )

    @property
    def _branch(self) -> str:
        """The branch that it follows."""
        repository = self.repository
        own = repository.subject.branch
        return repository.tracking.branch or own or repository.offer.default_branch

    def _head(self) -> Candidate:
        repository, branch = self.repository, self._branch
        own = repository.subject.branch
        if own and own != branch:
            raise StageError(
                f"its ref says that {own!r} holds the commit, and it follows {branch!r}",
                hint=f"write `ref = {branch!r}`, or follow `track: branch:{own}`",
            )
        commit = repository.offer.branches.get(branch)
        if commit is None and not branch:
            raise StageError(
                f"{repository.subject.project} has no commit",
                hint="the repository is empty: point the package at another one, or hold it",
            )
        if commit is None:
            raise StageError(
                f"{repository.subject.project} has no branch {branch!r}",
                hint=f"its default branch is {repository.offer.default_branch!r}",
            )
        return Candidate(version="", commit=commit)
