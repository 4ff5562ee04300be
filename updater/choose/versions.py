"""Which revs are commits, and which of the versions on offer come after the pinned one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from msgspec import Struct
from packaging.version import Version

from updater.model.labels import (
    OrderedVersion,
    Spelling,
    base_of,
    is_newer,
    is_stamp,
    parse_version,
)
from updater.model.versions import abridged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from updater.model import Candidate

_SHORTENED = re.compile(r"(?=\d*[a-f])[0-9a-f]{7,39}")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_FIRST_YEAR = 1990
_SHORTEST_YEAR = 10
_SHORT_DAY = re.compile(r"[1-3]\d[.](?:0[1-9]|1[0-2])[.](?:0[1-9]|[12]\d|3[01])")
_LAST_YEAR = 2100
_GAP = 2  # from one major to the next one but one
_BUILD = re.compile(r"(?P<word>(?:(?:build|rev|revision|patch|post)\.)?)\d+")
_BARE_LETTER = re.compile(r"[0-9][abc]$")  # to PEP 440, alpha, beta and release candidate
_DECIMALS = re.compile(r"(?P<whole>[0-9]+)[.](?P<decimals>0[0-9]{2,})")
_NUMBERS = re.compile(r"[0-9]+(?:[.][0-9]+)*")
# What marks the commit where a branch of releases begins: llvmorg-18-init, 24.0-branchpoint.
_OF_NO_RELEASE = re.compile(r"[-_.](?:init|base|basepoint|branch-?point)$", re.IGNORECASE)
_ZERO_BEFORE = re.compile(r"(?<![0-9])0[0-9]")


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


def is_id(label: str) -> bool:
    """Tell whether a label is a commit's id, as far as it goes."""
    return is_commit(label) or is_shortened(label)


def unordered(label: str | None) -> str:
    """Say why nothing is newer or older than a label."""
    written = label or ""
    lacks = "has no number" if abridged(written) == written else "is longer than any"
    return f"the version '{abridged(written)}' {lacks}, so nothing can be newer or older"


def is_final(version: OrderedVersion) -> bool:
    """Tell whether a version is PEP 440's, and neither a pre-release nor a development release."""
    return isinstance(version, Version) and not version.is_prerelease


def plain(offered: Sequence[Release], current: OrderedVersion | None = None) -> Sequence[Release]:
    """Return the plain versions, as they stand; all, if there are only dates and local variants.

    Args:
        offered: what upstream has.
        current: of its scheme others count, too: builds beside a pinned build.
    """
    schemes = {(False, None), *((_scheme(current),) if current is not None else ())}
    return [release for release in offered if _scheme(release.version) in schemes] or offered


def label_bases(tags: Sequence[Release], label: str | None) -> Sequence[Release]:
    """Return the tags whose versions a commit's label may begin with, as they stand.

    A date is no base where upstream has plain versions too, unless the label has one already. What
    ends with a letter is one where the label's does, or upstream has nothing else.

    Args:
        tags: a repository's version tags.
        label: the one that the pin has.
    """
    releases = [tag for tag in tags if isinstance(tag.version, Version)]
    lettered = {
        spelling: tag
        for tag in tags
        if (spelling := Spelling.of_letters(tag.candidate.version)) is not None
    }
    if lettered and (not releases or Spelling.of_letters(base_of(label)) is not None):
        return [lettered[spelling] for spelling in sorted(lettered, reverse=True)]
    offered = plain(releases)
    base = parse_version(label)
    if base is not None and base.major >= _FIRST_YEAR:
        return offered
    is_short = base is not None and base.major >= _SHORTEST_YEAR
    return [tag for tag in offered if not _is_dated(tag, short=not is_short)] or offered


def _is_dated(tag: Release, *, short: bool) -> bool:
    """Tell whether a version begins with a year, or is a day in short (``25.06.20``)."""
    version = cast("Version", tag.version)
    return version.major >= _FIRST_YEAR or (
        short and _SHORT_DAY.fullmatch(tag.candidate.version) is not None
    )


def successors(offered: Iterable[Release], current: OrderedVersion) -> Iterator[Release]:
    """Yield the releases that are newer than a version, as they stand.

    A date or build number (``20240115``) is no successor of ``1.2``, nor is a local variant
    (``1.2+cu118``) of the plain version, nor another spelling of a PEP 440 version.
    """
    scheme = _scheme(current)
    for release in offered:
        if is_newer(release.version, current) and _scheme(release.version) == scheme:
            yield release


def incomparable(offered: Iterable[Release], current: OrderedVersion) -> Iterator[Release]:
    """Yield the final releases of other schemes, the first of each, as they stand.

    Whether they are newer no version tells: ``1.1.0`` and ``20240115``, ``2.5.0+cu124`` and
    ``2.4.0+cu121``. Those that are smaller by PEP 440 are not, unless one of the two is a date, or
    the other one ends with a letter.
    """
    schemes = {_scheme(current)}
    for release in offered:
        version, scheme = release.version, _scheme(release.version)
        if _may_follow(release, current) and (True, "a letter") not in schemes:
            schemes.add((True, "a letter"))
            yield release
            continue
        if scheme in schemes or release.candidate.yanked is not None or _is_earlier(version):
            continue
        if _OF_NO_RELEASE.search(release.candidate.version):
            continue
        if isinstance(version, Version) and isinstance(current, Version):
            dates = version.major >= _FIRST_YEAR or current.major >= _FIRST_YEAR
            # Of two variants of one version, only the higher one may be newer.
            same = version.release == current.release
            if version < current and (same or not dates):
                continue
        schemes.add(scheme)
        yield release


def counts_lower(release: Release, reference: OrderedVersion | None) -> bool:
    """Tell whether a version without a common order is lower by a number that both have.

    Such as ``1.6.41-signed`` beside 1.6.43, or ``115.7.0esr`` beside 121.0; of a year and a plain
    number nobody can tell.
    """
    version, numbers = release.version, _NUMBERS.match(release.candidate.version)
    if numbers is None or not isinstance(reference, Version):
        return False
    if isinstance(version, Version) and version.epoch != reference.epoch:
        return False
    own = [int(digits) for digits in numbers[0].split(".")]
    first, second = next(
        (pair for pair in zip(own, reference.release, strict=False) if pair[0] != pair[1]), (0, 0)
    )
    return first < second and (own[0] >= _FIRST_YEAR) == (reference.major >= _FIRST_YEAR)


def _may_follow(release: Release, current: OrderedVersion) -> bool:
    """Tell whether a letter without a number makes a version later for some, for others an alpha.

    3.5a is tmux's first correction of 3.5, and PEP 440's alpha of it.
    """
    version = release.version
    return (
        isinstance(version, Version)
        and isinstance(current, Version)
        and is_final(current)
        and version.is_prerelease
        and version.release >= current.release
        and release.candidate.yanked is None
        and _BARE_LETTER.search(release.candidate.version) is not None
    )


def _is_earlier(version: OrderedVersion) -> bool:
    return isinstance(version, Version) and version.is_prerelease


def further_decimals(offered: Iterable[Release], held: Release) -> Iterator[Release]:
    """Yield what is higher where a number counts as decimals, as Perl's: 5.038 after 5.036001.

    Args:
        offered: newest first.
        held: what is pinned.
    """
    own = _DECIMALS.fullmatch(held.candidate.version)
    if own is None:
        return
    for release in offered:
        other = _DECIMALS.fullmatch(release.candidate.version)
        if other is None or int(other["whole"]) != int(own["whole"]):
            continue
        first, second = own["decimals"], other["decimals"]
        if len(first) != len(second) and second.rstrip("0") > first.rstrip("0"):
            yield release


def downwards(offered: Iterable[Release], current: OrderedVersion) -> Iterator[Release]:
    """Yield the newest plain version below a year, or below each gap: the scheme may have changed.

    From 20.12 to 1.0, or from 3.0 to 1.0, no version is left out by counting.

    Args:
        offered: newest first.
        current: the pinned version.
    """
    if not isinstance(current, Version):
        return
    is_year, lowest = current.major >= _FIRST_YEAR, current.major
    for release in offered:
        version = release.version
        if not isinstance(version, Version) or not is_final(version) or version > current:
            continue
        if is_year and version.major < _FIRST_YEAR:
            yield release
            return
        if not is_year and lowest - version.major >= _GAP:
            yield release
        lowest = min(lowest, version.major)


def looks_mistaken(release: Release, offered: Iterable[Release]) -> bool:
    """Tell whether a version looks like a slip: ``1.02`` for 1.0.2, ``8.130`` after 1.29.0.

    Or ``3.46`` after 3.4.5, or ``20233.2`` after 2023.1.

    Args:
        release: of which it is asked.
        offered: the versions beside it, newest first.
    """
    version = release.version
    if not isinstance(version, Version):
        return False
    if version.major >= _FIRST_YEAR:
        return (
            version.major > _LAST_YEAR
            and not is_stamp(version)
            and any(_is_year(other) for other in offered)
        )
    if _ZERO_BEFORE.search(release.candidate.version):
        return True
    lower = [
        other.version
        for other in offered
        if isinstance(other.version, Version) and other.version < version
    ]
    below = next((other.major for other in lower if other.major < version.major), version.major)
    before = next((other for other in lower if is_final(other)), None)
    return version.major - below > 1 or (before is not None and _lacks_a_dot(version, before))


def _is_year(release: Release) -> bool:
    version = release.version
    return isinstance(version, Version) and _FIRST_YEAR <= version.major <= _LAST_YEAR


def _lacks_a_dot(version: Version, before: Version) -> bool:
    """Tell whether a version may be the next one without one of its dots: 3.46 after 3.4.5."""
    if version.major != before.major or len(version.release) >= len(before.release):
        return False
    minor, old = version.minor, before.minor
    return minor - old > 1 and str(minor).startswith(str(old))


def _scheme(version: OrderedVersion) -> tuple[bool, str | None]:
    """Return what two versions must share to follow each other."""
    if isinstance(version, Spelling):
        return False, version.shape
    local = version.local
    # 17.0.1+12 and 17.0.1+build.12 are build 12 of it; 2.4.0+cu121 is one of its variants.
    build = _BUILD.fullmatch(local) if local is not None else None
    return is_stamp(version), build["word"] if build is not None else local
