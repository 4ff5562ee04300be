"""Which files decide what a pull request does: where one changes on the base, it is made again."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from updater.overlay.reading.uses import possible_references

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from updater.find.overlay_files import OverlayFiles

_LOCK = "flake.lock"


def watched_files(
    identities: Iterable[str],
    overlays: OverlayFiles,
    used: Mapping[str, tuple[str, ...]],
    prefix: str,
) -> tuple[str, ...]:
    """Return the paths in the repository of packages' files, and of those that they use.

    These are the files of the packages that they use, directly or through others, what each file
    names by a path, such as a patch, and the lock file of the project's inputs. What the base does
    not have is no file of it, and cannot change.

    Args:
        identities: of the packages of one pull request.
        overlays: all packages there are.
        used: identity -> the identities of the packages that it uses.
        prefix: the project's folder in the repository, empty or with a slash at the end.
    """
    by_identity = {package.identity: package for package in overlays.packages}
    waiting = [identity for identity in identities if identity in by_identity]
    files: dict[str, None] = {}
    seen = set(waiting)
    while waiting:
        identity = waiting.pop()
        package = by_identity[identity]
        for file in (package.file, *(function.file for function in package.functions)):
            files |= dict.fromkeys((file, *_named(file, overlays.texts.get(file, b""))))
        new = [other for other in used.get(identity, ()) if other not in seen]
        seen.update(new)
        waiting += new
    return tuple(
        path
        for path in sorted(posixpath.normpath(prefix + file) for file in (*files, _LOCK))
        if not path.startswith("../")
    )


def _named(file: str, data: bytes) -> Iterator[str]:
    folder = posixpath.dirname(file)
    for path in possible_references(data).paths:
        yield posixpath.join(folder, path)
