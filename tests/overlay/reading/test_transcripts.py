"""JSON is read as the Nix text that means the same, and every text knows its place."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from updater.model.decoding import UNREADABLE
from updater.overlay.reading.transcripts import changed_texts, transcribed

if TYPE_CHECKING:
    from tests.real_nix import Nix

LETTERS = ("a", "v1.0", "\u00e9", '"', "\\", "/", "\n", "\r", "\t", "$", "${x}", "''", "\U0001f40d")


def value(pick: random.Random, depth: int) -> Any:
    """Return any value of JSON; a number is a whole one, which Nix reads as it is written."""
    match pick.randint(0, 5 if depth else 3):
        case 0:
            return pick.randint(-(10**9), 10**9)
        case 1:
            return pick.choice((True, False, None))
        case 2 | 3:
            return "".join(pick.choice(LETTERS) for _ in range(pick.randint(0, 4)))
        case 4:
            return [value(pick, depth - 1) for _ in range(pick.randint(0, 3))]
        case _:
            names = ["".join(pick.choice(LETTERS) for _ in range(2)) for _ in range(3)]
            return {name: value(pick, depth - 1) for name in names[: pick.randint(0, 3)]}


def written(pick: random.Random, document: Any) -> bytes:
    """Return a document as some program may lay it out."""
    return json.dumps(
        document,
        indent=pick.choice((None, 2, "\t")),
        ensure_ascii=pick.choice((True, False)),
        separators=pick.choice(((",", ":"), (" , ", " :  "))),
    ).encode()


@pytest.mark.nix
def test_nix_reads_a_transcript_as_the_json(nix: Nix) -> None:
    pick = random.Random(20261130)  # noqa: S311 - reproducible, not secret
    documents = [value(pick, 3) for _ in range(400)]
    texts = [transcribed(written(pick, document), "pins.json").text for document in documents]
    file = nix.folder / "transcripts.nix"
    file.write_bytes(b"[\n" + b"\n".join(b"(" + text + b")" for text in texts) + b"\n]")
    read = json.loads(nix.run("nix-instantiate", "--eval", "--strict", "--json", str(file)))
    assert read == documents


def test_every_text_knows_its_place() -> None:
    data = b'{"a" : [ "x", {"b\\u00e9":"y\\n"} ], "c": 1}'
    transcript = transcribed(data, "pins.json")
    places = {
        transcript.text[there.start : there.end].decode(): data[here.start : here.end].decode()
        for there, here in transcript.places.items()
    }
    assert places == {
        '"a"': '"a"',
        '"x"': '"x"',
        '"b\u00e9"': '"b\\u00e9"',
        '"y\n"': '"y\\n"',
        '"c"': '"c"',
    }


@pytest.mark.parametrize(
    "text", ["", "{", '{"a": 1,}', "[1 2]", '{"a"}', "nul", "[" * 200 + "]" * 200]
)
def test_what_is_not_json_has_no_transcript(text: str) -> None:
    with pytest.raises(UNREADABLE):
        transcribed(text.encode(), "pins.json")


@pytest.mark.parametrize(
    ("after", "texts"),
    [
        ({"a": "1", "b": ["2", 3, None]}, set()),
        ({"a": "4", "b": ["2", 3, None]}, {("1", "4")}),
        ({"a": "4", "b": ["5", 3, None]}, {("1", "4"), ("2", "5")}),
    ],
)
def test_only_texts_may_differ(after: object, texts: set[tuple[str, str]]) -> None:
    assert set(changed_texts({"a": "1", "b": ["2", 3, None]}, after)) == texts


@pytest.mark.parametrize(
    "after",
    [
        {"a": 1, "b": ["2", 3, None]},
        {"a": "1", "b": ["2", 4, None]},
        {"a": "1", "b": ["2", 3.0, None]},
        {"a": "1", "b": ["2", 3]},
        {"a": "1"},
        [],
    ],
)
def test_anything_else_may_not(after: object) -> None:
    with pytest.raises(ValueError, match="another value"):
        set(changed_texts({"a": "1", "b": ["2", 3, None]}, after))
