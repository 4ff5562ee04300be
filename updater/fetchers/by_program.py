"""What npins and niv have in common: an entry with a commit, its archive's address and its hash.

Their own Nix file hands address and hash to ``builtins.fetchTarball``; of a forge's archive that is
what the forge's own fetcher hashes. Source: npins/default.nix and nix/sources.nix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from urllib.parse import unquote, urlsplit

from msgspec.structs import replace

from updater.fetchers import fetch_from_gitea, fetch_from_github, fetch_from_gitlab
from updater.fetchers.forge import Forge
from updater.model import Fetched, NoFile, Project

if TYPE_CHECKING:
    from updater.model import Candidate, Package, Source

_HOSTS = ("https://api.github.com/", "https://github.com/", "https://codeload.github.com/")
_FORGES: dict[str, Forge] = {
    "": fetch_from_github.KIND,
    "GitHub": fetch_from_github.KIND,
    "GitLab": fetch_from_gitlab.KIND,
    "Forgejo": fetch_from_gitea.KIND,
}


class ProgramEntry(Forge):
    """An entry of a program's file, whose rev, tag and address all name one commit.

    Attributes:
        command: what updates it.
        forges: the forges whose archives are followed, for messages.
    """

    host_kind: ClassVar[str] = ""
    writes: ClassVar[frozenset[str]] = frozenset({"rev", "tag", "url"})
    command: ClassVar[str]
    forges: ClassVar[str]

    def project(self, package: Package, source: Source) -> Project:
        """Return the repository on the forge that the entry names."""
        if source.value("type") == "GitLab":
            return Project.repository(_host(source), (source.value("path") or "").strip("/"))
        if source.value("type") == "Forgejo":
            path = f"{source.value('owner')}/{source.value('repo')}"
            return Project.repository(_host(source), path)
        return fetch_from_github.KIND.project(package, source)

    def archive(self, project: Project, web: str, commit: str) -> str:
        """Return the address of a commit's archive on GitHub; `fetch` knows of other forges."""
        return fetch_from_github.KIND.archive(project, web, commit)

    def fetch(self, package: Package, source: Source, candidate: Candidate, web: str) -> Fetched:
        """Return the archive of the candidate's commit, and all texts that name it."""
        fetch = super().fetch(package, source, candidate, web)
        if isinstance(fetch, NoFile):
            return fetch
        forge = _FORGES[source.value("type") or ""]
        archive = forge.archive(self.project(package, source), web, candidate.commit)
        fetch = replace(fetch, url=archive)
        values = {**fetch.values, "rev": candidate.commit}
        address = source.value("url")
        if address is None:
            return replace(fetch, values=values)
        # a branch's entry names the commit there, a release's its tag
        name = source.value("tag") or source.value("rev") or ""
        before, found, behind = address.rpartition(name) if name else (address, "", "")
        if not found or name in before:
            shown = address.partition("?")[0]  # behind it may be a token
            return NoFile(f"its address {shown} does not name {name} once")
        new = candidate.ref if source.get("tag") is not None else candidate.commit
        return replace(fetch, values={**values, "url": f"{before}{new}{behind}"})

    def skip(self, package: Package, source: Source) -> str:
        """Only archives of commits of forges are followed; else the program must do it."""
        del package
        is_read = all(field.value is not None for field in source.fields)
        if not is_read or (source.get("rev") is not None and _is_archive(source)):
            return ""
        what = "a git checkout, not" if source.value("type") == "Git" else "not"
        return f"its entry is {what} an archive of a commit on {self.forges}: run `{self.command}`"


def _host(source: Source) -> str:
    return urlsplit(source.value("server") or "").netloc.rpartition("@")[2]


def _is_archive(source: Source) -> bool:
    """Tell whether the address of an entry is that of its forge's archives."""
    address, server = source.value("url"), (source.value("server") or "").rstrip("/")
    owner, repo = source.value("owner"), source.value("repo")
    match source.value("type") or "":
        case "GitLab":
            path = (source.value("path") or "").strip("/")
            if not path or not server.startswith("https://") or address is None:
                return False
            start = f"{server}/api/v4/projects/{path}/repository/archive.tar.gz?sha="
            return unquote(address).startswith(start) and "&" not in address
        case "Forgejo":
            starts = (f"{server}/{owner}/{repo}/", f"{server}/api/v1/repos/{owner}/{repo}/")
            is_there = owner is not None and repo is not None and server.startswith("https://")
            return is_there and (address or "").startswith(starts)
        case "" | "GitHub":
            is_named = owner is not None and repo is not None
            return is_named and (address or _HOSTS[0]).startswith(_HOSTS)
        case _:
            return False
