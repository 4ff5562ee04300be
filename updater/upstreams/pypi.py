"""Projects of a package index, by the Simple API in its JSON form, or in HTML where it has none.

Source: PyPA specification "Simple repository API" (PEP 503, 691, 700, 792).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace

from updater.effects import netrc
from updater.effects.processes.apart import apart
from updater.errors import BadAnswer, Refused, UpstreamError
from updater.model import Condensing, Offer, PinWarning, Project, normalized_name
from updater.upstreams import public_index
from updater.upstreams.base import OfferOrError, ProjectQuestion, Surroundings, Upstream, each
from updater.upstreams.packed_page import FORM, PackedPage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from updater.model import HttpResponse

# JSON is read so many times as fast as the texts for which `apart` takes a thread.
_AS_FAST = 8
_JSON = "application/vnd.pypi.simple.v1+json"
_ACCEPT = f"{_JSON}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"
_LOGIN = (
    "write the index's user and password into your netrc file (`~/.netrc`, or the one that NETRC "
    "names), as for pip: machine HOST login USER password PASSWORD"
)
_STATUSES = {
    "archived": "is archived: no new version will come",
    "deprecated": "is deprecated: something else takes its place",
    "quarantined": "is quarantined: the index considers it harmful",
}


class PyPI(Upstream):
    """Releases with the sha256 of their files: a hash that costs no download."""

    kind: ClassVar[str] = "pypi"
    on_hosts: ClassVar[bool] = False

    async def offers(
        self, questions: Sequence[ProjectQuestion], around: Surroundings
    ) -> dict[Project, OfferOrError]:
        """Ask the index for each project, all side by side."""
        base = around.index().rstrip("/") if questions else ""

        async def ask(question: ProjectQuestion) -> Offer:
            name = question.project.path
            try:
                answer = await around.web.get(
                    f"{base}/{name}/",
                    accept=_ACCEPT,
                    scheme="index",
                    condensing=Condensing(FORM, partial(_condensed, name)),
                )
            except UpstreamError as error:
                if error.wants_login:
                    hint = netrc.trouble(base) or _LOGIN
                    raise Refused(error.message, url=error.url, hint=hint) from error
                raise
            if not answer.condensed:
                answer = await _condensed(name, answer)
            return _offer(question.project, answer, base)

        return await each(questions, ask)


async def _condensed(name: str, answer: HttpResponse) -> HttpResponse:
    size = len(answer.body) // _AS_FAST
    return await apart(partial(_packed, name, answer), size, lambda _why: _unlike(name, answer))


def _packed(name: str, answer: HttpResponse) -> HttpResponse:
    from updater.upstreams.index_page import packed_page  # noqa: PLC0415 - only for a new page

    try:
        return replace(answer, body=packed_page(name, answer), condensed=True)
    except (BadAnswer, ValueError) as error:
        raise _unlike(name, answer) from error


def _offer(project: Project, answer: HttpResponse, base: str) -> Offer:
    """Return what a page says that was condensed, of the index at ``base``."""
    page = PackedPage.unpacked(answer.body)
    candidates = page.candidates(answer.url, public_index.release_pages(base, project.path))
    return Offer(project, candidates, warnings=tuple(_warnings(project.path, page)))


def _unlike(name: str, answer: HttpResponse) -> BadAnswer:
    return BadAnswer(
        f"the index does not answer for {name} with the Simple API's JSON",
        url=answer.url,
        hint="check `index` in config.yaml, or pip's index-url",
    )


def _warnings(name: str, page: PackedPage) -> Iterator[PinWarning]:
    now = normalized_name(page.name)
    if now != name:
        yield PinWarning("moved", f"the index calls {name} {now} now: pname is stale")
    meaning = _STATUSES.get(page.status)
    if meaning:
        reason = f" ({page.reason})" if page.reason else ""
        yield PinWarning(page.status, f"the index's project {name} {meaning}{reason}")


KIND = PyPI()
