"""What is behind, split into jobs for many runners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.overlay.reading.uses import in_order

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.model import Package

MOST_JOBS = 256
"""GitHub's limit of jobs in a matrix. Source: GitHub docs, "Usage limits"."""


class MatrixJob(Struct, frozen=True):
    """The packages that one runner bumps, dependencies first."""

    id: str
    packages: tuple[Package, ...]


def split(
    behind: Sequence[Package],
    used: Mapping[str, tuple[str, ...]],
    groups: Mapping[str, str] | None = None,
    most: int = MOST_JOBS,
) -> tuple[MatrixJob, ...]:
    """Split packages into jobs of which none needs another's result.

    Packages that use each other, directly or through others that are behind, share a job; so do
    those of one group, which share a pull request. Where there would be too many jobs, small ones
    are put together, so that all are of similar size.

    Args:
        behind: the packages to bump.
        used: identity -> identities that it uses.
        groups: identity -> the group of its pull request; an empty string for none.
        most: how many jobs there may be.
    """
    order = {identity: place for place, identity in enumerate(in_order(used))}
    together = _connected(behind, used, groups or {})
    bins: list[list[Package]] = [[] for _ in range(min(most, len(together)))]
    for connected in sorted(together, key=len, reverse=True):
        min(bins, key=len).extend(connected)
    jobs = [sorted(members, key=lambda package: order.get(package.identity, 0)) for members in bins]
    return tuple(
        sorted((MatrixJob(_id(job, count), tuple(job)) for count, job in enumerate(jobs)), key=_key)
    )


def _connected(
    behind: Sequence[Package], used: Mapping[str, tuple[str, ...]], groups: Mapping[str, str]
) -> list[list[Package]]:
    by_identity = {package.identity: package for package in behind}
    near: dict[str, set[str]] = {identity: set() for identity in by_identity}
    first: dict[str, str] = {}
    for identity in by_identity:
        group = groups.get(identity, "")
        same = first.setdefault(group, identity) if group else identity
        for neighbour in (*used.get(identity, ()), same):
            if neighbour in near:
                near[identity].add(neighbour)
                near[neighbour].add(identity)
    components = []
    left = dict.fromkeys(by_identity)
    while left:
        waiting = [next(iter(left))]
        connected = []
        while waiting:
            identity = waiting.pop()
            if identity in left:
                del left[identity]
                connected.append(by_identity[identity])
                waiting.extend(near[identity])
        components.append(connected)
    return components


def _id(packages: Sequence[Package], count: int) -> str:
    """Name a job for its first package; the number keeps names of different files apart."""
    suffix = f" +{len(packages) - 1}" if len(packages) > 1 else ""
    return f"{count:03d} {packages[0].name}{suffix}"


def _key(job: MatrixJob) -> str:
    return job.id
