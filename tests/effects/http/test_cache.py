"""Answers of earlier runs: asked about again, never trusted beyond that, and no token in them."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from tests.loopback.messages import Request, Response, redirect, text
from updater.effects import database
from updater.effects.http.addresses import origin
from updater.effects.http.client import Http
from updater.effects.http.credentials import Credential
from updater.effects.http.network import Network
from updater.errors import NotFound, Offline, ServerFailed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.loopback.server import Server
    from updater.model import HttpResponse

TOKEN = "ghp_hush_hush"


class Runs:
    """Runs of the updater over one cache folder.

    Attributes:
        said: what the user was told.
        details: what `-v` shows.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.details: list[str] = []
        self.token = TOKEN

    def get(
        self, *urls: str, server: Server | None = None, offline: bool = False, **more: Any
    ) -> list[HttpResponse]:
        """Get some addresses in one run."""
        bound = frozenset({origin(server.url)} if server is not None else ())
        credentials = (Credential("T", bound, self.token),)

        async def main() -> list[HttpResponse]:
            network = Network(retries=0, timeout=20, offline=offline)
            async with Http.opened(
                network,
                credentials,
                self.said.append,
                detail=self.details.append,
                cache=self.folder,
            ) as http:
                return [await http.get(url, **more) for url in urls]

        return anyio.run(main)

    def files(self) -> list[Path]:
        """Return what is kept."""
        return [path for path in self.folder.rglob("*") if path.is_file()]


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "cache")


def tagged(body: Callable[[Request], str] = lambda _request: "hello") -> Callable[..., Response]:
    """Answer with an ETag, or with 304."""
    return lambda request: text(body(request), content_type="text/x").validated(request)


@pytest.fixture
def page(server: Server) -> str:
    server.route("GET", "/page", tagged())
    return f"{server.url}/page"


def statuses(server: Server) -> list[int | None]:
    return [one.status for one in server.exchanges()]


def test_what_has_not_changed_is_not_sent_again(runs: Runs, server: Server, page: str) -> None:
    first, second = runs.get(page), runs.get(page)
    assert statuses(server) == [200, 304]
    assert [(one.status, one.url, one.body) for one in (*first, *second)] == [
        (200, page, b"hello")
    ] * 2
    assert second[0].headers["content-type"] == "text/x"


def test_what_has_changed_is_sent_and_kept(runs: Runs, server: Server) -> None:
    words = ["one", "two"]
    server.route("GET", "/page", tagged(lambda _request: words[0]))
    url = f"{server.url}/page"
    runs.get(url)
    words.pop(0)
    (second,) = runs.get(url)
    (third,) = runs.get(url)
    assert statuses(server) == [200, 200, 304]
    assert (second.body, third.body) == (b"two", b"two")


def test_freshness_that_a_host_promises_is_not_believed(runs: Runs, server: Server) -> None:
    """A release that is a minute old is seen, although the index says max-age=600."""

    def fresh(request: Request) -> Response:
        return tagged()(request).with_headers(Cache_Control="max-age=600, public")

    server.route("GET", "/page", fresh)
    runs.get(f"{server.url}/page", f"{server.url}/page")
    assert statuses(server) == [200, 304]


def test_a_date_serves_where_there_is_no_tag(runs: Runs, server: Server) -> None:
    date = "Mon, 01 Jun 2026 00:00:00 GMT"

    def dated(request: Request) -> Response:
        if request.headers.get("if-modified-since") == date:
            return Response(304)
        return text("hello").with_headers(Last_Modified=date)

    server.route("GET", "/page", dated)
    runs.get(f"{server.url}/page")
    (again,) = runs.get(f"{server.url}/page")
    assert statuses(server) == [200, 304]
    assert again.body == b"hello"


UNKEPT = {
    "no-store": text("hello").with_headers(ETag='"1"', Cache_Control="private, no-store"),
    "an error": Response(500, headers={"ETag": '"1"'}),
}


@pytest.mark.parametrize("response", UNKEPT.values(), ids=UNKEPT)
def test_what_is_not_kept(runs: Runs, server: Server, response: Response) -> None:
    server.fail("GET /page", response)
    if response.status == 500:
        with pytest.raises(ServerFailed):
            runs.get(f"{server.url}/page")
    else:
        runs.get(f"{server.url}/page")
    assert runs.files() == []


def test_a_failure_does_not_make_the_kept_answer_serve(
    runs: Runs, server: Server, page: str
) -> None:
    """Nor does it take it away."""
    runs.get(page)
    server.fail("GET /page", Response(500), times=1)
    with pytest.raises(ServerFailed):
        runs.get(page)
    assert runs.get(page)[0].body == b"hello"
    assert statuses(server) == [200, 500, 304]


def test_another_media_type_is_another_answer(runs: Runs, server: Server) -> None:
    server.route("GET", "/page", tagged(lambda request: request.headers["accept"]))
    url = f"{server.url}/page"
    assert [runs.get(url, accept=kind)[0].body for kind in ("text/a", "text/b", "text/a")] == [
        b"text/a",
        b"text/b",
        b"text/a",
    ]
    assert statuses(server) == [200, 200, 304]


def test_what_one_token_is_shown_is_not_shown_for_another(runs: Runs, server: Server) -> None:
    server.route("GET", "/page", tagged(lambda request: str(request.authorization)))
    url = f"{server.url}/page"
    (mine,) = runs.get(url, server=server, scheme="bearer")
    runs.token = "another"
    (others,) = runs.get(url, server=server, scheme="bearer")
    (nobodys,) = runs.get(url)
    assert [one.body for one in (mine, others, nobodys)] == [
        f"Bearer {TOKEN}".encode(),
        b"Bearer another",
        b"None",
    ]
    assert statuses(server) == [200, 200, 200]


def test_no_token_is_in_any_file(runs: Runs, server: Server, page: str) -> None:
    runs.get(page, server=server, scheme="bearer")
    runs.get(page, server=server, scheme="basic")
    kept = [(path.name, path.read_bytes()) for path in runs.files()]
    assert len(kept) == 1
    for name, content in kept:
        assert TOKEN not in name
        assert TOKEN.encode() not in content
        assert b"uthorization" not in content


def test_only_the_user_may_read_what_is_kept(runs: Runs, page: str) -> None:
    umask = os.umask(0)
    try:
        runs.get(page)
    finally:
        os.umask(umask)
    (path,) = runs.files()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_redirect_leads_to_the_kept_answer_of_its_end(runs: Runs, server: Server) -> None:
    server.route("GET", "/page", tagged())
    server.route("GET", "/old", lambda _request: redirect("/page"))
    runs.get(f"{server.url}/old")
    (again,) = runs.get(f"{server.url}/old")
    assert (again.url, again.body) == (f"{server.url}/page", b"hello")
    assert statuses(server) == [301, 200, 301, 304]


def changed(statement: str) -> Callable[[Path], None]:
    """Change the database as a bit on the disk might."""

    def change(path: Path) -> None:
        with closing(sqlite3.connect(path)) as database, database:
            assert database.execute(statement).rowcount == 1

    return change


DAMAGE: dict[str, Callable[[Path], object]] = {
    "cut short": lambda path: os.truncate(path, 5000),
    "no head": lambda path: path.write_bytes(path.read_bytes()[100:]),
    "another format": lambda path: path.write_bytes(b'{"sha256": null}\n' * 100),
    "a changed name of a column": lambda path: path.write_bytes(
        path.read_bytes().replace(b"digest BLOB", b"digesu BLOB")
    ),
    "no table": lambda path: sqlite3.connect(path).execute("DROP TABLE kept"),
    "a changed body": changed("UPDATE kept SET body = body || 'x'"),
    "a changed header": changed("UPDATE kept SET head = replace(head, 'etag', 'etaf')"),
    "a changed digest": changed("UPDATE kept SET digest = 'x'"),
    "a body of another type": changed("UPDATE kept SET body = 5"),
    "a time of another type": changed("UPDATE kept SET used = 'x', body = 'x'"),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_answer_is_left_out_and_replaced(
    runs: Runs, server: Server, page: str, damage: Callable[[Path], object]
) -> None:
    runs.get(page)
    (path,) = runs.files()
    damage(path)
    assert runs.get(page)[0].body == b"hello"
    assert runs.details == [f"{path} is damaged and was dropped; what it had is found out again"]
    assert runs.get(page)[0].body == b"hello"
    assert (len(runs.details), runs.said) == (1, [])
    assert statuses(server) == [200, 200, 304]


def test_an_emptied_database_and_a_deleted_one_are_made_anew(
    runs: Runs, server: Server, page: str
) -> None:
    runs.get(page)
    (path,) = runs.files()
    path.write_bytes(b"")
    runs.get(page)
    path.unlink()
    assert [runs.get(page)[0].body for _ in range(2)] == [b"hello"] * 2
    assert (runs.details, runs.said) == ([], [])
    assert statuses(server) == [200, 200, 200, 304]


def test_a_database_that_is_deleted_while_it_is_used_is_made_anew(
    runs: Runs, server: Server
) -> None:
    """As by somebody who empties the cache folder, or by a run beside that found it damaged."""
    server.route("GET", "/page", tagged())

    def page(_request: Request) -> Response:
        shutil.rmtree(runs.folder)
        return text("other")

    server.route("GET", "/other", page)
    url = f"{server.url}/page"
    runs.get(url)
    runs.get(url, f"{server.url}/other", f"{server.url}/page?2")
    assert runs.said == []
    (path,) = runs.files()
    with closing(sqlite3.connect(path)) as kept:
        assert kept.execute("SELECT count(*) FROM kept").fetchone() == (2,)


def test_runs_side_by_side_keep_all_that_each_was_told(
    runs: Runs, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each writes after every answer, while others read and write."""
    monkeypatch.setattr(database, "_MOST_WAITING", 0)
    pages = [f"/page{number}" for number in range(40)]
    for page in pages:
        server.route("GET", page, tagged())
    urls = [f"{server.url}{page}" for page in pages]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda first: runs.get(*urls[first:], *urls[:first]), range(0, 40, 10)))
    assert (runs.said, runs.details) == ([], [])
    assert [one.body for one in runs.get(*urls)] == [b"hello"] * 40
    assert statuses(server)[-40:] == [304] * 40


def test_an_answer_that_is_the_same_again_is_not_written_again(runs: Runs, server: Server) -> None:
    server.route("GET", "/page", lambda _request: text("hello"))
    runs.get(f"{server.url}/page")
    (path,) = runs.files()
    before = path.stat().st_mtime_ns, path.read_bytes()
    runs.get(f"{server.url}/page")
    assert (path.stat().st_mtime_ns, path.read_bytes()) == before
    assert statuses(server) == [200, 200]


def test_a_folder_that_cannot_be_written_is_said_once_and_fails_nothing(
    runs: Runs, server: Server, page: str
) -> None:
    runs.folder.write_text("a file stands in its place")
    server.route("GET", "/other", tagged())
    answers = runs.get(page, f"{server.url}/other", page)
    assert [one.body for one in answers] == [b"hello"] * 3
    assert runs.said == [f"answers cannot be kept between runs: {runs.folder}: File exists"]


def test_a_full_disk_is_said_once_and_fails_nothing(
    runs: Runs, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was kept before stays."""
    server.route("GET", "/page", tagged())
    large = os.urandom(20_000).hex()
    server.route("GET", "/large", tagged(lambda _request: large))
    page, other = f"{server.url}/page", f"{server.url}/large"
    runs.get(page)
    connect = sqlite3.connect

    def small(*more: Any, **named: Any) -> sqlite3.Connection:
        opened: sqlite3.Connection = connect(*more, **named)
        opened.execute("PRAGMA max_page_count = 6")
        return opened

    monkeypatch.setattr(sqlite3, "connect", small)
    monkeypatch.setattr(database, "_MOST_WAITING", 0)
    assert [one.body for one in runs.get(other, page, other)] == [
        large.encode(),
        b"hello",
        large.encode(),
    ]
    (path,) = runs.files()
    assert runs.said == [f"answers cannot be kept between runs: {path}: database or disk is full"]
    monkeypatch.undo()
    runs.get(page)
    assert statuses(server) == [200, 200, 200, 200, 304]


def test_without_a_folder_nothing_is_kept(server: Server, page: str, tmp_path: Path) -> None:
    runs = Runs(tmp_path / "cache")
    runs.folder = None  # type: ignore[assignment]
    runs.get(page, page)
    assert statuses(server) == [200, 200]
    assert not (tmp_path / "cache").exists()


def last_used(path: Path, seconds_ago: float) -> None:
    """Make all answers of a database as old."""
    with closing(sqlite3.connect(path)) as kept, kept:
        kept.execute("UPDATE kept SET used = ?", (int(time.time() - seconds_ago),))


def test_what_nobody_asked_for_in_long_is_deleted(runs: Runs, server: Server, page: str) -> None:
    """What is asked for stays."""
    server.route("GET", "/other", tagged())
    server.route("GET", "/more", tagged())
    other, more = f"{server.url}/other", f"{server.url}/more"
    runs.get(page, other)
    (path,) = runs.files()
    last_used(path, 89 * 24 * 3600)
    runs.get(other)
    with closing(sqlite3.connect(path)) as kept, kept:
        kept.execute("UPDATE kept SET used = used - ?", (2 * 24 * 3600,))
    runs.get(more)
    runs.get(page, other)
    assert statuses(server)[-2:] == [200, 304]


def test_the_oldest_goes_where_there_is_too_much(
    runs: Runs, server: Server, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = os.urandom(20_000).hex()
    server.route("GET", "/large", tagged(lambda _request: large))
    runs.get(f"{server.url}/large")
    (path,) = runs.files()
    last_used(path, 1000)
    monkeypatch.setattr(database, "LARGEST", 15_000)
    runs.get(page)
    runs.get(page, f"{server.url}/large")
    assert statuses(server)[-2:] == [304, 200]


def test_a_post_and_an_answer_without_a_tag_are_kept_for_a_run_that_asks_nobody(
    runs: Runs, server: Server
) -> None:
    """By what was sent and by the token; a host that may be asked is asked."""
    server.route("POST", "/page", lambda request: text(f"to {request.body.decode()}"))
    server.route("GET", "/page", lambda _request: text("hello"))
    url = f"{server.url}/page"
    token = Credential("TOKEN", frozenset({server.url}), "hush")
    kept = {b"one": b"to one", b"two": b"to two"}

    async def bodies(*, offline: bool, credentials: tuple[Credential, ...] = ()) -> list[bytes]:
        network = Network(offline=offline)
        async with Http.opened(network, credentials, runs.said.append, cache=runs.folder) as http:
            answers = [await http.post(url, sent, headers={}) for sent in (b"one", b"two")]
            answers += [await http.get(url, scheme="bearer")]
            earlier = http.kept_posts(url, headers={})
            assert {sent: answer.body for sent, answer in earlier} == kept
            return [answer.body for answer in answers]

    answers = [*kept.values(), b"hello"]
    for _ in range(2):
        assert anyio.run(partial(bodies, offline=False)) == answers
    requests = len(server.requests())
    assert anyio.run(partial(bodies, offline=True)) == answers
    with pytest.raises(Offline):
        anyio.run(partial(bodies, offline=True, credentials=(token,)))
    assert (requests, len(server.requests())) == (6, 6)


def test_that_nothing_is_there_is_kept_for_a_run_that_asks_nobody(
    runs: Runs, server: Server, page: str
) -> None:
    """A run that may ask asks, and what has appeared since takes its place."""
    missing = f"{server.url}/missing"
    with pytest.raises(NotFound) as online:
        runs.get(missing)
    with pytest.raises(NotFound) as offline:
        runs.get(missing, offline=True)
    assert str(offline.value) == str(online.value)
    assert len(server.requests()) == 1

    server.route("GET", "/missing", tagged())
    assert runs.get(missing)[0].body == b"hello"
    assert runs.get(missing, offline=True)[0].body == b"hello"
    with pytest.raises(Offline):
        runs.get(page, offline=True)
