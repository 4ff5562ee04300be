"""Where new overlays stand among others, and which of others use them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.audit.overlay.project import patch_files
from updater.errors import PatchError
from updater.overlay.editing.edits import apply_edits
from updater.overlay.editing.equipping import Supply, equipped
from updater.overlay.editing.list_places import Neighbours
from updater.overlay.editing.registering import registered
from updater.overlay.reading.uses import in_order, uses

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from updater.compose.trees import EntryPlace
    from updater.find.overlay_files import OverlayFiles
    from updater.model import Edit, Package


def registered_all(
    place: EntryPlace,
    data: bytes,
    new: Collection[str],
    overlays: OverlayFiles,
    user: str = "",
) -> bytes:
    """Return the entry file with new overlays in its list, dependencies first.

    Args:
        place: the entry file.
        data: its bytes.
        new: the overlays' files, relative to the root.
        overlays: all packages, the new ones among them.
        user: the file of a package that will use them, and does not yet; none by default.

    Raises:
        PatchError: the place would be a guess.
    """
    used = uses(overlays.packages, overlays.texts)
    by_identity = {package.identity: package for package in overlays.packages}
    ordered = [by_identity[name].file for name in in_order(used) if name in by_identity]
    for file in dict.fromkeys(file for file in ordered if file in new):
        own = [package.identity for package in overlays.packages if package.file == file]
        after = {by_identity[name].file for identity in own for name in used.get(identity, ())}
        before = {
            by_identity[user].file
            for user, names in used.items()
            if set(names) & set(own) and user in by_identity
        }
        last = set(map(place.path, patch_files(overlays.packages)))
        neighbours = Neighbours(
            frozenset(map(place.path, after - {file})) - last,
            frozenset(map(place.path, before - {file})),
            frozenset(last),
        )
        data = apply_edits(data, _registered(place, data, file, neighbours, user))
    return data


def _registered(
    place: EntryPlace, data: bytes, file: str, neighbours: Neighbours, user: str
) -> tuple[Edit, ...]:
    """Return the edits for one file: before who will use it, where the order allows that."""
    if user:
        before = neighbours.before | {place.path(user)}
        with suppress(PatchError):
            wished = replace(neighbours, before=before)
            return registered(place.text(data), place.path(file), wished)
    return registered(place.text(data), place.path(file), neighbours)


def equipped_all(
    place: EntryPlace, data: bytes, environments: Sequence[str], packages: Sequence[Package]
) -> bytes:
    """Return the entry file with packages in some environments.

    Raises:
        PatchError: an environment is not there, or would be a guess.
    """
    for environment in environments:
        for package in packages:
            edits = equipped(place.text(data), environment, Supply(package.name))
            data = apply_edits(data, edits)
    return data


def users_of(packages: Sequence[Package], overlays: OverlayFiles) -> tuple[Package, ...]:
    """Return the packages that use some packages and are none of them."""
    used = uses(overlays.packages, overlays.texts)
    identities = {package.identity for package in packages}
    return tuple(
        package
        for package in overlays.packages
        if package.identity not in identities and identities & set(used.get(package.identity, ()))
    )
