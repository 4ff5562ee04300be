"""A change is planned when it is first needed, and again only of another text."""

from __future__ import annotations

import pytest

from tests.overlay.golden import NEW, read, subject, text
from updater.errors import PatchError
from updater.model import PinValues
from updater.pipeline.hash.planned import PlannedChange

DATA = text("several-packages")
FILE = "overlay.nix"
VALUES = PinValues({"version": "2.0.0", "rev": "v2.0.0", "hash": NEW})


def test_the_same_text_has_the_same_change() -> None:
    planned = PlannedChange(subject(DATA, "several-packages"), VALUES)
    change = planned.of({FILE: DATA})
    assert change.edits
    assert planned.of({FILE: bytes(bytearray(DATA))}) is change


def test_a_text_that_was_edited_meanwhile_keeps_those_edits() -> None:
    one, two, *_ = read(DATA)
    first = PlannedChange(one, VALUES).of({FILE: DATA}).after
    planned = PlannedChange(two, VALUES)
    alone, after = planned.of({FILE: DATA}).after, planned.of({FILE: first}).after
    assert alone != after
    assert read(after)[0].label == read(after)[1].label == "2.0.0"


def test_a_refusal_is_a_refusal_each_time() -> None:
    planned = PlannedChange(subject(DATA, "several-packages"), PinValues({"version": "$(x)"}))
    for _ in range(2):
        with pytest.raises(PatchError, match="not safe to write"):
            planned.of({FILE: DATA})
