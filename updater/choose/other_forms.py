"""Version tags in another form than a pin's, and whether they are of the same part of upstream.

A tag may say which part of its repository it is of: ``client/v1.0`` beside ``v2.0``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.version import Version

from updater.choose.tag_forms import (
    TagNames,
    general_form,
    plain_name,
    prefixed_form,
    widest_form,
)
from updater.choose.tags import Versions
from updater.choose.versions import is_final, plain, successors
from updater.model import PinWarning
from updater.model.labels import is_newer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.choose.versions import Release
    from updater.model import Candidate
    from updater.model.labels import OrderedVersion

# A name, a sign, and what may stand before the version of any tag.
_LEAD = re.compile(
    r"(?P<name>[A-Za-z].*?)(?P<sign>[-_/@])(?:v|ver|version|rel|releases?|stable)?[-_./]?v?",
    re.IGNORECASE,
)
# What the folder of a tag is called where it is no part.
_OF_ALL = re.compile(
    "archives?|builds?|debian|final|prod|production|publish|published|rel|releases?|stable|tags?"
    "|upstream|ver|versions?",
    re.IGNORECASE,
)


def versions_in_other_forms(offered: Versions, names: TagNames) -> tuple[Release, ...]:
    """Return the version tags of the project in another form than the pin's, newest first.

    Those that PEP 440 does not know stand last.

    Args:
        offered: all tags, in the pin's form where they have it.
        names: what a tag may start with.
    """
    if not offered.others:
        return ()
    own = names.of_monorepo
    in_monorepo = bool(own) and any(
        prefixed_form(own, "").version(tag.candidate.ref) for tag in offered.every
    )
    part = part_of(offered, names)
    own = (*own, part) if part else own
    if in_monorepo or part:
        return tuple(Versions(offered.others, prefixed_form(own, "")).every)
    lead = _lead_of(offered)
    words = (*names.package, lead["name"]) if lead is not None else names.package
    wider = widest_form(TagNames(words, names.repository, names.is_python))
    return tuple(Versions(offered.others, wider).every)


def newer_in_other_forms(
    offered: Versions, newest: OrderedVersion | None, names: TagNames
) -> Iterator[Candidate]:
    """Yield the newer version tags in another form than the pin's, as they stand.

    Args:
        offered: all tags, in the pin's form where they have it.
        newest: the newest version in that form, None where there is none.
        names: what a tag may start with.
    """
    others = versions_in_other_forms(offered, names)
    releases = [release for release in others if isinstance(release.version, Version)]
    newer = plain(releases) if newest is None else successors(releases, newest)
    yield from (release.candidate for release in newer if is_final(release.version))


def in_other_form(tag: Candidate) -> PinWarning:
    """Warn of a newer version tag in another form than the pin's."""
    message = f"upstream has a newer tag, {tag.ref}, in a different form than this pin"
    return PinWarning("other-form", f"{message}; set `tag_pattern` to follow it")


def part_of(offered: Versions, names: TagNames) -> str:
    """Return the name of the part whose tags a pin follows; empty where they may be of the whole.

    It is told by the package's name (``samba-ldb-2.8`` of ldb from samba), or by a folder beside
    which the repository had tags of the whole before (``client/v1.0`` and ``v1.0``): those that all
    come later may be the same project's in another form.

    Args:
        offered: all tags, in the pin's form.
        names: what a tag may start with.
    """
    lead = _lead_of(offered)
    if lead is None:
        return ""
    part, whole = plain_name(lead["name"]), plain_name(names.repository)
    for own in map(plain_name, names.of_monorepo):
        if part in (own, f"{whole}-{own}") or own in (f"{whole}-{part}", f"{part}-{whole}"):
            return part
    is_folder = lead["sign"] == "/" and part != whole and not _OF_ALL.fullmatch(part)
    return part if is_folder and _is_beside(offered, names) else ""


def _lead_of(offered: Versions) -> re.Match[str] | None:
    """Return the words that all tags in the pin's form begin with; None where they have none."""
    form = offered.form
    if form is None or form.time is not None or form.written is not None:
        return None
    matches = (form.pattern.fullmatch(tag.candidate.ref) for tag in offered.every)
    leads = {match.string[: match.start("version")] for match in matches if match is not None}
    return _LEAD.fullmatch(leads.pop()) if len(leads) == 1 else None


def _is_beside(offered: Versions, names: TagNames) -> bool:
    """Tell whether the repository has tags of the whole that are no newer than those of a part."""
    newest = offered.every[0].version
    whole = general_form(TagNames((), names.repository))
    others = Versions(offered.others, whole).releases
    return any(is_final(other.version) and not is_newer(other.version, newest) for other in others)
