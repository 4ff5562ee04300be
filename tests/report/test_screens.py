"""Whole screens of every command, for one package, 26 and 1,000, at 80 and 120 columns.

The golden files are made by ``python -m tests.report.test_screens``; read the difference before
you keep it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.report import outcomes
from tests.report.screens import lines_of, readable
from updater.cli.colors import painted
from updater.report.layout import cells
from updater.report.screen import Screen
from updater.report.terminal import report_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.model import Outcome

GOLDEN = Path(__file__).parent / "golden"
WIDTHS = (80, 120, None)

SCREENS: dict[str, tuple[Screen, Sequence[Outcome]]] = {
    "check": (Screen("check"), outcomes.checked()),
    "check-verbose": (Screen("check", verbose=True), outcomes.checked()),
    "check-one": (Screen("check", " vocos"), outcomes.checked()[10:11]),
    "check-current": (Screen("check"), outcomes.checked()[17:25]),
    "check-1000": (Screen("check"), outcomes.many(1000)),
    "bump": (Screen("bump", git="git"), outcomes.bumped()),
    "bump-verbose": (Screen("bump", git="git", verbose=True), outcomes.bumped()),
    "bump-committed": (Screen("bump", git="git", committed=True), outcomes.bumped()[1:3]),
    "bump-results": (Screen("bump", git="git", results="out"), outcomes.bumped()[1:3]),
    "bump-dry-run": (Screen("bump", " -C there --to 1.0"), outcomes.bumped(dry_run=True)[:4]),
    "bump-pull-requests": (Screen("bump", git="git"), outcomes.proposed()),
    "verify": (Screen("verify"), outcomes.verified()),
    "identify": (Screen("identify"), outcomes.identified()),
    "identify-verbose": (Screen("identify", verbose=True), outcomes.identified()),
    "review": (Screen("review"), outcomes.reviewed()),
    "nothing": (Screen("check"), []),
}


def shown(name: str) -> str:
    """Return a screen at every width, colours by their names; at none without colours."""
    screen, every = SCREENS[name]
    parts = []
    for width in WIDTHS:
        fitted = Screen(
            **{key: getattr(screen, key) for key in Screen.__struct_fields__}
            | {"width": width, "unicode": width is not None}
        )
        lines = (painted(line, color=width is not None) for line in report_lines(every, fitted))
        title = f"{width} columns" if width is not None else "not a terminal"
        parts.append(f"--- {title} ---\n" + "".join(f"{readable(line)}\n" for line in lines))
    return "".join(parts)


@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_is_as_its_golden_file_has_it(name: str) -> None:
    assert shown(name) == (GOLDEN / f"{name}.screen").read_text()


@pytest.mark.parametrize("name", SCREENS)
@pytest.mark.parametrize("width", [40, 79, 80, 100, 120, 200])
def test_no_line_is_wider_than_the_terminal_but_for_a_single_word(name: str, width: int) -> None:
    """What a terminal would break in the middle of a word is one word, such as an address."""
    screen, every = SCREENS[name]
    fitted = Screen(screen.command, width=width, verbose=screen.verbose, unicode=True)
    for line in lines_of(every, fitted):
        assert cells(line) <= width or len(line.split()) == 1 or line.lstrip()[0] == "|", line


@pytest.mark.parametrize("name", SCREENS)
def test_every_width_has_the_same_words(name: str) -> None:
    screen, every = SCREENS[name]
    said = [
        " ".join(lines_of(every, Screen(screen.command, width=width, verbose=True))).split()
        for width in (50, 80, 120, None)
    ]
    assert [sorted(words) for words in said] == [sorted(said[0])] * 4


def test_a_thousand_packages_are_a_bounded_number_of_lines() -> None:
    """One terminal's history: however many packages are alike, and however many are behind."""
    lines = lines_of(outcomes.many(1000), Screen("check", width=80))
    assert len(lines) < 250
    assert len(lines_of(outcomes.many(10_000), Screen("check", width=80))) < 250


def main() -> None:
    GOLDEN.mkdir(exist_ok=True)
    for name in SCREENS:
        (GOLDEN / f"{name}.screen").write_text(shown(name))


if __name__ == "__main__":
    main()
