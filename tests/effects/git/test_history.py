"""git: histories without trees, over smart HTTP."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from tests.loopback.faults import Cut, Drop
from tests.loopback.messages import Response
from updater.effects.git.environment import isolated
from updater.effects.git.history import History
from updater.errors import NotFound, RateLimited, Refused, ServerFailed, Unreachable, UpstreamError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from tests.loopback.faults import Fault
    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted


@pytest.fixture
def repository(github: GitHub) -> Hosted:
    made = github.repository("o", "r")
    for number in range(5):
        made.commit(
            {"setup.py": f"version={number}", "pkg/sub/__init__.py": "x", "big": "y" * 10_000},
            date=f"2025-03-0{number + 1}T12:00:00+02:00",
        )
    return made


def url(github: GitHub, name: str = "r") -> str:
    return f"{github.url}/o/{name}.git"


def asked(address: str, work: Callable[[History], Awaitable[Any]]) -> Any:
    async def main() -> Any:
        with History.opened(address) as history:
            return await work(history)

    return anyio.run(main)


def log(repository: Hosted) -> list[str]:
    """All commits, oldest first."""
    return repository.git("rev-list", "--reverse", "HEAD").split()


def test_a_commit_and_all_before_it_are_reachable(github: GitHub, repository: Hosted) -> None:
    commits = log(repository)

    async def work(history: History) -> dict[str, str]:
        await history.fetch([commits[3]])
        return await history.reachable(commits[3])

    days = [datetime(2025, 3, day, 10, tzinfo=UTC) for day in (1, 2, 3, 4)]
    seconds = [str(int(day.timestamp())) for day in days]
    assert asked(url(github), work) == dict(zip(commits[:4], seconds, strict=True))


def test_no_tree_and_no_file_is_fetched(github: GitHub, repository: Hosted) -> None:
    async def work(history: History) -> None:
        await history.fetch([repository.head()])

    asked(url(github), work)
    sent = sum(one.sent for one in github.server.exchanges("git-upload-pack"))
    assert sent < 5_000


def test_dates_are_in_utc(github: GitHub, repository: Hosted) -> None:
    commits = log(repository)

    async def work(history: History) -> dict[str, datetime | None]:
        await history.fetch([commits[-1]])
        return await history.dates([commits[4], commits[0]])

    assert asked(url(github), work) == {
        commits[4]: datetime(2025, 3, 5, 10, tzinfo=UTC),
        commits[0]: datetime(2025, 3, 1, 10, tzinfo=UTC),
    }


def test_commits_alone_come_without_what_is_behind_them(github: GitHub, repository: Hosted) -> None:
    commits = log(repository)

    async def work(history: History) -> tuple[dict[str, datetime | None], frozenset[str]]:
        await history.fetch_alone([commits[4], commits[2]])
        reachable = await history.reachable(commits[4])
        return await history.dates([commits[4]]), frozenset(reachable)

    dates, reachable = asked(url(github), work)
    assert dates == {commits[4]: datetime(2025, 3, 5, 10, tzinfo=UTC)}
    assert reachable == {commits[4]}


READ = {
    "file": ("setup.py", b"version=4"),
    "file in a folder": ("pkg/sub/__init__.py", b"x"),
    "nothing": ("no/such.py", None),
    "folder": ("pkg", None),
    "name that git could take for an option": ("--help", None),
}


@pytest.mark.parametrize(("path", "content"), READ.values(), ids=READ)
def test_a_file_is_read_from_a_commit(
    github: GitHub, repository: Hosted, path: str, content: bytes | None
) -> None:
    async def work(history: History) -> bytes | None:
        await history.fetch([repository.head()])
        return await history.read(repository.head(), path, 1 << 20)

    assert asked(url(github), work) == content


FAULTS: dict[str, tuple[Fault, type[UpstreamError]]] = {
    "500": (Response(500), ServerFailed),
    "502": (Response(502), ServerFailed),
    "429": (Response(429), RateLimited),
    "403": (Response(403), Refused),
    "404": (Response(404), NotFound),
    "dropped": (Drop(), Unreachable),
    "cut short": (Cut(4), Unreachable),
}


@pytest.mark.parametrize(("fault", "kind"), FAULTS.values(), ids=FAULTS)
def test_what_a_failure_means(
    github: GitHub, repository: Hosted, fault: Fault, kind: type[UpstreamError]
) -> None:
    github.server.fail("info/refs", fault)
    with pytest.raises(kind) as caught:
        asked(url(github), lambda history: history.fetch([repository.head()]))
    assert str(caught.value).startswith(f"{url(github)}: ")
    assert caught.value.hint


@pytest.mark.usefixtures("repository")
def test_a_commit_that_is_not_there_is_not_found(github: GitHub) -> None:
    with pytest.raises(NotFound, match="not our ref"):
        asked(url(github), lambda history: history.fetch(["f" * 40]))


def test_a_repository_that_is_not_there_is_not_found_and_nobody_is_asked_for_a_password(
    github: GitHub,
) -> None:
    with pytest.raises(NotFound):
        asked(url(github, "gone"), lambda history: history.fetch(["f" * 40]))


OTHER_PROTOCOLS = ("ext::sh -c touch% here", "file:///srv/r", "ssh://h/x", "git://h/x")


@pytest.mark.parametrize("address", OTHER_PROTOCOLS)
def test_only_http_is_spoken(address: str) -> None:
    """An address from an overlay starts no program and reads no folder of this machine."""
    with pytest.raises(UpstreamError, match=r"transport '\w+' not allowed$"):
        asked(address, lambda history: history.fetch(["f" * 40]))


def test_an_address_stays_one_value_of_the_configuration() -> None:
    address = 'http://127.0.0.1:9/"\n[core]\n\tsshCommand = "touch x'
    with History.opened(address) as history:
        configured = str(history._folder / "config")
        done = subprocess.run(
            ["git", "config", "--file", configured, "--name-only", "--list"],
            check=True,
            capture_output=True,
            text=True,
        )
    assert done.stdout.splitlines() == [
        "core.repositoryformatversion",
        "core.bare",
        "extensions.partialclone",
        "remote.origin.url",
        "remote.origin.promisor",
        "remote.origin.partialclonefilter",
        "gc.auto",
        "maintenance.auto",
        "http.lowspeedlimit",
        "http.lowspeedtime",
    ]


def test_the_users_repository_and_configuration_do_not_count(
    github: GitHub, repository: Hosted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the updater runs inside a git hook, which has GIT_DIR set."""
    configuration = tmp_path / "gitconfig"
    configuration.write_text('[url "http://127.0.0.1:9/"]\n\tinsteadOf = http://\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(configuration))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "no-such"))
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'core.bare'='nonsense'")

    async def work(history: History) -> dict[str, str]:
        await history.fetch([repository.head()])
        return await history.reachable(repository.head())

    assert len(asked(url(github), work)) == 5


def test_no_secret_is_in_the_environment_of_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "hush")
    monkeypatch.setenv("MY_API_KEY", "hush")
    monkeypatch.setenv("SSL_CERT_FILE", "/ca.pem")
    environment = isolated()
    assert "hush" not in environment.values()
    assert environment["GIT_SSL_CAINFO"] == "/ca.pem"


def test_the_folder_is_gone_afterwards(github: GitHub, repository: Hosted) -> None:
    folders = []

    async def work(history: History) -> None:
        folders.append(history._folder)
        await history.fetch([repository.head()])

    asked(url(github), work)
    assert not folders[0].exists()
