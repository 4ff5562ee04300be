"""What a pin follows: tags, releases, a branch, or the package index."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.choose.tag_forms import TagNames, general_form
from updater.choose.versions import is_commit, is_shortened, plain
from updater.model import Offer, Pin, PinWarning, Policy, Tracking, TrackKind
from updater.model.labels import is_unstable, parse_version
from updater.model.versions import abridged

if TYPE_CHECKING:
    from updater.choose.tags import Versions
    from updater.model import Project

_CONFIGURED = "config.yaml says so"
_NAMED = "config.yaml names its upstream"
_REGISTERED = Tracking("registry", "its source is fetched from a registry of packages")
_LISTED = {
    "pypi": Tracking("pypi", "its source is fetched from the package index"),
    "crates": _REGISTERED,
    "hex": _REGISTERED,
    "npm": _REGISTERED,
    "hg": Tracking("tag", "its repository is Mercurial's, whose tags are followed"),
    "page": Tracking("page", "config.yaml names the page that lists its versions"),
}
_DIGIT = re.compile(r"\d")
# What tags are called that a job of their upstream moves on, day by day or release by release.
_MOVING = re.compile(
    "canary|ci|continuous|current|daily|dev|devel|develop|development|edge|experimental|git|head"
    "|insiders?|latest|main|master|newest|next|nightly|prerelease|preview|rolling|snapshot|stable"
    "|staging|tip|trunk|unstable|weekly"
)
_ANY = general_form(TagNames((), ""))


def choose_tracking(pin: Pin, policy: Policy, offer: Offer, tags: Versions) -> Tracking:
    """Decide which channel of a repository a pin follows, and say why."""
    if policy.track != "auto":
        return Tracking(policy.track, _CONFIGURED, policy.branch, _moves(pin, offer))
    if policy.upstream:
        return Tracking("tag", _NAMED)
    if is_commit(pin.rev):
        named = [tag for tag in tags.every if tag.candidate.commit == pin.rev]
        if named:
            return Tracking("tag", f"its commit is that of tag {named[0].candidate.ref}")
        return Tracking("commit", "its rev is a commit that no version tag names")
    if _moves(pin, offer):
        tagged = plain(tags.releases)
        kind: TrackKind = "tag" if tagged else "commit"
        what = "a branch" if pin.rev in offer.branches else "neither a tag nor a version"
        if pin.through_version and pin.rev not in offer.branches:
            what = "a short commit id"
        if is_tag(pin.rev, offer):
            what = "a tag that its upstream moves"
        return Tracking(kind, f"its rev {pin.rev!r} is {what}", moving=True)
    why = "is made from the version" if pin.through_version else "is a tag"
    return Tracking("tag", f"its rev {why}")


def listed_tracking(project: Project) -> Tracking:
    """Return what is followed where a list of releases is all that a project has."""
    return _LISTED[project.scheme]


def expected_tracking(pin: Pin, policy: Policy, project: Project) -> Tracking:
    """Say what a pin will follow as far as its own text tells, before upstream is asked.

    Args:
        pin: the pin.
        policy: what may be taken.
        project: where its versions come from.
    """
    if policy.track != "auto":
        return Tracking(policy.track, _CONFIGURED, policy.branch)
    if policy.upstream or project.lists_releases:
        listed = listed_tracking(project) if project.lists_releases else Tracking("tag", _NAMED)
        return replace(listed, reason=_NAMED) if policy.upstream and project.on_index else listed
    if is_commit(pin.rev):
        return Tracking("commit", "its rev is a commit; tags, if a version tag names it")
    if pin.through_version:
        return Tracking("tag", "its rev is made from the version")
    if parse_version(_ANY.version(pin.rev.removeprefix("tags/"))) is not None:
        return Tracking("tag", "its rev is a tag")
    moving = f"its rev {pin.rev!r} moves; the default branch, if upstream has no version tags"
    return Tracking("tag", moving, moving=True)


def is_by_id(pin: Pin, tracking: Tracking) -> bool:
    """Tell whether a pin has the short id of a commit as its version and rev alike."""
    return tracking.moving and pin.version == pin.rev and is_shortened(pin.rev)


def is_tag(rev: str, offer: Offer) -> bool:
    """Tell whether a rev is the name of a tag, also where a branch has the same one."""
    return any(candidate.ref == rev for candidate in offer.candidates)


def short_ref(rev: str, offer: Offer) -> str:
    """Return the name of the tag or branch that ``tags/v1.0`` or ``heads/main`` stands for.

    Source: gitrevisions(7), "<refname>": ``refs/<refname>`` is tried before any tag or branch.

    Args:
        rev: what a call says; any other is returned as it is.
        offer: what its upstream has.
    """
    if rev.startswith("tags/") and is_tag(rev.removeprefix("tags/"), offer):
        return rev.removeprefix("tags/")
    if rev.startswith("heads/") and rev.removeprefix("heads/") in offer.branches:
        return rev.removeprefix("heads/")
    return rev


def _moves(pin: Pin, offer: Offer) -> bool:
    if is_commit(pin.rev) or not pin.rev:
        return False
    if is_tag(pin.rev, offer):
        words = re.split("[-_./]", pin.rev.lower())
        named_so = any(map(_MOVING.fullmatch, words))
        return named_so and not pin.through_version and not _DIGIT.search(pin.rev)
    if pin.rev in offer.branches or pin.rev == "HEAD":
        return True
    if pin.through_version:
        return is_shortened(pin.rev) and pin.version == pin.rev
    return parse_version(_ANY.version(pin.rev)) is None


def tag_warnings(
    pin: Pin, offer: Offer, tags: Versions, recorded: str = ""
) -> tuple[PinWarning, ...]:
    """Warn where the pin's own tag is gone, or names another commit than it did.

    Args:
        pin: the pin.
        offer: what its upstream has.
        tags: its tags in the pin's form.
        recorded: the commit that its tag named when its hash was found; empty if nobody knows.
    """
    if not is_commit(pin.rev):
        named = next((tag.commit for tag in offer.candidates if tag.ref == pin.rev), None)
        if named is not None and recorded not in ("", named):
            message = (
                f"tag {pin.rev} is {named} now, but was {recorded} when it was pinned; `updater "
                f"verify` shows what the pin holds"
            )
            return (PinWarning("tag-moved", message),)
        if named is not None or pin.rev in offer.branches or not tags.count(pin.rev):
            return ()
        message = f"upstream has no tag {abridged(pin.rev)}, so this pin cannot be fetched again"
        return (PinWarning("tag-gone", message),)
    if any(tag.commit == pin.rev for tag in offer.candidates) or is_unstable(pin.version):
        return ()
    label = parse_version(pin.version)
    for tag in tags.releases:
        if tag.version == label:
            message = (
                f"tag {tag.candidate.ref} is {tag.candidate.commit}, but the pin is {pin.rev}: "
                "the tag moved or the version is wrong"
            )
            return (PinWarning("tag-moved", message),)
    return ()
