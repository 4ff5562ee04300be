"""TOML is read as the Nix text that means the same, and every text knows its place."""

from __future__ import annotations

import json
import random
import re
from typing import TYPE_CHECKING

import pytest

from updater.errors import HostileFile
from updater.overlay.reading.toml_transcripts import transcribed_toml

if TYPE_CHECKING:
    from tests.real_nix import Nix

TEXTS = (
    *(
        '""',
        '"v1.0"',
        "'v1.0'",
        "''",
        '"a\\"b"',
        "'\\'",
        '"\\u00e9"',
        '"\\n\\t\\\\"',
        '"\u00e9 # no"',
        '"${x}"',
    ),
    *(
        "'$${x}'",
        '"""a"b"""',
        '"""\na\n"""',
        '"""a\\\n   b"""',
        '"""a"""""',
        "'''a\nb'''",
        "'''a'''''",
        '"]"',
        '"="',
    ),
)
ATOMS = ("0", "17", "-3", "true", "false")
BLANKS = ("", " ", "\t")
BREAKS = ("\n", "\r\n", "\n\n", ' # "no" = [\n')


def document(pick: random.Random) -> str:
    """Return a file of tables, lists of tables and dotted keys, in any layout."""
    names = [f"{name}{index}" for index, name in enumerate("abcdefgh")]
    pick.shuffle(names)
    lines = [_pair(pick, names.pop()) for _ in range(pick.randint(0, 2))]
    for _ in range(pick.randint(0, 3)):
        table = names.pop()
        header = pick.choice(("[{0}]", "[ {0} . x ]", "[[{0}]]", '["{0}"]', "[{0}.'y z']"))
        for _ in range(pick.randint(1, 2) if header.startswith("[[") else 1):
            lines.append(header.format(table))
            lines += [
                _pair(pick, name) for name in ("k", "l.m", '"n o".p', "'q'")[: pick.randint(0, 4)]
            ]
    return "".join(line + pick.choice(BREAKS) for line in lines)


def _pair(pick: random.Random, key: str) -> str:
    return f"{key}{pick.choice(BLANKS)}={pick.choice(BLANKS)}{_value(pick, 2)}"


def _value(pick: random.Random, depth: int) -> str:
    match pick.randint(0, 5 if depth else 3):
        case 0:
            return pick.choice(ATOMS)
        case 1 | 2 | 3:
            return pick.choice(TEXTS)
        case 4:
            separator = pick.choice((",", ", ", ",\n  # ]\n  "))
            inner = [_value(pick, depth - 1) for _ in range(pick.randint(0, 3))]
            return f"[{separator.join(inner)}{separator if inner and pick.random() < 0.5 else ''}]"
        case _:
            inner = [
                f"{name} = {_value(pick, 0)}"
                for name in ("r", "s.t", '"u v"')[: pick.randint(0, 3)]
            ]
            return f"{{ {', '.join(inner)} }}"


@pytest.mark.nix
def test_nix_reads_a_transcript_as_the_toml(nix: Nix) -> None:
    pick = random.Random(20261130)  # noqa: S311 - reproducible, not secret
    cases = []
    for index in range(400):
        data = document(pick).encode()
        file = nix.folder / f"{index}.toml"
        file.write_bytes(data)
        text = transcribed_toml(data, "pins.toml").text
        cases.append(
            b"{ t = builtins.fromTOML (builtins.readFile %s); n = %s; }" % (bytes(file), text)
        )
    file = nix.folder / "tables.nix"
    file.write_bytes(b"[\n" + b"\n".join(cases) + b"\n]")
    read = json.loads(nix.run("nix-instantiate", "--eval", "--strict", "--json", str(file)))
    assert len([own for own in read if own["t"]]) > 300
    assert [own["n"] for own in read] == [own["t"] for own in read]


def test_every_text_knows_its_place() -> None:
    data = b"""a = "x" # "no"\n[t.'b']\nc = [ 'y', { d = "\\u00e9" } ]\n[[l]]\n"e f" = '''z'''\n"""
    transcript = transcribed_toml(data, "pins.toml")
    places = {
        transcript.text[there.start : there.end].decode(): data[here.start : here.end].decode()
        for there, here in transcript.places.items()
    }
    assert places == {'"x"': '"x"', '"y"': "'y'", '"\u00e9"': '"\\u00e9"', '"z"': "'''z'''"}


def test_what_nix_has_no_number_for_stands_as_any_other() -> None:
    """Times, which Nix 2.8 refuses, and numbers that nothing reads."""
    data = b"a = 1979-05-27 07:32:00Z\nb = 1.5\nc = 0xff\nd = 1_000\ne = 07:32:00\n"
    text = transcribed_toml(data, "pins.toml").text.decode()
    assert re.findall(r'"(\w)" = (\S+)', text) == [(key, "(0)") for key in "abcde"]


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "a = ",
        "a = 1 2",
        "[a",
        "a = [1",
        "a = 'x",
        "a = 1\na = 2",
        "[a]\n[a]",
        "a = nan",
        "\xff",
    ],
)
def test_what_is_not_toml_has_no_transcript(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        transcribed_toml(text.encode("latin-1"), "pins.toml")


@pytest.mark.parametrize("text", ["a = " + "[" * 100, "a = " + "1" * 200, "a" + ".a" * 50 + " = 1"])
def test_what_takes_too_long_is_refused(text: str) -> None:
    with pytest.raises(HostileFile):
        transcribed_toml(text.encode(), "pins.toml")
