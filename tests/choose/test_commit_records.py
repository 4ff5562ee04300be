"""What is kept of commits is what was learned, under one project's name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from updater.choose.commit_records import CommitRecords
from updater.effects.answers import Answers
from updater.model import Project

if TYPE_CHECKING:
    from pathlib import Path

ONE, OTHER = 40 * "1", 40 * "2"
DAY = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


@pytest.fixture
def answers(tmp_path: Path) -> Answers:
    return Answers(tmp_path)


def records(answers: Answers | None, name: str = "vocos") -> CommitRecords:
    return CommitRecords(Project.repository("example.org", f"o/{name}"), answers)


@pytest.mark.parametrize("contains", [True, False])
def test_whether_a_commit_comes_from_another_is_kept(answers: Answers, *, contains: bool) -> None:
    assert records(answers).contains(ONE, OTHER) is None
    records(answers).note_contains(ONE, OTHER, contains=contains)
    assert records(answers).contains(ONE, OTHER) is contains
    assert records(answers).contains(OTHER, ONE) is None
    assert records(answers, "other").contains(ONE, OTHER) is None


def test_dates_are_kept_also_those_that_are_not_valid(answers: Answers) -> None:
    assert records(answers).date(ONE) == {}
    records(answers).note_dates({ONE: DAY, OTHER: None})
    assert records(answers).date(ONE) == {ONE: DAY}
    assert records(answers).date(OTHER) == {OTHER: None}


def test_files_are_kept_and_that_a_commit_lacks_one(answers: Answers) -> None:
    files = {"setup.py": b"\xff\0\n", "setup.cfg": None, "empty.py": b""}
    assert records(answers).files(ONE) == {}
    records(answers).note_files(ONE, {**files, "large.py": bytes(1 << 20)})
    assert records(answers).files(ONE) == files


def test_what_a_host_tells_of_a_commit_is_kept_by_what_it_was_asked_for(answers: Answers) -> None:
    """Not what may move, nor of a commit that the host may not have."""
    paths = ["setup.py", "LICENSE"]
    own = records(answers)
    for revision, files in ((ONE, {"setup.py": b"\xff\0"}), ("v1", {"setup.py": b""}), (OTHER, {})):
        own.note_tree(revision, paths, files)
    assert own.tree(ONE, paths) == {"setup.py": b"\xff\0"}
    assert [own.tree(ONE, paths[:1]), own.tree("v1", paths), own.tree(OTHER, paths)] == [None] * 3
    assert own.files(ONE) == {}


def test_where_nothing_is_kept_nothing_is_known() -> None:
    nothing = records(None)
    nothing.note_contains(ONE, OTHER, contains=True)
    nothing.note_dates({ONE: DAY})
    nothing.note_files(ONE, {"setup.py": b""})
    assert (nothing.contains(ONE, OTHER), nothing.date(ONE), nothing.files(ONE)) == (None, {}, {})
