"""Which files of a source are kept aside while it is hashed, since later stages read them."""

from __future__ import annotations

import re
from typing import Final

_KEPT_BYTES: Final = 1 << 18
_DEEPEST: Final = 6

_ANYWHERE: Final = re.compile(
    r"""
    pyproject\.toml | setup\.(py|cfg) | PKG-INFO | METADATA | Pipfile | environment\.ya?ml
    | [\w.-]*requirements[\w.-]*\.(txt|in) | requirements/[\w.-]+\.(txt|in)
    | _?_?(version|about|init|release|meta|metadata|package_info|pkg_info)_?_?\.py
    | VERSION(\.(txt|in))? | version(\.txt)? | \.git_archival\.txt
    """,
    re.VERBOSE,
)
_LICENCE: Final = re.compile(
    r"(licen[cs]e|copying|notice|unlicense|authors)([.\-_].*)?", re.IGNORECASE
)


def keep_project_files(path: str, size: int) -> bool:
    """Whether a file declares a version, requirements or a licence; ``path`` is below the root.

    Files over 256 kB or more than six folders deep declare nothing of the project itself.
    """
    if size > _KEPT_BYTES or path.count("/") > _DEEPEST:
        return False
    folder, _, name = path.rpartition("/")
    return bool(
        _ANYWHERE.fullmatch(name)
        or _LICENCE.fullmatch(name)
        or (folder.endswith("requirements") and _ANYWHERE.fullmatch(f"requirements/{name}"))
    )
