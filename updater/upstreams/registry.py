"""Registries of packages: lists of releases by name, with their files.

Where a registry is, the overlay's own address says, or ``registries:`` in config.yaml: nixpkgs'
fetchers hide it, and no address is built in. Versions are those of semver.org, whose pre-releases
PEP 440 takes in part for releases.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from updater.errors import BadAnswer
from updater.model import Candidate, Sri
from updater.model.labels import parse_version
from updater.upstreams.base import Upstream

if TYPE_CHECKING:
    from datetime import datetime

    from updater.model import Distribution, Project
    from updater.upstreams.base import Surroundings

_SEMVER = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+(?P<early>-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?")


class Registry(Upstream):
    """A registry, whose projects are of its own scheme."""

    on_hosts: ClassVar[bool] = False

    def base(self, project: Project, around: Surroundings) -> str:
        """Return the registry's address.

        Raises:
            BadAnswer: nobody named it.
        """
        base = project.host or around.registries.get(self.kind, "")
        if not base:
            raise BadAnswer(
                f"config.yaml names no registry for {project}",
                hint=f"write its address: `registries: {{{self.kind}: ADDRESS}}`",
            )
        return base


def release(
    version: str,
    files: tuple[Distribution, ...] = (),
    *,
    published: datetime | None = None,
    withdrawn: str | None = None,
    early: bool = False,
) -> Candidate | None:
    """Return a release as a candidate; None for one whose place in the order would be wrong.

    Args:
        version: as the registry spells it.
        files: what it consists of.
        published: when.
        withdrawn: why it was withdrawn, None where it was not.
        early: the registry marks it as a pre-release.
    """
    match = _SEMVER.fullmatch(version)
    is_early = match is not None and match["early"] is not None
    meaning = parse_version(version)
    if is_early and meaning is not None and not meaning.is_prerelease:
        return None  # PEP 440 takes 1.0.0-1 for what comes after 1.0.0
    return Candidate(
        version=version,
        published=published,
        prerelease=early or is_early,
        yanked=withdrawn,
        distributions=files,
    )


def sri_of_hex(text: object) -> Sri | None:
    """Return a sha256 in base16 as a hash; None where it is none."""
    try:
        return Sri("sha256", bytes.fromhex(text)) if isinstance(text, str) else None
    except ValueError:
        return None
