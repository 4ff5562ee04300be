"""What earlier runs learned of a repository's commits: an id always names the same commit."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.choose.versions import is_commit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.effects.answers import Answers
    from updater.model import Project

_LARGEST = 256 << 10  # bytes of a file that is worth a place in the cache


class CommitRecords(Struct, frozen=True):
    """What was kept of one project's commits.

    Attributes:
        answers: those of earlier runs; None where nothing is kept.
    """

    project: Project
    answers: Answers | None

    def contains(self, commit: str, ancestor: str) -> bool | None:
        """Return whether a commit comes from another one, None where no run asked."""
        record = self._get("contained", ancestor, commit)
        return bool(record["contained"]) if record is not None else None

    def note_contains(self, commit: str, ancestor: str, *, contains: bool) -> None:
        """Keep whether a commit comes from another one."""
        self._keep({"contained": contains}, "contained", ancestor, commit)

    def date(self, commit: str) -> dict[str, datetime | None]:
        """Return commit -> its date, None where it has no valid one; empty where no run asked."""
        record = self._get("date", commit)
        if record is None:
            return {}
        date = record["date"]
        return {commit: datetime.fromisoformat(date) if isinstance(date, str) else None}

    def note_dates(self, dates: Mapping[str, datetime | None]) -> None:
        """Keep the dates of commits."""
        for commit, date in dates.items():
            self._keep({"date": date.isoformat() if date is not None else None}, "date", commit)

    def files(self, commit: str) -> dict[str, bytes | None]:
        """Return path -> content of the files of a commit that earlier runs read.

        None for a path that the commit does not have.
        """
        record = self._get("files", commit)
        files = record["files"] if record is not None else None
        if not isinstance(files, dict):
            return {}
        return {
            path: base64.b64decode(content) if content is not None else None
            for path, content in files.items()
        }

    def note_files(self, commit: str, files: Mapping[str, bytes | None]) -> None:
        """Keep all that is known of a commit's files, but the largest."""
        texts = {
            path: base64.b64encode(content).decode() if content is not None else None
            for path, content in files.items()
            if len(content or b"") <= _LARGEST
        }
        self._keep({"files": texts}, "files", commit)

    def tree(self, commit: str, paths: Sequence[str]) -> dict[str, bytes] | None:
        """Return those of some files that a commit has; None where no run asked for them."""
        record = self._get("tree", commit, *paths)
        files = record["files"] if record is not None else None
        if not isinstance(files, dict):
            return None
        return {path: base64.b64decode(content) for path, content in files.items()}

    def note_tree(self, commit: str, paths: Sequence[str], files: Mapping[str, bytes]) -> None:
        """Keep those of some files that a commit has, as a host tells them.

        Not of a tag or branch, which may move, nor where there are none: the commit may come yet.
        One that the host did not tell may be too large for it, so that `files` must not know.
        """
        if is_commit(commit) and files:
            texts = {path: base64.b64encode(data).decode() for path, data in files.items()}
            self._keep({"files": texts}, "tree", commit, *paths)

    def _get(self, *question: str) -> dict[str, object] | None:
        if self.answers is None:
            return None
        kind, *commits = question
        return self.answers.get(kind, str(self.project), *commits)

    def _keep(self, answer: dict[str, object], *question: str) -> None:
        if self.answers is not None:
            kind, *commits = question
            self.answers.keep(answer, kind, str(self.project), *commits)
