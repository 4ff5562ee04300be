"""What a bump learned of a source once it had it, so that a look-up says the same without it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater import __version__
from updater.model import Take, Wait
from updater.upstreams.base import ProjectQuestion

if TYPE_CHECKING:
    from updater.choose.subjects import Decision, Subject
    from updater.effects.answers import Answers
    from updater.model import Candidate, Offer
    from updater.upstreams.base import Surroundings


class Refusals(Struct, frozen=True):
    """Why candidates were not written, by their sources alone.

    That needs a newer Python than the configured one, declares a version that the overlay cannot
    say, or names a branch. No build and nothing of the machine is among it.

    Attributes:
        answers: those of earlier runs; None where nothing is kept.
    """

    answers: Answers | None

    def note(self, subject: Subject, candidate: Candidate, reason: str, branch: str) -> None:
        """Keep a reason.

        Args:
            subject: of which package; the reason goes with all that the overlay says of it.
            candidate: what is not written.
            reason: why.
            branch: only for as long as it is at the candidate's commit; empty for ever.
        """
        if self.answers is not None:
            self.answers.keep({"reason": reason, "branch": branch}, *_key(subject, candidate))

    async def applied(self, decision: Decision, offer: Offer, around: Surroundings) -> Decision:
        """Return a decision that waits for what an earlier run would not write, and says why.

        Args:
            decision: of a run that only looks.
            offer: where the branches of its upstream are now, as far as they were asked for.
            around: what a look-up may use.

        Raises:
            StageError: upstream does not answer where one of its branches is.
        """
        choice = decision.choice
        if self.answers is None or not isinstance(choice, Take):
            return decision
        candidate = choice.candidate
        match self.answers.get(*_key(decision.subject, candidate)):
            case {"reason": str(reason), "branch": str(branch)}:
                if branch and branch not in offer.branches:
                    subject = decision.subject
                    question = ProjectQuestion(subject.project, branches=frozenset({branch}))
                    offer = await subject.upstream.offer(question, around)
                if branch and offer.branches.get(branch) != candidate.commit:
                    return decision
                return replace(decision, choice=Wait(reason, None, candidate, choice.warnings))
        return decision


def _key(subject: Subject, candidate: Candidate) -> tuple[str, ...]:
    """Return all that a reason goes with: it is looked for anew where any of it changes."""
    policy = subject.policy
    wishes = (policy.python, policy.tag_pattern, policy.tag_format)
    read = hashlib.sha256(repr(subject.package).encode(errors="surrogateescape")).hexdigest()
    return (
        *("refused", __version__, str(subject.project), subject.package.identity, read),
        *(candidate.version, candidate.ref, candidate.commit, repr(tuple(map(str, wishes)))),
    )
