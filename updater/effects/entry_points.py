"""Entry points of installed packages: what others add to the updater without a fork.

Source: Python packaging user guide, "Entry points specification".
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

from updater.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOLDERS = (".dist-info", ".egg-info")
_DISTRIBUTION = "nix-overlay-updater"


def objects(group: str) -> Iterator[tuple[str, object]]:
    """Yield what installed packages name under a group: ``MODULE:NAME`` and the object.

    Raises:
        UsageError: it cannot be imported.
    """
    if f"[{group}]".encode() not in _declared():
        return
    # It takes as long as reading a hundred overlays, so only where there is something to find.
    from importlib.metadata import entry_points  # noqa: PLC0415

    for point in sorted(entry_points(group=group), key=lambda point: point.value):
        package = point.dist.name if point.dist is not None else point.value
        try:
            yield f"{point.value} of {package}", point.load()
        except Exception as error:
            raise UsageError(
                f"{point.value} of the installed package {package} cannot be imported: "
                f"{type(error).__name__}",
                hint=f"update or uninstall {package}",
            ) from error


def releases(*distributions: str) -> tuple[str, ...]:
    """Return which releases of some distributions are installed, by the names of their folders."""
    starts = tuple(f"{name.replace('-', '_')}-" for name in distributions)
    return tuple(sorted(name for _, name in _installed() if name.startswith(starts)))


@cache
def _declared() -> bytes:
    """Return the entry points of all installed packages, as their files have them."""
    texts: list[bytes] = []
    for folder, name in _installed():
        # Half of them have none, and a hundred of them are looked at in each run.
        with suppress(OSError), open(f"{folder}/{name}/entry_points.txt", "rb") as file:  # noqa: PTH123
            texts.append(file.read())
    return b"".join(texts)


@cache
def _installed() -> tuple[tuple[str, str], ...]:
    """Return the folders that tell of installed packages, each with the one that it is in."""
    folders: list[tuple[str, str]] = []
    for folder in dict.fromkeys(sys.path):
        try:
            with os.scandir(folder or ".") as entries:
                names = [entry.name for entry in entries if entry.name.endswith(_FOLDERS)]
        except OSError:  # a zip, or not there
            continue
        folders += [(folder or ".", name) for name in names]
    return tuple(folders)


def own_repository() -> str:
    """Return ``OWNER/NAME`` of the updater's own repository, as its distribution names it.

    Raises:
        UsageError: it is not installed as a distribution.
    """
    from importlib.metadata import PackageNotFoundError, metadata  # noqa: PLC0415 - as above

    try:
        listed = metadata(_DISTRIBUTION).get_all("Project-URL") or []
    except PackageNotFoundError as error:
        raise UsageError(
            f"the updater is not installed as {_DISTRIBUTION}, so nothing names its repository",
            hint="install it as its README says",
        ) from error
    named = (url.partition(", ") for url in listed)
    addresses = [address for label, _, address in named if label == "Repository"]
    return addresses[0].removeprefix("https://github.com/").rstrip("/") if addresses else ""
