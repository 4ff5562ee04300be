"""A fetcher and an upstream of one's own: files at ``https://HOST/NAME/NAME-VERSION.tar.gz``.

The server lists the versions of a name in ``https://HOST/NAME/versions.json``, as a JSON array. In
an overlay, ``fetchArtifact { server = "HOST"; name = "NAME"; inherit version; hash = ...; }`` calls
fetchurl.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, ClassVar

from updater.fetchers.base import Fetcher, required, written_hash
from updater.model import Candidate, Fetch, Offer, Pin, Project
from updater.upstreams.base import Upstream, each

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.model import Fetched, Package, Source
    from updater.upstreams.base import OfferOrError, ProjectQuestion, Surroundings


class FetchArtifact(Fetcher):
    """A file that its server, its name and its version name."""

    functions: ClassVar[frozenset[str]] = frozenset({"fetchArtifact"})
    writes: ClassVar[frozenset[str]] = frozenset()  # beside version and hash

    def project(self, package: Package, source: Source) -> Project:
        """Return ``https://HOST/artifacts/NAME``: a project has two names below its host."""
        server, name = required(package, source, "server"), required(package, source, "name")
        return Project.repository(server, f"artifacts/{name}")

    def pin(self, package: Package, source: Source) -> Pin:
        """Return version and hash; no rev."""
        version = required(package, source, "version")
        return Pin(version=version, through_version=True, hash=written_hash(source))

    def fetch(self, package: Package, source: Source, candidate: Candidate, web: str) -> Fetched:
        """Return the file of a version; the updater downloads it for its hash."""
        name, version = required(package, source, "name"), candidate.version
        return Fetch(values={"version": version}, url=f"{web}/{name}/{name}-{version}.tar.gz")


class Artifacts(Upstream):
    """Servers that ``hosts:`` in config.yaml calls ``artifacts``."""

    kind: ClassVar[str] = "artifacts"

    async def offers(
        self, questions: Sequence[ProjectQuestion], around: Surroundings
    ) -> dict[Project, OfferOrError]:
        """Ask for the versions of each name, all side by side."""

        async def ask(question: ProjectQuestion) -> Offer:
            project = question.project
            host = around.hosts[project.host]
            name = project.path.rpartition("/")[2]
            answer = await around.web.get(f"{host.web}/{name}/versions.json")
            versions = json.loads(answer.body)
            # On a host, what a version is called is its ref.
            return Offer(project, tuple(Candidate(version, ref=version) for version in versions))

        return await each(questions, ask)


FETCHER = FetchArtifact()
UPSTREAM = Artifacts()
