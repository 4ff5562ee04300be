"""How what was built is told."""

from __future__ import annotations

import pytest

from updater.building.attempt import listed

LISTED = {
    "none": (0, ""),
    "one": (1, "m0"),
    "as many as are shown": (10, "m0, m1, m2, m3, m4, m5, m6, m7, m8, m9"),
    "more": (12, "m0, m1, m2, m3, m4, m5, m6, m7, m8, m9 and 2 more"),
}


@pytest.mark.parametrize(("count", "text"), LISTED.values(), ids=LISTED)
def test_of_many_names_the_first_few_are_shown(count: int, text: str) -> None:
    assert listed([f"m{number}" for number in range(count)]) == text
