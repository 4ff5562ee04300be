"""What was built is held against the pin that is held, and against what the overlay leaves out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.effects import files, writes
from updater.errors import HashError, StageError
from updater.metadata.distributions import DistributionReader
from updater.model import Build, Check, Diagnosis, normalized_name
from updater.model.sri import parse_hash
from updater.overlay.reading import syntax
from updater.overlay.reading.declarations import SWITCHES, declarations
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.building.evaluating import BuildJob
    from updater.model import Candidate, Package, Sri
    from updater.pipeline.hash.ready import ReadyChange
    from updater.pipeline.jobs import JobMaker


class Baseline(Struct, frozen=True):
    """Compares builds with those of the held pins."""

    maker: JobMaker

    async def compared(self, ready: ReadyChange, job: BuildJob, build: Build) -> Build:
        """Return what became of a build, in the light of the held pin.

        A failed one says so where the held pin fails in the same way. One that passed has failed
        where a top-level module of the held pin is gone, unless config.yaml names the modules.
        """
        try:
            pinned = parse_hash(ready.subject.pin.hash)
        except HashError:
            return build
        if not any(pinned.digest):
            return build
        if build.status == "failed":
            return await self._failed(ready, job, build, pinned)
        imported = any(own.name == "imports" and own.status == "passed" for own in build.checks)
        if imported and job.target.policy.imports is None:
            return await self._complete(ready, job, build, pinned)
        return build

    async def _failed(self, ready: ReadyChange, job: BuildJob, build: Build, pinned: Sri) -> Build:
        diagnosis = build.diagnosis
        if diagnosis is None or build.phase not in ("build", "imports"):
            return build
        if diagnosis.code == "no-modules":
            modules = await self._modules(ready, job, build, pinned)
            if not modules:
                return build
            message = f"{diagnosis.message}; the held pin has {', '.join(modules)}"
        else:
            before = await self.unchanged(job, build)
            if before.diagnosis != diagnosis:
                return build
            message = f"{diagnosis.message}; the held pin fails in the same way"
        return replace(build, diagnosis=replace(diagnosis, message=printable(message)))

    async def _complete(
        self, ready: ReadyChange, job: BuildJob, build: Build, pinned: Sri
    ) -> Build:
        records = self.maker.run.records
        before = records.modules(ready.identity, pinned)
        if before is None:
            before = await self._released(ready, pinned)
        if before is None and not self._is_comparable(ready, build, pinned):
            return build
        # What is kept may be of an overlay that was another, and a wheel is not what Nix builds:
        # only a build says that one is gone.
        if before is None or set(before) - set(build.modules):
            before = await self._modules(ready, job, build, pinned)
        lost = [module for module in before if module not in build.modules]
        if lost:
            return _lost(build, ready.version, lost)
        if ready.hashed is not None:
            records.note_modules(ready.identity, ready.hashed.sri, build.modules)
        return build

    async def _released(self, ready: ReadyChange, pinned: Sri) -> tuple[str, ...] | None:
        """Return the modules of the held release's wheel; None where the index has none.

        It costs a download, and no build.
        """
        release = _release(ready, pinned)
        if release is None:
            return None
        try:
            return await DistributionReader(self.maker.run.http).modules(release) or None
        except StageError:
            return None

    def _is_comparable(self, ready: ReadyChange, build: Build, pinned: Sri) -> bool:
        """Tell whether it is worth to build the held pin, of which no run knows the modules.

        The index says which hash its file has. Elsewhere only an earlier run knows that the pin is
        true; where no module is called as the package, it is tried all the same.
        """
        subject = ready.subject
        if subject.project.on_index:
            return _release(ready, pinned) is not None
        if self.maker.run.records.recorded_commit(subject):
            return True
        names = {normalized_name(name) for name in subject.modules}
        modules = {normalized_name(module) for module in build.modules}
        return bool(ready.decision.pinned.commit) and not names & modules

    async def _modules(
        self, ready: ReadyChange, job: BuildJob, build: Build, pinned: Sri
    ) -> tuple[str, ...]:
        """Return the top-level modules of the held pin, none where it does not build."""
        policy = replace(job.target.policy, imports=())
        held = replace(job, target=replace(job.target, policy=policy))
        before = await self.unchanged(held, build)
        if before.status == "passed":
            self.maker.run.records.note_modules(ready.identity, pinned, before.modules)
        return before.modules

    async def unchanged(self, job: BuildJob, build: Build) -> Build:
        """Build the tree as it is, only to compare with; the log stays that of the other build."""
        held = replace(job, changes={}, label="", source=None, dependents=())
        text = files.find(Path(build.log), build.log) if build.log else None
        try:
            before = await self.maker.run.builder().build(held, {})
        except StageError:
            before = Build("failed", build.attribute)
        if text is not None:
            writes.make(Path(build.log), text)
        return before


def _release(ready: ReadyChange, pinned: Sri) -> Candidate | None:
    """Return the release of which the held pin is a file, as the index says its hash."""
    indexed = ready.decision.indexed if ready.subject.project.on_index else None
    for candidate in indexed.candidates if indexed is not None else ():
        if any(file.sri == pinned for file in candidate.distributions):
            return candidate
    return None


def with_switches(build: Build, package: Package, data: bytes) -> Build:
    """Return a build that also names what the package's overlay switches off.

    Args:
        build: what became of it.
        package: whose it is.
        data: its file.
    """
    declared = declarations(syntax.parse(data), package) if package.is_python else None
    if build.status == "skipped" or declared is None:
        return build
    switches = tuple(
        Check(check, "skipped", f"the overlay sets {attribute}")
        for attribute, check in SWITCHES.items()
        if attribute in declared.switches
    )
    return replace(build, checks=(*build.checks, *switches))


def _lost(build: Build, version: str, modules: Sequence[str]) -> Build:
    """Return a build that failed since it has not all modules that it had."""
    listed = ", ".join(modules)
    message = f"the held pin has the module {listed}, and {version} does not have it"
    if len(modules) > 1:
        message = f"the held pin has the modules {listed}, and {version} does not have them"
    hint = (
        "look at what the release contains; if it is meant, name the modules that are left in "
        "`build: {imports: [...]}`"
    )
    return replace(
        build,
        status="failed",
        phase="modules",
        diagnosis=Diagnosis("lost-module", printable(message), hint),
        checks=(*build.checks, Check("modules", "failed", printable(listed))),
    )
