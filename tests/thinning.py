"""Tables of cases of which `./task test` runs some, and `./task thorough` all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable


def one_in(count: int, cases: Iterable[tuple[str, tuple[object, ...]]]) -> list[object]:
    """Return cases as parameters; one of so many is not left to the thorough run.

    Args:
        count: how many.
        cases: each one's id and values.
    """
    return [
        pytest.param(*values, id=name, marks=() if place % count == 0 else pytest.mark.thorough)
        for place, (name, values) in enumerate(cases)
    ]
