"""Answers that cannot change come back by their questions, in this run and in later ones."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from updater.effects.answers import Answers

if TYPE_CHECKING:
    from pathlib import Path


def test_answers_come_back_by_their_question(tmp_path: Path) -> None:
    answers = Answers(tmp_path / "cache")
    assert answers.get("a", "b") is None
    answers.keep({"commit": "1"}, "a", "b")
    answers.keep({"commit": "2"}, "a", "b")
    answers.close()
    for kept in (answers, Answers(tmp_path / "cache")):
        assert kept.get("a", "b") == {"commit": "2"}
        assert kept.get("a", "c") is None


def test_they_stay_however_long_nobody_asks_for_them(tmp_path: Path) -> None:
    for question in ("a", "b"):
        answers = Answers(tmp_path / "cache")
        answers.keep({"commit": question}, question)
        answers.close()
        (file,) = (tmp_path / "cache").iterdir()
        with closing(sqlite3.connect(file)) as kept, kept:
            kept.execute("UPDATE kept SET used = 5")
    assert Answers(tmp_path / "cache").get("a") == {"commit": "a"}


def test_damaged_ones_do_not_and_what_cannot_be_kept_is_only_found_out_again(
    tmp_path: Path,
) -> None:
    told: list[str] = []
    answers = Answers(tmp_path / "cache", told.append)
    answers.keep({"commit": "1"}, "a")
    answers.close()
    (file,) = (tmp_path / "cache").iterdir()
    data = file.read_bytes()
    for damage in (b"{" * 2000, data[:5000], data.replace(b'"1"', b'"2"')):
        file.write_bytes(damage)
        assert (answers.get("a"), answers.get("a")) == (None, None)
        answers.close()
    assert told == [f"{file} is damaged and was dropped; what it had is found out again"] * 3
    file.mkdir()
    answers.keep({"commit": "1"}, "a")
    answers.close()
    assert (answers.get("a"), len(told)) == (None, 3)
