"""What an overlay says goes from one process to another as it is."""

from __future__ import annotations

import msgspec

from updater.model import Applied, Field, Listed, Reference, Span


def test_what_a_function_makes_survives_a_journey() -> None:
    place = Span(3, 8)
    inner = Applied("splitVersion", ((Reference("1.2", place),),))
    parts = (
        "v",
        Applied("concatStringsSep", (("_",), inner)),
        Applied("if", (True, ("a",), ("b",))),
    )
    field = Field("tag", 1, Span(0, 9), "f version", "v1_2a", (*parts, Reference(None, None)), None)
    there = msgspec.msgpack.Decoder(Field).decode(msgspec.msgpack.encode(field))
    assert there == field
    assert there.refers_to(place)
    assert not there.refers_to(Span(0, 1))
    listed = Applied("concatStrings", (Listed((("a",), 1)),))
    assert msgspec.msgpack.Decoder(Applied).decode(msgspec.msgpack.encode(listed)) == listed
