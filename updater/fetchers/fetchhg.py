"""fetchhg: a changeset of a Mercurial repository.

Source: Nixpkgs manual, "fetchhg"; nixpkgs, pkgs/build-support/fetchhg.
"""

from __future__ import annotations

import re
from typing import ClassVar

from updater.fetchers.base import Fetcher, is_through_version, required, written_hash
from updater.model import Candidate, Fetch, Fetched, NoFile, Package, Pin, Project, Source

_CHANGESET = re.compile(r"[0-9a-f]{40}")


class FetchHg(Fetcher):
    """A tag, or the changeset of one, whose hash only a build can tell."""

    functions: ClassVar[frozenset[str]] = frozenset({"fetchhg"})
    writes: ClassVar[frozenset[str]] = frozenset({"rev"})

    def project(self, package: Package, source: Source) -> Project:
        """Return ``hg:`` and the address of the repository."""
        return Project("hg", "", required(package, source, "url").rstrip("/"))

    def pin(self, package: Package, source: Source) -> Pin:
        """Return version, tag or changeset, and hash."""
        return Pin(
            version=package.label,
            rev=required(package, source, "rev"),
            through_version=is_through_version(package, source, "rev"),
            hash=written_hash(source),
        )

    def fetch(self, package: Package, source: Source, candidate: Candidate, web: str) -> Fetched:
        """Return the rev of the candidate, in the form that the present one has."""
        del web
        rev, version = required(package, source, "rev"), package.label
        new = candidate.commit
        if not _CHANGESET.fullmatch(rev):
            form = rev.replace(version, candidate.version) if version is not None else ""
            if form != candidate.ref:
                return NoFile(
                    f"its tag {candidate.ref} has another form than {rev}, which would become "
                    f"{form or 'nothing'}"
                )
            new = candidate.ref
        values = {"rev": new}
        if package.version is not None:
            values["version"] = candidate.version
        return Fetch(
            values=values,
            url=self.project(package, source).path,
            unpack=True,
            blocked="fetchhg hashes a checkout that Mercurial makes",
        )

    def skip(self, package: Package, source: Source) -> str:
        """Only tags are followed, of a repository that hgweb serves."""
        url, rev, version = source.value("url"), source.get("rev"), package.label
        if url is not None and not url.startswith(("https://", "http://")):
            return f"Mercurial's {url.partition(':')[0]}: is not asked for tags, only http is"
        if rev is None:
            return "it has no rev, so it pins nothing"
        if rev.value is None or _CHANGESET.fullmatch(rev.value):
            return ""
        if version is None or version not in rev.value:
            return f"its rev {rev.value!r} is neither a tag of its version nor a whole changeset"
        return ""


KIND = FetchHg()
