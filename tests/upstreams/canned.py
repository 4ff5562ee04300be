"""A web that answers what it is told to, for answers that no server of the tests would give."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import anyio

from updater.kinds import KNOWN_HOSTS, UPSTREAMS
from updater.model import HttpResponse, Project
from updater.upstreams.base import ProjectQuestion, Surroundings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from updater.upstreams.base import OfferOrError, Upstream

KINDS = {kind.kind: kind for kind in UPSTREAMS}
PROJECTS = {
    "pypi": "pypi:pkg",
    "github": "https://github.com/o/pkg",
    "gitlab": "https://gitlab.com/o/pkg",
    "gitea": "https://codeberg.org/o/pkg",
    "git": "https://git.example/o/pkg",
}


@dataclass
class Canned:
    """Answers by the addresses that are asked: a pattern for each.

    Attributes:
        answers: pattern -> body, and headers where they matter.
        token: whether there is one for every host.
    """

    answers: Mapping[str, bytes | tuple[bytes, Mapping[str, str]]]
    token: bool = False
    said: list[str] = field(default_factory=list)

    async def get(self, url: str, **_more: Any) -> HttpResponse:
        return self._answer(url)

    async def post(self, url: str, content: bytes, **more: Any) -> HttpResponse:
        del content
        answer = self._answer(url)
        judge = more.get("judge")
        if judge is not None:
            judge(answer)
        return answer

    def _answer(self, url: str) -> HttpResponse:
        given = next(body for pattern, body in self.answers.items() if re.search(pattern, url))
        body, headers = given if isinstance(given, tuple) else (given, {})
        return HttpResponse(200, url, dict(headers), body)

    def kept_posts(self, *_: Any, **__: Any) -> Iterator[tuple[bytes, HttpResponse]]:
        """Nothing is kept here."""
        yield from ()

    def has_token(self, _url: str) -> bool:
        return self.token

    def say(self, message: str) -> None:
        self.said.append(message)

    def offer(self, kind: str, **more: Any) -> OfferOrError:
        """Return what a kind of upstream makes of the answers, for a question about everything."""
        upstream: Upstream = KINDS[kind]
        project = Project.parse(PROJECTS[kind])
        wanted: dict[str, Any] = {
            "branches": frozenset({"main"}),
            "commits": frozenset({"1" * 40}),
            "files": ("pyproject.toml",),
            "releases": True,
            "dates": True,
        }
        question = ProjectQuestion(project, **(wanted | more))

        async def ask() -> OfferOrError:
            around = Surroundings(self, KNOWN_HOSTS, lambda: "https://index.example/simple")
            return (await upstream.look_up([question], around))[project]

        return anyio.run(ask)
