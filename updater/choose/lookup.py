"""Every subject's upstream, and its twin on the index, asked at once: one call a kind."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.errors import StageError, bugs_at
from updater.upstreams.base import ProjectQuestion, Surroundings, Upstream, merged, side_by_side
from updater.upstreams.pypi import KIND as INDEX

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from updater.choose.foreseen import Foreseen
    from updater.choose.subjects import Subject
    from updater.model import Offer, Project


class Offers(Struct, frozen=True):
    """What upstream has for one subject, or why that is not known.

    Attributes:
        own: of the project that its source comes from.
        twin: of the project of its name on the index; None where nobody asked for it.
    """

    own: Offer | StageError
    twin: Offer | StageError | None = None

    @property
    def usable(self) -> Offer:
        """The project's own offer.

        Raises:
            StageError: it is not known.
        """
        if isinstance(self.own, StageError):
            raise self.own
        return self.own

    def of_index(self, project: Project) -> Offer | None:
        """Return what the package index has; None where that is not known.

        Args:
            project: which the subject's source comes from.
        """
        offer = self.own if project.on_index else self.twin
        return offer if not isinstance(offer, StageError) else None


async def look_up(
    subjects: Sequence[Subject], to: str, around: Surroundings, foreseen: Foreseen
) -> dict[str, Offers]:
    """Return what upstreams have for each subject, by the identity of its package.

    Args:
        subjects: the packages.
        to: the version or rev that was asked for, or an empty string.
        around: what a look-up may use.
        foreseen: the tags that pins are likely to move to.
    """
    by_kind: dict[str, tuple[Upstream, list[ProjectQuestion]]] = {}
    refused: dict[str, Offers] = {}
    for subject in subjects:
        try:
            with bugs_at("look-up"):
                questions = list(_questions(subject, to, foreseen))
        except StageError as error:
            refused[subject.package.identity] = Offers(error)
            continue
        for kind, question in questions:
            by_kind.setdefault(kind.kind, (kind, []))[1].append(question)
    offers: dict[Project, Offer | StageError] = {}

    async def ask(kind: Upstream, questions: Sequence[ProjectQuestion]) -> None:
        offers.update(await kind.look_up(questions, around))

    await side_by_side(
        partial(ask, kind, merged(questions)) for kind, questions in by_kind.values()
    )
    return refused | {
        identity: Offers(
            offers[subject.project], offers.get(subject.twin) if subject.twin else None
        )
        for subject in subjects
        if (identity := subject.package.identity) not in refused
    }


def _questions(
    subject: Subject, to: str, foreseen: Foreseen
) -> Iterator[tuple[Upstream, ProjectQuestion]]:
    """Yield whom to ask for a subject, and what."""
    question = subject.question(to)
    yield subject.upstream, replace(question, tags=foreseen.get(subject.project, ()))
    twin = subject.twin
    if twin is not None and not to and _wants_twin(subject):
        yield INDEX, ProjectQuestion(twin)


def _wants_twin(subject: Subject) -> bool:
    """Tell whether the index matters: for a follower of a branch it says nothing."""
    policy = subject.policy
    if policy.track == "pypi":
        return True
    return policy.cross_check and policy.track not in ("commit", "branch")
