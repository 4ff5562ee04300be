"""Which Pythons the source of a tag needs, read of its commit where no index tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.choose.git_host import GitHost
from updater.metadata.headers import LARGEST
from updater.metadata.python import PATHS, python_in

if TYPE_CHECKING:
    from updater.choose.repository import PinnedRepository
    from updater.model import Candidate


async def with_pythons(repository: PinnedRepository, candidate: Candidate) -> Candidate:
    """Return a tag's candidate with the Pythons that its source declares.

    Nothing is asked unless `python` is configured, and nothing that an earlier run read.

    Raises:
        HostileFile: a file that counts breaks a bound.
        UpstreamError: the commit cannot be fetched.
    """
    subject, folder = repository.subject, repository.subject.package.folder
    told = candidate.requires_python or candidate.distributions
    if subject.policy.python is None or told or folder is None or not repository.builds_tree:
        return candidate
    records, commit = repository.records, candidate.commit
    files = {**records.files(commit), **repository.offer.facts.files.get(commit, {})}
    paths = [f"{folder}/{name}" if folder else name for name in PATHS]
    unread = [path for path in paths if path not in files]
    if unread:
        host = GitHost(repository.offer.repository, repository.run.http, repository.run.mirrors)
        read = await host.files(commit, unread, LARGEST)
        files |= {path: read.get(path) for path in unread}
        records.note_files(commit, files)
    needed = await python_in(folder, files)
    return candidate if needed is None else replace(candidate, requires_python=(needed,))
