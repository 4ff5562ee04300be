"""Lock files beside a package: taken from the new source, or told how they are made.

Source: Nixpkgs manual, "Languages and frameworks"; the manuals of the programs that are named.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.effects import files
from updater.errors import HostileFile, ReadError, StageError
from updater.fetchers.base import switched_on
from updater.metadata.apart import read_apart
from updater.metadata.locks import from_git, is_lock
from updater.model import FileChange, PinValues
from updater.pipeline.hash.built_hashes import cannot_build
from updater.pipeline.hash.crates import CrateHashes, crate_hashes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from updater.effects.http.client import Http
    from updater.find.overlay_files import OverlayFiles
    from updater.model import Field, Hashed, LockFile, Package
    from updater.pipeline.hash.built_hashes import UnknownHash
    from updater.pipeline.hash.sources import SourceHashes

_COMMANDS = (
    (r"nugetDeps|deps\.(json|nix)", "run the package's `fetch-deps` script"),
    (r"mitmCache", "run the script that `mitmCache.updateScript` builds"),
    (r"missing-?[hH]ashes", "run `yarn-berry-fetcher missing-hashes yarn.lock`"),
    (r"gemset|gemdir|Gemfile", "run `bundix --lock` in the new source"),
    (r"yarnNix|yarn\.nix", "run `yarn2nix` on the new source's yarn.lock"),
    (r"[cC]argo", "copy the new source's Cargo.lock, or run `cargo generate-lockfile` in it"),
    (r"package-lock|npm", "run `npm install --package-lock-only` in the new source"),
    (r"yarn", "run `yarn install --mode update-lockfile` in the new source"),
    (r"pnpm", "run `pnpm install --lockfile-only` in the new source"),
    (r"composer", "run `composer update --no-install` in the new source"),
    (r"pubspec", "run `dart pub get` in the new source, and write its pubspec.lock as JSON"),
    (r"uv\.lock", "run `uv lock` in the new source"),
    (r"poetry", "run `poetry lock` in the new source"),
)


def made_by(lock: Field) -> str:
    """Return what makes a lock anew, as an instruction."""
    what = f"{lock.name} {lock.text}"
    command = next((how for pattern, how in _COMMANDS if re.search(pattern, what)), "")
    return command or "make it again from the new source"


# Arguments of a fetcher after which a file need not be upstream's, or be there at all.
_CHANGING = ("postFetch", "extraPostFetch", "preFetch", "postCheckout", "sparseCheckout")

_OR_ALONE = "or set `src_only: true` to move the source alone"


class TakenLocks(Struct, frozen=True):
    """What the new source's lock files change.

    Attributes:
        files: those that are not the same already.
        crates: the hashes of what they take from git.
    """

    files: tuple[FileChange, ...] = ()
    crates: tuple[CrateHashes, ...] = ()

    def written(self, values: PinValues) -> PinValues:
        """Return what a change writes, with the names of these hashes."""
        texts = {hashes.field: hashes.text for hashes in self.crates}
        return replace(values, own={**values.own, **texts})

    @property
    def unknown(self) -> tuple[UnknownHash, ...]:
        """The hashes that only a build tells."""
        return tuple(unknown for hashes in self.crates for unknown in hashes.unknown)


class LockStage(Struct, frozen=True):
    """Finds what the new source has in the place of a package's lock files.

    Attributes:
        root: the project's folder.
        overlays: all packages, since a lock file may be of several.
        http: reaches the host of a source.
    """

    root: Path
    overlays: OverlayFiles
    http: Http

    async def taken(
        self, search: SourceHashes, hashed: Hashed | None, unbuilt: str
    ) -> tuple[str, TakenLocks]:
        """Return why the lock files cannot be the new source's, or what changes with them.

        Args:
            search: whose locks, and where the source is.
            hashed: what was downloaded of it.
            unbuilt: why Nix cannot be asked to build a hash.
        """
        if not search.locks:
            return "", TakenLocks()
        locks = await self._taken(search, hashed)
        if isinstance(locks, str):
            return locks, TakenLocks()
        if locks.unknown and unbuilt:
            return cannot_build(locks.unknown, unbuilt), TakenLocks()
        return "", locks

    async def _taken(self, search: SourceHashes, hashed: Hashed | None) -> TakenLocks | str:
        package = search.subject.package
        shared = self._shared(package)
        if shared:
            return shared
        changing = switched_on(search.subject.source, _CHANGING)
        if changing:
            return self._stays(package, search.locks[0], f"{changing} changes what the source has")
        try:
            texts = await search.files(hashed, self.http)
        except StageError as error:
            return self._stays(package, search.locks[0], f"the new source cannot be read: {error}")
        changes: dict[tuple[str, str], FileChange] = {}
        for lock in search.locks:
            try:
                change = await self._change(lock, texts.get(lock.origin))
            except (HostileFile, ReadError) as error:
                change = str(error)
            if isinstance(change, str):
                return self._stays(package, lock, change)
            changes[lock.origin, lock.path] = change
        try:
            crates = await read_apart(
                partial(_crates, package, search.locks, changes),
                sum(len(change.after) for change in changes.values()),
            )
        except StageError as error:
            return self._stays(package, search.locks[-1], str(error))
        files = {change.file: change for change in changes.values() if change.file}
        return TakenLocks(
            tuple(change for change in files.values() if change.before != change.after), crates
        )

    async def _change(self, lock: LockFile, text: bytes | None) -> FileChange | str:
        """Return what becomes of a lock file, or why it stays.

        Raises:
            HostileFile: the new source's breaks a bound.
            ReadError: the overlay's cannot be read.
        """
        if text is None:
            return f"the new source has no {lock.origin}"
        if not await read_apart(partial(is_lock, lock.origin, text), len(text)):
            return f"the new source's {lock.origin} is not one"
        before = self._before(lock) if lock.path else text
        if before is None:
            return f"this project has no file {lock.path}"
        return FileChange(lock.path, before, text)

    def _shared(self, package: Package) -> str:
        """Say which other package has a lock file of this one, too."""
        own = {lock.path for lock in package.locks if lock.path}
        unit = {package.identity, *(member.identity for member in package.members)}
        for other in self.overlays.packages:
            both = [lock.path for lock in other.locks if lock.path in own]
            if both and other.identity not in unit:
                return (
                    f"{both[0]} must change with the source, and {other.name} has it, too: give "
                    "each a lock file of its own, " + _OR_ALONE
                )
        return ""

    def _before(self, lock: LockFile) -> bytes | None:
        """Return the bytes of the overlay's file as they are.

        Raises:
            ReadError: it cannot be read, or is not the project's own.
        """
        if self.overlays.beside is not None:
            return self.overlays.beside.get(lock.path)
        files.refuse_outside(self.root, lock.path)
        return files.find(self.root / lock.path, lock.path)

    @staticmethod
    def _stays(package: Package, lock: LockFile, why: str) -> str:
        field = next(field for field in package.side_hashes if field.name == lock.field)
        return (
            f"{field.name} (line {field.line}) must change with the source, and {why}: "
            f"{made_by(field)}, {_OR_ALONE}"
        )


def _crates(
    package: Package, locks: Sequence[LockFile], changes: Mapping[tuple[str, str], FileChange]
) -> tuple[CrateHashes, ...]:
    """Return the hashes of what the new lock files take from git.

    Raises:
        HostileFile: one breaks a bound.
        PatchError: the overlay's set has something else in it.
    """
    fields = {field.name: field for field in package.side_hashes}
    return tuple(
        crate_hashes(
            fields[lock.field],
            next(
                (
                    from_git(change.before)
                    for (origin, path), change in changes.items()
                    if path and origin == lock.origin and change.before is not None
                ),
                None,
            ),
            from_git(changes[lock.origin, ""].after),
        )
        for lock in locks
        if not lock.path
    )
