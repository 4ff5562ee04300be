"""Where versions come from: projects, and the hosts that they are on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

_INDEX = "pypi"
_LISTS = frozenset({_INDEX, "crates", "hex", "hg", "npm", "page"})
_INDEX_NAME = re.compile(r"pypi:(?P<name>[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)", re.ASCII)
_SEPARATORS = re.compile(r"[-_.]+")
_PAGE = re.compile(r"page:(?P<address>https?://\S+) (?P<pattern>.+)", re.DOTALL)
_REPOSITORY = re.compile(r"https://(?P<host>[^\s/@?#]+)/(?P<path>[^\s@?#]+)")


def normalized_name(name: str) -> str:
    """Return a distribution's name in the one spelling that all of its spellings share.

    As `packaging.utils.canonicalize_name`, whose import takes 8 ms. Source: PEP 503.
    """
    if "_" in name or "." in name or "--" in name:
        name = _SEPARATORS.sub("-", name)
    return name.lower()


class Host(Struct, frozen=True):
    """Where a code host is reached: what GitHub Enterprise users configure.

    Attributes:
        name: as overlays name it, such as ``github.com``.
        web, api, graphql: base URLs without a slash at the end.
        token_env: the environment variable that holds this host's token.
        short: what its repositories begin with in short, as in ``github:OWNER/REPO``; or empty.
    """

    name: str
    kind: str
    web: str
    api: str
    graphql: str
    token_env: tuple[str, ...] = ()
    short: str = ""


class Project(Struct, frozen=True):
    """An upstream's identity: a repository on a code host, or what a registry has of a name.

    All that fetchers and upstreams know of each other. In JSON, cache keys and messages it is its
    text: ``https://HOST/PATH``, ``pypi:NAME``, or ``KIND:`` and what a registry knows it by.

    Attributes:
        scheme: ``https``, the kind of a registry, or that of a download's address, which no
            upstream claims.
        host: as overlays name it, with its port; of a registry its address, where an overlay says
            it, and empty where config.yaml does.
        path: ``OWNER/REPO``, or as deep as the host has it; in a registry the name, on the index
            normalised; of a page, and of a repository of Mercurial's, the whole address.
        pattern: of a page, the expression that finds versions on it.
    """

    scheme: str
    host: str
    path: str
    pattern: str = ""

    @classmethod
    def parse(cls, text: str) -> Project:
        """Read ``https://HOST/PATH`` or ``pypi:NAME``.

        Raises:
            ValueError: it is neither.
        """
        indexed = _INDEX_NAME.fullmatch(text)
        if indexed is not None:
            return cls.indexed(indexed["name"])
        match = _REPOSITORY.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not a project (expected https://HOST/PATH or pypi:NAME)")
        return cls.repository(match["host"], match["path"].rstrip("/").removesuffix(".git"))

    @classmethod
    def configured(cls, text: str) -> Project:
        """Read ``page:ADDRESS PATTERN``, which config.yaml alone may name, or what `parse` reads.

        Raises:
            ValueError: it is none of them.
        """
        page = _PAGE.fullmatch(text)
        if page is not None:
            return cls("page", "", page["address"], page["pattern"])
        return cls.parse(text)

    @classmethod
    def repository(cls, host: str, path: str) -> Project:
        """Return the repository at a path of a host."""
        return cls("https", host, path)

    @classmethod
    def indexed(cls, name: str) -> Project:
        """Return the index's project of a name in any spelling."""
        return cls(_INDEX, "", normalized_name(name))

    @property
    def on_index(self) -> bool:
        """Whether it is a project of the package index."""
        return self.scheme == _INDEX

    @property
    def lists_releases(self) -> bool:
        """Whether a list of releases is all that there is: no refs, and no history to ask for."""
        return self.scheme in _LISTS

    @property
    def name(self) -> str:
        """The last component of its path, or its name in a registry; a page has none."""
        return "" if self.pattern else self.path.rsplit("/", 1)[-1].removesuffix(".git")

    def on(self, hosts: Mapping[str, Host]) -> Host | None:
        """Return the host that it is a repository on, None where that is not configured."""
        return hosts.get(self.host) if self.scheme == "https" else None

    def page(self, web: str = "") -> str:
        """Return the address of a repository, below that of its host where one is given."""
        return f"{web}/{self.path}" if web else str(self)

    def __str__(self) -> str:
        if self.lists_releases:
            name = f"{self.host}/{self.path}" if self.host else self.path
            return f"{self.scheme}:{name} {self.pattern}".rstrip(" ")
        below = f"/{self.path}" if self.path else ""
        return f"{self.scheme}://{self.host}{below}"
