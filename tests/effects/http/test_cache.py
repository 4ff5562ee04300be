"""Answers of earlier runs: asked about again, never trusted beyond that, and no token in them."""

from __future__ import annotations

import os
import stat
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from tests.loopback.messages import Request, Response, redirect, text
from updater.effects.http import cache
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
    assert len(kept) == 2
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


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "emptied": lambda _data: b"",
    "cut short": lambda data: data[:-3],
    "no head": lambda data: data.partition(b"\n")[2],
    "a changed bit in the body": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    "a changed bit in a header": lambda data: data.replace(b"etag", b"etaf"),
    "a changed bit in the address": lambda data: data.replace(b"http:", b"htt`:"),
    "another version": lambda data: data.replace(b"updater-response-5", b"updater-response-3"),
    "another format": lambda _data: b'{"sha256": null}\n',
    "a list": lambda _data: b"[]\nx",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_answer_is_left_out_and_replaced(
    runs: Runs, server: Server, page: str, damage: Callable[[bytes], bytes]
) -> None:
    runs.get(page)
    (path,) = runs.files()
    path.write_bytes(damage(path.read_bytes()))
    assert runs.get(page)[0].body == b"hello"
    assert runs.details == [f"{path} is damaged and was dropped; its host is asked again"]
    assert runs.get(page)[0].body == b"hello"
    assert (len(runs.details), runs.said) == (1, [])
    assert statuses(server) == [200, 200, 304]


def test_a_folder_that_cannot_be_written_is_said_once_and_fails_nothing(
    runs: Runs, server: Server, page: str
) -> None:
    runs.folder.write_text("a file stands in its place")
    server.route("GET", "/other", tagged())
    answers = runs.get(page, f"{server.url}/other", page)
    assert [one.body for one in answers] == [b"hello"] * 3
    assert runs.said == [
        f"answers cannot be kept between runs: {runs.folder}/answers-1: Not a directory"
    ]


def test_without_a_folder_nothing_is_kept(server: Server, page: str, tmp_path: Path) -> None:
    runs = Runs(tmp_path / "cache")
    runs.folder = None  # type: ignore[assignment]
    runs.get(page, page)
    assert statuses(server) == [200, 200]
    assert not (tmp_path / "cache").exists()


def test_what_nobody_asked_for_in_long_is_deleted(runs: Runs, server: Server, page: str) -> None:
    runs.get(page)
    (old,) = runs.files()
    long_ago = time.time() - 91 * 24 * 3600
    os.utime(old, (long_ago, long_ago))
    server.route("GET", "/other", tagged())
    runs.get(f"{server.url}/other")
    assert old not in runs.files()
    assert len(runs.files()) == 1


def test_the_oldest_goes_where_there_is_too_much(
    runs: Runs, server: Server, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs.get(page)
    (old,) = runs.files()
    os.utime(old, (1000 + time.time() - 2000, time.time() - 1000))
    server.route("GET", "/other", tagged())
    monkeypatch.setattr(cache, "_LARGEST", old.stat().st_size + 10)
    runs.get(f"{server.url}/other")
    assert old not in runs.files()
    assert len(runs.files()) == 1


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
