"""What ``list`` says of a package without asking anybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from updater.choose import is_commit, parse_version

if TYPE_CHECKING:
    from updater.model import Package, Pin, Policy


@dataclass(frozen=True, slots=True)
class Listed:
    """One row: ``status`` is found, held, skipped or failed; ``pin`` the version and rev."""

    package: Package
    status: str
    pin: str = ""
    track: str = ""
    reason: str = ""


def describe(package: Package, pin: Pin | None, policy: Policy, problem: str) -> Listed:
    """Say how a package will be tracked, as far as its text tells.

    Args:
        package: the package.
        pin: its pin, None where it has none or it cannot be read.
        policy: what its configuration asks for.
        problem: why it cannot be read, or an empty string.
    """
    if problem:
        return Listed(package, "failed", reason=problem)
    if package.source is None or pin is None:
        return Listed(package, "skipped", reason="it has no source of its own")
    version = pin.version or "no version"
    shown = version if pin.through_version else f"{version} ({pin.rev[:12]})"
    if policy.hold:
        return Listed(package, "held", shown, reason=policy.hold)
    track, reason = _track(pin, policy)
    return Listed(package, "found", shown, track, reason)


def _track(pin: Pin, policy: Policy) -> tuple[str, str]:
    if policy.track != "auto":
        track = f"branch:{policy.branch}" if policy.branch else policy.track
        return track, "config.yaml says so"
    if not pin.rev:
        return "pypi", "its source is fetched from the package index"
    if pin.through_version:
        return "tag", "its rev is made from the version"
    if is_commit(pin.rev):
        return "commit", "its rev is a commit; tags, if a version tag names it"
    if parse_version(pin.rev.removeprefix("v")) is not None:
        return "tag", "its rev is a tag"
    return "tag", f"its rev {pin.rev!r} moves; the default branch, if upstream has no version tags"
