"""Packages of a Hex, by its HTTP API: releases, retirements, and the checksum of one release.

Source: hexpm/specifications, apiary.apib: "Packages" and "Releases".
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote

from msgspec import Struct, field

from updater.model import Distribution, Offer, moments
from updater.upstreams.answers import read_answer
from updater.upstreams.base import each
from updater.upstreams.registry import Registry, release, sri_of_hex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.model import Candidate, Project
    from updater.upstreams.base import OfferOrError, ProjectQuestion, Surroundings


class _Listed(Struct, frozen=True):
    version: str
    inserted_at: str | None = None


class _Retirement(Struct, frozen=True):
    reason: str | None = None
    message: str | None = None


class _Package(Struct, frozen=True):
    releases: list[_Listed]
    retirements: dict[str, _Retirement] = field(default_factory=dict)


class _Release(Struct, frozen=True):
    checksum: str | None = None


class Hex(Registry):
    """Packages, whose releases tell the sha256 of their file one by one."""

    kind: ClassVar[str] = "hex"

    async def offers(
        self, questions: Sequence[ProjectQuestion], around: Surroundings
    ) -> dict[Project, OfferOrError]:
        """Ask for each package, all side by side."""
        return await each(questions, partial(self._offer, around))

    async def _offer(self, around: Surroundings, question: ProjectQuestion) -> Offer:
        """Return the releases of a package."""
        base = self.base(question.project, around)
        answer = await around.web.get(f"{base}/packages/{quote(question.project.path, safe='')}")
        package = await read_answer(answer, _Package)
        candidates = (
            release(
                listed.version,
                published=moments.from_iso(listed.inserted_at),
                withdrawn=_reason(package.retirements.get(listed.version)),
            )
            for listed in package.releases
        )
        return Offer(question.project, tuple(filter(None, candidates)))

    async def release_files(
        self, project: Project, candidate: Candidate, around: Surroundings
    ) -> tuple[Distribution, ...]:
        """Return the one file of a release, with the checksum that the release itself tells."""
        name, version = quote(project.path, safe=""), quote(candidate.version, safe="")
        url = f"{self.base(project, around)}/packages/{name}/releases/{version}"
        told = await read_answer(await around.web.get(url), _Release)
        filename = f"{project.path}-{candidate.version}.tar"
        return (Distribution(filename, url, sri_of_hex(told.checksum), None, None),)


def _reason(retirement: _Retirement | None) -> str | None:
    if retirement is None:
        return None
    told = ": ".join(filter(None, (retirement.reason, retirement.message)))
    return f"retired: {told}" if told else "retired"


KIND = Hex()
