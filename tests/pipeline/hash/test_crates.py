"""The entries of outputHashes for a new Cargo.lock: kept, renamed, added and taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from updater.errors import PatchError
from updater.metadata.locks import Crate, from_git, is_lock
from updater.model import Field, Span
from updater.pipeline.hash.crates import crate_hashes

if TYPE_CHECKING:
    from collections.abc import Mapping

A, B, C = ("a" * 40, "b" * 40, "c" * 40)
ONE = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q="
TWO = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc="


def field(text: str) -> Field:
    """Return an attribute that is a set."""
    return Field("cargoLock.outputHashes", 1, Span(0, len(text)), text, None, (), None)


def crates(**commits: str) -> dict[str, Crate]:
    """Return packages from git by their names with versions: ``x_1`` is ``x-1.0``."""
    named = {name.replace("__", "-"): commit for name, commit in commits.items()}
    return {
        f"{name.rpartition('_')[0]}-{name.rpartition('_')[2]}.0": Crate(
            name.rpartition("_")[0], commit
        )
        for name, commit in named.items()
    }


LINES = f"""{{
      # from git
      "x-1.0" = "{ONE}";
      "y-1.0" = "{TWO}"; # another
    }}"""
CASES: dict[str, tuple[str, Mapping[str, Crate] | None, Mapping[str, Crate], str, list[str]]] = {
    "nothing changes": (LINES, crates(x_1=A, y_1=B), crates(x_1=A, y_1=B), LINES, []),
    "another commit of the same version": (
        LINES,
        crates(x_1=A, y_1=B),
        crates(x_1=C, y_1=B),
        LINES,
        ["x-1.0"],
    ),
    "another version": (
        LINES,
        crates(x_1=A, y_1=B),
        crates(x_2=C, y_1=B),
        LINES.replace("x-1.0", "x-2.0"),
        ["x-2.0"],
    ),
    "another version at the same commit": (
        LINES,
        crates(x_1=A, y_1=B),
        crates(x_2=A, y_1=B),
        LINES.replace("x-1.0", "x-2.0"),
        [],
    ),
    "one is gone": (
        LINES,
        crates(x_1=A, y_1=B),
        crates(x_1=A),
        LINES.replace(f'      "y-1.0" = "{TWO}"; # another\n', ""),
        [],
    ),
    "all are gone, on one line": (
        f'{{ "x-1.0" = "{ONE}"; }}',
        crates(x_1=A),
        {},
        "{ }",
        [],
    ),
    "a new one": (
        LINES,
        crates(x_1=A, y_1=B),
        crates(x_1=A, y_1=B, z_3=C),
        LINES.replace(f'"{TWO}";', f'"{TWO}";\n      "z-3.0" = "";'),
        ["z-3.0"],
    ),
    "a new one of a commit that has a hash": (
        LINES,
        crates(x_1=A, y_1=B),
        crates(x_1=A, x__extra_1=A, y_1=B),
        LINES,
        [],
    ),
    "into an empty set": ("{ }", {}, crates(z_3=C), '{ "z-3.0" = ""; }', ["z-3.0"]),
    "a longer name is another crate": (
        f'{{ "x-extra-1.0" = "{ONE}"; }}',
        crates(x__extra_1=A),
        crates(x_2=B),
        f'{{ "x-2.0" = "{ONE}"; }}',
        ["x-2.0"],
    ),
    "the old lock is not known": (LINES, None, crates(x_1=A, y_1=B), LINES, ["x-1.0", "y-1.0"]),
    "others in the place of all": (
        LINES,
        crates(x_1=A, y_1=B),
        crates(z_3=C),
        LINES.replace("x-1.0", "z-3.0").replace(f'      "y-1.0" = "{TWO}"; # another\n', ""),
        ["z-3.0"],
    ),
    "two of one commit": (
        f'{{ "x-1.0" = "{ONE}"; "y-1.0" = "{ONE}"; }}',
        crates(x_1=A, y_1=A),
        crates(x_1=B, y_1=B),
        f'{{ "x-1.0" = "{ONE}"; "y-1.0" = "{ONE}"; }}',
        ["x-1.0 y-1.0"],
    ),
}


@pytest.mark.parametrize(("text", "old", "new", "after", "built"), CASES.values(), ids=CASES)
def test_each_commit_of_the_new_lock_has_a_hash_and_no_name_is_left(
    text: str,
    old: Mapping[str, Crate] | None,
    new: Mapping[str, Crate],
    after: str,
    built: list[str],
) -> None:
    """Comments and the order of what stays are kept."""
    hashes = crate_hashes(field(text), old, new)
    assert hashes.text == after
    assert [" ".join(unknown.entries) for unknown in hashes.unknown] == built


@pytest.mark.parametrize(
    "text",
    [
        '{ inherit (x) "a-1.0"; }',
        '{ "a-1.0" = x; }',
        '{ "a-${v}" = ""; }',
        '{ a.b = ""; }',
        '{ "a-1.0" = "$(x)"; }',
        "x // { }",
        '{ "a-1.0" = ""',
    ],
)
def test_what_is_no_plain_set_is_refused(text: str) -> None:
    with pytest.raises(PatchError, match="is not a set of hashes by name"):
        crate_hashes(field(text), None, crates(a_1=A))


def test_what_a_lock_takes_from_git_is_read_by_name_and_commit() -> None:
    lock = f"""
version = 4
[[package]]
name = "tool"
version = "1.0.0"
[[package]]
name = "from-index"
version = "0.1.0"
source = "registry+https://index.example/crates"
[[package]]
name = "x"
version = "0.2.0-rc.1"
source = "git+https://example.org/x?branch=main#{A}"
[[package]]
name = "$(y)"
version = "1"
source = "git+https://example.org/y#{B}"
""".encode()
    assert from_git(lock) == {"x-0.2.0-rc.1": Crate("x", A)}
    assert is_lock("rs/Cargo.lock", lock)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Cargo.lock", "version = 3"),
        ("Cargo.lock", "<<<<<<<"),
        ("package-lock.json", '{"name": "x"}'),
        ("package-lock.json", "[]"),
        ("package-lock.json", "[" * 100_000),
        ("package.json", "{"),
    ],
)
def test_what_has_only_a_locks_name_is_not_one(path: str, text: str) -> None:
    assert not is_lock(path, text.encode())
