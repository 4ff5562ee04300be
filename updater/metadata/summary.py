"""A project's name, its description in one line and its page, as its own files say them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater import toml
from updater.metadata import headers, ini, repositories
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST = 200


class ProjectSummary(Struct, frozen=True):
    """What a project says of itself; each is empty where it does not.

    Attributes:
        description: one line without a full stop at the end, as nixpkgs has it.
    """

    name: str
    description: str
    homepage: str


def from_tree(files: Mapping[str, bytes]) -> ProjectSummary:
    """Read a source tree's own files, or a wheel's METADATA as ``PKG-INFO``, by their paths.

    Source: PyPA specifications "Core metadata" and "pyproject.toml".

    Raises:
        HostileFile: one of them breaks a bound.
    """
    read = [
        _of_metadata(files.get("PKG-INFO", b"")),
        _of_pyproject(files.get("pyproject.toml")),
        _of_setup_cfg(files.get("setup.cfg")),
    ]
    return ProjectSummary(
        next((own.name for own in read if own.name), ""),
        next((own.description for own in read if own.description), ""),
        next((own.homepage for own in read if own.homepage), ""),
    )


def _of_metadata(data: bytes) -> ProjectSummary:
    read = headers.parsed(data)
    summary = read.first("summary")
    home = next(iter(repositories.from_metadata(data)), "") or read.first("home-page")
    return _made(read.first("name"), "" if summary == "UNKNOWN" else summary, home)


def _of_pyproject(data: bytes | None) -> ProjectSummary:
    tables = toml.tables(data)
    project = toml.dig(tables, "project")
    poetry = toml.dig(tables, "tool", "poetry")
    own = [table for table in (project, poetry) if isinstance(table, dict)]
    home = repositories.from_tree({"pyproject.toml": data}) if data is not None else ()
    listed = [(table.get("name"), table.get("description"), table.get("homepage")) for table in own]
    name, description, page = (
        next((str(value) for value in values if isinstance(value, str)), "")
        for values in (zip(*listed, strict=True) if listed else ((), (), ()))
    )
    return _made(name, description, next(iter(home), "") or page)


def _of_setup_cfg(data: bytes | None) -> ProjectSummary:
    read = ini.parsed(data) if data is not None else None
    if read is None:
        return ProjectSummary("", "", "")
    return _made(*(read.get("metadata", key) or "" for key in ("name", "description", "url")))


def _made(name: str, description: str, homepage: str) -> ProjectSummary:
    line = " ".join(printable(description).split())
    short = line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3].rpartition(' ')[0]}..."
    page = homepage.strip() if homepage.strip().startswith(("https://", "http://")) else ""
    return ProjectSummary(printable(name).strip(), short.rstrip(". "), printable(page))
