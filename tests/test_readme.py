"""The README is short, and shows what the command does."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def test_it_is_read_at_one_sitting() -> None:
    """What one reader needs once stands in a page of docs/."""
    assert len(README.splitlines()) <= 120
