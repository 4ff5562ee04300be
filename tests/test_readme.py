"""The README says what the command does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main

from updater.__main__ import main
from updater.cli import app
from updater.report.summary import Exit

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]  # it is a group


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_the_readmes(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    main([*command.split(), "--help"])
    assert f"```\n{capsys.readouterr().out.strip()}\n```" in README


def test_every_exit_code_stands_in_the_table() -> None:
    rows = re.findall(r"^\| (\d+) \|", README, re.MULTILINE)
    assert sorted(map(int, rows)) == sorted(Exit)
