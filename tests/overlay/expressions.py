"""Random expressions of the pure functions that tags and addresses are made with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.overlay.golden import read

if TYPE_CHECKING:
    import random

VERSION = "1.2.0-rc1"
TEXTS = (
    *(
        "",
        "v",
        "1",
        "1.2",
        "1.2.0",
        "v1.2.0",
        "1_2_0",
        "2024-01-15",
        "1.2pre3",
        "a.b-c",
        "..",
        "-1",
    ),
    *(
        "1.10",
        "01",
        "1.2.0-rc1",
        "release-",
        ".",
        "_",
        "-",
        "rc",
        "pre",
        "0",
        "Tool",
        "A1b2",
        "1.a",
        "1.0+cu1 @2/3:%",
    ),
)
TEXT = (
    *("replaceStrings L L S", "removePrefix S S", "removeSuffix S S", "concatStrings L"),
    *("concatStringsSep S L", "toString S", "toString N", "toString B", "toString L"),
    *("versions.major S", "versions.minor S", "versions.patch S", "versions.majorMinor S"),
    *("elemAt L N", "head L", "last L", "substring N N S", "optionalString B S", "toLower S"),
    *("escapeURL S", "pipe S [ (lib.removePrefix S) lib.versions.majorMinor ]"),
    *("pipe L [ (lib.take N) lib.last ]", "pipe S [ lib.splitVersion lib.tail lib.head ]"),
    *("concatMapStrings F L", "concatMapStringsSep S F L", "concatStringsSep S (map F L)"),
    *("pipe L [ (map F) lib.last ]",),
    *("toUpper S", "(S + S)", "(if B then S else S)", '"${S}x${S}"', "version", "version", "local"),
)
LISTS = (
    "splitVersion S",
    "splitString S S",
    "take N L",
    "drop N L",
    "init L",
    "tail L",
    "map F L",
    "(L ++ L)",
)
NUMBERS = ("stringLength S", "length L", "0", "1", "2", "3", "(-1)")
TRUTHS = (
    *(
        "hasPrefix S S",
        "hasSuffix S S",
        "hasInfix S S",
        "(S == S)",
        "(S != S)",
        "(! B)",
        "(N == N)",
    ),
    *("(B && B)", "(B || B)", "versionAtLeast S S", "versionOlder S S", "true", "false"),
)
EACH = (
    *("(x: x)", '(x: "r${x}")', "(x: TEXT + x)", "(x: lib.toUpper x)", "lib.toLower", "toString"),
    *('(lib.removePrefix "1")', '(builtins.replaceStrings [ "." ] [ TEXT ])', "(x: TEXT)"),
    *("(x: if TRUTH then x else TEXT)", '(e: if lib.hasPrefix "1" e then TEXT else e)'),
    *('(x: lib.concatMapStrings (y: x + y) [ "a" x ])', '(x: lib.optionalString (x != "") TEXT)'),
)
FORMS = {"S": TEXT, "L": LISTS, "N": NUMBERS, "B": TRUTHS, "F": EACH}
BUILTIN = ("replaceStrings", "toString", "substring", "splitVersion", "elemAt", "concatStringsSep")


def expression(pick: random.Random, depth: int, kind: str = "S") -> str:
    """Write one expression of a kind: a text, a list of texts, a number, a truth."""
    if kind == "F":
        kinds = {"TEXT": "S", "TRUTH": "B"}
        return re.sub(
            "|".join(kinds),
            lambda match: f"({expression(pick, depth - 1, kinds[match[0]])})",
            pick.choice(EACH),
        )
    if depth <= 0:
        match kind:
            case "S":
                return f'"{pick.choice(TEXTS)}"'
            case "L":
                return f"[ {' '.join(_text(pick) for _ in range(pick.randint(0, 3)))} ]"
    form = pick.choice(FORMS[kind])
    if depth <= 0 and any(letter in form for letter in "SLNB"):
        form = pick.choice([one for one in FORMS[kind] if not set("SLNB") & set(one)])
    name, *rest = form.split(" ", 1)
    parts = "".join(
        expression(pick, depth - 1, letter) if letter in FORMS else letter
        for letter in (rest[0] if rest and name[0].islower() else form)
    )
    if not rest or not name[0].islower():
        return parts
    library = "builtins" if name in BUILTIN and pick.random() < 0.5 else "lib"
    return f"({'' if name in ('map', 'toString') else f'{library}.'}{name} {parts})"


def _text(pick: random.Random) -> str:
    return f'"{pick.choice(TEXTS)}"'


def computed(written: str) -> str | None:
    """Return what the reader makes of an expression; None where it refuses."""
    text = f"""{{ lib }}: let version = "{VERSION}"; local = lib.removePrefix "1." version; in
        {{ x = mkDerivation {{ pname = {written}; src = 1; }}; }}"""
    (package,) = read(text.encode())
    return package.pname
