"""Crates, by the sparse index of a registry: one file of lines of JSON for each name.

Source: The Cargo Book, "Registry Index", "Index Configuration" and "Index Files".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace

from updater.model import Distribution, Offer, moments
from updater.text import open_address
from updater.upstreams.answers import read_answer
from updater.upstreams.base import each
from updater.upstreams.registry import Registry, release, sri_of_hex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.model import HttpResponse, Project
    from updater.upstreams.base import OfferOrError, ProjectQuestion, Surroundings

_SHORT = 3  # characters of a name whose folder is not made of its first four


class _Configuration(Struct, frozen=True):
    dl: str


class _Line(Struct, frozen=True):
    """One version of a crate."""

    name: str
    vers: str
    cksum: str
    yanked: bool = False
    pubtime: str | None = None


class Crates(Registry):
    """Crates with the sha256 of their files."""

    kind: ClassVar[str] = "crates"

    async def offers(
        self, questions: Sequence[ProjectQuestion], around: Surroundings
    ) -> dict[Project, OfferOrError]:
        """Ask for the index's configuration once, and for each crate."""
        if not questions:
            return {}
        base = self.base(questions[0].project, around)
        answer = await around.web.get(f"{base}/config.json")
        template = (await read_answer(answer, _Configuration)).dl

        async def ask(question: ProjectQuestion) -> Offer:
            return await self._offer(question.project, base, template, around)

        return await each(questions, ask)

    async def _offer(
        self, project: Project, base: str, template: str, around: Surroundings
    ) -> Offer:
        """Return the versions of a crate, each with its file."""
        name = project.path.lower()
        path = quote(f"{prefix(name)}/{name}")
        answer = await around.web.get(f"{base}/{path}")
        lines = await read_answer(_as_list(answer), list[_Line])
        candidates = (
            release(
                line.vers,
                (_file(line, template),),
                published=moments.from_iso(line.pubtime),
                withdrawn="its author withdrew it" if line.yanked else None,
            )
            for line in lines
        )
        return Offer(project, tuple(filter(None, candidates)))


def prefix(name: str) -> str:
    """Return the folder of a crate's file in an index."""
    if len(name) < _SHORT:
        return str(len(name))
    return f"3/{name[0]}" if len(name) == _SHORT else f"{name[:2]}/{name[2:4]}"


def _as_list(answer: HttpResponse) -> HttpResponse:
    """Return an answer of lines as one list."""
    lines = (line for line in answer.body.splitlines() if line.strip())
    return replace(answer, body=b"[" + b",".join(lines) + b"]")


def _file(line: _Line, template: str) -> Distribution:
    """Return a version's file, where the index says that it is."""
    folder = prefix(line.name)
    markers = {
        "{crate}": line.name,
        "{version}": line.vers,
        "{prefix}": folder,
        "{lowerprefix}": folder.lower(),
        "{sha256-checksum}": line.cksum,
    }
    if not any(marker in template for marker in markers):
        template = f"{template}/{{crate}}/{{version}}/download"
    for marker, value in markers.items():
        template = template.replace(marker, value)
    return Distribution(
        filename=f"{line.name}-{line.vers}.crate",
        url=open_address(template),
        sri=sri_of_hex(line.cksum),
        size=None,
        requires_python=None,
    )


KIND = Crates()
