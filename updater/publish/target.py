"""Which repository pull requests go to, and whose token that takes."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import anyio

from updater.effects import runner
from updater.effects.git import own as git
from updater.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from updater.config.load import Config
    from updater.model import Host

_PATH = re.compile(r"/?([\w.-]+/[\w.-]+?)(?:\.git)?/?", re.ASCII)
_SSH = re.compile(r"(?:ssh://)?(?:[^@/]+@)?([\w.-]+)(?::\d+/|[:/])(.+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class PublishTarget:
    """A repository and the way to it.

    Attributes:
        repository: ``OWNER/NAME``.
        prefix: the project's folder in it, empty or with a slash at the end.
        variable: the environment variable with the token.
    """

    host: Host
    repository: str
    prefix: str
    variable: str
    token: str = field(repr=False)


def find_target(config: Config) -> PublishTarget:
    """Return the repository: ``repository:``, else GITHUB_REPOSITORY, else the remote origin.

    Raises:
        UsageError: none of them names one, or there is no token for its host.
    """
    origin, prefix = anyio.run(git.place, config.root)
    named = config.document.repository or os.environ.get("GITHUB_REPOSITORY", "").strip()
    place = _named(named, config.hosts) if named else _remote(origin, config.hosts)
    if place is None:
        shown = origin if "://" in origin else origin.rpartition("@")[2]  # SSH's short form
        raise UsageError(
            f"no host of `hosts:` has the repository {named or shown!r}"
            if named or shown
            else "no repository is known for pull requests: there is no remote `origin`",
            hint="write `repository: OWNER/NAME` into config.yaml",
        )
    host, repository = place
    if host.kind != "github":
        raise UsageError(
            f"pull requests can be opened on GitHub only, and {repository} is on {host.name} "
            f"(kind: {host.kind})"
        )
    for owner, variable, token in config.tokens():
        if owner.name == host.name:
            return PublishTarget(host, repository, prefix, variable, token)
    raise UsageError(
        f"pull requests in {repository} need a token for {host.name}",
        hint=f"set {' or '.join(host.token_env) or 'token_env'} to a token with the rights "
        "contents=write and pull_requests=write, nothing more",
    )


def run_page(repository: str) -> str:
    """Return the page of the run of GitHub Actions that this is; empty elsewhere.

    Args:
        repository: the page of the repository, whose run it must be.
    """
    here = runner.run_page()
    page = f"{repository}/actions/runs/"
    return here if here.lower().startswith(page.lower()) else ""


def _named(text: str, hosts: Mapping[str, Host]) -> tuple[Host, str] | None:
    name, _, repository = text.rpartition(":")
    host = hosts.get(name or "github.com")
    return (host, repository) if host is not None and _PATH.fullmatch(repository) else None


def _remote(origin: str, hosts: Mapping[str, Host]) -> tuple[Host, str] | None:
    """Read an address of git. Source: git-clone(1), "Git URLs"."""
    if origin.startswith(("http://", "https://")):
        parts = urlsplit(origin)
        place, path = parts.netloc.rpartition("@")[2], parts.path
    elif (match := _SSH.fullmatch(origin)) is not None:
        place, path = match[1], match[2]
    else:
        return None
    repository = _PATH.fullmatch(path)
    for host in hosts.values():
        web = urlsplit(host.web)
        if repository is not None and place in (web.netloc, web.hostname, host.name):
            return host, repository[1]
    return None
