"""One package in a scratch copy: evaluate, build, import, compare versions."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread

from updater.build import diagnose
from updater.build.expressions import (
    attribute_path,
    file_expression,
    probe,
    read_evaluated,
    read_imported,
    same_version,
)
from updater.errors import BuildError
from updater.model import Build, Diagnosis

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from updater.build.expressions import Evaluated
    from updater.effects.nix_build import Ended, NixBuild
    from updater.effects.scratch import Scratch
    from updater.model import BuildPolicy, Package


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be built.

    Attributes:
        package: the package; its name makes the attribute.
        label: the version that the built metadata must have; empty to leave that out.
        changes: file -> bytes, over the user's tree.
        archive: the source as it was downloaded for its hash, None where it was not.
        dependents: packages to build after it, in dependency order.
    """

    package: Package
    label: str
    changes: Mapping[str, bytes]
    archive: Path | None = None
    dependents: tuple[Package, ...] = ()


@dataclass(frozen=True, slots=True)
class Builder:
    """Builds jobs, so many at once as ``limit`` lets.

    Attributes:
        token_variables: those that are set, and that nothing which is built or read may see.
        foreign: the tree is somebody else's, so that its evaluation is not trusted either.
    """

    root: Path
    nix: NixBuild
    scratch: Scratch
    logs: Path
    limit: anyio.CapacityLimiter
    token_variables: tuple[str, ...]
    foreign: bool = False

    def skipped(self, policy: BuildPolicy) -> str:
        """Return why a package is not built, or an empty string.

        Raises:
            BuildError: it must be built and cannot.
        """
        if policy.enabled == "false":
            return "build: {enabled: false}"
        problem = ""
        flake = self.root / policy.flake
        if not self.nix.available():
            problem = "Nix is not installed"
        elif policy.file:
            problem = "" if (self.root / policy.file).exists() else f"there is no {policy.file}"
        elif not (flake / "flake.nix").exists():
            problem = "there is no flake.nix"
        elif policy.enabled == "auto" and not (flake / "flake.lock").exists():
            problem = "flake.nix has no flake.lock, so that a build would prove little"
        if problem and policy.enabled == "true":
            raise BuildError(f"it must be built, and {problem}", hint="or use --no-build")
        return problem

    async def build(self, job: Job, policy: BuildPolicy) -> Build:
        """Build a job in its own scratch copy and say what became of it.

        Raises:
            BuildError: Nix cannot be asked, or must not be.
        """
        sandboxed = await self.nix.sandboxed(policy.options)
        if not sandboxed and self.token_variables:
            raise BuildError(
                f"builds are not sandboxed, and {', '.join(self.token_variables)} is set: upstream "
                "code could read it",
                hint="turn on Nix's sandbox, or build without the token: `bump --output DIR`, then "
                "`publish DIR`",
            )
        if self.foreign and self.token_variables and _reads_files(policy):
            raise BuildError(
                f"{', '.join(self.token_variables)} is set, and evaluating this branch could read "
                "it: only a flake is evaluated without access to other files",
                hint="unset it: a review needs no token",
            )
        async with self.limit:
            tree = await to_thread.run_sync(self.scratch.copy, dict(job.changes))
            started = time.monotonic()
            try:
                with anyio.fail_after(policy.timeout.total_seconds()):
                    built = await self._build(job, policy, tree)
            except TimeoutError:
                built = self._timed_out(job, policy)
            finally:
                self.scratch.drop(tree)
        seconds = round(time.monotonic() - started, 1)
        return replace(built, seconds=seconds, sandboxed=sandboxed)

    async def _build(self, job: Job, policy: BuildPolicy, tree: Path) -> Build:
        log = self._log(job.package)
        log.write_bytes(b"")
        attribute = attribute_path(policy.attribute, job.package.name)
        built = await _Attempt(self.nix, policy, tree, attribute, log).run(job.label, job.archive)
        for package in job.dependents:
            if built.status == "failed":
                break
            its = attribute_path(policy.attribute, package.name)
            after = await _Attempt(self.nix, policy, tree, its, log).run("", None)
            built = after if after.status == "failed" else built
        return built

    def _log(self, package: Package) -> Path:
        self.logs.mkdir(parents=True, exist_ok=True)
        return self.logs / f"{package.name.replace('/', '_')}.log"

    def _timed_out(self, job: Job, policy: BuildPolicy) -> Build:
        seconds = int(policy.timeout.total_seconds())
        log = self._log(job.package)
        text = log.read_text("utf-8", "replace")
        return Build(
            "failed",
            attribute_path(policy.attribute, job.package.name),
            phase="build",
            log=str(log),
            tail=diagnose.tail(text),
            diagnosis=diagnose.diagnose(f"timed out after {seconds} seconds"),
        )


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One package's way through evaluation, build, imports and version."""

    nix: NixBuild
    policy: BuildPolicy
    tree: Path
    attribute: str
    log: Path

    async def run(self, label: str, archive: Path | None) -> Build:
        ended = await self._evaluate()
        if ended.exit_code:
            return self._failed("evaluation", ended)
        package = read_evaluated(ended.stdout)
        if archive is not None and package.source_name:
            await self.nix.add_source(archive, package.source_name, self.tree.parent)
        ended = await self.nix.realise([package.drv], self.policy.options, self.log)
        if ended.exit_code:
            return self._failed(_phase(ended.log), ended)
        return await self._import(package, label)

    async def _evaluate(self) -> Ended:
        policy, function = self.policy, probe(self.policy.imports)
        if policy.file:
            expression = file_expression(str(self.tree / policy.file), self.attribute, function)
            return await self.nix.evaluate(self.tree, expression, policy.options, self.log)
        flake = self.tree / policy.flake
        return await self.nix.evaluate_flake(
            flake, self.attribute, function, policy.options, self.log
        )

    async def _import(self, package: Evaluated, label: str) -> Build:
        if not package.check:
            return Build("passed", self.attribute, log=str(self.log))
        ended = await self.nix.realise([package.check], self.policy.options, self.log)
        if ended.exit_code:
            return self._failed("imports", ended)
        found = read_imported(self.nix.output(ended))
        if label and found.version is not None and not same_version(label, found.version):
            said = f"the built metadata says {found.version}, and {label} is written"
            hint = "the version of the source is another one: correct the label, or the source"
            return Build(
                "failed",
                self.attribute,
                phase="version",
                log=str(self.log),
                diagnosis=Diagnosis("version", said, hint),
            )
        return Build("passed", self.attribute, log=str(self.log))

    def _failed(self, phase: str, ended: Ended) -> Build:
        said = ended.log.replace(f"{self.tree}/", "")  # names files as the user knows them
        return Build(
            "failed",
            self.attribute,
            phase=phase,
            log=str(self.log),
            tail=diagnose.tail(said),
            diagnosis=diagnose.diagnose(said),
        )


def _reads_files(policy: BuildPolicy) -> bool:
    """Tell whether evaluation may read any file. Source: Nix manual, "pure-eval"."""
    return bool(policy.file) or "--impure" in policy.options


def _phase(log: str) -> str:
    """Tell a source that cannot be fetched from a build that fails."""
    found = diagnose.diagnose(log)
    return "fetch" if found is not None and found.code in ("hash-mismatch", "network") else "build"


def order_of(dependents: Sequence[str], packages: Sequence[Package]) -> tuple[Package, ...]:
    """Return the packages of some identities, in the order of the identities."""
    by_identity = {package.identity: package for package in packages}
    return tuple(by_identity[one] for one in dependents if one in by_identity)
