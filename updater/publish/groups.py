"""Which updates share a pull request, and whether they were built as they stand there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from updater.model import Build

if TYPE_CHECKING:
    from collections.abc import Iterable

    from updater.model import PullPolicy


def group_of(policy: PullPolicy, *, pins: bool) -> str:
    """Return the name of a package's group, an empty string where it stands by itself.

    Args:
        policy: what is configured for the package.
        pins: the update makes a pin say what it holds: its rev was a moving one, or its hash stays.
    """
    return (policy.pin_group if pins else "") or policy.group


def as_built(build: Build | None, identity: str, members: Iterable[str]) -> Build | None:
    """Return what a build says of a pull request: nothing where it was of other changes.

    Args:
        build: what became of the package's build.
        identity: the package's.
        members: the identities of all packages of the pull request.
    """
    if build is None or build.status == "skipped":
        return build
    beside = {one for one in members if one != identity}
    if beside == set(build.beside):
        return build
    missing = sorted(set(build.beside) - beside)
    more = sorted(beside - set(build.beside))
    said = [f"together with {', '.join(missing)}"] if missing else []
    said += [f"without {', '.join(more)}"] if more else []
    phase = f"it was built {' and '.join(said)}, so that nothing is known of these changes together"
    return replace(Build("skipped", build.attribute), phase=phase[:500])
