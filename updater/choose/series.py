"""Series of tags that begin with other words than the pin's: ``noble-1`` beside ``jammy-3``.

Where the words are no name of the package, they are one of a row of names: of systems, of seasons.
No order tells which of two comes later; a series that began after what is pinned does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct
from packaging.version import Version

from updater.choose.tag_forms import general_form
from updater.choose.versions import Release, is_final
from updater.model.labels import is_newer, ordered

if TYPE_CHECKING:
    from updater.choose.tag_forms import TagNames
    from updater.choose.tags import Versions
    from updater.model import Candidate
    from updater.model.labels import OrderedVersion

    Words: TypeAlias = tuple[str, ...]

_TAG = re.compile(r"(?P<words>[^0-9]*)(?P<version>[0-9].*)")
_DIGIT = re.compile("[0-9]")
_WORD = re.compile("[a-z]{2,}")
_OF_ANY_RELEASE = frozenset({"ver", "version", "rel", "release", "releases", "tag", "tags"})
_EARLY = frozenset({"alpha", "beta", "canary", "dev", "experimental", "pre", "preview", "rc"})
_MOVING = frozenset({"continuous", "edge", "latest", "nightly", "snapshot", "test", "tip", "tmp"})
_SHORTEST_NAME = 3  # characters that tell a name from a chance


class Series(Struct, frozen=True):
    """The tags that begin with the same words.

    Attributes:
        first: the one of the lowest version.
        newest: that of the highest.
    """

    first: Release
    newest: Release


def other_series(
    offered: Versions, held: Candidate, current: OrderedVersion, names: TagNames
) -> list[Series]:
    """Return the series of other words, those behind the pin's in the alphabet before the others.

    Args:
        offered: all tags, in the pin's form where they have it.
        held: the tag that is pinned.
        current: the version that counts as the pinned one.
        names: what a tag may start with: the words of a name are other packages'.
    """
    form = offered.form
    if form is None or form.time is not None or form.written is not None:
        return []  # config.yaml says which tags count
    shown = form.pattern.fullmatch(held.ref)
    first = _DIGIT.search(held.ref, shown.start("version")) if shown is not None else None
    own = _words(held.ref[: first.start()]) if first is not None else ()
    if not own:
        return []
    is_named = any(_is_of(word, names) for word in own)
    general = general_form(names)
    series: dict[Words, Series] = {}
    for candidate in offered.others:
        tag = _TAG.fullmatch(candidate.ref)
        version = form.place(tag["version"]) if tag is not None else None
        if tag is None or version is None or (isinstance(version, Version) != is_final(version)):
            continue
        words = _words(tag["words"])
        own_version = ordered(general.version(candidate.ref))
        # Where a name has a number in it, that is none of its tags' versions.
        told = isinstance(own_version, Version) or (
            is_newer(version, current) and own_version is not None
        )
        if told or (is_named and words != own) or (_EARLY | _MOVING).intersection(words):
            continue
        release = Release(version, candidate)
        series[words] = _extended(series.get(words), release)
    return [series[words] for words in sorted(series, key=lambda words: (words <= own, words))]


def _words(text: str) -> Words:
    """Return the words in front of a version, without those that any release may have."""
    words: Words = tuple(_WORD.findall(text.lower()))
    return tuple(word for word in words if word not in _OF_ANY_RELEASE)


def _is_of(word: str, names: TagNames) -> bool:
    """Tell whether a word is a part of a name of the package, or the other way round."""
    for name in (*names.package, names.repository):
        plain = "".join(character for character in name.lower() if character.isalpha())
        shorter, longer = sorted((plain, word), key=len)
        if word == plain or (len(shorter) >= _SHORTEST_NAME and shorter in longer):
            return True
    return False


def _extended(series: Series | None, release: Release) -> Series:
    if series is None:
        return Series(release, release)
    if is_newer(release.version, series.newest.version):
        return Series(series.first, release)
    is_first = is_newer(series.first.version, release.version)
    return Series(release, series.newest) if is_first else series
