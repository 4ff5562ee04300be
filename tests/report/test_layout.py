"""Rows fit a terminal: columns are aligned, sentences wrapped, and no word is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report.screens import plain
from updater.report.layout import Piece, Row, cells, table, wrapped


def row(*texts: str, notes: tuple[str, ...] = ()) -> Row:
    return Row(tuple(map(Piece, texts)), notes)


def lines(rows: list[Row], width: int | None) -> list[str]:
    return plain(table(rows, width))


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert lines([row("a", "bbb", "c"), row("aa", "", "cc"), row("", "b", "")], 80) == [
        "a   bbb  c",
        "aa       cc",
        "    b",
    ]


NOTE = "one two three four five six seven eight nine ten eleven twelve thirteen"

NOTES = {
    "not a terminal": (
        None,
        [
            "held    a    1.0  " + NOTE,
            "        " + NOTE,
            "failed  bbb  2.0",
        ],
    ),
    "one ends its row": (
        100,
        [
            "held    a    1.0  " + NOTE,
            "        " + NOTE,
            "failed  bbb  2.0",
        ],
    ),
    "beside the row": (
        66,
        [
            "held    a    1.0  one two three four five six seven eight nine ten",
            "                    eleven twelve thirteen",
            "                  one two three four five six seven eight nine ten",
            "                    eleven twelve thirteen",
            "failed  bbb  2.0",
        ],
    ),
    "below the row": (
        50,
        [
            "held    a    1.0",
            "        one two three four five six seven eight",
            "          nine ten eleven twelve thirteen",
            "        one two three four five six seven eight",
            "          nine ten eleven twelve thirteen",
            "failed  bbb  2.0",
        ],
    ),
}


@pytest.mark.parametrize(("width", "expected"), NOTES.values(), ids=NOTES)
def test_notes_stand_where_they_take_fewer_lines(width: int | None, expected: list[str]) -> None:
    rows = [row("held", "a", "1.0", notes=(NOTE, NOTE)), row("failed", "bbb", "2.0")]
    assert lines(rows, width) == expected


def test_a_short_note_ends_its_line_also_where_others_stand_below() -> None:
    rows = [row("held", "a", notes=("short",)), row("held", "b", notes=(NOTE,))]
    assert lines(rows, 40) == [
        "held  a  short",
        "held  b",
        "      one two three four five six seven",
        "        eight nine ten eleven twelve",
        "        thirteen",
    ]


def test_a_cell_that_is_too_long_for_its_column_is_whole_and_the_rest_goes_on_below() -> None:
    long = "a-very-long-name-of-a-package"
    rows = [row("held", long, "1.0", "-> 2.0"), row("held", "b", "1.0", "-> 2.0")]
    assert lines(rows, 40) == [
        "held  a-very-long-name-of-a-package",
        "                             1.0  -> 2.0",
        "held  b                      1.0  -> 2.0",
    ]


def test_further_lines_of_a_note_are_quoted_and_stay_as_they_are() -> None:
    log = "the build failed\n  a line of a log that is longer than the terminal is wide\n| quoted"
    assert lines([row("failed", "a", notes=(log,))], 40) == [
        "failed  a  the build failed",
        "        |   a line of a log that is longer than the terminal is wide",
        "        | quoted",
    ]


def test_a_cell_is_one_line() -> None:
    assert lines([row("held", "a\n::error::b")], 40) == ["held  a ::error::b"]


def test_an_address_that_is_longer_than_the_line_is_left_whole() -> None:
    address = "https://code.example/a/very/long/path/that/nobody/can/break"
    assert wrapped(f"see {address} for more", 30) == ["see", f"  {address}", "  for more"]


def test_wide_characters_take_two_columns_and_combining_ones_none() -> None:
    assert (cells("ema"), cells("版本"), cells("e\u0301")) == (3, 4, 1)
    assert lines([row("版本", "a"), row("xx", "b")], 40) == ["版本  a", "xx    b"]


def test_no_rows_are_no_lines() -> None:
    assert lines([], 80) == []


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["held", "outdated"]),
            st.text("ab-", max_size=60),
            st.text("01.", max_size=30),
            st.lists(st.text("ab ", max_size=200), max_size=3),
        ),
        max_size=6,
    ),
    st.integers(40, 200),
)
def test_whatever_the_width_every_word_is_there_and_no_line_is_too_wide(
    made: list[tuple[str, str, str, list[str]]], width: int
) -> None:
    rows = [row(*texts, notes=tuple(notes)) for *texts, notes in made]
    shown = lines(rows, width)
    words = [
        word
        for entry in rows
        for text in (*(cell.text for cell in entry.cells), *entry.notes)
        for word in text.split()
    ]
    assert [word for line in shown for word in line.split()] == words
    for line in shown:
        assert cells(line) <= width or len(line.split()) == 1, line
