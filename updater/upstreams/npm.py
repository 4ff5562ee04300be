"""Packages of an npm registry, by its JSON: versions, the tag ``latest``, deprecations, hashes.

Source: npm/registry, docs/REGISTRY-API.md and docs/responses/package-metadata.md.
"""

from __future__ import annotations

import base64
import binascii
from functools import partial
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote

from msgspec import Struct, field

from updater.model import Distribution, Offer, Sri, moments
from updater.model.labels import is_newer, parse_version
from updater.text import open_address
from updater.upstreams.answers import read_answer
from updater.upstreams.base import each
from updater.upstreams.registry import Registry, release

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.model import Candidate, Project
    from updater.upstreams.base import OfferOrError, ProjectQuestion, Surroundings

_ABBREVIATED = "application/vnd.npm.install-v1+json"


class _File(Struct, frozen=True):
    tarball: str
    integrity: str | None = None


class _Version(Struct, frozen=True):
    dist: _File
    deprecated: str | bool | None = None


class _Package(Struct, frozen=True, rename={"tags": "dist-tags"}):
    versions: dict[str, _Version]
    tags: dict[str, str] = field(default_factory=dict)
    time: dict[str, object] = field(default_factory=dict)


class Npm(Registry):
    """Packages with the sha512 of their files, where they were published since 2017."""

    kind: ClassVar[str] = "npm"

    async def offers(
        self, questions: Sequence[ProjectQuestion], around: Surroundings
    ) -> dict[Project, OfferOrError]:
        """Ask for each package, all side by side."""
        return await each(questions, partial(self._offer, around))

    async def _offer(self, around: Surroundings, question: ProjectQuestion) -> Offer:
        """Return the versions of a package; what it is not to say is left out of the answer."""
        project = question.project
        base = self.base(project, around)
        accept = "application/json" if question.dates else f"{_ABBREVIATED}, application/json;q=0.5"
        answer = await around.web.get(f"{base}/{quote(project.path, safe='@')}", accept=accept)
        package = await read_answer(answer, _Package)
        candidates = (_candidate(version, package) for version in package.versions)
        return Offer(project, tuple(filter(None, candidates)))


def _candidate(version: str, package: _Package) -> Candidate | None:
    """Return a version.

    One that comes after ``latest`` is early, whatever its number says: its author installs another
    one by default.
    """
    own, latest = package.versions[version], parse_version(package.tags.get("latest"))
    withdrawn = _deprecation(own.deprecated)
    is_early = latest is not None and is_newer(parse_version(version), latest)
    return release(
        version,
        (
            Distribution(
                filename=own.dist.tarball.rsplit("/", 1)[-1],
                url=open_address(own.dist.tarball),
                sri=_sri(own.dist.integrity),
                size=None,
                requires_python=None,
            ),
        ),
        published=moments.from_iso(package.time.get(version)),
        withdrawn=withdrawn,
        early=is_early and withdrawn is None,
    )


def _deprecation(deprecated: object) -> str | None:
    if not deprecated:
        return None
    return f"deprecated: {deprecated}" if isinstance(deprecated, str) else "deprecated"


def _sri(integrity: str | None) -> Sri | None:
    """Return the sha512 of a file; None where the registry tells none.

    Source: W3C, "Subresource Integrity": hashes with blanks between them, options behind ``?``.
    """
    for text in (integrity or "").split():
        algorithm, _, digits = text.partition("?")[0].partition("-")
        if algorithm == "sha512":
            try:
                return Sri("sha512", base64.b64decode(digits, validate=True))
            except (ValueError, binascii.Error):
                return None
    return None


KIND = Npm()
