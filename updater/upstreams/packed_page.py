"""What is kept of a page of a package index: its releases, made anew where somebody looks at them.

A project may have thousands of files. Which releases there are, and since when, everybody wants to
know; the files of a release only who takes it or has it pinned.
"""

from __future__ import annotations

import zlib
from datetime import datetime  # noqa: TC003 - msgspec reads it
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from msgspec import Raw, Struct, msgpack, structs

from updater.model import Candidate, CandidatesOnDemand, Distribution, FilesOnDemand, Sri
from updater.text import open_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

FORM = "index-page-3"
"""How a page is packed, for who keeps it."""


class PackedFile(Struct, frozen=True, array_like=True):
    """What a `Distribution` is made of: the address as the page has it, the sha256's bytes."""

    filename: str
    url: str
    sha256: bytes | None
    size: int | None
    requires_python: str | None
    metadata: bool


class PackedRelease(Struct, frozen=True, array_like=True):
    """One release and the number of its files."""

    version: str
    published: datetime | None
    yanked: str | None
    count: int


class PackedPage(Struct, frozen=True, array_like=True):
    """What a page says.

    Attributes:
        name: the project's, as the index calls it.
        status, reason: that of PEP 792; empty where it has none.
        plain: whether all of it may be shown and taken as it is.
        count: the number of releases.
        releases: packed, in the order of the page.
        files: those of each release in turn, packed and compressed: few runs look at any.
    """

    name: str
    status: str
    reason: str
    plain: bool
    count: int
    releases: bytes
    files: bytes

    @staticmethod
    def unpacked(data: bytes) -> PackedPage:
        """Return what was packed."""
        return _PAGE.decode(data)

    def candidates(self, base: str, page_of: Callable[[str], str]) -> Sequence[Candidate]:
        """Return the releases, which are made whenever somebody goes through them.

        Args:
            base: the address that the page has.
            page_of: returns the page of a version for people, or an empty string.
        """
        files = _PageFiles(self.files, base)
        make = partial(_candidates, self.releases, files, page_of)
        if self.plain:
            return CandidatesOnDemand(self.count, make)
        return tuple(
            structs.replace(candidate, distributions=tuple(candidate.distributions))
            for candidate in make()
        )


_PAGE = msgpack.Decoder(PackedPage)
_RELEASES = msgpack.Decoder(tuple[PackedRelease, ...])
_FILES = msgpack.Decoder(tuple[PackedFile, ...])
_FILES_OF_RELEASES = msgpack.Decoder(tuple[Raw, ...])


class _PageFiles:
    """The files of a page's releases, taken out of it once somebody looks at any.

    Args:
        packed: what the page has.
        base: its address.
    """

    __slots__ = ("_base", "_packed", "_releases")

    def __init__(self, packed: bytes, base: str) -> None:
        self._packed = packed
        self._base = base
        self._releases: tuple[Raw, ...] | None = None

    def of(self, place: int) -> tuple[Distribution, ...]:
        """Return the files of the release at a place."""
        if self._releases is None:
            self._releases = _FILES_OF_RELEASES.decode(zlib.decompress(self._packed))
        return _distributions(self._releases[place], self._base)


def _candidates(
    packed: bytes, files: _PageFiles, page_of: Callable[[str], str]
) -> Iterator[Candidate]:
    for place, release in enumerate(_RELEASES.decode(packed)):
        yield Candidate(
            version=release.version,
            published=release.published,
            yanked=release.yanked,
            url=page_of(release.version),
            distributions=FilesOnDemand(release.count, partial(files.of, place)),
        )


def _distributions(files: Raw, base: str) -> tuple[Distribution, ...]:
    return tuple(
        Distribution(
            filename=file.filename,
            url=open_address(urljoin(base, file.url)),
            sri=Sri("sha256", file.sha256) if file.sha256 is not None else None,
            size=file.size,
            requires_python=file.requires_python,
            metadata=file.metadata,
        )
        for file in _FILES.decode(files)
    )
