"""What a run asks of tags is what the next one about the same projects asks at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.choose.foreseen import ForeseenTags
from updater.effects.answers import Answers
from updater.model import Project
from updater.upstreams.base import TagQuestion

if TYPE_CHECKING:
    from pathlib import Path

A, B = (Project.parse(f"https://github.com/o/{name}") for name in "ab")


def test_what_was_asked_is_foreseen_for_the_same_projects(tmp_path: Path) -> None:
    both = ForeseenTags(frozenset({A, B}), Answers(tmp_path))
    assert both.recalled() == {}
    questions = [TagQuestion(A, "v2", "c"), TagQuestion(A, "v1"), TagQuestion(B, "v3")]
    both.note(questions, {})
    foreseen = {A: (("v2", "c"), ("v1", "")), B: (("v3", ""),)}
    assert both.recalled() == foreseen
    assert ForeseenTags(frozenset({A}), Answers(tmp_path)).recalled() == {}
    both.note([], foreseen)
    assert both.recalled() == {}


def test_nothing_is_written_where_it_was_foreseen(tmp_path: Path) -> None:
    tags = ForeseenTags(frozenset({A}), Answers(tmp_path / "kept"))
    tags.note([TagQuestion(A, "v2")], {A: (("v2", ""),)})
    assert not (tmp_path / "kept").exists()


def test_where_nothing_is_kept_nothing_is_foreseen() -> None:
    tags = ForeseenTags(frozenset({A}), None)
    tags.note([TagQuestion(A, "v2")], {})
    assert tags.recalled() == {}


def test_rows_of_another_form_are_passed_over(tmp_path: Path) -> None:
    answers = Answers(tmp_path)
    answers.keep({"tags": [["x", "v1", ""], [str(A), 1, ""], 2, [str(A), "v2", ""]]}, *_key(A))
    assert ForeseenTags(frozenset({A}), answers).recalled() == {A: (("v2", ""),)}
    answers.keep({}, *_key(A))
    assert ForeseenTags(frozenset({A}), answers).recalled() == {}


def _key(project: Project) -> tuple[str, str]:
    return "foreseen", str(project)
