"""While something takes long, a terminal shows how far it is."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.progress import Progress, TextColumn

from updater.errors import Bug
from updater.report.progress import Live, Plain


def test_a_note_stands_beside_the_bar_and_goes_with_the_next_step() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=80)
    columns = (TextColumn("{task.description}"), TextColumn("{task.fields[package]}"))
    with Progress(*columns, console=console) as bar:
        live = Live(bar)
        live.stage("identify", 2)
        live.note("https://code.example/o/r.git: 150 trees")
        assert bar.tasks[0].fields["package"] == "https://code.example/o/r.git: 150 trees"
        assert bar.tasks[0].description == "identify"
        live.stage("write", 1)
        assert bar.tasks[0].fields["package"] == ""


def test_a_bug_that_many_packages_meet_is_traced_once(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyError) as caught:
        {"": ""}["secret"]
    plain, bug = Plain(), Bug("hash", caught.value)
    plain.bug(bug)
    plain.bug(bug)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("updater: at tests.report.test_progress:")
    assert line.endswith(" in test_a_bug_that_many_packages_meet_is_traced_once")
