"""One package in a scratch copy: evaluate, build, import, compare versions."""

from __future__ import annotations

import hashlib
import os
import re
import time
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, TypeVar, get_args

import anyio
from msgspec import Struct
from msgspec.structs import replace

from updater.building import diagnose
from updater.building.attempt import Attempt, listed
from updater.building.evaluating import Evaluator, StoredSource, key
from updater.effects import files, writes
from updater.errors import BuildError, ConfigError, HashError, NotEvaluated, WriteError
from updater.model import Build, Check, CheckName

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
    from pathlib import Path

    from updater.building.evaluating import Ahead, BuildJob, BuildTarget
    from updater.building.offers import SetAnswer
    from updater.building.provisions import Provisions
    from updater.effects.nix.build import NixBuild
    from updater.effects.scratch import Scratch
    from updater.model import BuildPolicy, Package, Sri

Answer = TypeVar("Answer")

_LONGEST_NAME = 120


class Builder(Struct, frozen=True):
    """Builds jobs, so many at once as ``limit`` lets.

    Attributes:
        tokens: what an unsandboxed build could read, as `updater.effects.ancestors` says it.
        provisions: for a tree that is somebody else's, so that its evaluation is not trusted
            either.
        offline: nothing may be downloaded, so that nothing is built.
    """

    root: Path
    nix: NixBuild
    scratch: Scratch
    logs: Path
    limit: anyio.CapacityLimiter
    tokens: tuple[str, ...]
    provisions: Provisions | None = None
    offline: bool = False

    @asynccontextmanager
    async def archive(self) -> AsyncIterator[Path]:
        """Yield a path for one source's archive, which is gone at the end with its tree.

        There are so many at once as builds: it takes the place of one.
        """
        async with self.limit, self.scratch.folder() as folder:
            yield folder / "archive"

    async def store(
        self, archive: Path, sri: Sri, policy: BuildPolicy, *, strip_root: bool
    ) -> StoredSource | None:
        """Put a source that was hashed into Nix's store, so that no build downloads it again.

        Args:
            archive: what was downloaded, at the path that `archive` yields.
            sri: the hash of the tree in it.
            policy: says how long Nix may take.
            strip_root: as fetchzip's ``stripRoot``.

        Returns:
            None where Nix has to unpack it itself.

        Raises:
            StageError: it cannot be unpacked or stored.
        """
        seconds = policy.timeout.total_seconds()
        path = await self.nix.add_source(archive, seconds, strip_root=strip_root)
        return StoredSource(path, sri) if path else None

    async def evaluate(self, jobs: Sequence[BuildJob]) -> Ahead:
        """Evaluate together what can be; the rest is evaluated when it is built."""
        allowed = []
        for job in jobs:
            with suppress(BuildError):  # as `build` will say
                await self.admit(job.target.policy)
                allowed.append(job)
        workers = int(self.limit.total_tokens)
        return await Evaluator(self.nix, self.scratch, workers).evaluate(allowed)

    async def build(self, job: BuildJob, ahead: Ahead) -> Build:
        """Build a job in its own scratch copy and say what became of it.

        Args:
            job: what to build.
            ahead: what `evaluate` found.

        Raises:
            BuildError: Nix cannot be asked, or must not be.
        """
        policy = job.target.policy
        sandboxed = await self.admit(policy)
        async with self.limit:
            started = time.monotonic()
            checks: list[Check] = []
            try:
                with anyio.fail_after(policy.timeout.total_seconds()):
                    built = await self._build(job, ahead, checks)
            except TimeoutError:
                built = self._timed_out(job, checks)
        seconds = round(time.monotonic() - started, 1)
        return replace(built, seconds=seconds, sandboxed=sandboxed)

    async def admit(self, policy: BuildPolicy) -> bool:
        """Return whether builds are sandboxed, when what a place's evaluation needs was fetched.

        Args:
            policy: how Nix is called, and on what.

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
        if self.provisions is not None:
            self.provisions.tree.refuse(policy, self.tokens, sandboxed=sandboxed)
            await self.provisions.provide(policy)
        return sandboxed

    async def true_hash(self, job: BuildJob, wrong: Sri, needs: str) -> Sri:
        """Let Nix find the hash of a fixed output of a package, in a scratch copy.

        Args:
            job: the package; its changes write a fake hash.
            wrong: the fake hash.
            needs: a Nix expression for the derivation, of ``package``, that needs the output.

        Raises:
            NotEvaluated: the package set does not evaluate.
            HashError: the output cannot be built, or is not used.
            BuildError: Nix cannot be asked, or must not be.
        """
        policy = job.target.policy
        await self.admit(policy)
        async with self.limit:
            log = self._log(job.target.package)
            try:
                with anyio.fail_after(policy.timeout.total_seconds()):
                    attempt = Attempt(self.nix, self.scratch, job.changes, job.target, log)
                    return await attempt.true_hash(wrong, needs, job.source)
            except TimeoutError as error:
                seconds = int(policy.timeout.total_seconds())
                raise HashError(
                    f"the fixed-output build for its hash took longer than {seconds} s",
                    hint="raise `timeout:` under `build:` in config.yaml",
                ) from error

    async def offers(
        self,
        target: BuildTarget,
        names: Sequence[str],
        extras: Mapping[str, Sequence[str]] | None = None,
    ) -> SetAnswer:
        """Return what the package set of a package has, as the tree is.

        Args:
            target: the package.
            names: attributes of the Python package set.
            extras: attribute -> the extras of which it is to be told what they need.

        Raises:
            NotEvaluated: the package set does not evaluate, or not in time.
            BuildError: Nix cannot be asked, or must not be.
        """
        return await self._answered(target, lambda attempt: attempt({}).offers(names, extras or {}))

    async def changed_attributes(
        self, target: BuildTarget, changes: Mapping[str, bytes]
    ) -> tuple[str, ...]:
        """Return the attributes of a package's derivation that changes make others, sorted.

        Its name and version are not among them: they say what it is called.

        Args:
            target: the package.
            changes: file -> bytes, over the user's tree.

        Raises:
            NotEvaluated: it does not evaluate, or not in time.
            BuildError: Nix cannot be asked, or must not be.
        """

        async def compared(attempt: Callable[[Mapping[str, bytes]], Attempt]) -> tuple[str, ...]:
            before, after = await attempt({}).digests(), await attempt(changes).digests()
            names = sorted({*before, *after})
            return tuple(name for name in names if before.get(name) != after.get(name))

        return await self._answered(target, compared)

    async def _answered(
        self,
        target: BuildTarget,
        ask: Callable[[Callable[[Mapping[str, bytes]], Attempt]], Awaitable[Answer]],
    ) -> Answer:
        """Return what is asked of a package, in the time that its builds have.

        Raises:
            NotEvaluated: it does not evaluate, or not in time.
            BuildError: Nix cannot be asked, or must not be.
        """
        await self.admit(target.policy)
        async with self.limit:
            log = self._log(target.package)
            writes.make(log, b"")
            try:
                with anyio.fail_after(target.policy.timeout.total_seconds()):
                    return await ask(
                        lambda changes: Attempt(self.nix, self.scratch, changes, target, log)
                    )
            except TimeoutError as error:
                raise NotEvaluated(f"the evaluation of {target.attribute} took too long") from error

    async def _build(self, job: BuildJob, ahead: Ahead, checks: list[Check]) -> Build:
        """Build a job's package and then its dependents; ``checks`` learns each step."""
        log = self._log(job.target.package)
        writes.make(log, b"")

        def attempt(target: BuildTarget, checks: list[Check]) -> Attempt:
            return Attempt(self.nix, self.scratch, job.changes, target, log, checks)

        own = attempt(job.target, checks)
        built = await own.run(ahead.get(key(job, job.target)), job.label, job.source)
        if built.status == "failed" or not job.dependents:
            return built
        for dependent in job.dependents:
            after = await attempt(dependent, []).run(ahead.get(key(job, dependent)), "", None)
            if after.status == "failed":
                checks.append(Check("dependents", "failed", after.attribute))
                return replace(after, checks=tuple(checks))
        names = [dependent.attribute for dependent in job.dependents]
        checks.append(Check("dependents", "passed", listed(names)))
        return replace(built, checks=tuple(checks))

    def _log(self, package: Package) -> Path:
        """Return the file of a package's log: no other package's, and short whatever its name is.

        Raises:
            ConfigError: the folder of all logs cannot be written to.
        """
        try:
            writes.make_folder(self.logs)
        except WriteError as error:
            raise ConfigError(
                f"the logs of builds cannot be kept: {error}",
                file="XDG_STATE_HOME",
                hint="set it to a folder that you may write to",
            ) from error
        digest = hashlib.sha256(os.fsencode(package.identity)).hexdigest()[:12]
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", package.identity)[-_LONGEST_NAME:].strip("-.")
        return self.logs / f"{name}-{digest}.log"

    def _timed_out(self, job: BuildJob, checks: Sequence[Check]) -> Build:
        seconds = int(job.target.policy.timeout.total_seconds())
        log = self._log(job.target.package)
        text = files.read(log, str(log)).decode("utf-8", "replace")
        name = get_args(CheckName)[len(checks)]  # they are made in this order, none left out
        return Build(
            "failed",
            job.target.attribute,
            phase=name,
            log=str(log),
            tail=diagnose.tail(text),
            diagnosis=diagnose.diagnose(f"timed out after {seconds} seconds"),
            checks=(*checks, Check(name, "failed")),
        )


def order_of(dependents: Sequence[str], packages: Sequence[Package]) -> tuple[Package, ...]:
    """Return the packages of some identities, in the order of the identities."""
    by_identity = {package.identity: package for package in packages}
    return tuple(by_identity[identity] for identity in dependents if identity in by_identity)
