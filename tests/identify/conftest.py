"""A repository on disk and the engine on it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.loopback.repositories import Repository
from updater.effects.git.mirror import Mirror
from updater.identify.trees import TreeHasher

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from updater.effects.git.batch import Batch
    from updater.effects.git.mirror import LoggedCommit


@dataclass(frozen=True, slots=True)
class History:
    """A repository of a test, and the ids of its trees."""

    repository: Repository
    folder: Path
    mirror: Mirror = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "mirror", Mirror(self.repository.path, "the test's repository"))

    def log(self) -> dict[str, LoggedCommit]:
        """Every commit of branches and tags, newest first."""
        self.repository.settle()
        return {one.commit: one for one in self.mirror.log()}

    @contextmanager
    def objects(self) -> Iterator[Batch]:
        """The objects, through git."""
        self.repository.settle()
        with self.mirror.objects() as objects:
            yield objects

    def hashes(self, *commits: str) -> list[str]:
        """What one engine says of commits, one after the other."""
        log = self.log()
        with self.objects() as objects:
            hasher = TreeHasher(objects)
            return [str(hasher.hash(one, log[one].tree).sri) for one in commits]


@pytest.fixture
def history(tmp_path: Path) -> History:
    """An empty repository."""
    return History(Repository(tmp_path / "repository.git"), tmp_path)
