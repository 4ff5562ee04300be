"""Pull requests of others that do what is proposed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from updater.find.packages import read_file

if TYPE_CHECKING:
    from updater.effects.github.repository import GitHubRepository
    from updater.model import Pull
    from updater.model.proposal import Proposal


class RivalReader(Struct, frozen=True):
    """Reads what others propose, each pull request once, and only where it changes the same files.

    Attributes:
        prefix: the project's folder in the repository, empty or with a slash at the end.
    """

    repository: GitHubRepository
    prefix: str
    _files: dict[int, dict[str, str]] = field(default_factory=dict)

    def does_the_same(self, pull: Pull, proposal: Proposal) -> bool:
        """Tell whether a pull request gives all packages of a proposal the same versions."""
        if pull.content is not None and not proposal.files.keys() <= set(pull.content.paths):
            return False
        if pull.number not in self._files:
            self._files[pull.number] = self.repository.pull_files(pull.number)
        theirs = self._files[pull.number]
        if not all(theirs.get(path) for path in proposal.files):
            return False
        versions: dict[str, str | None] = {}
        for path in proposal.files:
            data = self.repository.find_blob(theirs[path])
            if data is None:  # whatever somebody else put there stops nothing
                return False
            for package in read_file(data, path.removeprefix(self.prefix)):
                versions[package.identity] = package.label
        return all(versions.get(update.identity) == update.new for update in proposal.updates)
