"""What npins and niv have in common: an entry with a commit, its archive's address and its hash.

Their own Nix file hands address and hash to ``builtins.fetchTarball``; of an archive of GitHub that
is what ``fetchFromGitHub`` hashes. Source: npins/default.nix and nix/sources.nix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace

from updater.fetchers.fetch_from_github import FetchFromGitHub
from updater.model import Fetched, NoFile

if TYPE_CHECKING:
    from updater.model import Candidate, Package, Source

_HOSTS = ("https://api.github.com/", "https://github.com/", "https://codeload.github.com/")


class ProgramEntry(FetchFromGitHub):
    """An entry of a program's file, whose rev, tag and address all name one commit."""

    host_kind: ClassVar[str] = ""
    writes: ClassVar[frozenset[str]] = frozenset({"rev", "tag", "url"})

    def fetch(self, package: Package, source: Source, candidate: Candidate, web: str) -> Fetched:
        """Return the archive of the candidate's commit, and all texts that name it."""
        fetch = super().fetch(package, source, candidate, web)
        if isinstance(fetch, NoFile):
            return fetch
        values = {**fetch.values, "rev": candidate.commit}
        address = source.value("url")
        if address is None:
            return replace(fetch, values=values)
        # a branch's entry names the commit there, a release's its tag
        name = source.value("tag") or source.value("rev") or ""
        before, found, behind = address.rpartition(name) if name else (address, "", "")
        if not found or name in before:
            return NoFile(f"its address {address} does not name {name} once")
        new = candidate.ref if source.get("tag") is not None else candidate.commit
        return replace(fetch, values={**values, "url": f"{before}{new}{behind}"})

    def skip(self, package: Package, source: Source) -> str:
        """Only commits of GitHub's repositories are followed; else the program must do it."""
        del package
        address = source.value("url") or _HOSTS[0]
        needed = all(source.get(name) is not None for name in ("owner", "repo", "rev"))
        if needed and address.startswith(_HOSTS):
            return ""
        return "its entry is not a commit of a GitHub repository: let its program update it"
