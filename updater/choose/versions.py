"""Which revs are commits, and which of the versions on offer come after the pinned one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from msgspec import Struct
from packaging.version import Version

from updater.model.labels import OrderedVersion, Spelling, is_newer, parse_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from updater.model import Candidate

_SHORTENED = re.compile(r"(?=\d*[a-f])[0-9a-f]{7,39}")
_COMMIT = re.compile(r"[0-9a-f]{40}")
# No project has released that often: such a number is a date (20240115) or a build's.
_SMALLEST_STAMP = 100_000
_FIRST_YEAR = 1990


class Release(Struct, frozen=True):
    """A candidate with its version parsed."""

    version: OrderedVersion
    candidate: Candidate


def is_commit(rev: str) -> bool:
    """Tell whether a rev is a full commit id."""
    return _COMMIT.fullmatch(rev) is not None


def is_shortened(rev: str) -> bool:
    """Tell whether a rev looks like a shortened commit id; digits alone are rather a date."""
    return _SHORTENED.fullmatch(rev) is not None


def is_final(version: OrderedVersion) -> bool:
    """Tell whether a version is PEP 440's, and neither a pre-release nor a development release."""
    return isinstance(version, Version) and not version.is_prerelease


def plain(offered: Sequence[Release]) -> Sequence[Release]:
    """Return the plain versions, as they stand; all, if there are only dates and local variants."""
    return [release for release in offered if _scheme(release.version) == (False, None)] or offered


def label_bases(tags: Sequence[Release], label: str | None) -> Sequence[Release]:
    """Return the tags whose versions a commit's label may begin with, as they stand.

    A date is no base where upstream has plain versions too, unless the label has one already.

    Args:
        tags: a repository's version tags.
        label: the one that the pin has.
    """
    releases = [tag for tag in tags if isinstance(tag.version, Version)]
    offered = plain(releases)
    base = parse_version(label)
    if base is not None and base.major >= _FIRST_YEAR:
        return offered
    return [tag for tag in offered if cast("Version", tag.version).major < _FIRST_YEAR] or offered


def successors(offered: Iterable[Release], current: OrderedVersion) -> Iterator[Release]:
    """Yield the releases that are newer than a version, as they stand.

    A date or build number (``20240115``) is no successor of ``1.2``, nor is a local variant
    (``1.2+cu118``) of the plain version, nor another spelling of a PEP 440 version.
    """
    scheme = _scheme(current)
    for release in offered:
        if is_newer(release.version, current) and _scheme(release.version) == scheme:
            yield release


def _scheme(version: OrderedVersion) -> tuple[bool, str | None]:
    """Return what two versions must share to follow each other."""
    if isinstance(version, Spelling):
        return False, version.shape
    return version.major >= _SMALLEST_STAMP, version.local
