"""Out of a project again: the overlay's file, its place in the list, and in environments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.compose.additions import AddedPackage, Addition
from updater.compose.places import users_of
from updater.compose.trees import ComposedFile, EntryPlace, entry_place
from updater.effects import files
from updater.errors import PatchError
from updater.overlay.editing.edits import apply_edits
from updater.overlay.editing.equipping import unequipped
from updater.overlay.editing.registering import deregistered
from updater.overlay.reading.uses import references

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.config.load import Config
    from updater.find.overlay_files import OverlayFiles
    from updater.model import Package


def removal(config: Config, packages: Sequence[Package], overlays: OverlayFiles) -> Addition:
    """Return what removes packages, with the files that only they are in; nothing is written.

    Args:
        config: names the project and the file that lists the overlays.
        packages: those that go.
        overlays: all that there are.

    Raises:
        PatchError: another package uses one of them, or an edit would be a guess.
    """
    users = users_of(packages, overlays)
    if users:
        listed = ", ".join(f"{user.name} ({user.file}:{user.line})" for user in users)
        names = ", ".join(package.name for package in packages)
        raise PatchError(
            f"{names}: still used by {listed}", hint="remove these first, or take it out of them"
        )
    gone = dict.fromkeys(package.file for package in packages)
    _refuse_others(packages, overlays)
    place = entry_place(config, config.policy(packages[0]).build)
    before = files.read(config.root / place.file, place.file)
    data = before
    for file in gone:
        if place.path(file) != file or files.exists(config.root / place.file):
            data = apply_edits(data, deregistered(place.text(data), place.path(file)))
    for package in packages:
        data = apply_edits(data, unequipped(place.text(data), package.name))
        _refuse_mentions(place, data, package)
    changes = [ComposedFile(place.file, before, data)] if data != before else []
    changes += [ComposedFile(file, overlays.texts[file], None) for file in gone]
    return Addition(tuple(map(_removed, packages)), tuple(changes))


def _removed(package: Package) -> AddedPackage:
    return AddedPackage(package, package.label or "", "", None, ())


def _refuse_others(packages: Sequence[Package], overlays: OverlayFiles) -> None:
    gone = {package.identity for package in packages}
    for package in packages:
        others = [
            own.name
            for own in overlays.packages
            if own.file == package.file and own.identity not in gone
        ]
        if others:
            raise PatchError(
                f"{package.file} has {', '.join(others)} besides {package.name}",
                hint=f"take {package.name} out of it by hand, or remove them all",
            )


def _refuse_mentions(place: EntryPlace, data: bytes, package: Package) -> None:
    """Refuse where the entry file names the package in another way than as an element."""
    for where, name in references(data).names:
        if name == package.name:
            line = data.count(b"\n", 0, where.start) + 1
            raise PatchError(
                f"{place.file}:{line} names {package.name}, too",
                hint="take it out by hand first",
            )
