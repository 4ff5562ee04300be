"""Requirements in text files, as pip reads them: the one place where these files are read.

Source: pip's documentation, "Requirements File Format".
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from updater.errors import HostileFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LARGEST = 256 << 10
"""The bytes that a file may have."""

_COMMENT = re.compile(r"(?:^|\s)#.*")
_INCLUDED = re.compile(r"(?:-r|--requirement)[\s=]+(\S+)")
_MOST_FILES = 20


def requirements(path: str, files: Mapping[str, bytes]) -> list[str] | None:
    """Return a file's requirements, those of the files that it includes among them.

    Args:
        path: below the tree's root.
        files: the tree's own files, as far as they are known.

    Returns:
        None where the file, or one that it includes, is not known.

    Raises:
        HostileFile: a file is too large, or they include too many.
    """
    waiting, seen = [posixpath.normpath(path)], set[str]()
    lines: list[str] = []
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        if len(seen) > _MOST_FILES:
            raise HostileFile(f"{path} includes more than {_MOST_FILES} files")
        data = files.get(current)
        if data is None:
            return None
        if len(data) > LARGEST:
            raise HostileFile(f"{current} has {len(data)} bytes, and at most {LARGEST} are read")
        text = data.decode("utf-8-sig", "replace").replace("\\\n", "")
        for line in _written(text.splitlines()):
            included = _INCLUDED.fullmatch(line)
            if included is not None:
                waiting.append(
                    posixpath.normpath(posixpath.join(posixpath.dirname(current), included[1]))
                )
            elif not line.startswith("-"):
                lines.append(line.partition(" --")[0].strip())
    return lines


def _written(lines: Iterable[str]) -> list[str]:
    bare = (_COMMENT.sub("", line).strip() for line in lines)
    return [line for line in bare if line]
