"""Projects of a package index, by the Simple API in its JSON form.

Source: PyPA specification "Simple repository API" (PEP 503, 691, 700).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)

from updater.errors import BadAnswer
from updater.model import Candidate, Distribution, Host, Offer, Project, Sri
from updater.upstreams.base import Found, Surroundings, Upstream, each

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pypi_simple import DistributionPackage, ProjectPage

    from updater.model import Answer

_ACCEPT = "application/vnd.pypi.simple.v1+json"


class PyPI(Upstream):
    """Releases with the sha256 of their files: a hash that costs no download."""

    kind: ClassVar[str] = "pypi"

    def claims(self, project: Project, hosts: Mapping[str, Host]) -> bool:
        """Tell whether the project is on the index."""
        del hosts
        return project.startswith("pypi:")

    async def look_up(
        self, projects: Sequence[Project], around: Surroundings
    ) -> dict[Project, Found]:
        """Ask the index for each project, all side by side."""

        async def one(project: Project) -> Offer:
            name = project.removeprefix("pypi:")
            answer = await around.web.get(f"{around.index().rstrip('/')}/{name}/", accept=_ACCEPT)
            return Offer(project, _read(name, answer))

        return await each(projects, one)


def _read(name: str, answer: Answer) -> tuple[Candidate, ...]:
    from pypi_simple import ProjectPage  # noqa: PLC0415 - a quarter of a second

    try:
        data: Any = json.loads(answer.body)
        return _candidates(ProjectPage.from_json_data(data, base_url=answer.url))
    except (ValueError, TypeError, KeyError) as error:
        raise BadAnswer(
            f"the index does not answer for {name} with the Simple API's JSON",
            url=answer.url,
            hint="check `index` in config.yaml, or pip's index-url",
        ) from error


def _candidates(page: ProjectPage) -> tuple[Candidate, ...]:
    releases: dict[str, list[DistributionPackage]] = {}
    for package in page.packages:
        version = _version(package.filename)
        if version is not None:
            releases.setdefault(version, []).append(package)
    return tuple(_candidate(version, packages) for version, packages in releases.items())


def _version(filename: str) -> str | None:
    """Return the version that a file name carries, normalised; None for other kinds of file."""
    try:
        if filename.endswith(".whl"):
            return str(parse_wheel_filename(filename)[1])
        return str(parse_sdist_filename(filename)[1])
    except (InvalidSdistFilename, InvalidWheelFilename):
        return None


def _candidate(version: str, packages: list[DistributionPackage]) -> Candidate:
    times = [package.upload_time for package in packages if package.upload_time is not None]
    yanked = all(package.is_yanked for package in packages)
    reasons = [package.yanked_reason for package in packages if package.yanked_reason]
    return Candidate(
        version=version,
        published=min(times) if times else None,
        yanked=(reasons[0] if reasons else "no reason given") if yanked else None,
        distributions=tuple(_distribution(package) for package in packages),
    )


def _distribution(package: DistributionPackage) -> Distribution:
    digest = (package.digests or {}).get("sha256")
    return Distribution(
        filename=package.filename,
        url=package.url,
        sri=Sri("sha256", bytes.fromhex(digest)) if digest else None,
        size=package.size,
        requires_python=package.requires_python,
    )


KIND = PyPI()
