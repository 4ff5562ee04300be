"""A copy of the project in which overlays are put together, and the changes that come of it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from updater.building.entries import placed
from updater.config.naming import PackageKeys
from updater.config.package_keys import PackageOptions
from updater.config.quantities import Duration
from updater.effects import files, joint_writes, writes
from updater.effects.scratch import Scratch
from updater.errors import ConfigError, PatchError, UsageError
from updater.find.ahead import begin_reading
from updater.find.files import overlay_files
from updater.model.labels import parse_version
from updater.overlay.editing.list_places import EntryText
from updater.overlay.reading.registers import read_register

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
    from pathlib import Path

    from updater.config.load import Config
    from updater.find.overlay_files import OverlayFiles
    from updater.model import BuildPolicy
    from updater.overlay.reading.entry import EntryKind
    from updater.pipeline.pipeline import Pipeline

T = TypeVar("T")


class Runner(Protocol):
    """Gives a pipeline to some work, on the tree that a configuration names."""

    def __call__(self, config: Config, work: Callable[[Pipeline], Awaitable[list[T]]]) -> list[T]:
        """Return what the work finds."""


class ComposedFile(Struct, frozen=True):
    """A file before and after; None where it is not there."""

    file: str
    before: bytes | None
    after: bytes | None

    @property
    def kind(self) -> Literal["added", "changed", "removed"]:
        """What becomes of it."""
        if self.before is None:
            return "added"
        return "changed" if self.after is not None else "removed"


class EntryPlace(Struct, frozen=True):
    """The file that lists the overlays.

    Attributes:
        file: relative to the root.
        kind: flake.nix is a flake.
    """

    file: str
    kind: EntryKind

    def text(self, data: bytes) -> EntryText:
        """Return it with its bytes."""
        return EntryText(self.file, self.kind, data)

    def path(self, file: str) -> str:
        """Return a file of the project relative to the folder of this one."""
        folder = self.file.rpartition("/")[0]
        if not folder:
            return file
        own, other = folder.split("/"), file.split("/")
        shared = 0
        while shared < min(len(own), len(other) - 1) and own[shared] == other[shared]:
            shared += 1
        return "/".join([*[".."] * (len(own) - shared), *other[shared:]])


class ProjectCopy(Struct, frozen=True):
    """A copy of the project's tree.

    Attributes:
        config: the user's, of the copy.
        root: the user's tree, of which nothing is changed.
        overlay_names: the overlay files that are read before anything is added.
    """

    config: Config
    root: Path
    overlay_names: frozenset[str] = frozenset()

    @classmethod
    @contextmanager
    def made(cls, config: Config) -> Iterator[ProjectCopy]:
        """Make a copy, which is gone at the end."""
        with Scratch.opened(config.root) as scratch:
            tree = scratch.copy({})
            place = replace(config.place, root=tree)
            own = replace(config, place=place)
            yield cls(own, config.root, frozenset(_named(own)))

    def pinned(self, versions: Mapping[str, str]) -> Config:
        """Return the configuration under which packages move to one version each, whatever its age.

        Args:
            versions: identity -> version.
        """
        document = self.config.document
        options = {
            identity: PackageOptions(
                allow=f"=={parse_version(version) or version}",  # type: ignore[arg-type]
                prereleases=True,
                minimum_release_age=Duration(0),
            )
            for identity, version in versions.items()
        }
        packages = {**document.packages, **options}
        return replace(
            self.config,
            document=replace(document, packages=packages),
            keys=PackageKeys(packages),
        )

    def read(self, also: Collection[str] = ()) -> OverlayFiles:
        """Read all overlays of the copy, and further files that nothing leads to yet."""
        listed = dict.fromkeys((*_named(self.config), *also))
        return begin_reading(self.config.root, tuple(listed))()

    def refuse_unread(self, new: Collection[str]) -> None:
        """Refuse new overlays that later runs would not read, or with which they would not others.

        Raises:
            UsageError: there is such a file.
        """
        unread = sorted((self.overlay_names | set(new)) - set(_named(self.config)))
        if unread and unread[0] in new:
            raise UsageError(
                f"{unread[0]} would not be read by later runs: `overlays` in config.yaml does not "
                "name it",
                hint="add it there, or name another with --file",
            )
        if unread:
            raise UsageError(
                f"with {min(new)} there, later runs would not read {unread[0]} any more",
                hint="name all overlays in config.yaml first, `overlays: [FOLDER]`, or a file "
                "beside them with --file",
            )

    def write(self, file: str, data: bytes) -> None:
        """Write a file of the copy."""
        writes.make(self.config.root / file, data)

    def take(self, texts: Mapping[str, bytes]) -> None:
        """Have overlays be what they are elsewhere, such as on the base branch."""
        for file, data in texts.items():
            if self.data(file) != data:
                self.write(file, data)

    def remove(self, file: str) -> None:
        """Take a file of the copy away, if it is there."""
        if self.has(file):
            joint_writes.write_all(self.config.root, [(file, self.data(file), None)])

    def data(self, file: str) -> bytes | None:
        """Return a file of the copy, None where there is none."""
        return files.read(self.config.root / file, file) if self.has(file) else None

    def has(self, file: str) -> bool:
        """Tell whether the copy has a file."""
        return files.exists(self.config.root / file)

    def changes(self, changed: Mapping[str, bytes | None]) -> tuple[ComposedFile, ...]:
        """Return changes of the user's tree, of files that become other ones."""
        made = []
        for file, after in changed.items():
            path = self.root / file
            before = files.read(path, file) if files.exists(path) else None
            if before != after:
                made.append(ComposedFile(file, before, after))
        return tuple(made)


def _named(config: Config) -> tuple[str, ...]:
    """Return the overlay files; none where the project has none yet."""
    try:
        return overlay_files(config).files
    except ConfigError:
        raise
    except UsageError:
        return ()


def entry_place(config: Config, policy: BuildPolicy) -> EntryPlace:
    """Return the file that lists the overlays: the flake, or default.nix, or a list beside.

    Raises:
        PatchError: there is none.
    """
    root = config.root
    policy = placed(policy, root)
    flake = "flake.nix" if policy.flake in ("", ".") else f"{policy.flake}/flake.nix"
    own = EntryPlace(policy.file or flake, "file" if policy.file else "flake")
    if not files.exists(root / own.file):
        raise PatchError(
            f"there is no {own.file} that lists the overlays",
            hint="write a flake.nix with the overlays, or name the file under `build` in "
            "config.yaml",
        )
    if read_register(files.read(root / own.file, own.file), own.kind).lists:
        return own
    beside = EntryPlace("overlays/default.nix", "file")
    if not files.exists(root / beside.file):
        return own
    listed = read_register(files.read(root / beside.file, beside.file), "file").lists
    return beside if listed else own
