"""The files that a package index has of a release, and the one that a call means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.model import NoFile, normalized_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from updater.model import Candidate, Distribution


_MOST_SHOWN = 3
# In the order in which somebody could take them instead.
_ENDINGS = (".tar.gz", ".zip", ".tar.bz2", ".tar.xz", "-none-any.whl", "")


def absent(filename: str, candidate: Candidate, advice: str = "") -> NoFile:
    """Say that a release has no file of a name, which it has, and what to write for one of them."""
    names = sorted(file.filename for file in candidate.distributions)
    names.sort(key=lambda name: next(n for n, end in enumerate(_ENDINGS) if name.endswith(end)))
    more = f" and {len(names) - _MOST_SHOWN} more" if len(names) > _MOST_SHOWN else ""
    there = ", ".join(names[:_MOST_SHOWN]) or "no file"
    return NoFile(f"{candidate.version} has no {filename}; the index has {there}{more}{advice}")


def spelled_file(filename: str, version: str, files: Iterable[Distribution]) -> Distribution | None:
    """Return the file of a name, or the one that only another spelling of its stem tells apart."""
    stem, mark, ending = filename.partition(f"-{version}")
    same = [
        file
        for file in files
        if file.filename == filename
        or (
            mark
            and file.filename.endswith(f"{mark}{ending}")
            and normalized_name(file.filename.removesuffix(f"{mark}{ending}"))
            == normalized_name(stem)
        )
    ]
    return same[0] if len(same) == 1 else None
