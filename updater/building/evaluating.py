"""Many jobs in few evaluations, before any of them is built."""

from __future__ import annotations

import secrets
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

import anyio
from anyio import to_thread
from msgspec import Struct

from updater.building import batches
from updater.building.batches import EvaluatedTree, Evaluation, EvaluationRequest
from updater.effects.nix.options import for_any_tree
from updater.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from updater.building.package_set import Installable, PackageSet
    from updater.effects.nix.build import NixBuild
    from updater.effects.nix.command import NixResult
    from updater.effects.scratch import Scratch
    from updater.model import BuildPolicy, Package, Sri

# An evaluation holds a whole package set for each tree that it is at, and the list of all of them
# is one argument of a command, which Linux limits to 128 KiB.
_TREES, _PACKAGES = 16, 100
# How often in a row nothing may be evaluated before each package is left to itself.
_VAIN = 2


class BuildTarget(Struct, frozen=True):
    """A package to build, how, and where Nix finds it."""

    package: Package
    policy: BuildPolicy
    installable: Installable

    @property
    def attribute(self) -> str:
        """The package as Nix names it."""
        return self.installable.attribute


class StoredSource(Struct, frozen=True):
    """A source that was downloaded for its hash, and is in Nix's store since.

    Attributes:
        path: its store path under the name that fetchers give.
        sri: its NAR hash.
    """

    path: str
    sri: Sri


class BuildJob(Struct, frozen=True):
    """What is to be built.

    Attributes:
        target: the package that is changed.
        label: the version that the built metadata must have; empty to leave that out.
        changes: file -> bytes, over the user's tree.
        source: the source, where it was downloaded for its hash.
        dependents: packages to build after it, in dependency order.
    """

    target: BuildTarget
    label: str
    changes: Mapping[str, bytes]
    source: StoredSource | None = None
    dependents: tuple[BuildTarget, ...] = ()

    @property
    def targets(self) -> tuple[BuildTarget, ...]:
        """All that is built, in order."""
        return (self.target, *self.dependents)


EvaluationKey: TypeAlias = tuple[str, str]
"""The identities of a job's package and of the package in its tree."""

Ahead: TypeAlias = dict[EvaluationKey, Evaluation]
"""What was evaluated ahead; what is missing is to be evaluated by itself."""


def key(job: BuildJob, target: BuildTarget) -> EvaluationKey:
    """Return where a target's evaluation is found."""
    return job.target.package.identity, target.package.identity


class _TreePart(Struct, frozen=True):
    """Some packages of one tree."""

    changes: Mapping[str, bytes]
    requests: dict[EvaluationKey, EvaluationRequest]


class Evaluator(Struct, frozen=True):
    """Evaluates jobs ahead; whatever does not succeed is left for later, with its message.

    Attributes:
        workers: processes of nix-eval-jobs, where that is installed.
    """

    nix: NixBuild
    scratch: Scratch
    workers: int

    async def evaluate(self, jobs: Sequence[BuildJob]) -> Ahead:
        """Evaluate jobs of the same place and options together."""
        groups: dict[PackageSet, list[BuildJob]] = {}
        for job in jobs:
            groups.setdefault(job.target.installable.set, []).append(job)
        ahead: Ahead = {}
        for package_set, group in groups.items():
            if not for_any_tree(package_set.options):
                continue
            limit = min(job.target.policy.timeout.total_seconds() for job in group)
            for batch in _batches(_parts(group, package_set)):
                if sum(len(part.requests) for part in batch) > 1:
                    ahead |= await self._batch(batch, package_set, limit)
        return ahead

    async def _batch(
        self, batch: Sequence[_TreePart], package_set: PackageSet, limit: float
    ) -> Ahead:
        copies: list[Path] = []
        async with self.scratch.folder() as folder:
            try:
                with anyio.move_on_after(limit):
                    keys: list[EvaluationKey] = []
                    trees = []
                    for part in batch:
                        changes = package_set.changed(part.changes)
                        copies.append(await to_thread.run_sync(self.scratch.copy, changes))
                        requests = dict(enumerate(part.requests.values(), len(keys)))
                        keys += part.requests
                        place = await located(self.nix, package_set, copies[-1])
                        trees.append(EvaluatedTree(place, requests))
                    evaluations = await self._evaluated(
                        trees, package_set, folder / "evaluation.log"
                    )
                    return {keys[at]: evaluation for at, evaluation in evaluations.items()}
            except BuildError:
                pass  # met again, and told, when each package is evaluated by itself
            finally:
                for copy in copies:
                    self.scratch.drop(copy)
        return {}

    async def _evaluated(
        self, trees: Sequence[EvaluatedTree], package_set: PackageSet, log: Path
    ) -> dict[int, Evaluation]:
        load = package_set.load
        if self.nix.evaluates_jobs():
            ended = await self.nix.evaluate_jobs(
                batches.jobs(load, trees),
                package_set.options,
                log,
                workers=self.workers,
                pure=package_set.form != "file",
            )
            if evaluations := batches.read_jobs(ended.stdout):
                return evaluations  # else it is too old, or of another Nix
        evaluations = {}
        rest, vain = list(trees), 0
        while rest and vain < _VAIN:
            mark = secrets.token_hex(8)  # so that no overlay's own trace is taken for it
            expression = batches.traced(load, rest, mark)
            ended = await evaluated(self.nix, package_set, expression, log.parent, log)
            latest = batches.read_traced(ended.log, mark)
            evaluations |= latest
            vain = 0 if latest else vain + 1
            rest = _after(rest, latest)
        return evaluations


async def located(nix: NixBuild, package_set: PackageSet, copy: Path) -> str:
    """Return the place of a package set in a copy of the tree, as its `load` takes it.

    Raises:
        BuildError: Nix cannot hash the copy.
    """
    if package_set.form == "file":
        return str(copy / package_set.place)
    return await nix.locked_flake(copy, package_set.place)


async def evaluated(
    nix: NixBuild, package_set: PackageSet, expression: str, folder: Path, log: Path
) -> NixResult:
    """Evaluate an expression as a package set is: purely, unless it is a file's."""
    if package_set.form == "file":
        return await nix.evaluate(expression, package_set.options, folder, log)
    return await nix.evaluate_flakes(expression, package_set.options, log)


async def as_named(nix: NixBuild, package_set: PackageSet, log: str, place: str, copy: Path) -> str:
    """Return a log of an evaluation that names the tree's files as the user knows them."""
    log = log.replace(f"{copy}/", "")
    if package_set.form != "flake":
        return log
    source, folder = await nix.flake_source(place), f"{package_set.place}/".removeprefix("./")
    return log.replace(f"{source}/", folder) if source else log


def _after(
    trees: Sequence[EvaluatedTree], evaluations: Mapping[int, Evaluation]
) -> list[EvaluatedTree]:
    """Return what comes after the package at which an evaluation ended."""
    rest: list[EvaluatedTree] = []
    failed = False
    for tree in trees:
        packages = {at: request for at, request in tree.packages.items() if at not in evaluations}
        if packages and not failed:
            failed = True
            del packages[next(iter(packages))]
        if packages:
            rest.append(EvaluatedTree(tree.place, packages))
    return rest


def _parts(jobs: Sequence[BuildJob], package_set: PackageSet) -> Iterator[_TreePart]:
    """Yield the trees of jobs, one for those that change nothing, of bounded sizes."""
    unchanged: dict[EvaluationKey, EvaluationRequest] = {}
    for job in jobs:
        requests = {
            key(job, target): EvaluationRequest(target.installable.select, target.policy.imports)
            for target in job.targets
            if target.installable.set == package_set
        }
        if job.changes:
            yield from _split(_TreePart(job.changes, requests))
        else:
            unchanged |= requests
    yield from _split(_TreePart({}, unchanged))


def _split(part: _TreePart) -> Iterator[_TreePart]:
    rest = iter(part.requests.items())
    while chunk := dict(islice(rest, _PACKAGES)):
        yield _TreePart(part.changes, chunk)


def _batches(parts: Iterator[_TreePart]) -> Iterator[list[_TreePart]]:
    batch: list[_TreePart] = []
    for part in parts:
        packages = sum(len(member.requests) for member in [*batch, part])
        if batch and (len(batch) == _TREES or packages > _PACKAGES):
            yield batch
            batch = []
        batch.append(part)
    if batch:
        yield batch
