"""Output has colours at a terminal, and wherever somebody says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.report.screens import readable
from updater.cli.colors import has_color, painted
from updater.report.layout import Piece

if TYPE_CHECKING:
    from updater.cli.request import Color

CHOICES: dict[str, tuple[Color, dict[str, str], bool, bool]] = {
    "a terminal": ("auto", {}, True, True),
    "a pipe": ("auto", {}, False, False),
    "always, in a pipe": ("always", {}, False, True),
    "never, at a terminal": ("never", {}, True, False),
    "the option counts more than NO_COLOR": ("always", {"NO_COLOR": "1"}, False, True),
    "the option counts more than FORCE_COLOR": ("never", {"FORCE_COLOR": "1"}, True, False),
    "NO_COLOR": ("auto", {"NO_COLOR": "1"}, True, False),
    "NO_COLOR that is empty": ("auto", {"NO_COLOR": ""}, True, True),
    "FORCE_COLOR": ("auto", {"FORCE_COLOR": "1"}, False, True),
    "FORCE_COLOR=3": ("auto", {"FORCE_COLOR": "3"}, False, True),
    "FORCE_COLOR=0": ("auto", {"FORCE_COLOR": "0"}, False, False),
    "FORCE_COLOR that is empty": ("auto", {"FORCE_COLOR": ""}, False, False),
    "NO_COLOR and FORCE_COLOR": ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
    "CLICOLOR_FORCE": ("auto", {"CLICOLOR_FORCE": "1"}, False, True),
    "CLICOLOR_FORCE=0": ("auto", {"CLICOLOR_FORCE": "0"}, False, False),
    "CLICOLOR=0": ("auto", {"CLICOLOR": "0"}, True, False),
    "CLICOLOR=1, in a pipe": ("auto", {"CLICOLOR": "1"}, False, False),
    "CLICOLOR=0 and FORCE_COLOR": ("auto", {"CLICOLOR": "0", "FORCE_COLOR": "1"}, True, True),
    "a terminal without colours": ("auto", {"TERM": "dumb"}, True, False),
    "CI": ("auto", {"CI": "true"}, True, False),
    "CI and FORCE_COLOR": ("auto", {"CI": "true", "FORCE_COLOR": "1"}, False, True),
}


@pytest.mark.parametrize(
    ("choice", "variables", "terminal", "colored"), CHOICES.values(), ids=CHOICES
)
def test_who_decides_on_colours(
    choice: Color,
    variables: dict[str, str],
    terminal: bool,  # noqa: FBT001 - a case's
    colored: bool,  # noqa: FBT001 - a case's
) -> None:
    assert has_color(choice, variables, terminal=terminal) == colored


def test_only_pieces_with_a_style_are_coloured() -> None:
    line = (Piece("failed", "bad"), Piece("  a  "), Piece("2.0", "new"))
    assert painted(line, color=False) == "failed  a  2.0"
    assert readable(painted(line, color=True)) == "<red><bold>failed</>  a  <cyan>2.0</>"
