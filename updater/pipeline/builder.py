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
    part,
    probe,
    read_evaluated,
    read_imported,
    read_part,
    same_version,
)
from updater.errors import BuildError, HashError, NotEvaluated
from updater.model import Build, Diagnosis

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from updater.build.expressions import Evaluated
    from updater.effects.nix_build import Ended, NixBuild
    from updater.effects.scratch import Scratch
    from updater.model import BuildPolicy, Package, Sri


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be built.

    Attributes:
        package: the package; its name makes the attribute.
        label: the version that the built metadata must have; empty to leave that out.
        changes: file -> bytes, over the user's tree.
        archive: the source as it was downloaded for its hash, None where it was not.
        sri: the hash of its tree.
        dependents: packages to build after it, in dependency order.
    """

    package: Package
    label: str
    changes: Mapping[str, bytes]
    archive: Path | None = None
    sri: Sri | None = None
    dependents: tuple[Package, ...] = ()


@dataclass(frozen=True, slots=True)
class Builder:
    """Builds jobs, so many at once as ``limit`` lets."""

    root: Path
    nix: NixBuild
    scratch: Scratch
    logs: Path
    limit: anyio.CapacityLimiter
    token_variables: tuple[str, ...]

    def skipped(self, policy: BuildPolicy) -> str:
        """Return why a package is not built, or an empty string.

        Raises:
            BuildError: it must be built and cannot.
        """
        if policy.enabled == "false":
            return "build: {enabled: false}"
        problem = self.unable(policy)
        if problem and policy.enabled == "true":
            raise BuildError(f"it must be built, and {problem}", hint="or use --no-build")
        locked = policy.file or (self.root / policy.flake / "flake.lock").exists()
        if not problem and policy.enabled == "auto" and not locked:
            problem = "flake.nix has no flake.lock, so that a build would prove little"
        return problem

    def unable(self, policy: BuildPolicy) -> str:
        """Return why Nix cannot evaluate the package set at all, or an empty string."""
        if not self.nix.available():
            return "Nix is not installed"
        if policy.file:
            return "" if (self.root / policy.file).exists() else f"there is no {policy.file}"
        there = (self.root / policy.flake / "flake.nix").exists()
        return "" if there else "there is no flake.nix"

    async def build(self, job: Job, policy: BuildPolicy) -> Build:
        """Build a job in its own scratch copy and say what became of it.

        Raises:
            BuildError: Nix cannot be asked, or must not be.
        """
        sandboxed = await self._sandboxed(policy)
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

    async def true_hash(self, job: Job, policy: BuildPolicy, wrong: Sri, needs: str) -> Sri:
        """Let Nix find the hash of a fixed output of a package, in a scratch copy.

        Args:
            job: the package; its changes write a fake hash.
            policy: how Nix evaluates it.
            wrong: the fake hash.
            needs: a Nix expression for the derivation, of ``package``, that needs the output.

        Raises:
            NotEvaluated: the package set does not evaluate.
            HashError: the output cannot be built, or is not used.
            BuildError: Nix cannot be asked, or must not be.
        """
        await self._sandboxed(policy)
        async with self.limit:
            tree = await to_thread.run_sync(self.scratch.copy, dict(job.changes))
            attribute = attribute_path(policy.attribute, job.package.name)
            log = self._log(job.package)
            try:
                with anyio.fail_after(policy.timeout.total_seconds()):
                    attempt = _Attempt(self.nix, policy, tree, attribute, log)
                    return await attempt.true_hash(wrong, needs, job)
            except TimeoutError as error:
                seconds = int(policy.timeout.total_seconds())
                raise HashError(
                    f"the fixed-output build for its hash took longer than {seconds} s",
                    hint="raise `timeout:` under `build:` in config.yaml",
                ) from error
            finally:
                self.scratch.drop(tree)

    async def _sandboxed(self, policy: BuildPolicy) -> bool:
        """Tell whether builds are sandboxed.

        Raises:
            BuildError: they are not, and would see a token.
        """
        sandboxed = await self.nix.sandboxed(policy.options)
        if not sandboxed and self.token_variables:
            raise BuildError(
                f"builds are not sandboxed, and {', '.join(self.token_variables)} is set: upstream "
                "code could read it",
                hint="turn on Nix's sandbox, or build without the token: `bump --output DIR`, then "
                "`publish DIR`",
            )
        return sandboxed

    async def _build(self, job: Job, policy: BuildPolicy, tree: Path) -> Build:
        log = self._log(job.package)
        log.write_bytes(b"")
        attribute = attribute_path(policy.attribute, job.package.name)
        built = await _Attempt(self.nix, policy, tree, attribute, log).run(job)
        for package in job.dependents:
            if built.status == "failed":
                break
            its = attribute_path(policy.attribute, package.name)
            after = await _Attempt(self.nix, policy, tree, its, log).run(Job(package, "", {}))
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

    async def run(self, job: Job) -> Build:
        ended = await self._evaluate(probe(self.policy.imports))
        if ended.exit_code:
            return self._failed("evaluation", ended)
        package = read_evaluated(ended.stdout)
        await self._give(job, package.drv, package.source_name, package.source_path)
        ended = await self.nix.realise([package.drv], self.policy.options, self.log)
        if ended.exit_code:
            return self._failed(_phase(ended.log), ended)
        return await self._import(package, job.label)

    async def true_hash(self, wrong: Sri, needs: str, job: Job) -> Sri:
        """Return the hash that Nix finds instead of a fake one."""
        ended = await self._evaluate(part(needs))
        if ended.exit_code:
            said = ended.log.replace(f"{self.tree}/", "")
            found = diagnose.diagnose(said)
            raise NotEvaluated(
                f"of {self.attribute} Nix says: "
                + (found.message if found is not None else diagnose.tail(said)),
                hint=f"the log: {self.log}",
            )
        whole, name, path = read_part(ended.stdout)
        await self._give(job, whole, name, path)
        derivation = await self.nix.fixed_output(whole, wrong)
        if not derivation:
            raise HashError(
                f"nothing that {self.attribute} is made of has the hash that was written for it",
                hint="is `attribute:` under `build:` in config.yaml that of this package?",
            )
        return await self.nix.true_hash(derivation, wrong, self.policy.options, self.log)

    async def _give(self, job: Job, derivation: str, name: str, path: str) -> None:
        """Put the source that was hashed into the store, so that Nix does not download it again.

        A source that is made from it, such as a patched one, has another path.

        Raises:
            BuildError: what is evaluated is not made from the source that was hashed.
        """
        if job.archive is None or job.sri is None or not name:
            return
        made = await self.nix.add_source(job.archive, name, self.tree.parent)
        if made != path and not await self.nix.fixed_output(derivation, job.sri):
            raise BuildError(
                f"{self.attribute} evaluates to the source {path}, and what was hashed is {made}",
                hint="a build would prove nothing: is `attribute:` under `build:` that of this "
                "package, and does nothing override its src?",
            )

    async def _evaluate(self, function: str) -> Ended:
        policy = self.policy
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


def _phase(log: str) -> str:
    """Tell a source that cannot be fetched from a build that fails."""
    found = diagnose.diagnose(log)
    return "fetch" if found is not None and found.code in ("hash-mismatch", "network") else "build"


def order_of(dependents: Sequence[str], packages: Sequence[Package]) -> tuple[Package, ...]:
    """Return the packages of some identities, in the order of the identities."""
    by_identity = {package.identity: package for package in packages}
    return tuple(by_identity[one] for one in dependents if one in by_identity)
