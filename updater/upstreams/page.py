"""Versions on a page, for what no code host and no registry has: config.yaml says which and how.

The page is anybody's and the expression the user's, so that both are bounded: the page by its size,
the expression by the processor's time, and what it finds by number and length.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from updater.effects.processes.budget import OverBudget, ProcessorTime
from updater.errors import BadAnswer
from updater.model import Candidate, Offer
from updater.model.versions import LONGEST_VERSION
from updater.upstreams.base import OfferOrError, ProjectQuestion, Surroundings, Upstream, each

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from updater.model import HttpResponse, Project

_LARGEST = 4 << 20  # bytes; a listing of ten thousand files has one
_MOST = 10_000
_SECONDS = 2.0
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._+~-]*")


class Page(Upstream):
    """A page whose text has versions in it."""

    kind: ClassVar[str] = "page"
    on_hosts: ClassVar[bool] = False

    async def offers(
        self, questions: Sequence[ProjectQuestion], around: Surroundings
    ) -> dict[Project, OfferOrError]:
        """Ask for each page, all side by side; no token is sent."""

        async def ask(question: ProjectQuestion) -> Offer:
            project = question.project
            answer = await around.web.get(project.path, accept="text/html, */*;q=0.8")
            versions = _versions(answer, project)
            return Offer(project, tuple(map(Candidate, versions)))

        return await each(questions, ask)


def _versions(answer: HttpResponse, project: Project) -> list[str]:
    """Return the versions on a page, each once, in the order in which they stand there.

    Raises:
        BadAnswer: the page breaks a bound, or has none.
    """
    if len(answer.body) > _LARGEST:
        raise _refused(project, f"has more than {_LARGEST} bytes")
    text = answer.body.decode("utf-8", "replace")
    try:
        with ProcessorTime(_SECONDS).spent():
            versions = list(dict.fromkeys(_matches(project, text)))
    except OverBudget:
        raise _refused(
            project,
            f"takes its `pattern` more than {_SECONDS:.0f} s",
            "avoid a repetition inside another one, such as (a+)+",
        ) from None
    if not versions:
        raise _refused(
            project,
            f"has nothing that `pattern: {project.pattern}` finds",
            "open the page, and write an expression whose group is a version on it",
        )
    return versions


def _matches(project: Project, text: str) -> Iterator[str]:
    pattern = re.compile(project.pattern)
    group = "version" if "version" in pattern.groupindex else 1
    for number, match in enumerate(pattern.finditer(text)):
        if number >= _MOST:
            raise _refused(project, f"has more than {_MOST} versions")
        version = match[group] or ""
        if len(version) <= LONGEST_VERSION and _VERSION.fullmatch(version):
            yield version


def _refused(project: Project, why: str, hint: str = "") -> BadAnswer:
    return BadAnswer(f"the page {project.path} {why}", url=project.path, hint=hint)


KIND = Page()
