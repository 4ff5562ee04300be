"""Pointers of Git LFS: which files are, and what is said of them."""

from __future__ import annotations

import pytest

from tests.loopback.lfs import pointer_of
from updater.hashing.pointers import advice, has_pointer, may_be_pointer, named
from updater.model import Hashed, PinWarning, Sri
from updater.pipeline.hash.downloaded import pointers

POINTER = pointer_of(b"large").encode()
CONTENTS = {
    "a pointer": (POINTER, True),
    "with an extension": (POINTER.replace(b"oid", b"ext-0-x sha256:0\noid"), True),
    "another version": (b"version https://example.org/spec/v2\noid sha256:0\nsize 1\n", False),
    "empty": (b"", False),
    "a long text that quotes one": (b"# about\n" * 200 + POINTER, False),
    "a short text that quotes one": (b"# about\n\n" + POINTER, False),
    "a text that begins so": (POINTER + b"and goes on\n", False),
    "by the address that it had first": (POINTER.replace(b"git-lfs", b"hawser"), True),
    "with line ends of Windows": (POINTER.replace(b"\n", b"\r\n"), False),
}


@pytest.mark.parametrize(("data", "is_pointer"), CONTENTS.values(), ids=CONTENTS)
def test_a_pointer_is_a_small_file_that_begins_so(data: bytes, *, is_pointer: bool) -> None:
    assert (may_be_pointer(len(data)) and has_pointer(data)) == is_pointer


def test_what_is_in_git_lfs_is_said_in_one_sentence() -> None:
    assert [named(names) for names in ((), ("a",), ("a", "b"), ("a", "b", "c"))] == [
        "",
        "a is in Git LFS",
        "a and b are in Git LFS",
        "a and 2 other files are in Git LFS",
    ]
    assert advice((), "fetchgit") == ""


def test_of_a_bump_it_is_information() -> None:
    """It stops no auto-merge: it may be so since ever."""
    hashed = Hashed(Sri("sha256", b"x" * 32), "embedded", 0, pointers=("a.bin",))
    message = advice(("a.bin",), "fetchzip")
    assert pointers(hashed, "fetchzip") == (PinWarning("lfs-pointers", message, configured=True),)
    assert pointers(None, "fetchzip") == ()


def test_what_fetches_a_file_is_said_for_the_call_that_there_is() -> None:
    """Of `fetchzip` and the like another call is named: they know no `fetchLFS`."""
    named_calls = [advice(("a",), one).partition("file; ")[2] for one in ("fetchgit", "fetchzip")]
    assert named_calls == [
        "`fetchLFS = true` fetches it",
        "fetchgit with `fetchLFS = true` fetches it",
    ]
