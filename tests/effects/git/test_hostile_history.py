"""Commits, tags and files as git lets anybody make them: read, or refused by their own package."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import anyio
import pytest

from tests.loopback.oddities import DATES, ODD_ZONE, dated, with_zeros
from updater.effects.git.history import History
from updater.effects.git.mirror import Mirror

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path
    from typing import Any

    from tests.loopback.github import GitHub


def asked(address: str, work: Callable[[History], Awaitable[Any]]) -> Any:
    async def main() -> Any:
        with History.opened(address) as history:
            return await work(history)

    return anyio.run(main)


@pytest.mark.parametrize("date", DATES.values(), ids=DATES)
def test_a_commit_whose_date_is_none_has_none(github: GitHub, date: str) -> None:
    """Its neighbours have theirs, and a mirror lists all of them."""
    repository = github.repository("o", "r")
    first = repository.commit({"a": "1"}, date="2025-03-01T12:00:00Z")
    odd = dated(repository, date)

    async def work(history: History) -> dict[str, datetime | None]:
        await history.fetch([odd])
        return await history.dates([odd, first])

    known = asked(f"{github.url}/o/r.git", work)
    assert known[first] == datetime(2025, 3, 1, 12, tzinfo=UTC)
    assert known[odd] in (None, datetime(1970, 1, 1, tzinfo=UTC))  # git's own word for some


def test_a_zone_that_is_none_changes_no_time(github: GitHub) -> None:
    repository = github.repository("o", "r")
    repository.commit({"a": "1"})
    odd = dated(repository, ODD_ZONE)

    async def work(history: History) -> dict[str, datetime | None]:
        await history.fetch([odd])
        return await history.dates([odd])

    moment = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert asked(f"{github.url}/o/r.git", work) == {odd: moment}


def test_a_mirror_lists_commits_of_any_date(github: GitHub, tmp_path: Path) -> None:
    repository = github.repository("o", "r")
    first = repository.commit({"a": "1"}, date="2025-03-01T12:00:00Z")
    odd = [dated(repository, date) for date in (*DATES.values(), ODD_ZONE)]
    with Mirror.opened(f"{github.url}/o/r.git", tmp_path / "cache") as mirror:
        listed = {one.commit: one.seconds for one in mirror.log()}
        assert set(listed) == {first, *odd}
        assert listed[odd[-1]] == 1_700_000_000
        assert all(0 <= seconds < 10**12 for seconds in listed.values())
        for commit in odd:
            found = mirror.commit(commit)
            assert found is not None
            assert found.commit == commit


def test_a_mirror_lists_tags_of_any_name(github: GitHub, tmp_path: Path) -> None:
    """A line separator of Unicode is a letter like others, to git."""
    repository = github.repository("o", "r")
    commit = repository.commit({"a": "1"})
    names = ["v1\u20281", "v2\u0085", "v3\u2029", "v" + "4" * 200, "v5\u00e9"]
    for name in names:
        repository.tag(name, commit)
    with Mirror.opened(f"{github.url}/o/r.git", tmp_path / "cache") as mirror:
        assert set(mirror.tags()) == set(names)


READ = """
import anyio, resource, sys
from updater.effects.git.history import History
from updater.errors import HostileFile
async def main():
    with History.opened(sys.argv[1]) as history:
        await history.fetch([sys.argv[2]])
        try:
            return await history.read(sys.argv[2], "pyproject.toml", 1 << 20)
        except HostileFile as error:
            return error.message
print(anyio.run(main))
# The peak of getrusage begins with that of the process which this one was started by.
own = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(int(own.split()[1]) >> 10)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10)
"""


def test_a_huge_file_is_refused_before_it_is_read(github: GitHub) -> None:
    """250 MB of zeros come as 250 kB: neither this process nor git's take their memory."""
    repository = github.repository("o", "r")
    commit = with_zeros(repository, "pyproject.toml", 250)
    done = subprocess.run(
        [sys.executable, "-c", READ, f"{github.url}/o/r.git", commit],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    said, own, of_git = done.stdout.splitlines()
    assert said == "pyproject.toml has 262144000 bytes, and at most 1048576 are read"
    assert int(own) < 200
    assert int(of_git) < 200
