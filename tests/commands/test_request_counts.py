"""How many requests pull requests take, whatever is open: `benchmarks/pulls.py` has the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.commands.repository import Home

LOOKS = 4
"""The base; its folders; what is open, with what was said; and what was closed, with files."""


def run(home: Home) -> tuple[int, int]:
    """Run once; return how many requests went to GitHub, and how many of them write."""
    before = len(home.github.server.requests("/api/"))
    result = home.bump()
    assert result.code == 0, result.out
    asked = home.github.server.requests("/api/")[before:]
    writes = [
        request
        for request in asked
        if request.method != "GET" and ("/repos/" in request.path or b"mutation" in request.body)
    ]
    return len(asked), len(writes)


def test_requests_grow_with_what_is_written_alone(home: Home) -> None:
    changes = 4
    home.configure("max_open: 4\n")
    home.add("fig", "kiwi")
    for name in ("fig", "kiwi"):
        home.release(name, "2.0")

    first = run(home)
    nothing_new = run(home)
    home.push("main", {"README": "more\n"})
    base_moved = run(home)
    home.release("apple", "3.0")
    one_newer = run(home)

    assert len(home.hosted.pulls) == changes
    assert (first, nothing_new, base_moved, one_newer) == (
        (LOOKS + 3 * changes, 3 * changes),
        (LOOKS, 0),
        (LOOKS, 0),
        (LOOKS + 4, 4),
    )


def test_what_waits_and_what_was_declined_takes_no_request_each(home: Home) -> None:
    """Nor does the dashboard, which is read with the rest."""
    home.configure("max_open: 1\ndashboard: true\n")
    home.add("fig", "kiwi")
    for name in ("fig", "kiwi"):
        home.release(name, "2.0")
    home.bump()
    home.pull(1).state = "closed"
    home.bump()
    (*_, last) = home.hosted.pulls.values()
    home.push(last.branch, {"README": "by hand\n"})
    home.bump()  # says once why it stops
    assert [pull.state for pull in home.hosted.pulls.values()] == ["closed", "open"]
    assert run(home) == (LOOKS, 0)
