"""What earlier searches ended with that found nothing, so that none of them is made again."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from updater.identify.search import NothingFound

if TYPE_CHECKING:
    from updater.effects.answers import Answers
    from updater.identify.questions import HashQuestion

_NOTHING, _LONG = "nothing", "long"


class SearchRecords:
    """What is known of searches.

    Args:
        answers: where it is kept; None where all is asked anew.
    """

    def __init__(self, answers: Answers | None) -> None:
        self._answers = answers

    def all_of(self, question: HashQuestion) -> NothingFound | None:
        """Return what a search found nothing in, if it saw all that the refs of now lead to."""
        if self._answers is None or not question.refs:
            return None
        match self._answers.get(*_key(question)):
            case {
                "looked_at": int(looked_at),
                "unreproducible": int(unreproducible),
                "why": str(why),
                "pointers": list(pointers),
            }:
                return NothingFound(
                    looked_at, unreproducible, why, pointers=tuple(map(str, pointers))
                )
        return None

    def note_nothing(self, question: HashQuestion, nothing: NothingFound) -> None:
        """Note that no commit has a hash, if all were looked at, with their files."""
        if self._answers is None or nothing.lost or nothing.is_behind:
            return
        if question.refs and not nothing.ended_by:
            answer = {
                "looked_at": nothing.looked_at,
                "unreproducible": nothing.unreproducible,
                "why": nothing.why,
                "pointers": list(nothing.pointers),
            }
            self._answers.keep(answer, *_key(question))

    def is_long(self, question: HashQuestion) -> bool:
        """Tell whether a repository is known to take longer to clone than a brief search may."""
        answer = self._answers.get(_LONG, question.url) if self._answers is not None else None
        return answer is not None and answer.get("long") is True

    def note_long(self, question: HashQuestion, *, is_long: bool) -> None:
        """Note whether a repository took longer to clone than a brief search may."""
        if self._answers is not None and self.is_long(question) != is_long:
            self._answers.keep({"long": is_long}, _LONG, question.url)


def _key(question: HashQuestion) -> tuple[str, ...]:
    refs = "\n".join(f"{name} {commit}" for name, commit in sorted(question.refs.items()))
    state = hashlib.sha256(refs.encode(errors="surrogateescape")).hexdigest()
    return _NOTHING, question.url, str(question.pinned), question.named, state
