"""One package in a scratch copy: evaluate, build, import, compare versions."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread

from updater.build import diagnose
from updater.build.expressions import (
    file_expression,
    probe,
    read_evaluated,
    read_imported,
    same_version,
)
from updater.errors import BuildError
from updater.model import Build, Diagnosis
from updater.pipeline.evaluating import Evaluator, key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from updater.build.batches import Said
    from updater.build.expressions import Evaluated
    from updater.effects.nix_build import Ended, NixBuild
    from updater.effects.scratch import Scratch
    from updater.model import BuildPolicy, Package
    from updater.pipeline.evaluating import Ahead, Job, Target


@dataclass(frozen=True, slots=True)
class Builder:
    """Builds jobs, so many at once as ``limit`` lets.

    Attributes:
        tokens: what an unsandboxed build could read, as `updater.effects.ancestors` says it.
        foreign: the tree is somebody else's, so that its evaluation is not trusted either.
    """

    root: Path
    nix: NixBuild
    scratch: Scratch
    logs: Path
    limit: anyio.CapacityLimiter
    tokens: tuple[str, ...]
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

    async def evaluate(self, jobs: Sequence[Job]) -> Ahead:
        """Evaluate together what can be; the rest is evaluated when it is built."""
        allowed = []
        for job in jobs:
            with suppress(BuildError):  # as `build` will say
                await self._refuse_unsafe(job.target.policy)
                allowed.append(job)
        workers = int(self.limit.total_tokens)
        return await Evaluator(self.nix, self.scratch, workers).evaluate(allowed)

    async def build(self, job: Job, ahead: Ahead) -> Build:
        """Build a job in its own scratch copy and say what became of it.

        Args:
            job: what to build.
            ahead: what `evaluate` found.

        Raises:
            BuildError: Nix cannot be asked, or must not be.
        """
        policy = job.target.policy
        sandboxed = await self._refuse_unsafe(policy)
        async with self.limit:
            started = time.monotonic()
            try:
                with anyio.fail_after(policy.timeout.total_seconds()):
                    built = await self._build(job, ahead)
            except TimeoutError:
                built = self._timed_out(job)
        seconds = round(time.monotonic() - started, 1)
        return replace(built, seconds=seconds, sandboxed=sandboxed)

    async def _refuse_unsafe(self, policy: BuildPolicy) -> bool:
        """Return whether builds are sandboxed.

        Raises:
            BuildError: they are not, or evaluation is not to be trusted, and could read a token.
        """
        sandboxed = await self.nix.sandboxed(policy.options)
        if not sandboxed and self.tokens:
            raise BuildError(
                f"builds are not sandboxed, and {'; '.join(self.tokens)}: upstream code could read "
                "it",
                hint="turn on Nix's sandbox, or build where the token never was: `bump --output "
                "DIR`, then `publish DIR`",
            )
        if self.foreign and self.tokens and _reads_files(policy):
            raise BuildError(
                f"{'; '.join(self.tokens)}, and evaluating this branch could read it: only a "
                "flake is evaluated without access to other files",
                hint="unset it: a review needs no token",
            )
        return sandboxed

    async def _build(self, job: Job, ahead: Ahead) -> Build:
        log = self._log(job.target.package)
        log.write_bytes(b"")

        async def one(target: Target, label: str, archive: Path | None) -> Build:
            attempt = _Attempt(self.nix, self.scratch, job.changes, target, log)
            return await attempt.run(ahead.get(key(job, target)), label, archive)

        built = await one(job.target, job.label, job.archive)
        for dependent in job.dependents:
            if built.status == "failed":
                break
            after = await one(dependent, "", None)
            built = after if after.status == "failed" else built
        return built

    def _log(self, package: Package) -> Path:
        self.logs.mkdir(parents=True, exist_ok=True)
        return self.logs / f"{package.name.replace('/', '_')}.log"

    def _timed_out(self, job: Job) -> Build:
        seconds = int(job.target.policy.timeout.total_seconds())
        log = self._log(job.target.package)
        text = log.read_text("utf-8", "replace")
        return Build(
            "failed",
            job.target.attribute,
            phase="build",
            log=str(log),
            tail=diagnose.tail(text),
            diagnosis=diagnose.diagnose(f"timed out after {seconds} seconds"),
        )


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One package's way through evaluation, build, imports and version."""

    nix: NixBuild
    scratch: Scratch
    changes: Mapping[str, bytes]
    target: Target
    log: Path

    async def run(self, said: Said | None, label: str, archive: Path | None) -> Build:
        package = self._taken(said)
        if package is None:
            tree = await to_thread.run_sync(self.scratch.copy, dict(self.changes))
            try:
                ended = await self._evaluate(tree)
            finally:
                self.scratch.drop(tree)
            if ended.exit_code:
                return self._failed("evaluation", ended, tree)
            package = read_evaluated(ended.stdout)
        if archive is not None and package.source_name:
            await self._add_source(archive, package)
        ended = await self.nix.realise([package.drv], self.target.policy.options, self.log)
        if ended.exit_code:
            return self._failed(_phase(ended.log), ended)
        return await self._import(package, label)

    def _taken(self, said: Said | None) -> Evaluated | None:
        """Return what was evaluated ahead, unless the store was cleaned of it since."""
        if said is None or not self.nix.holds([said.evaluated.drv, said.evaluated.check]):
            return None
        with self.log.open("a", encoding="utf-8") as file:
            file.write(said.log)
        return said.evaluated

    async def _evaluate(self, tree: Path) -> Ended:
        policy, function = self.target.policy, probe(self.target.policy.imports)
        attribute = self.target.attribute
        if policy.file:
            expression = file_expression(str(tree / policy.file), attribute, function)
            return await self.nix.evaluate(expression, policy.options, tree, self.log)
        installable = f"{self.nix.flake(tree, policy.flake)}#{attribute}"
        return await self.nix.evaluate_flake(installable, function, policy.options, tree, self.log)

    async def _add_source(self, archive: Path, package: Evaluated) -> None:
        folder = self.scratch.file("unpacked")
        path = await self.nix.add_source(archive, package.source_name, folder.parent)
        if path != package.source_path:
            with self.log.open("a", encoding="utf-8") as file:
                file.write(f"{path} is not {package.source_path}: Nix downloads the source again\n")

    async def _import(self, package: Evaluated, label: str) -> Build:
        attribute = self.target.attribute
        if not package.check:
            return Build("passed", attribute, log=str(self.log))
        ended = await self.nix.realise([package.check], self.target.policy.options, self.log)
        if ended.exit_code:
            return self._failed("imports", ended)
        found = read_imported(self.nix.output(ended))
        if label and found.version is not None and not same_version(label, found.version):
            said = f"the built metadata says {found.version}, and {label} is written"
            hint = "the version of the source is another one: correct the label, or the source"
            return Build(
                "failed",
                attribute,
                phase="version",
                log=str(self.log),
                diagnosis=Diagnosis("version", said, hint),
            )
        return Build("passed", attribute, log=str(self.log))

    def _failed(self, phase: str, ended: Ended, tree: Path | None = None) -> Build:
        # Names files as the user knows them.
        said = ended.log.replace(f"{tree}/", "") if tree is not None else ended.log
        return Build(
            "failed",
            self.target.attribute,
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
