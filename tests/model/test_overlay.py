"""What an overlay says goes from one process to another as it is, and has a name in config.yaml."""

from __future__ import annotations

import msgspec
import pytest
import yaml

from updater.config.naming import fit
from updater.model import Applied, Field, Listed, Package, Reference, Span

COMPUTED = '${if final ? x then "tool" else null}'


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


@pytest.mark.parametrize(
    ("attribute", "pname", "key"),
    [
        (("tool_1.x",), "other", "tool_1.x"),
        (("my tool",), "other", "my tool"),
        (("true",), "other", "true"),
        (("3proxy",), None, "3proxy"),
        ((COMPUTED,), "tool", "tool"),
        ((COMPUTED,), None, "overlays/all.nix"),
        ((), "tool", "tool"),
    ],
)
def test_what_a_hint_writes_into_the_configuration_names_the_package(
    attribute: tuple[str, ...], pname: str | None, key: str
) -> None:
    package = Package("overlays/all.nix", attribute, 1, Span(0, 9), pname, None, None)
    (written,) = yaml.safe_load(f"packages: {{{package.key}: {{hold: true}}}}")["packages"]
    assert written == key
    assert fit(written, package) is not None
