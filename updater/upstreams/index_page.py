"""A page of a package index, in JSON or HTML: read once, and packed.

Source: PyPA specification "Simple repository API" (PEP 503, 691, 700, 714, 792).
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from msgspec import UNSET, Struct, UnsetType, msgpack

from updater.model import moments, normalized_name
from updater.model.labels import parse_version
from updater.upstreams.answers import Size, decoded
from updater.upstreams.packed_page import PackedFile, PackedPage, PackedRelease

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from packaging.version import Version
    from pypi_simple import DistributionPackage

    from updater.model import HttpResponse

# What projects uploaded before PEP 527 and still have.
_OLD_SDISTS = (".tar.bz2", ".tar.xz", ".tgz")
# What nobody uploads any more (PEP 527 and 715): no fetcher asks for it, but a release it is.
_OLD_KINDS = (".egg", ".exe", ".msi", ".rpm", ".dmg", ".deb")
_OLD_NAME = re.compile(
    r"[A-Za-z0-9._-]*?[A-Za-z0-9_]-(?P<version>[0-9][0-9a-z]*(?:\.(?:dev|post)?[0-9]+[a-z0-9]*)*)"
    r"(?:[-.][A-Za-z0-9._-]*)?\.[a-z]{3}",
    re.ASCII,
)
_DIGEST = 32
_LONGEST_NAME = 512  # a file system takes half of it
_LONGEST_ADDRESS = 2048
# Of a page in HTML: its parsers need the square of what nothing ends, and a kilobyte for a tag.
_MOST_TAGS, _MOST_SIGNS = 24_000, 200_000
_WELL_FORMED = re.compile(
    rb"""(?:[^<]++|<!--(?:[^-]++|-(?!->))*+-->|<(?![A-Za-z/!?])"""
    rb"""|<[A-Za-z/!?](?:[^<>"']++|"[^"]*+"|'[^']*+')*+>)*+"""
)
# Names of files that nobody could read in two ways, and so nearly all of them.
_PLAIN_WHEEL = re.compile(
    r"[A-Za-z0-9.]+(?:_[A-Za-z0-9.]+)*-(?P<version>[0-9][0-9a-z.]*)"
    r"-[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*(?:-[a-z0-9_]+(?:\.[a-z0-9_]+)*){2}\.whl",
    re.ASCII,
)
_PLAIN_SDIST = re.compile(
    r"[A-Za-z0-9._-]*[A-Za-z0-9_]-(?P<version>[0-9][0-9a-z.]*)\.tar\.gz", re.ASCII
)
# What may be a version with a sign in it, or a project whose name has a number.
_NUMBER_BEFORE = re.compile(r"-[0-9][^-]*-[^-]*$", re.ASCII)


class _Status(Struct, frozen=True):
    status: str = ""
    reason: str | None = None


class _ListedFile(Struct, frozen=True, rename="kebab"):
    """One file. Source: PEP 691, "Project Detail"; PEP 700 for size, PEP 714 for metadata."""

    filename: str
    url: str
    hashes: dict[str, str]
    size: Size | None = None
    requires_python: str | None = None
    upload_time: str | None = None
    yanked: bool | str | None = None
    core_metadata: bool | dict[str, str] | UnsetType | None = UNSET
    dist_info_metadata: bool | dict[str, str] | None = None


class _ProjectDetail(Struct, frozen=True, rename="kebab"):
    name: str
    files: list[_ListedFile]
    project_status: _Status | None = None


def packed_page(name: str, answer: HttpResponse) -> bytes:
    """Pack a project's page, in JSON or HTML.

    Raises:
        BadAnswer, ValueError: it is no such page, or breaks a bound.
    """
    if "html" in answer.headers.get("content-type", ""):
        return _packed_page(name, _Status(), _from_html(name, answer))
    detail = decoded(answer, _ProjectDetail)
    status = detail.project_status or _Status()
    files = (_from_json(file, answer.url) for file in detail.files)
    return _packed_page(detail.name, status, files)


def _packed_page(name: str, status: _Status, files: Iterable[_IndexFile]) -> bytes:
    project = normalized_name(name)
    releases = [
        (_release(version, own, project), own)
        for version, own in _by_version(files, project).items()
    ]
    page = PackedPage(
        name,
        status.status,
        status.reason or "",
        plain=all(file.is_plain for _, own in releases for file in own),
        count=len(releases),
        releases=msgpack.encode([release for release, _ in releases]),
        files=zlib.compress(
            msgpack.encode([[file.packed for file in own] for _, own in releases]), 1
        ),
    )
    return msgpack.encode(page)


class _IndexFile:
    """A file of a project and what its release needs to know of it."""

    __slots__ = ("packed", "uploaded", "yanked")

    def __init__(self, packed: PackedFile, uploaded: str | None, yanked: str | None) -> None:
        self.packed = packed
        self.uploaded = uploaded
        self.yanked = yanked

    @property
    def is_plain(self) -> bool:
        """Whether nothing in it is what intake takes out."""
        file = self.packed
        text = f"{file.filename}{file.url}{file.requires_python or ''}{self.yanked or ''}"
        return len(text) <= _LONGEST_ADDRESS and text.isascii() and text.isprintable()


def _from_json(listed: _ListedFile, base: str) -> _IndexFile:
    metadata = listed.core_metadata
    packed = PackedFile(
        listed.filename,
        _address(listed.url, base),
        _sha256(listed.hashes.get("sha256")),
        listed.size,
        listed.requires_python,
        bool(listed.dist_info_metadata if metadata is UNSET else metadata),
    )
    return _IndexFile(packed, listed.upload_time, _reason(listed.yanked))


def _address(url: str, base: str) -> str:
    """Return an address, of which it is certain that it can be joined to its page's.

    Raises:
        ValueError: it cannot. Only what is not ASCII, and a number in brackets, is looked at.
    """
    if not url.isascii() or "[" in url or "]" in url:
        urljoin(base, url)
    return url


def _reason(yanked: object) -> str | None:
    if not yanked:
        return None
    return yanked if isinstance(yanked, str) else "no reason given"


def _sha256(digest: str | None) -> bytes | None:
    """Return a digest's bytes.

    Raises:
        ValueError: it is none.
    """
    if not digest:
        return None
    data = bytes.fromhex(digest)
    if len(data) != _DIGEST:
        raise ValueError("a sha256 has 32 bytes")
    return data


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
        made = package.upload_time
        yield _IndexFile(
            _packed(package),
            made.isoformat() if made is not None else None,
            _reason(package.yanked_reason or package.is_yanked),
        )


def _packed(package: DistributionPackage) -> PackedFile:
    return PackedFile(
        package.filename,
        _address(package.url, package.url),
        _sha256((package.digests or {}).get("sha256")),
        package.size,
        package.requires_python,
        bool(package.has_metadata),
    )


def _by_version(files: Iterable[_IndexFile], project: str) -> dict[Version, list[_IndexFile]]:
    """Return the files of each release: those of old kinds only where it has no others."""
    releases: dict[Version, list[_IndexFile]] = {}
    old: dict[Version, list[_IndexFile]] = {}
    for file in files:
        name = file.packed.filename
        version = _version(name, project)
        if version is not None:
            releases.setdefault(version, []).append(file)
        elif name.endswith(_OLD_KINDS) and (version := _old_version(name)) is not None:
            old.setdefault(version, []).append(file)
    return {**old, **releases}


def _old_version(filename: str) -> Version | None:
    """Return the version in the name of an egg or an installer: ``a-1.0-py2.7.egg``."""
    match = _OLD_NAME.fullmatch(filename) if len(filename) <= _LONGEST_NAME else None
    return parse_version(match["version"]) if match is not None else None


def _release(version: Version, own: Sequence[_IndexFile], project: str) -> PackedRelease:
    times = [moments.from_iso(time) for time in {file.uploaded for file in own}]
    reasons = [file.yanked for file in own if file.yanked is not None]
    return PackedRelease(
        version=_spelled(version, [file.packed for file in own], project),
        published=min((time for time in times if time is not None), default=None),
        yanked=reasons[0] if len(reasons) == len(own) else None,
        count=len(own),
    )


def _version(filename: str, project: str) -> Version | None:
    """Return the version that a file name of a project carries, None for other kinds of file."""
    if len(filename) > _LONGEST_NAME:
        return None
    signed = _version_with_sign(filename, project)
    if signed:
        return parse_version(signed)
    plain = _PLAIN_WHEEL.fullmatch(filename) or _PLAIN_SDIST.fullmatch(filename)
    if plain is not None:
        return parse_version(plain["version"])
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


def _version_with_sign(filename: str, project: str) -> str:
    """Return the version of a source distribution if it has a sign in it: ``a-1.0-1.tar.gz``.

    Whether ``a-1.0`` is the project, its name tells, and nothing in the file's: empty if it is.
    """
    if filename.count("-") <= 1 or filename.endswith((".whl", *_OLD_KINDS)):
        return ""
    stem = _stem(filename)
    match = _NUMBER_BEFORE.search(stem)
    if match is None or normalized_name(stem[: match.start()]) != project:
        return ""
    return stem[match.start() + 1 :]


def _stem(filename: str) -> str:
    return _as_sdist(filename).removesuffix(".tar.gz").removesuffix(".zip")


def _as_sdist(filename: str) -> str:
    for ending in _OLD_SDISTS:
        if filename.endswith(ending):
            return f"{filename.removesuffix(ending)}.tar.gz"
    return filename


def _spelled(version: Version, files: Iterable[PackedFile], project: str) -> str:
    """Return the version as the file names spell it, since fetchPypi builds them from it.

    An sdist ``a-2024.01.02.tar.gz`` has the version 2024.1.2, and no other file name finds it.
    """
    for file in files:
        name = file.filename
        if not name.endswith((".whl", *_OLD_KINDS)):
            return _version_with_sign(name, project) or _stem(name).rpartition("-")[2]
    return str(version)
