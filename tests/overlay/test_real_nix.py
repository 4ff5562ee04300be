"""What the reader says, and what a bump does, is what the real Nix evaluates."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.overlay.expressions import VERSION, computed, expression
from tests.overlay.golden import (
    BUMPS,
    FOLDER,
    NEW,
    PAIRS,
    Bump,
    bumped,
    read,
    subject,
    text,
    values,
)
from updater.model import HASH_FIELDS, Span
from updater.overlay.reading import syntax
from updater.overlay.reading.file import read_packages
from updater.text import spelled_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.real_nix import Nix
    from updater.model import Package, Source

pytestmark = pytest.mark.nix

RECORDING = Path(__file__).parent / "recording.nix"
# Nix 2.8 has no pipe operators.
NOT_RECORDED = ("pipe-beside",)
EVALUATED = [name for name in PAIRS if name not in NOT_RECORDED]
FILES = [f"{name}{ending}" for name in EVALUATED for ending in (".nix", ".expected.nix")]


@pytest.fixture(scope="module")
def evaluated(nix: Nix) -> dict[str, Any]:
    """Each golden file's packages by their names, as Nix evaluates them."""
    calls = " ".join(f'"{one}" = import {RECORDING} {{ file = {FOLDER / one}; }};' for one in FILES)
    found: dict[str, Any] = nix.eval(f"{{ {calls} }}")
    return found


def of(package: Package, found: dict[str, Any]) -> Any:
    """Return what Nix made of a package; a file that is one package has no attribute."""
    real = found[package.attribute[-1] if package.attribute else ""]
    if not isinstance(real.get("src"), str):
        return real
    source, _ = json.JSONDecoder().raw_decode(real["src"])
    return {**real, "src": source}


def is_read(source: Source, src: dict[str, Any]) -> bool:
    """Tell whether every value that was read is what Nix gives the fetcher."""
    said = {one.name: one.value for one in source.fields if one.value and "[" not in one.name}
    given = {name: json.dumps(src[name]).strip('"') for name in said if name in src}
    return (source.fetcher, said) == (src["fetcher"], given)


@pytest.mark.parametrize("file", FILES)
def test_the_reader_reads_what_nix_evaluates(file: str, evaluated: dict[str, Any]) -> None:
    """Names, versions, and every argument of the source that has a value."""
    packages = read((FOLDER / file).read_bytes())
    last = {package.attribute: package.ordinal for package in packages}
    for package in packages:
        # of two at one place, Nix has the one that overrides, or that a condition chooses
        if package.skip or package.ordinal < last[package.attribute]:
            continue
        real = of(package, evaluated[file])
        assert package.pname in (None, real.get("pname"))
        assert package.label == real.get("version", package.label) or package.unlabelled
        fetched = real.get("srcs") or [real["src"]]
        sources = [one for one in (package.source, *package.companions) if one is not None]
        assert any(is_read(one, src) for one in sources for src in fetched), fetched


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield what a package is made of, each with its path."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, f"{path}.{index}")
    else:
        yield path, value


def follows(before: str, old: str, after: str, new: str) -> bool:
    """Tell whether only versions changed, those that ``${version}`` writes, not those in text."""
    either = f"({re.escape(old)}|{re.escape(new)})"
    return re.fullmatch(re.escape(before).replace(re.escape(old), either), after) is not None


@pytest.mark.parametrize("name", EVALUATED)
def test_a_bump_gives_version_rev_and_hash_and_nothing_else(
    name: str, evaluated: dict[str, Any]
) -> None:
    """The package evaluates to what was wanted; the rest of it changes only by its version."""
    package, bump = subject(text(name), name), BUMPS.get(name, Bump())
    old = dict(leaves(of(package, evaluated[f"{name}.nix"])))
    new = dict(leaves(of(package, evaluated[f"{name}.expected.nix"])))
    assert package.source is not None
    wanted = values(package, package.source, bump, NEW)
    version = wanted.pop("version", "")
    assert package.unlabelled or new.get("version", version) == version
    sri = wanted.pop("hash", None)
    places = ("src", *(f"srcs.{index}" for index in range(9)))
    src = next(
        src
        for src in places
        if sri in [new.get(f"{src}.{field}") for field in HASH_FIELDS]
        or (sri is None and f"{src}.fetcher" in new)
    )
    for field, value in wanted.items():
        assert new[f"{src}.{field.replace('[', '.').rstrip(']')}"] == value
    told = [one.new for one in bumped(text(name), name).fields]
    hashes = {f"{src}.{field}" for field in HASH_FIELDS}
    for path in (old.keys() | new.keys()) - hashes:
        before, after = old.get(path), new.get(path)
        if before != after and after not in (*told, *wanted.values()):
            assert package.label, path
            assert follows(str(before), package.label, str(after), version), path


@pytest.mark.parametrize("name", EVALUATED)
def test_siblings_evaluate_to_what_they_were(name: str, evaluated: dict[str, Any]) -> None:
    package = subject(text(name), name)
    mine = [part.attribute[-1] for part in (package, *package.members) if part.attribute]
    before, after = evaluated[f"{name}.nix"], evaluated[f"{name}.expected.nix"]
    assert before.keys() == after.keys()
    for sibling in before.keys() - set(mine or ("",)):
        assert before[sibling] == after[sibling]


EXPRESSIONS = 10_000
STRINGS = ("string_expression", "indented_string_expression")
PIECES = (
    *("a", "1.2.0", " ", "  ", "\\", '\\"', "\\n", "\\t", "\\r", "\\\\", "\\$", "\\${", "\\x", "$"),
    *("$$", "$${", "}", "{", "'", "''", "''$", "'''", "''\\n", "''\\", "#", "/*", "\u00e9", "\n"),
    *("${v}", '${"x"}', "$${v}", '${v + "y"}', "${n}", "\r\n", "\t", "\u2028"),
)


def test_a_string_is_read_as_nix_reads_it(nix: Nix) -> None:
    """Whatever escapes, dollars and interpolations it has; what is too hard is not read at all."""
    pick = random.Random(20240601)  # noqa: S311 - reproducible, not secret
    written = [
        quotes + "".join(pick.choice(PIECES) for _ in range(pick.randint(0, 5))) + quotes
        for quotes in ('"', "''") * 2000
    ]
    valid = [one for one in written if is_one_string(one)]
    assert len(valid) > 1000
    lines = "".join(f"({one})\n" for one in valid)
    file = nix.folder / "strings.nix"
    file.write_bytes(f'let v = "1.2.0"; n = v; in [\n{lines}]\n'.encode())
    real = json.loads(nix.run("nix-instantiate", "--eval", "--strict", "--json", str(file)))
    known = 0
    for one, value in zip(valid, real, strict=True):
        found = string_value(one)
        assert found in (None, spelled_out(value)), one
        known += found is not None
    assert known > len(valid) // 2


def string_value(written: str) -> str | None:
    data = f'let v = "1.2.0"; n = v; in {{ x = mkDerivation {{ pname = {written}; src = 1; }}; }}'
    (package,) = read_packages(data.encode(), "x.nix", frozenset()).packages
    return package.pname


def is_one_string(written: str) -> bool:
    """Leave out what is no string for the parser, or ends before its end."""
    root = syntax.parse(f"({written})".encode()).root
    expression = root.child_by_field_name("expression")
    inner = syntax.unwrap(expression) if expression is not None else root
    whole = syntax.span(inner) == Span(1, len(written.encode()) + 1)
    return not root.has_error and whole and inner.type in STRINGS


def test_a_pure_function_computes_what_nix_computes(nix: Nix) -> None:
    """Ten thousand expressions that are read; what Nix would refuse is not."""
    pick = random.Random(20240915)  # noqa: S311 - reproducible, not secret
    texts: dict[str, str] = {}
    refused = 0
    while len(texts) < EXPRESSIONS:
        written = expression(pick, pick.randint(1, 3))
        text = computed(written)
        if text is None:
            refused += 1
        else:
            texts[written] = text
    library = Path(__file__).parent / "expressions.nix"
    file = nix.folder / "expressions.nix"
    lines = "".join(f"({written})\n" for written in texts)
    local = 'local = lib.removePrefix "1." version;'
    file.write_text(f'let lib = import {library}; version = "{VERSION}"; {local} in [\n{lines}]\n')
    real = json.loads(nix.run("nix-instantiate", "--eval", "--strict", "--json", str(file)))
    assert dict(zip(texts, real, strict=True)) == texts
    assert refused > EXPRESSIONS // 100
