"""Where the packages of a run are in its tree: configured, else found by one evaluation of it."""

from __future__ import annotations

import os.path
from typing import TYPE_CHECKING, Final

import anyio
from anyio import to_thread
from msgspec import Struct

from updater.building.composing import Composer
from updater.building.entries import entry_file, entry_name, missing_entry, missing_set, placed
from updater.building.evaluating import BuildTarget
from updater.building.locking import locked
from updater.building.package_set import PackageSet, configured
from updater.building.surveying import NotInSet, SetSurvey
from updater.effects import files
from updater.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from updater.building.builder import Builder
    from updater.building.package_set import Installable
    from updater.find.overlay_files import OverlayFiles
    from updater.model import BuildPolicy, Package
    from updater.overlay.reading.entry import EntryFile

AUTO: Final = "auto"
"""The ``attribute`` of a policy that leaves it to the updater where a package is."""


class NotBuilt(Struct, frozen=True):
    """Why a package is not built.

    Attributes:
        detail: the reason with all that was tried, where that is more.
    """

    reason: str
    detail: str = ""


class PackageSets:
    """Finds the packages of one run; each place is evaluated at its first need.

    Args:
        builder: opens what Nix is asked with.
        overlays: all packages, and the texts of their files.
        say: is told once what is wrong with a package set.
    """

    def __init__(
        self, builder: Callable[[], Builder], overlays: OverlayFiles, say: Callable[[str], None]
    ) -> None:
        self._open = builder
        self._overlays = overlays
        self._say = say
        self._expected: dict[str, Package] = {}
        self._surveys: dict[tuple[str, str, tuple[str, ...]], SetSurvey] = {}
        self._entries: dict[str, EntryFile] = {}
        self._locked: dict[PackageSet, PackageSet] = {}
        self._lock = anyio.Lock()

    def expect(self, packages: Iterable[Package]) -> None:
        """Say which packages will be asked for, so that they are looked for together."""
        self._expected |= {package.identity: package for package in packages if not package.problem}

    async def target(self, package: Package, policy: BuildPolicy) -> BuildTarget | NotBuilt:
        """Return a package as it is to be built, or why it is not.

        Raises:
            BuildError: it must be built and cannot, or Nix must not be asked.
        """
        if policy.switched_off:
            return NotBuilt(policy.switched_off)
        missing = missing_set(policy, self._open().root, self._read)
        if missing and policy.enabled == "auto":
            return NotBuilt(missing)
        target = await self.evaluable(package, policy)
        if isinstance(target, NotBuilt) and policy.enabled == "true":
            problem = target.detail or target.reason
            raise BuildError(
                f"`enabled: true` needs a build, but {problem}", hint="or use --no-build"
            )
        return target

    async def evaluable(self, package: Package, policy: BuildPolicy) -> BuildTarget | NotBuilt:
        """Return a package as Nix can evaluate it, also where it is not to be built.

        Raises:
            BuildError: Nix must not be asked.
        """
        policy = placed(policy, self._open().root)
        problem = self._unable(policy)
        if problem:
            return NotBuilt(problem)
        if policy.attribute != AUTO:
            outputs = None if policy.file else await self._outputs(policy)
            return BuildTarget(package, policy, configured(policy, package, outputs))
        result = await self._result(package, policy)
        if isinstance(result, NotInSet):
            return NotBuilt(result.reason, result.detail)
        return BuildTarget(package, policy, result)

    def _unable(self, policy: BuildPolicy) -> str:
        """Return why Nix cannot evaluate the package set at all, or an empty string."""
        missing = missing_entry(policy, self._open().root)
        if missing:  # on every machine
            return missing
        if self._open().offline:
            return "a build may need the network, and --offline is set"
        if not self._open().nix.available():
            return "Nix is not installed"
        return ""

    def _read(self, policy: BuildPolicy) -> EntryFile:
        name = entry_name(policy)
        if name not in self._entries:
            self._entries[name] = entry_file(policy, self._open().root)
        return self._entries[name]

    async def _result(self, package: Package, policy: BuildPolicy) -> Installable | NotInSet:
        builder = self._open()
        await builder.admit(policy)
        async with self._lock:
            key = policy.file, policy.flake, policy.options
            survey = self._surveys.get(key)
            if survey is None:
                survey = SetSurvey(
                    builder.nix, builder.scratch, self._set(policy), entry_name(policy)
                )
                self._surveys[key] = survey
            if package.identity not in survey.results:
                is_first = not survey.results
                sought = {package.identity: package, **self._expected}
                await survey.look_for([*sought.values()], policy.timeout.total_seconds())
                if survey.problem and is_first:
                    self._say(f"nothing is built: {survey.problem}")
        return survey.results[package.identity]

    async def _outputs(self, policy: BuildPolicy) -> PackageSet | None:
        """Return a flake of somebody else's with its inputs; None where the flake is trusted.

        Nobody else's is evaluated by the command line, which fetches what a lock does not tell.
        """
        builder = self._open()
        if builder.provisions is None:
            return None
        await builder.admit(policy)
        package_set = PackageSet.outputs(policy)
        async with self._lock, builder.scratch.folder() as folder:
            if package_set not in self._locked:
                copy = await to_thread.run_sync(builder.scratch.copy, {})
                log = folder / "lock.log"
                result = await locked(builder.nix, package_set, copy, log)
                await builder.provisions.fetch(result.lock or b"", "flake.lock", log)
                self._locked[package_set] = result
        return self._locked[package_set]

    def _set(self, policy: BuildPolicy) -> PackageSet:
        root = self._open().root
        folder = os.path.dirname(entry_name(policy)) or "."  # noqa: PTH120 - as text

        def read(file: str) -> bytes | None:
            return files.read(root / file, file) if files.is_inside(root, file) else None

        composer = Composer(folder, self._overlays, read)
        return PackageSet.surveyed(policy, composer.compose(self._read(policy)).expression)
