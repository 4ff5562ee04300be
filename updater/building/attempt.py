"""One package's way through evaluation, build, imports and version, in scratch copies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anyio import to_thread
from msgspec import Struct, field
from msgspec.structs import replace

from updater.building import diagnose
from updater.building.attributes import DIGESTS, read_digests
from updater.building.evaluating import as_named, evaluated, located
from updater.building.expressions import (
    applied,
    part,
    probe,
    read_evaluated,
    read_imported,
)
from updater.building.offers import asking, read_answer
from updater.effects import writes
from updater.effects.runner import log_place
from updater.errors import BuildError, HashError, NotEvaluated
from updater.model import Build, Check, Diagnosis
from updater.model.change import NO_IMPORTS
from updater.model.labels import same_version

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from updater.building.batches import Evaluation
    from updater.building.evaluating import BuildTarget, StoredSource
    from updater.building.expressions import EvaluatedPackage
    from updater.building.offers import SetAnswer
    from updater.effects.nix.build import NixBuild
    from updater.effects.nix.command import NixResult
    from updater.effects.scratch import Scratch
    from updater.model import CheckName, CheckStatus, Sri

_FETCHING = ("hash-mismatch", "network", "download-refused")
_MOST_NAMES = 10
_NO_PYTHON = "it is not a Python package"
_ONLY_STUBS = "it has only stubs for type checkers"
_NO_MODULE = "the built package has no module: nothing of it can be imported"
_NO_MODULE_HINT = (
    "look at what the release contains: it may be an alias of another distribution, or its "
    "build backend may have found no packages; `imports: []` takes it all the same"
)


class Attempt(Struct, frozen=True):
    """One package's way through evaluation, build, imports and version.

    Attributes:
        checks: what was checked so far: it grows, and tells where the time ran out.
    """

    nix: NixBuild
    scratch: Scratch
    changes: Mapping[str, bytes]
    target: BuildTarget
    log: Path
    checks: list[Check] = field(default_factory=list)

    async def run(
        self, evaluation: Evaluation | None, label: str, source: StoredSource | None
    ) -> Build:
        """Return what became of it.

        Args:
            evaluation: its evaluation, where that was done ahead.
            label: the version that the built metadata must have; empty to leave that out.
            source: its source, where that was downloaded for its hash.

        Raises:
            BuildError: Nix cannot be asked.
        """
        package = self._taken(evaluation)
        if package is None:
            ended = await self._evaluate(probe(self.target.policy.imports))
            if ended.exit_code:
                return self._failed("evaluation", ended)
            package = read_evaluated(ended.stdout)
        self._note("evaluation", "passed")
        await self._refuse_other(source, package)
        ended = await self.nix.realise([package.drv], self.target.policy.options, self.log)
        if ended.exit_code:
            return self._failed("build", ended)
        self._note("build", "passed", self.target.attribute)
        return await self._import(package, label)

    def _taken(self, evaluation: Evaluation | None) -> EvaluatedPackage | None:
        """Return what was evaluated ahead, unless the store was cleaned of it since."""
        if evaluation is None or not self.nix.holds(
            [evaluation.package.drv, evaluation.package.check]
        ):
            return None
        writes.append(self.log, evaluation.log)
        return evaluation.package

    async def true_hash(self, wrong: Sri, needs: str, source: StoredSource | None) -> Sri:
        """Return the hash that Nix finds instead of a fake one; see `Builder.true_hash`."""
        ended = await self._evaluate(part(needs))
        attribute = self.target.attribute
        if ended.exit_code:
            diagnosis = self._why_not_evaluated(ended)
            why = diagnosis.message if diagnosis is not None else diagnose.tail(ended.log)
            raise NotEvaluated(
                f"Nix cannot evaluate {attribute}: {why.removeprefix('it does not evaluate: ')}",
                hint=f"the log: {log_place(self.log)}",
            )
        made = read_evaluated(ended.stdout)
        await self._refuse_other(source, made)
        derivation = await self.nix.fixed_output(made.drv, wrong)
        if not derivation:
            raise HashError(
                f"no source of {attribute} has the hash that was written",
                hint="check that `build: {attribute: ...}` in config.yaml names this package",
            )
        return await self.nix.true_hash(derivation, wrong, self.target.policy.options, self.log)

    async def offers(self, names: Sequence[str], extras: Mapping[str, Sequence[str]]) -> SetAnswer:
        """Return what the package set has; see `Builder.offers`."""
        return read_answer(await self._evaluation(asking(names, extras)))

    async def digests(self) -> Mapping[str, str]:
        """Return what its derivation is made from; see `Builder.changed_attributes`."""
        return read_digests(await self._evaluation(DIGESTS))

    async def _evaluation(self, function: str) -> str:
        """Return what a function of the package evaluates to, as JSON.

        Raises:
            NotEvaluated: the package does not evaluate.
        """
        ended = await self._evaluate(function)
        if ended.exit_code:
            diagnosis = self._why_not_evaluated(ended)
            why = diagnosis.message if diagnosis is not None else diagnose.tail(ended.log)
            raise NotEvaluated(
                f"Nix cannot evaluate {self.target.attribute}: {why}",
                hint=f"the log: {log_place(self.log)}",
            )
        return ended.stdout

    async def _refuse_other(self, source: StoredSource | None, made: EvaluatedPackage) -> None:
        """Make sure that what is evaluated is made from the source that was hashed.

        A source that is made from it, such as a patched one, has another path. Under the name that
        evaluation gives it is in the store then, so that Nix does not download it again.

        Raises:
            BuildError: what is evaluated is not made from the source that was hashed.
        """
        if source is None or not made.source_name:
            return
        named = await self.nix.source_named(source.path, source.sri, made.source_name)
        if named != made.source_path and not await self.nix.fixed_output(made.drv, source.sri):
            raise BuildError(
                f"{self.target.attribute} evaluates to the source {made.source_path}, and what was "
                f"hashed is {named or source.path}",
                hint="check that `build: {attribute: ...}` names this package, and that nothing "
                "overrides its src: a build of another source proves nothing",
            )

    async def _evaluate(self, function: str) -> NixResult:
        """Evaluate a function of the package in a copy of the tree, which is gone afterwards."""
        changes = self.target.installable.set.changed(self.changes)
        tree = await to_thread.run_sync(self.scratch.copy, changes)
        try:
            return await self._evaluate_in(tree, function)
        finally:
            self.scratch.drop(tree)

    async def _evaluate_in(self, tree: Path, function: str) -> NixResult:
        installable = self.target.installable
        if installable.set.form == "installable":
            reference = f"{self.nix.flake(tree, installable.set.place)}#{installable.attribute}"
            options, place = installable.set.options, ""
            ended = await self.nix.evaluate_flake(reference, function, options, tree, self.log)
        else:
            place = await located(self.nix, installable.set, tree)
            expression = applied(installable.set.load, place, installable.select, function)
            ended = await evaluated(self.nix, installable.set, expression, tree, self.log)
        if not ended.exit_code:
            return ended
        return replace(ended, log=await as_named(self.nix, installable.set, ended.log, place, tree))

    async def _import(self, package: EvaluatedPackage, label: str) -> Build:
        if not package.check:
            self._note("imports", "skipped", _NO_PYTHON)
            self._note("version", "skipped", _NO_PYTHON)
            return self._ended("passed")
        ended = await self.nix.realise([package.check], self.target.policy.options, self.log)
        if ended.exit_code:
            return self._failed("imports", ended)
        imported = read_imported(self.nix.output(ended))
        automatic = self.target.policy.imports is None
        if automatic and not imported.modules and not imported.stubs:
            self._note("imports", "failed")
            diagnosis = Diagnosis("no-modules", _NO_MODULE, _NO_MODULE_HINT)
            return self._ended("failed", phase="imports", diagnosis=diagnosis)
        if imported.modules:
            self._note("imports", "passed", listed(imported.modules))
        else:
            self._note("imports", "skipped", _ONLY_STUBS if automatic else NO_IMPORTS)
        built = self._compare(label, imported.version)
        return replace(
            built, modules=imported.top, requires=imported.requires, imported=imported.modules
        )

    def _compare(self, label: str, version: str | None) -> Build:
        """Compare the version that the built metadata says, if any, with what is written."""
        if not label:
            self._note("version", "skipped", "the overlay has no version")
        elif version is None:
            self._note("version", "skipped", "the built package has no version")
        elif same_version(label, version):
            self._note("version", "passed", version)
        else:
            self._note("version", "failed")
            message = f"the built package has version {version}, but the overlay has {label}"
            hint = "correct the version in the overlay, or pin another source"
            return self._ended(
                "failed", phase="version", diagnosis=Diagnosis("version", message, hint)
            )
        return self._ended("passed")

    def _failed(self, check: CheckName, ended: NixResult) -> Build:
        self._note(check, "failed")
        if check == "evaluation":
            diagnosis = self._why_not_evaluated(ended)
        else:
            diagnosis = diagnose.diagnose(ended.log, self.target.package.project_name)
        # A source that cannot be fetched is not a build that fails.
        fetching = diagnosis is not None and diagnosis.code in _FETCHING and check == "build"
        phase = "fetch" if fetching else check
        return self._ended(
            "failed", phase=phase, tail=diagnose.tail(ended.log), diagnosis=diagnosis
        )

    def _why_not_evaluated(self, ended: NixResult) -> Diagnosis | None:
        return diagnose.not_evaluated(ended.log, confined=self.nix.confined)

    def _note(self, name: CheckName, status: CheckStatus, detail: str = "") -> None:
        self.checks.append(Check(name, status, detail))

    def _ended(
        self,
        status: CheckStatus,
        *,
        phase: str = "",
        tail: str = "",
        diagnosis: Diagnosis | None = None,
    ) -> Build:
        return Build(
            status,
            self.target.attribute,
            phase=phase,
            log=str(self.log),
            tail=tail,
            diagnosis=diagnosis,
            checks=tuple(self.checks),
        )


def listed(names: Sequence[str]) -> str:
    """Return names as text, the first few of many."""
    rest = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {rest} more" if rest > 0 else "")
