"""Where the packages of a run are in its tree: configured, else found by one evaluation of it."""

from __future__ import annotations

import os.path
from typing import TYPE_CHECKING, Final

import anyio
from anyio import to_thread
from msgspec import Struct
from msgspec.structs import replace

from updater.building.composing import Composer
from updater.building.evaluating import BuildTarget
from updater.building.locking import locked
from updater.building.package_set import PackageSet, configured
from updater.building.surveying import NotInSet, SetSurvey
from updater.effects import files
from updater.errors import BuildError
from updater.overlay.reading.entry import EntryFile, read_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from updater.building.builder import Builder
    from updater.building.package_set import Installable
    from updater.find.overlay_files import OverlayFiles
    from updater.model import BuildPolicy, Package

AUTO: Final = "auto"
"""The ``attribute`` of a policy that leaves it to the updater where a package is."""

_UNLOCKED = (
    "flake.nix has no flake.lock, so a build would prove little: run `nix flake lock` and commit "
    "the file, or set build: {enabled: true}"
)


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
        policy = placed(policy, self._open().root)
        if policy.enabled == "auto" and not self._unable(policy) and not self._is_locked(policy):
            return NotBuilt(_UNLOCKED)
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
        if self._open().offline:
            return "a build may need the network, and --offline is set"
        if not self._open().nix.available():
            return "Nix is not installed"
        entry = _entry(policy)
        if files.exists(self._open().root / entry):
            return ""
        alternative = "" if policy.file else f", and no {_file_beside(entry)}"
        return f"there is no {entry}{alternative}"

    def _is_locked(self, policy: BuildPolicy) -> bool:
        lock = self._open().root / policy.flake / "flake.lock"
        return bool(policy.file) or files.exists(lock) or not self._read(policy).inputs

    def _read(self, policy: BuildPolicy) -> EntryFile:
        name = _entry(policy)
        if name not in self._entries:
            files.refuse_outside(self._open().root, name)
            data = files.read_plain(self._open().root / name, name)
            self._entries[name] = read_entry(data, "file" if policy.file else "flake")
        return self._entries[name]

    async def _result(self, package: Package, policy: BuildPolicy) -> Installable | NotInSet:
        builder = self._open()
        await builder.admit(policy)
        async with self._lock:
            key = policy.file, policy.flake, policy.options
            survey = self._surveys.get(key)
            if survey is None:
                survey = SetSurvey(builder.nix, builder.scratch, self._set(policy), _entry(policy))
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
        folder = os.path.dirname(_entry(policy)) or "."  # noqa: PTH120 - as text

        def read(file: str) -> bytes | None:
            return files.read(root / file, file) if files.is_inside(root, file) else None

        composer = Composer(folder, self._overlays, read)
        return PackageSet.surveyed(policy, composer.compose(self._read(policy)).expression)


def placed(policy: BuildPolicy, root: Path) -> BuildPolicy:
    """Return a policy that names the default.nix where a folder has no flake.nix."""
    flake = _entry(policy)
    file = _file_beside(flake)
    if policy.file or files.exists(root / flake) or not files.exists(root / file):
        return policy
    return replace(policy, file=file)


def _entry(policy: BuildPolicy) -> str:
    """Return the file that says what the package set is, relative to the root."""
    return policy.file or os.path.normpath(f"{policy.flake}/flake.nix")


def _file_beside(flake: str) -> str:
    return flake.removesuffix("flake.nix") + "default.nix"
