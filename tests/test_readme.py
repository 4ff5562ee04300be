"""The README says what the command does."""

from __future__ import annotations

import re
from pathlib import Path

from docs.make_commands import said
from updater.report.summary import Exit

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def test_the_list_of_commands_is_what_the_command_says() -> None:
    assert f"```\n{said()}\n```" in README


def test_every_exit_code_stands_in_the_table() -> None:
    rows = re.findall(r"^\| (\d+) \|", README, re.MULTILINE)
    assert sorted(map(int, rows)) == sorted(Exit)


def test_no_word_of_the_glossary_is_used_before_it_is_explained() -> None:
    """Not even in the explanation of an earlier one."""
    rows = list(re.finditer(r"^\| \*([a-z ]+)\* \|", README, re.MULTILINE))
    assert len(rows) == 10
    before = {row[1]: README[: row.start()].lower() for row in rows}
    assert [word for word, text in before.items() if re.search(rf"\b{word}", text)] == []
