"""What an update changes: known from its hashes and labels."""

from __future__ import annotations

import pytest

from updater.model import (
    Candidate,
    Change,
    Field,
    FieldChange,
    Hashed,
    Package,
    Pinned,
    Source,
    Span,
    Sri,
    Updated,
)
from updater.model.proposal import kind_of, source_stays

OLD, NEW = Sri("sha256", b"0" * 32), Sri("sha256", b"1" * 32)
OTHER = Sri("sha512", b"0" * 64)
COMMIT, NEXT = "a" * 40, "b" * 40

KINDS = [
    ("1.0", "1.0.1", "patch"),
    ("1.0", "1.1", "minor"),
    ("1.9", "2.0", "major"),
    ("1.0", "1!1.0", "major"),
    ("1.0rc1", "1.0", "patch"),
    ("1.0", "1.0.0", "other"),
    ("1.0-unstable-2026-01-01", "1.0.1", "patch"),
    ("1.0", "1.0-unstable-2026-01-01", "other"),
    ("1.0-unstable-2026-01-01", "1.0-unstable-2026-02-01", "other"),
    ("1.0", "1.1-unstable-2026-01-01", "other"),
    ("1.0", "2.0-unstable-2026-01-01", "major"),
    ("unstable-2026-01-01", "1.0", "major"),
    ("2024-01-15", "2024-02-20", "other"),
    ("2024.1.15", "2024.2.20", "minor"),
    ("1.2.3-1", "1.2.3-2", "patch"),
    ("1.2.3-1ubuntu1", "1.2.3-1ubuntu2", "other"),
    ("1.1.1v", "1.1.1w", "other"),
    ("", "1.0", "other"),
    ("unstable", "1.0", "other"),
]


@pytest.mark.parametrize(("old", "new", "kind"), KINDS)
def test_the_kind_of_an_update(old: str, new: str, kind: str) -> None:
    """Labels of which nobody knows the step are never a small one, and never a pin."""
    assert kind_of(old, new, stays=False) == kind
    assert kind_of(old, new, stays=True) == "pin"


REV = ("rev", "main", COMMIT)
STAYS: dict[str, tuple[list[tuple[str, str, str]], bool]] = {
    "a rev that moved is named": ([REV], True),
    "a label": ([("version", "1.0", "1.1")], True),
    "a hash spelled otherwise": ([("sha256", OLD.digest.hex(), str(OLD))], True),
    "another hash": ([REV, ("hash", str(OLD), str(NEW))], False),
    "another hash of an old spelling": ([("sha256", OLD.digest.hex(), str(NEW))], False),
    "a placeholder": ([("hash", "", str(NEW))], False),
    "another algorithm": ([("sha512", str(OTHER), str(NEW))], False),
    "a further source": ([REV, ("extra.hash", str(OLD), str(NEW))], False),
    "a hash beside the source": ([REV, ("cargoHash", str(OLD), str(NEW))], False),
    "a tag that begins as a hash does": ([("rev", "sha1-old", "sha1-new")], False),
}


def update(
    fields: list[tuple[str, str, str]], held: str = "", sri: Sri | None = None, commit: str = ""
) -> Updated:
    """Return an update of a package whose source has a hash, or none."""
    span = Span(0, 1)
    hashes = (Field("hash", 2, span, "", held, (), None),) if sri is not None else ()
    source = Source("fetchgit", "src", 1, span, hashes)
    label = Field("version", 1, span, "", "1", (), None)
    package = Package("a.nix", ("a",), 1, span, "a", label, source)
    changes = tuple(FieldChange(name, 1, old, new) for name, old, new in fields)
    return Updated(
        package=package,
        change=Change(package, (), changes, b"", b""),
        hashed=Hashed(sri, "embedded", 0) if sri is not None else None,
        written=False,
        pinned=Pinned("v1", COMMIT),
        candidate=Candidate("2", commit=commit),
    )


@pytest.mark.parametrize(("fields", "stays"), STAYS.values(), ids=STAYS)
def test_the_source_stays_where_all_hashes_do(
    fields: list[tuple[str, str, str]], *, stays: bool
) -> None:
    assert source_stays(update(fields, str(OLD), OLD)) is stays


HELD: dict[str, tuple[str, bool]] = {
    "the same": (str(OLD), True),
    "the same in an old spelling": (OLD.digest.hex(), True),
    "another one": (str(NEW), False),
    "of another algorithm": (str(OTHER), False),
    "a placeholder": ("", False),
}


@pytest.mark.parametrize(("held", "stays"), HELD.values(), ids=HELD)
def test_a_hash_that_another_package_of_the_source_has_written_is_not_one_that_stays(
    held: str, *, stays: bool
) -> None:
    assert source_stays(update([("version", "1.0", "1.1")], held, OLD)) is stays


@pytest.mark.parametrize(("commit", "stays"), [(COMMIT, True), (NEXT, False), ("", False)])
def test_of_a_call_without_a_hash_the_commit_tells(commit: str, *, stays: bool) -> None:
    """Its rev may be made from the version, so that no field but that one changes."""
    assert source_stays(update([("version", "1.0", "2.0")], commit=commit)) is stays
