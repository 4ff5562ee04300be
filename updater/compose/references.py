"""What `updater add` takes: a project of the index or of a host, its version and its extras."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

from updater.errors import UsageError
from updater.kinds import page_at, read_project
from updater.model import Project

if TYPE_CHECKING:
    from collections.abc import Mapping

    from updater.model import Host

Channel: TypeAlias = Literal["index", "tags"]
"""Where a new overlay's source comes from: the index's sdist, or a tag of the repository."""

_NAME = re.compile(
    r"(?P<name>(?:[a-z]+:)?[^@\[\]\s]+)(?:\[(?P<extras>[\w.,-]*)\])?(?:@(?P<version>\S+))?"
)
# What others write: pip a requirement, a browser the page of a project, git an address for ssh.
_REQUIREMENT = re.compile(r"(?P<name>[\w.-]+(?:\[[\w.,-]*\])?) ?===? ?(?P<version>[\w.+!-]+)")
_PAGE = re.compile(r"https?://[^/]+/(?:project|simple)/(?P<name>[\w.-]+)(?:/|$)")
_SSH = re.compile(r"(?:ssh://)?git@(?P<host>[\w.-]+)[:/](?P<path>[\w./-]+?)(?:\.git)?/?$")
_PLAIN = re.compile(r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?", re.ASCII)


class NamedProject(Struct, frozen=True):
    """One argument.

    Attributes:
        text: as it was given.
        version: a version or tag; empty for the newest.
        extras: what is wanted besides.
    """

    text: str
    project: Project
    version: str
    extras: tuple[str, ...]


def read_reference(text: str, hosts: Mapping[str, Host]) -> NamedProject:
    """Read an argument: ``vocos``, ``pypi:vocos@0.1.0``, ``github:owner/repo`` or an address.

    Raises:
        UsageError: it is none of them.
    """
    address, at, version = text, "", ""
    if text.startswith(("https://", "http://")):
        before, at, version = text.rpartition("@")
        address = before if at and "/" not in version else text
        page = page_at(address, hosts)
        if page is not None and not page.below:
            return NamedProject(text, page.project, version if address == before else "", ())
        raise _invalid(text)
    match = _NAME.fullmatch(text)
    if match is None or ("/" not in match["name"] and "/" in (match["version"] or "")):
        raise _invalid(text)
    name = match["name"]
    extras = tuple(filter(None, (match["extras"] or "").split(",")))
    try:
        project = Project.indexed(name) if _PLAIN.fullmatch(name) else read_project(name)
    except ValueError:
        raise _invalid(text) from None
    if not project.on_index and project.scheme != "https":  # of a language that is not Python
        raise _invalid(text)
    return NamedProject(text, project, match["version"] or "", extras)


def _invalid(text: str) -> UsageError:
    return UsageError(
        f"{text!r} is not a project (expected NAME, NAME[EXTRA]@VERSION, pypi:NAME, "
        "github:OWNER/REPO@TAG or https://HOST/OWNER/REPO)",
        hint=_meant(text) or "run `updater add --help`",
    )


def _meant(text: str) -> str:
    """Return what to write instead of a form that others take; empty where nobody knows."""
    requirement, page, shell = _REQUIREMENT.fullmatch(text), _PAGE.match(text), _SSH.match(text)
    if requirement is not None:
        return f"write {requirement['name']}@{requirement['version']}"
    if page is not None:
        return f"write the name of a project of the index: {page['name']}"
    if shell is not None:
        return f"write the address: https://{shell['host']}/{shell['path']}"
    if text.endswith(".nix") or text.startswith(("./", "../", "/", "~")):
        return "name a project here, and the file of its overlay with --file"
    return ""
