"""Which updates share a pull request, and whether they were built as they stand there."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.model import Build
from updater.model.policy import PINS
from updater.overlay.reading.uses import in_order, uses
from updater.pipeline.grouping import GroupedChange, group_names
from updater.publish.text.names import safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from updater.find.overlay_files import OverlayFiles
    from updater.model import Package, Policy
    from updater.publish.looking import RepositoryView
    from updater.publish.members import PullRequestPart


def by_name(
    members: Iterable[PullRequestPart],
    overlays: OverlayFiles,
    policy: Callable[[Package], Policy],
    shown: RepositoryView,
) -> dict[str, list[PullRequestPart]]:
    """Return the members of each pull request by its name, dependencies first.

    Args:
        members: the parts of all pull requests.
        overlays: all packages there are.
        policy: says what holds for a package.
        shown: says what is proposed already.
    """
    order = in_order(uses(overlays.packages, overlays.texts))
    position = {identity: place for place, identity in enumerate(order)}
    policies = [policy(package).pull_request for package in overlays.packages]
    groups = {name for each in policies for name in (each.group, each.pin_group) if name}
    members = list(members)
    names = group_names(
        [GroupedChange(part.package, part.group, part.outcome.adaptations) for part in members]
    )
    pins = _of_pins([part for part in members if part.package.identity not in names], shown)
    names = {**names, **dict.fromkeys(pins, PINS)}
    groups.update(names.values())
    own = own_names(overlays.packages, groups)
    grouped: dict[str, list[PullRequestPart]] = {}
    for member in sorted(members, key=lambda part: position.get(part.package.identity, 0)):
        identity = member.package.identity
        name = names.get(identity) or own[identity]
        grouped.setdefault(name, []).append(member)
    return grouped


def _of_pins(members: Sequence[PullRequestPart], shown: RepositoryView) -> list[str]:
    """Return the identities of what goes into the group of pins: several, or what is in it already.

    What is proposed by itself stays so.
    """
    group = shown.naming.branch(PINS)
    identities = [part.package.identity for part in members if part.pins]
    branches = {identity: shown.branches_with(identity) for identity in identities}
    free = [identity for identity, there in branches.items() if there <= {group}]
    return free if len(free) > 1 or any(branches[identity] for identity in free) else []


def own_names(packages: Sequence[Package], groups: Iterable[str]) -> dict[str, str]:
    """Return identity -> the name of the package's own pull request, whose branch no other has.

    Args:
        packages: all there are.
        groups: the names of all groups.
    """
    taken = {safe(group) for group in groups}
    chosen: dict[str, str] = {}
    left = list(packages)
    for name in (_plain_name, _name_in_file, _identity):
        names = {package.identity: name(package) for package in left}
        count = Counter(map(safe, names.values()))
        chosen |= {
            identity: own_name
            for identity, own_name in names.items()
            if name is _identity or (count[safe(own_name)] == 1 and safe(own_name) not in taken)
        }
        left = [package for package in left if package.identity not in chosen]
    return chosen


def _plain_name(package: Package) -> str:
    return package.name


def _name_in_file(package: Package) -> str:
    return f"{package.file.removesuffix('.nix')}-{package.name}"


def _identity(package: Package) -> str:
    return package.identity


def as_built(build: Build | None, identity: str, members: Iterable[str]) -> Build | None:
    """Return what a build says of a pull request; of other changes only what they were.

    Args:
        build: what became of the package's build.
        identity: the package's.
        members: the identities of all packages of the pull request.
    """
    if build is None or build.status == "skipped":
        return build
    beside = {member for member in members if member != identity}
    if beside == set(build.beside):
        return build
    missing = ", ".join(sorted(set(build.beside) - beside))
    extra = ", ".join(sorted(beside - set(build.beside)))
    differences = (
        [f"together with {missing}, which this pull request leaves out"] if missing else []
    )
    differences += [f"without {extra}"] if extra else []
    phase = f"these changes were not built together: the build {build.status} "
    phase += " and ".join(differences)
    return replace(Build("skipped", build.attribute), phase=phase[:500])
