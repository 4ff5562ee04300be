"""Long fuzzing of the reader and the patch, for `./task thorough`."""

from __future__ import annotations

import pytest

from tests.overlay import fuzz

SECONDS = 300


@pytest.mark.thorough
def test_nothing_mangled_breaks_the_reader_or_slips_past_the_proof(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The golden overlays, mangled at random; the seed of a failure is printed with its input."""
    assert fuzz.main([str(SECONDS)]) == 0, capsys.readouterr().out
