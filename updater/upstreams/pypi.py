"""Projects of a package index, by the Simple API in its JSON form, or in HTML where it has none.

Source: PyPA specification "Simple repository API" (PEP 503, 691, 700, 792).
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urljoin

from msgspec import UNSET, Struct, UnsetType

from updater.effects.processes.apart import apart
from updater.errors import BadAnswer
from updater.model import (
    Candidate,
    Distribution,
    Offer,
    PinWarning,
    Project,
    Sri,
    moments,
    normalized_name,
)
from updater.text import open_address
from updater.upstreams.answers import decoded
from updater.upstreams.base import OfferOrError, ProjectQuestion, Surroundings, Upstream, each

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from packaging.version import Version
    from pypi_simple import DistributionPackage

    from updater.model import HttpResponse

_JSON = "application/vnd.pypi.simple.v1+json"
_ACCEPT = f"{_JSON}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"
# What projects uploaded before PEP 527 and still have.
_OLD_SDISTS = (".tar.bz2", ".tar.xz", ".tgz")
_DIGEST = 32
_LONGEST_NAME = 512  # a file system takes half of it
# Of a page in HTML: its parsers need the square of what nothing ends, and a kilobyte for a tag.
_MOST_TAGS, _MOST_SIGNS = 24_000, 200_000
_WELL_FORMED = re.compile(
    rb"""(?:[^<]++|<!--(?:[^-]++|-(?!->))*+-->|<(?![A-Za-z/!?])"""
    rb"""|<[A-Za-z/!?](?:[^<>"']++|"[^"]*+"|'[^']*+')*+>)*+"""
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
            answer = await around.web.get(f"{base}/{name}/", accept=_ACCEPT, scheme="index")
            return await apart(
                partial(_read, question.project, answer),
                len(answer.body),
                lambda _why: _unlike(name, answer),
            )

        return await each(questions, ask)


def _unlike(name: str, answer: HttpResponse) -> BadAnswer:
    return BadAnswer(
        f"the index does not answer for {name} with the Simple API's JSON",
        url=answer.url,
        hint="check `index` in config.yaml, or pip's index-url",
    )


class _Status(Struct, frozen=True):
    status: str = ""
    reason: str | None = None


class _ListedFile(Struct, frozen=True, rename="kebab"):
    """One file. Source: PEP 691, "Project Detail"; PEP 700 for size, PEP 714 for metadata."""

    filename: str
    url: str
    hashes: dict[str, str]
    size: int | None = None
    requires_python: str | None = None
    upload_time: str | None = None
    yanked: bool | str | None = None
    core_metadata: bool | dict[str, str] | UnsetType | None = UNSET
    dist_info_metadata: bool | dict[str, str] | None = None


class _ProjectDetail(Struct, frozen=True, rename="kebab"):
    name: str
    files: list[_ListedFile]
    project_status: _Status | None = None


def _read(project: Project, answer: HttpResponse) -> Offer:
    name = project.path
    try:
        if "html" in answer.headers.get("content-type", ""):
            return Offer(project, tuple(_candidates(_from_html(name, answer))))
        detail = decoded(answer, _ProjectDetail)
        files = [_from_json(file, answer.url) for file in detail.files]
    except (BadAnswer, ValueError) as error:
        raise _unlike(name, answer) from error
    return Offer(project, tuple(_candidates(files)), warnings=tuple(_warnings(name, detail)))


class _IndexFile:
    """A file of a project and what its release needs to know of it."""

    __slots__ = ("distribution", "uploaded", "yanked")

    def __init__(
        self, distribution: Distribution, uploaded: datetime | None, yanked: str | None
    ) -> None:
        self.distribution = distribution
        self.uploaded = uploaded
        self.yanked = yanked


def _from_json(listed: _ListedFile, base: str) -> _IndexFile:
    metadata = listed.core_metadata
    distribution = Distribution(
        filename=listed.filename,
        url=open_address(urljoin(base, listed.url)),
        sri=_sri(listed.hashes.get("sha256")),
        size=listed.size,
        requires_python=listed.requires_python,
        metadata=bool(listed.dist_info_metadata if metadata is UNSET else metadata),
    )
    uploaded = moments.from_iso(listed.upload_time)
    return _IndexFile(distribution, uploaded, _reason(listed.yanked))


def _reason(yanked: object) -> str | None:
    if not yanked:
        return None
    return yanked if isinstance(yanked, str) else "no reason given"


def _sri(digest: str | None) -> Sri | None:
    """Return a digest as a hash.

    Raises:
        ValueError: it is none.
    """
    if not digest:
        return None
    data = bytes.fromhex(digest)
    if len(data) != _DIGEST:
        raise ValueError("a sha256 has 32 bytes")
    return Sri("sha256", data)


def _from_html(name: str, answer: HttpResponse) -> Iterator[_IndexFile]:
    """Read a page.

    Raises:
        ValueError: it is no page of an index, or breaks a bound.
    """
    body = answer.body
    if body.count(b"<") > _MOST_TAGS or max(map(body.count, (b"&", b"="))) > _MOST_SIGNS:
        raise ValueError("a page with more tags than any project has files")
    if _WELL_FORMED.fullmatch(body) is None:
        raise ValueError("a page with a tag, a quotation or a comment that nothing ends")
    from pypi_simple import ProjectPage  # noqa: PLC0415 - a quarter of a second, for old indexes

    try:
        page = ProjectPage.from_html(name, body, base_url=answer.url)
    except Exception as error:  # a parser of others, for text of others: it may raise anything
        raise ValueError("a page that cannot be read") from error
    if not page.packages:
        raise ValueError("a page without files: a log-in or an error, not a project")
    for package in page.packages:
        yield _IndexFile(_distribution(package), _uploaded(package), _html_reason(package))


def _uploaded(package: DistributionPackage) -> datetime | None:
    made = package.upload_time
    return moments.from_iso(made.isoformat()) if made is not None else None


def _html_reason(package: DistributionPackage) -> str | None:
    return _reason(package.yanked_reason or package.is_yanked)


def _distribution(package: DistributionPackage) -> Distribution:
    return Distribution(
        filename=package.filename,
        url=open_address(package.url),
        sri=_sri((package.digests or {}).get("sha256")),
        size=package.size,
        requires_python=package.requires_python,
        metadata=bool(package.has_metadata),
    )


def _candidates(files: Iterable[_IndexFile]) -> Iterator[Candidate]:
    releases: dict[Version, list[_IndexFile]] = {}
    for file in files:
        version = _version(file.distribution.filename)
        if version is not None:
            releases.setdefault(version, []).append(file)
    for version, own in releases.items():
        times = [file.uploaded for file in own if file.uploaded is not None]
        reasons = [file.yanked for file in own if file.yanked is not None]
        yield Candidate(
            version=_spelled(version, own),
            published=min(times) if times else None,
            yanked=reasons[0] if len(reasons) == len(own) else None,
            distributions=tuple(file.distribution for file in own),
        )


def _version(filename: str) -> Version | None:
    """Return the version that a file name carries, None for other kinds of file."""
    if len(filename) > _LONGEST_NAME:
        return None
    # What it imports takes 8 ms, and most runs read no page of an index.
    from packaging.utils import (  # noqa: PLC0415
        InvalidSdistFilename,
        InvalidWheelFilename,
        parse_sdist_filename,
        parse_wheel_filename,
    )

    try:
        if filename.endswith(".whl"):
            return parse_wheel_filename(filename)[1]
        return parse_sdist_filename(_as_sdist(filename))[1]
    except (InvalidSdistFilename, InvalidWheelFilename):
        return None


def _as_sdist(filename: str) -> str:
    for ending in _OLD_SDISTS:
        if filename.endswith(ending):
            return f"{filename.removesuffix(ending)}.tar.gz"
    return filename


def _spelled(version: Version, files: list[_IndexFile]) -> str:
    """Return the version as the file names spell it, since fetchPypi builds them from it.

    An sdist ``a-2024.01.02.tar.gz`` has the version 2024.1.2, and no other file name finds it.
    """
    for file in files:
        name = file.distribution.filename
        if not name.endswith(".whl"):
            stem = _as_sdist(name).removesuffix(".tar.gz").removesuffix(".zip")
            return stem.rpartition("-")[2]
    return str(version)


def _warnings(name: str, detail: _ProjectDetail) -> Iterator[PinWarning]:
    now = normalized_name(detail.name)
    if now != name:
        yield PinWarning("moved", f"the index calls {name} {now} now: pname is stale")
    status = detail.project_status or _Status()
    meaning = _STATUSES.get(status.status)
    if meaning:
        reason = f" ({status.reason})" if status.reason else ""
        yield PinWarning(status.status, f"the index's project {name} {meaning}{reason}")


KIND = PyPI()
