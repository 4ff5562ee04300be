"""Candidates and policy -> choice. Pure: the clock and all facts come in as values.

Versions are ordered as PEP 440 says, through ``packaging``. A label is not trusted: what a pin
holds comes from its tag or commit where one is known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from packaging.version import InvalidVersion, Version

from updater.model import (
    Candidate,
    Choice,
    Offer,
    Pin,
    PinWarning,
    Policy,
    Stay,
    Take,
    Tracking,
    TrackKind,
    Wait,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from updater.model import Relation

_COMMIT = re.compile(r"[0-9a-f]{40}")
# nixpkgs convention, "Package naming": [X-]unstable-YYYY-MM-DD
_UNSTABLE = re.compile(r"(?:(?P<base>.+)-)?unstable-(?P<date>\d{4}-\d{2}-\d{2})")
_PREFIX = r"(?:v|rel|release|version)?[-_./]?v?"


@dataclass(frozen=True, slots=True)
class Form:
    """How a project writes a version into a tag.

    Attributes:
        pattern: matches a whole tag; its group ``version`` is the version.
        given: it comes from the pin or the configuration, so that other forms are other things.
    """

    pattern: re.Pattern[str]
    given: bool

    def version(self, tag: str) -> str | None:
        """Return a tag's version, None where it has another form."""
        found = self.pattern.fullmatch(tag)
        return found["version"] if found else None


@dataclass(frozen=True, slots=True)
class Release:
    """A candidate with its version parsed."""

    version: Version
    candidate: Candidate


@dataclass(frozen=True, slots=True)
class _Unfit:
    """A newer release that may not be taken, and why."""

    release: Release
    reason: str
    until: datetime | None = None
    quiet: bool = False


_Judged: TypeAlias = "Release | _Unfit"


def is_commit(rev: str) -> bool:
    """Tell whether a rev is a full commit id."""
    return _COMMIT.fullmatch(rev) is not None


def parse_version(text: str | None) -> Version | None:
    """Parse a version label; of ``X-unstable-DATE`` the part before it. None where it is none."""
    if text is None:
        return None
    found = _UNSTABLE.fullmatch(text)
    if found:
        text = found["base"] or "0"
    try:
        return Version(text)
    except InvalidVersion:
        return None


# --- which tags are versions --------------------------------------------------------------------


def tag_form(pin: Pin, policy: Policy, offer: Offer, names: Sequence[str]) -> Form:
    """Return the form of the tags that count for a pin.

    Args:
        pin: its rev, where that is a tag, shows the form.
        policy: its ``tag_pattern`` decides where there is one.
        offer: a commit pin has the form of the tag that names its commit.
        names: the package's and the repository's name, which a tag may start with.
    """
    if policy.tag_pattern is not None:
        return Form(policy.tag_pattern, given=True)
    general = _general(names)
    rev = pin.rev
    if is_commit(rev):
        tags = [one.ref for one in offer.candidates if one.commit == rev]
        rev = next((tag for tag in tags if general.version(tag)), "")
    if not rev or rev in offer.branches:
        return general
    version = pin.version if pin.version and pin.version in rev else general.version(rev)
    if not version:
        return general
    before, _, after = rev.partition(version)
    pattern = f"{re.escape(before)}(?P<version>\\d.*?){re.escape(after)}"
    return Form(re.compile(pattern), given=True)


def _general(names: Sequence[str]) -> Form:
    own = "|".join(re.escape(name) for name in sorted({*names}, key=len, reverse=True) if name)
    start = f"(?:(?:{own})[-_/@]?)?{_PREFIX}" if own else _PREFIX
    return Form(re.compile(f"{start}(?P<version>\\d.*)", re.IGNORECASE), given=False)


def releases(candidates: Iterable[Candidate], form: Form | None) -> list[Release]:
    """Return the candidates that are PEP 440 versions, newest first.

    Args:
        candidates: tags (``version`` is the whole tag) or releases of an index.
        form: for tags; None for an index.
    """
    found = []
    for candidate in candidates:
        text = candidate.version if form is None else form.version(candidate.ref)
        version = parse_version(text)
        if version is not None and text is not None:
            found.append(Release(version, replace(candidate, version=text)))
    return sorted(found, key=lambda one: (one.version, one.candidate.ref), reverse=True)


# --- what to follow -----------------------------------------------------------------------------


def choose_tracking(pin: Pin, policy: Policy, offer: Offer, form: Form) -> Tracking:
    """Decide which channel of a repository a pin follows, and say why."""
    if policy.track != "auto":
        said = "config.yaml says so"
        return Tracking(policy.track, said, policy.branch, _moves(pin, offer))
    if is_commit(pin.rev):
        named = [one for one in releases(offer.candidates, form) if one.candidate.commit == pin.rev]
        if named:
            return Tracking("tag", f"its commit is that of tag {named[0].candidate.ref}")
        return Tracking("commit", "its rev is a commit that no version tag names")
    if _moves(pin, offer):
        kind: TrackKind = "tag" if releases(offer.candidates, form) else "commit"
        what = "a branch" if pin.rev in offer.branches else "neither a tag nor a version"
        return Tracking(kind, f"its rev {pin.rev!r} is {what}", moving=True)
    why = "is made from the version" if pin.through_version else "is a tag"
    return Tracking("tag", f"its rev {why}")


def expected_tracking(pin: Pin, policy: Policy) -> Tracking:
    """Say what a pin will follow as far as its own text tells, before upstream is asked."""
    if policy.track != "auto":
        return Tracking(policy.track, "config.yaml says so", policy.branch)
    if not pin.rev:
        return Tracking("pypi", "its source is fetched from the package index")
    if pin.through_version:
        return Tracking("tag", "its rev is made from the version")
    if is_commit(pin.rev):
        return Tracking("commit", "its rev is a commit; tags, if a version tag names it")
    if parse_version(_general(()).version(pin.rev)) is not None:
        return Tracking("tag", "its rev is a tag")
    moving = f"its rev {pin.rev!r} moves; the default branch, if upstream has no version tags"
    return Tracking("tag", moving, moving=True)


def _moves(pin: Pin, offer: Offer) -> bool:
    if pin.through_version or is_commit(pin.rev):
        return False
    if pin.rev in offer.branches or pin.rev == "HEAD":
        return True
    tagged = any(candidate.ref == pin.rev for candidate in offer.candidates)
    return not tagged and parse_version(_general(()).version(pin.rev)) is None


# --- releases -----------------------------------------------------------------------------------


def choose_release(
    pin: Pin, offered: Sequence[Release], policy: Policy, form: Form | None, now: datetime
) -> Choice:
    """Choose among tags or an index's releases.

    Args:
        pin: what is pinned now; its commit or tag says more than its label.
        offered: from `releases`, newest first.
        policy: what may be taken.
        form: the tags' form; None for an index.
        now: the present time.
    """
    if not offered:
        return Wait("upstream has no version that PEP 440 knows in the form that this pin uses")
    holds = _held_release(pin, offered, form)
    current = holds.version if holds is not None else parse_version(pin.version)
    if current is None:
        return Wait(
            f"the version {pin.version!r} is no PEP 440 version, so that nothing is newer or older"
        )
    choice = newest_release([one for one in offered if one.version > current], policy, now)
    if isinstance(choice, Take):
        return choice
    if holds is not None and pin.version is not None and current != parse_version(pin.version):
        reason = f"the label {pin.version} is false: the pin holds {holds.candidate.version}"
        return Take(holds.candidate, reason, (PinWarning("false-label", reason),))
    if isinstance(choice, Wait):
        return choice
    return Stay(holds.candidate if holds is not None else None, _yanked(holds))


def newest_release(offered: Sequence[Release], policy: Policy, now: datetime) -> Choice:
    """Choose the newest release that may be taken; Stay where none is, and none need be named.

    Args:
        offered: from `releases`, newest first; all of them count as news.
        policy: what may be taken.
        now: the present time.
    """
    judged = [_judge(one, policy, now) for one in offered]
    unfit = [one for one in judged if isinstance(one, _Unfit) and not one.quiet]
    taken = next((one for one in judged if isinstance(one, Release)), None)
    if taken is None:
        if not unfit:
            return Stay()
        return Wait(unfit[0].reason, unfit[0].until, unfit[0].release.candidate)
    warnings = tuple(
        PinWarning("newer-held", one.reason) for one in unfit if one.release.version > taken.version
    )
    return Take(taken.candidate, warnings=warnings)


def _held_release(pin: Pin, offered: Sequence[Release], form: Form | None) -> Release | None:
    """Return the release that the pin holds, by commit, by tag, or on an index by version."""
    if is_commit(pin.rev):
        return next((one for one in offered if one.candidate.commit == pin.rev), None)
    if form is not None:
        return next((one for one in offered if one.candidate.ref == pin.rev), None)
    version = parse_version(pin.version)
    return next((one for one in offered if one.version == version), None)


def _yanked(holds: Release | None) -> tuple[PinWarning, ...]:
    if holds is None or holds.candidate.yanked is None:
        return ()
    said = f"the pinned release {holds.candidate.version} is yanked: {holds.candidate.yanked}"
    return (PinWarning("yanked", said),)


def _judge(release: Release, policy: Policy, now: datetime) -> _Judged:
    return next(_objections(release, policy, now), release)


def _objections(release: Release, policy: Policy, now: datetime) -> Iterator[_Unfit]:
    version, candidate = release.version, release.candidate
    shown = candidate.version
    if version.is_prerelease and not policy.prereleases:
        yield _Unfit(release, f"{shown} is a pre-release", quiet=True)
    if candidate.yanked is not None:
        yield _Unfit(release, f"{shown} is yanked: {candidate.yanked}", quiet=True)
    if any(_matches(version, shown, pattern) for pattern in policy.ignore):
        yield _Unfit(release, f"{shown} is in `ignore`")
    if policy.allow is not None and not policy.allow.contains(version, prereleases=True):
        yield _Unfit(release, f"{shown} is outside `allow: {policy.allow}`")
    if policy.minimum_release_age:
        if candidate.published is None:
            reason = f"{shown} has no known date, and `minimum_release_age` asks for one"
            yield _Unfit(release, reason)
        elif candidate.published + policy.minimum_release_age > now:
            until = candidate.published + policy.minimum_release_age
            yield _Unfit(release, f"{shown} is younger than `minimum_release_age`", until)


def _matches(version: Version, text: str, pattern: str) -> bool:
    """Match ``1.2.3`` by version and ``1.2.*`` by prefix."""
    if pattern.endswith(".*"):
        return f"{version}.".startswith(pattern[:-1]) or f"{text}.".startswith(pattern[:-1])
    return parse_version(pattern) == version or pattern == text


def other_forms(
    offered: Sequence[Candidate], form: Form, newest: Version | None, names: Sequence[str]
) -> tuple[PinWarning, ...]:
    """Warn of a newer version tag in another form than the pin's."""
    general = _general(names)
    others = [one for one in offered if form.version(one.ref) is None]
    newer = [
        one
        for one in releases(others, general)
        if not one.version.is_prerelease and (newest is None or one.version > newest)
    ]
    if not newer:
        return ()
    tag = newer[0].candidate.ref
    said = f"upstream has the newer tag {tag}, in another form than this pin uses"
    return (PinWarning("other-form", f"{said}; set tag_pattern to follow it"),)


# --- commits ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """Where a newer commit stands to the pinned one.

    Attributes:
        relation: of ``candidate`` to the pinned commit.
        pinned_date: when the pinned commit was made.
    """

    relation: Relation
    pinned_date: datetime | None = None


def choose_commit(candidate: Candidate, line: Line, policy: Policy, now: datetime) -> Choice:
    """Choose whether the follower of a branch moves to the branch's head."""
    match line.relation:
        case "identical":
            return Stay(candidate)
        case "behind":
            return Wait("the branch's head is older than the pinned commit", candidate=candidate)
        case "diverged" | "unknown":
            return Wait(
                "the branch no longer holds the pinned commit: its history was rewritten, "
                "or the pin is from another branch; --to decides",
                candidate=candidate,
            )
        case "ahead":
            pass
    if line.pinned_date is not None and line.pinned_date + policy.commit_interval > now:
        until = line.pinned_date + policy.commit_interval
        return Wait("`commit_interval` lets it move later", until, candidate)
    if policy.minimum_release_age and candidate.published is not None:
        until = candidate.published + policy.minimum_release_age
        if until > now:
            return Wait("the head is younger than `minimum_release_age`", until, candidate)
    return Take(candidate)


def choose_settled(
    rev: str, held: Candidate | None, newest: Candidate | None, relation: Relation
) -> Choice:
    """Choose what a moving pin becomes, so that its source never goes back.

    Args:
        rev: the moving rev.
        held: the commit whose tree the pinned hash holds, None where it is not known.
        newest: the newest acceptable tag, None where there is none.
        relation: where ``newest`` stands to ``held``.
    """
    if held is None:
        return Wait(
            f"unknown source: the rev {rev!r} moves, and neither its head nor the newest tags "
            "have the pinned hash; --to decides"
        )
    if newest is not None and relation in ("identical", "ahead"):
        return Take(newest, f"the rev {rev!r} moves: pinned to the tag")
    return Take(held, f"the rev {rev!r} moves: pinned to the commit that it holds, which is newer")


def choose_named(to: str, offer: Offer, offered: Sequence[Release]) -> Candidate | None:
    """Return the candidate that ``--to`` names: a version, a tag, a branch or a commit."""
    for one in offered:
        if to in (one.candidate.version, one.candidate.ref):
            return one.candidate
    version = parse_version(to)
    if version is not None:
        for one in offered:
            if one.version == version:
                return one.candidate
    if to in offer.branches:
        return Candidate(version="", commit=offer.branches[to])
    return Candidate(version="", commit=to) if is_commit(to) else None


def label(declared: str | None, tagged: str | None, date: datetime, *, named: bool) -> str:
    """Return the version label of a commit pin, by nixpkgs' convention.

    Args:
        declared: the version that the source itself declares.
        tagged: the last version tag reachable from the commit.
        date: the commit's date.
        named: a version tag names the commit.
    """
    base = declared or tagged or "0"
    return base if named else f"{base}-unstable-{date:%Y-%m-%d}"
