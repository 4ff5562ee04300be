"""Every shape of overlay: what stays, what changes, whatever bytes surround it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.overlay.golden import (
    NEW,
    NEWER,
    PAIRS,
    bumped,
    expected,
    read,
    skipped,
    text,
    unchanged,
)

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("name", PAIRS)
def test_a_bump_to_what_is_pinned_changes_nothing(name: str) -> None:
    data = text(name)
    packages = [one for one in read(data) if not skipped(one) and not one.problem]
    assert packages
    for package in packages:
        change = unchanged(data, package)
        assert (change.edits, change.after) == ((), data), package.identity


@pytest.mark.parametrize("name", PAIRS)
def test_a_bump_writes_exactly_what_is_expected(name: str) -> None:
    assert bumped(text(name), name).after.decode() == expected(name).decode()


@pytest.mark.parametrize("name", PAIRS)
def test_the_same_bump_again_changes_nothing(name: str) -> None:
    change = bumped(expected(name), name)
    assert (change.edits, change.fields) == ((), ())


def with_carriage_returns(data: bytes) -> bytes:
    return data.replace(b"\n", b"\r\n")


def with_tabs(data: bytes) -> bytes:
    return data.replace(b"  ", b"\t")


def without_final_newline(data: bytes) -> bytes:
    return data.rstrip(b"\n")


def with_other_bytes(data: bytes) -> bytes:
    return b"# caf\xe9 \xff\xfe \xe2\x80\xa8 \xf0\x9f\x90\x8d\n" + data + b"# caf\xe9\n"


def with_a_long_line(data: bytes) -> bytes:
    return data + b"# " + b"1.2.0 " * 100_000 + b"\n"


def behind_many_lines(data: bytes) -> bytes:
    return b"\n" * 70_000 + data


VARIANTS = (
    with_carriage_returns,
    with_tabs,
    without_final_newline,
    with_other_bytes,
    with_a_long_line,
    behind_many_lines,
)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", PAIRS)
def test_all_other_bytes_stay(name: str, variant: Callable[[bytes], bytes]) -> None:
    """Line endings, tabs, the end of the file, bytes that are no UTF-8, and long texts."""
    data = variant(text(name))
    assert bumped(data, name).after == variant(expected(name))


OLD = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q="
OLDER = "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY="


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("guide-tag", [("version", 5, "1.2.0", "2.0.0"), ("sha256", 12, OLD, NEW)]),
        (
            "guide-branch",
            [
                ("rev", 10, "main", "v2.0.0"),
                ("version", 5, "1.2.0", "2.0.0"),
                ("sha256", 11, OLD, NEW),
            ],
        ),
        (
            "pypi-stem",
            [
                ("version", 4, "1.2.0", "2.0.0"),
                ("pname", 6, "tool", "Tool"),
                ("hash", 7, OLD, NEW),
            ],
        ),
        (
            "two-sources",
            [
                ("version", 4, "1.2.0", "2.0.0"),
                ("hash", 10, OLD, NEW),
                (
                    "srcs.url",
                    13,
                    "https://example.org/tool-data-1.2.0.tar.gz",
                    "https://example.org/tool-data-2.0.0.tar.gz",
                ),
                ("srcs.hash", 14, OLDER, NEWER),
            ],
        ),
        ("hash-fake", [("version", 4, "1.2.0", "2.0.0"), ("sha256", 9, "", NEW)]),
        (
            "version-selected",
            [("version", 4, "1.2.0", "2.0.0"), ("hash", 6, OLD, NEW)],
        ),
    ],
)
def test_a_bump_reports_each_field_that_it_changes(
    name: str, fields: list[tuple[str, int, str, str]]
) -> None:
    """Field, line of the old text, and both values; what follows the version is no field of it."""
    changed = [(one.field, one.line, one.old, one.new) for one in bumped(text(name), name).fields]
    assert changed == fields
