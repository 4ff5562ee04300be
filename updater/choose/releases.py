"""Which release to take: the newest that may be taken, never an older one than is pinned."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct
from msgspec.structs import replace
from packaging.version import Version

from updater.choose.interpreters import other_python
from updater.choose.versions import Release, is_commit, is_final, plain, successors, unordered
from updater.model import Candidate, Choice, Pin, PinWarning, Policy, Stay, Take, Wait
from updater.model.labels import is_label_of, is_newer, ordered, parse_version, same_version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from updater.choose.tags import Versions
    from updater.model.labels import OrderedVersion

    Objection = Callable[[Candidate], "Obstacle | None"]
    """Says why a candidate cannot be taken, or None."""


class Obstacle(Struct, frozen=True):
    """Why a candidate is not taken, besides what the policy says of its version.

    Attributes:
        until: when that may be over.
        kind: what it has in common with others of the same reason; empty where that is all.
        configured: it is what the user asked for.
        quiet: it is no news.
    """

    reason: str
    until: datetime | None = None
    kind: str = "unfetchable"
    configured: bool = False
    quiet: bool = False


class _Unfit(Struct, frozen=True):
    """A newer release that may not be taken, and why; a quiet one is no news.

    Attributes:
        kind: what it has in common with others of the same reason; empty where that is all.
        configured: it is what the user asked for.
    """

    release: Release
    reason: str
    until: datetime | None = None
    quiet: bool = False
    kind: str = ""
    configured: bool = False


_Judged: TypeAlias = "Release | _Unfit"


def fetchable(_candidate: Candidate) -> Obstacle | None:
    """Object to no candidate."""
    return None


def choose_release(  # noqa: PLR0913, PLR0917 - what is pinned, what is there, and who objects
    pin: Pin,
    versions: Versions,
    policy: Policy,
    now: datetime,
    objection: Objection = fetchable,
    declared: Version | None = None,
) -> Choice:
    """Choose among tags or an index's releases.

    Args:
        pin: what is pinned now; its commit or tag says more than its label.
        versions: what upstream offers.
        policy: what may be taken.
        now: the present time.
        objection: says why a candidate cannot be taken, besides the policy.
        declared: the version that the pinned source itself declares, where its tag is a mistake.
    """
    offered = versions.every
    holds = held_release(pin, versions)
    current = declared or (holds.version if holds is not None else ordered(pin.version))
    if not offered:
        return Wait("upstream has no version of the same form as this pin")
    if current is None:
        return Wait(unordered(pin.version))
    warnings = _yanked(holds)
    newer = [
        release
        for release in successors(offered, current)
        if declared is None or holds is None or release.candidate.commit != holds.candidate.commit
    ]
    choice = newest_release(newer, policy, now, _on_the_way(current), objection)
    if isinstance(choice, Take):
        return replace(choice, warnings=warnings + choice.warnings)
    if declared is not None and holds is not None:
        holds = replace(holds, candidate=replace(holds.candidate, version=str(declared)))
    if holds is not None and not is_label_of(pin.version, holds.candidate.version, tagged=True):
        reason = f"the version {pin.version} is wrong: the pin holds {holds.candidate.version}"
        return Take(holds.candidate, reason, (*warnings, PinWarning("false-label", reason)))
    if isinstance(choice, Wait):
        return replace(choice, warnings=warnings + choice.warnings)
    return Stay(holds.candidate if holds is not None else None, warnings)


def newest_release(
    offered: Iterable[Release],
    policy: Policy,
    now: datetime,
    pinned_prerelease: Version | None = None,
    objection: Objection = fetchable,
) -> Choice:
    """Choose the newest release that may be taken; Stay where none is, and none need be named.

    Args:
        offered: newest first; all of them count as news.
        policy: what may be taken.
        now: the present time.
        pinned_prerelease: the pinned version if it is a pre-release: the next one is news then.
        objection: says why a candidate cannot be taken, besides the policy.
    """
    unfit: list[_Unfit] = []
    quiet: list[_Unfit] = []
    for release in offered:
        judged = next(_objections(release, policy, now, pinned_prerelease, objection), release)
        if isinstance(judged, Release):
            return Take(judged.candidate, warnings=_passed_over(unfit))
        (quiet if judged.quiet else unfit).append(judged)
    # Who pins a pre-release hears of all others where nothing better has come.
    news = unfit or (quiet if pinned_prerelease is not None else [])
    if not news:
        return Stay()
    first, *others = _passed_over(news)
    return Wait(first.message, news[0].until, news[0].release.candidate, tuple(others))


def _passed_over(unfit: Sequence[_Unfit]) -> tuple[PinWarning, ...]:
    """Say which newer releases were passed over: one sentence a reason, however many they are.

    What the user configured is information, and not a warning.
    """
    groups: dict[str, list[_Unfit]] = {}
    for newer in unfit:
        groups.setdefault(newer.kind or newer.reason, []).append(newer)
    warnings = []
    for first, *others in groups.values():
        more = {0: "", 1: " (an older one is passed over like it)"}.get(
            len(others), f" ({len(others)} older ones are passed over like it)"
        )
        warnings.append(PinWarning("newer-held", f"{first.reason}{more}", first.configured))
    return tuple(warnings)


def newest_offered(
    versions: Versions, label: str | None = None, *, prereleases: bool = False
) -> Candidate | None:
    """Return the newest release that upstream has, whatever else the policy says of it.

    Of plain versions, and those counted like the pinned one, one that is final and not yanked, if
    there is any; but none older than the label of a pre-release that is pinned.

    Args:
        versions: what upstream has.
        label: of what is pinned.
        prereleases: what is not final counts, too.
    """
    pinned = parse_version(label)
    offered = plain(versions.every, pinned)
    final = (
        release.candidate
        for release in offered
        if release.candidate.yanked is None
        and (prereleases or (is_final(release.version) and not release.candidate.prerelease))
        and not (pinned is not None and pinned.is_prerelease and is_newer(pinned, release.version))
    )
    return next(final, offered[0].candidate if offered else None)


def held_release(pin: Pin, versions: Versions) -> Release | None:
    """Return the release that the pin holds, by commit, by tag, or on an index by version."""
    offered = versions.every
    if is_commit(pin.rev):
        named = [release for release in offered if release.candidate.commit == pin.rev]
        return min(
            named,
            key=lambda release: not same_version(pin.version or "", release.candidate.version),
            default=None,
        )
    if versions.form is not None:
        return next((release for release in offered if release.candidate.ref == pin.rev), None)
    version = parse_version(pin.version)
    return next((release for release in offered if release.version == version), None)


def _on_the_way(current: OrderedVersion) -> Version | None:
    return current if isinstance(current, Version) and current.is_prerelease else None


def _yanked(holds: Release | None) -> tuple[PinWarning, ...]:
    if holds is None or holds.candidate.yanked is None:
        return ()
    message = f"the pinned release {holds.candidate.version} is yanked: {holds.candidate.yanked}"
    return (PinWarning("yanked", message),)


def _objections(
    release: Release,
    policy: Policy,
    now: datetime,
    pinned_prerelease: Version | None,
    objection: Objection,
) -> Iterator[_Judged]:
    candidate = release.candidate
    early = None if policy.prereleases else _unfinished(release, pinned_prerelease)
    quiet = early is not None and early.quiet
    if candidate.yanked is not None:  # nobody can have it, whatever the policy says of it
        reason = f"{candidate.version} is yanked: {candidate.yanked}"
        yield _Unfit(release, reason, quiet=True, kind="yanked")
    for reason in refusals(candidate, policy):  # what allows pre-releases would not allow it
        yield _Unfit(release, reason, quiet=quiet, kind="refused", configured=True)
    if early is not None:
        yield early
    for reason in other_python(candidate, policy):
        yield _Unfit(release, reason, kind="python", configured=True)
    for reason, until in too_young(candidate, policy, now):
        yield _Unfit(release, reason, until, kind="young", configured=True)
    obstacle = objection(candidate)
    if obstacle is not None:
        yield _Unfit(
            release,
            obstacle.reason,
            obstacle.until,
            obstacle.quiet,
            kind=obstacle.kind,
            configured=obstacle.configured,
        )


def _unfinished(release: Release, pinned_prerelease: Version | None) -> _Unfit | None:
    version, shown = release.version, release.candidate.version
    if isinstance(version, Version) and version.is_prerelease:
        # Who pins 2.0rc1 waits for 2.0, and wants to hear of 2.0rc2.
        awaited = pinned_prerelease is not None and version.release == pinned_prerelease.release
        reason = f"{shown} is a pre-release; `prereleases: true` allows it"
        return _Unfit(release, reason, quiet=not awaited, kind="prerelease")
    return _Unfit(release, marked_early(shown)) if release.candidate.prerelease else None


def marked_early(shown: str) -> str:
    """Return why a version is not taken that its host calls a pre-release, whatever its tag says.

    Args:
        shown: the version.
    """
    return f"upstream marks {shown} as a pre-release; `prereleases: true` allows it"


def refusals(candidate: Candidate, policy: Policy) -> Iterator[str]:
    """Say why `ignore` or `allow` speak against a candidate."""
    shown = candidate.version
    version = parse_version(shown)
    if any(_matches(version, shown, pattern) for pattern in policy.ignore):
        yield f"{shown} is in `ignore`"
    count = len(policy.series)
    if count and version is not None and (*version.release, 0, 0)[:count] != policy.series:
        series = ".".join(map(str, policy.series))
        name = f"the attribute's or the file's name, which is for {series}"
        yield f"{shown} does not fit {name}; `allow` decides"
    if policy.allow is not None and version is None:
        yield f"{shown} is not a PEP 440 version, so `allow: {policy.allow}` cannot match it"
    elif policy.allow is not None and not policy.allow.contains(str(version), prereleases=True):
        yield f"{shown} is outside `allow: {policy.allow}`"


def fits(version: str, pattern: str) -> bool:
    """Tell whether a version is one of those that a pattern of ``ignore:`` names."""
    return _matches(parse_version(version), version, pattern)


def _matches(version: Version | None, text: str, pattern: str) -> bool:
    """Match ``1.2.3`` by version and ``1.2.*`` by prefix."""
    if pattern.endswith(".*"):
        public = version.public if version is not None else text
        return f"{public}.".startswith(pattern[:-1]) or f"{text}.".startswith(pattern[:-1])
    return pattern == text or (version is not None and parse_version(pattern) == version)


def too_young(
    candidate: Candidate, policy: Policy, now: datetime
) -> Iterator[tuple[str, datetime | None]]:
    """Say why `minimum_release_age` speaks against a candidate, and until when."""
    if not policy.minimum_release_age:
        return
    shown = candidate.version
    appeared = candidate.appeared or candidate.published
    if appeared is None:
        yield f"{shown} has no known date, and `minimum_release_age` needs one", None
    elif appeared + policy.minimum_release_age > now:
        by_commit = candidate.ref and candidate.appeared is None
        how = ", counted from its commit's date" if by_commit else ""
        yield (
            f"{shown} is younger than `minimum_release_age`{how}",
            (appeared + policy.minimum_release_age),
        )


def other_channel(
    tags: Sequence[Release], index: Sequence[Release], policy: Policy, now: datetime
) -> tuple[PinWarning, ...]:
    """Warn where the package index has a newer release than the repository's tags.

    Nothing is said unless both have a version in common: else the index's project of that name
    may be another one.

    Args:
        tags: the repository's, newest first.
        index: the index's releases, newest first.
        policy: what may be taken.
        now: the present time.
    """
    common = {release.version for release in tags} & {release.version for release in index}
    newest = next((tag.version for tag in tags if is_final(tag.version)), None)
    if not common or newest is None:
        return ()
    choice = newest_release(successors(index, newest), policy, now)
    if not isinstance(choice, Take):
        return ()
    version = choice.candidate.version
    message = f"the package index has {version}, newer than the newest tag {newest}"
    return (PinWarning("other-channel", message),)
