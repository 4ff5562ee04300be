"""What the last run asked of tags, so that the next one can ask for it in its first request.

Where nothing is new, the tags that pins are likely to move to are those of the last run. What is
asked for in vain costs little, and what was not foreseen is asked for as soon as it is wanted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from updater.effects.answers import Answers
    from updater.model import Project
    from updater.upstreams.base import TagQuestion

Foreseen: TypeAlias = "Mapping[Project, tuple[tuple[str, str], ...]]"
"""Project -> tags, each with the commit that the pin holds, as a `ProjectQuestion` has them."""


class ForeseenTags(Struct, frozen=True):
    """The tags that the last run about the same projects asked about.

    Attributes:
        projects: that the run is about.
        answers: those of earlier runs; None where nothing is kept.
    """

    projects: frozenset[Project]
    answers: Answers | None

    def recalled(self) -> Foreseen:
        """Return them; nothing where no run asked."""
        record = self.answers.get(*self._key) if self.answers is not None else None
        listed = record.get("tags") if record is not None else None
        by_text = {str(project): project for project in self.projects}
        tags: dict[Project, tuple[tuple[str, str], ...]] = {}
        for row in listed if isinstance(listed, list) else ():
            match row:
                case [str(text), str(tag), str(held)] if text in by_text:
                    project = by_text[text]
                    tags[project] = (*tags.get(project, ()), (tag, held))
        return tags

    def note(self, questions: Iterable[TagQuestion], earlier: Foreseen) -> None:
        """Keep what was asked, unless that was foreseen.

        Args:
            questions: all that matter, whether they were asked now or with the first request.
            earlier: what `recalled` returned.
        """
        tags: dict[Project, tuple[tuple[str, str], ...]] = {}
        for question in questions:
            own = tags.get(question.project, ())
            tags[question.project] = (*own, (question.tag, question.held))
        if self.answers is not None and tags != earlier:
            rows = [[str(project), *pair] for project, pairs in tags.items() for pair in pairs]
            self.answers.keep({"tags": rows}, *self._key)

    @property
    def _key(self) -> tuple[str, ...]:
        return ("foreseen", *sorted(map(str, self.projects)))
