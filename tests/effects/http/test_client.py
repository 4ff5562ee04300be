"""HTTP: what is sent again, for how long is waited, who sees a token, and how much is read."""

from __future__ import annotations

import re
import ssl
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import anyio
import httpx
import pytest
import trustme

from tests.effects.http.clients import START
from tests.loopback.faults import Cut, Drop, Flood, Hang
from tests.loopback.messages import Request, Response, redirect, text
from tests.loopback.server import Server
from updater.effects.http import downloads, responses
from updater.effects.http.addresses import origin, shown
from updater.effects.http.credentials import Credential
from updater.effects.http.network import Network
from updater.effects.http.statuses import mapped
from updater.errors import (
    BadAnswer,
    NotFound,
    RateLimited,
    Refused,
    ServerFailed,
    Unreachable,
    UpstreamError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.effects.http.clients import Client
    from tests.loopback.faults import Fault
    from updater.effects.http.client import Http
    from updater.model import HttpResponse


def test_an_answer_has_status_address_headers_and_body(client: Client, page: str) -> None:
    answer = client.get(page)
    assert (answer.status, answer.url, answer.headers["content-type"], answer.body) == (
        200,
        page,
        "text/x",
        b"hello",
    )


def test_a_request_says_who_asks_and_what_for(client: Client, server: Server, page: str) -> None:
    client.get(page, accept="text/x")
    (request,) = server.requests()
    assert request.headers["user-agent"].startswith("updater/")
    assert request.headers["accept"] == "text/x"
    assert "cookie" not in request.headers


def test_no_cookie_is_kept(client: Client, server: Server, page: str) -> None:
    server.fail("GET /page", text("hello").with_headers(Set_Cookie="session=1; Path=/"))

    async def twice(http: Http) -> None:
        await http.get(page)
        await http.get(page)

    client.run(twice)
    assert ["cookie" in one.headers for one in server.requests()] == [False, False]


# --- what a status means ---

STATUSES: dict[str, tuple[Response, type[UpstreamError], str, str]] = {
    "404": (Response(404), NotFound, "404 Not Found", "is it deleted, renamed or private?"),
    "410": (Response(410), NotFound, "410 Gone", "is it deleted, renamed or private?"),
    "401": (Response(401), NotFound, "401 Unauthorized", "is it deleted, renamed or private?"),
    "403": (Response(403), Refused, "403 Forbidden", "the host refuses to answer without a token"),
    "451": (Response(451), BadAnswer, "451 Unavailable For Legal Reasons", ""),
    "400": (Response(400), BadAnswer, "400 Bad Request", ""),
    "204": (Response(204), BadAnswer, "204 No Content", ""),
    "304 that nobody asked for": (Response(304), BadAnswer, "304 Not Modified", ""),
    "300 without an address": (
        Response(300),
        BadAnswer,
        "300 Multiple Choices",
        "a tag and a branch may have that name: write refs/tags/NAME for the tag",
    ),
    "599": (Response(599), ServerFailed, "599", "try again later"),
    "500": (Response(500), ServerFailed, "500 Internal Server Error", "try again later"),
}


@pytest.mark.parametrize(("response", "kind", "said", "hint"), STATUSES.values(), ids=STATUSES)
def test_what_a_status_means(
    client: Client,
    server: Server,
    response: Response,
    kind: type[UpstreamError],
    said: str,
    hint: str,
) -> None:
    server.fail("GET /", response)
    with pytest.raises(kind) as caught:
        client.get(f"{server.url}/x?secret=1")
    error = caught.value
    assert (str(error), error.url, error.hint) == (
        f"{server.url}/x answers {said}",
        f"{server.url}/x",
        hint,
    )


# --- what is sent again ---

TRANSIENT: dict[str, Fault] = {
    "500": Response(500),
    "502": Response(502),
    "503": Response(503),
    "504": Response(504),
    "dropped": Drop(),
    "cut short": Cut(2),
}


@pytest.mark.parametrize("fault", TRANSIENT.values(), ids=TRANSIENT)
def test_what_may_succeed_later_is_sent_again(
    client: Client, server: Server, page: str, fault: Fault
) -> None:
    server.fail("GET /page", fault, times=2)
    assert client.get(page).body == b"hello"
    assert len(server.requests()) == 3
    assert len(client.waits) == len(client.said) == 2


@pytest.mark.parametrize("fault", TRANSIENT.values(), ids=TRANSIENT)
def test_it_is_not_sent_for_ever(client: Client, server: Server, page: str, fault: Fault) -> None:
    server.fail("GET /page", fault)
    with pytest.raises((ServerFailed, Unreachable)):
        client.get(page)
    assert len(server.requests()) == 4


def test_the_waits_grow_and_differ(client: Client, server: Server, page: str) -> None:
    client.network = Network(retries=6)
    server.fail("GET /page", Response(500))
    with pytest.raises(ServerFailed):
        client.get(page)
    steps = zip([0.5, 1, 2, 4, 8, 10], client.waits, strict=True)
    assert all(step <= wait <= step + 0.5 for step, wait in steps)
    assert len({wait % 0.5 for wait in client.waits[:5]}) > 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418])
def test_what_cannot_succeed_later_is_not_sent_again(
    client: Client, server: Server, page: str, status: int
) -> None:
    server.fail("GET /page", Response(status))
    with pytest.raises(UpstreamError):
        client.get(page)
    assert len(server.requests()) == 1
    assert (client.waits, client.said) == ([], [])


def test_a_caller_says_what_is_sent_again(client: Client, server: Server, page: str) -> None:
    server.fail("/page", Response(502))
    with pytest.raises(ServerFailed):
        client.get(page, on=())
    with pytest.raises(ServerFailed):
        client.post(page, on=(RateLimited,))
    assert len(server.requests()) == 2


def test_a_caller_judges_a_body_that_tells_of_a_failure(
    client: Client, server: Server, page: str
) -> None:
    judged = []

    def judge(answer: HttpResponse) -> None:
        judged.append(answer.body)
        if len(judged) == 1:
            raise ServerFailed("not yet")

    assert client.post(page, judge=judge).body == b"x"
    assert judged == [b"x", b"x"]
    assert len(server.requests()) == 2


def test_nobody_there_is_said_with_the_address_and_what_to_check(client: Client) -> None:
    client.network = Network(retries=0)
    with pytest.raises(Unreachable) as caught:
        client.get("http://user:secret@127.0.0.1:9/x")
    assert str(caught.value) == (
        "http://127.0.0.1:9/x cannot be reached: All connection attempts failed"
    )
    assert caught.value.hint == (
        "check the network, the proxy variables and the address in config.yaml"
    )


def test_of_a_host_that_is_not_there_is_told_once_a_try(client: Client) -> None:
    """However many requests wait for it; each fails with its own address all the same."""
    client.network = Network(retries=2)
    failed: list[str] = []

    async def work(web: Http) -> None:
        async def one(path: str) -> None:
            try:
                await web.get(f"http://127.0.0.1:9/{path}")
            except Unreachable as error:
                failed.append(str(error))

        async with anyio.create_task_group() as group:
            for path in ("a", "b", "c"):
                group.start_soon(one, path)

    client.run(work)
    why = "127.0.0.1:9 cannot be reached: All connection attempts failed"
    assert [re.sub(" in [0-9]+ s,", ",", said) for said in client.said] == [
        f"{why}, trying again, 2 of 3",
        f"{why}, trying again, 3 of 3",
    ]
    assert sorted(failed) == [
        f"http://127.0.0.1:9/{path} cannot be reached: All connection attempts failed"
        for path in "abc"
    ]


def test_a_host_that_says_nothing_is_left(client: Client, server: Server, page: str) -> None:
    client.network = Network(retries=0, timeout=0.2)
    server.fail("GET /page", Hang())
    with pytest.raises(Unreachable) as caught:
        client.get(page)
    assert str(caught.value) == f"no answer from {page} for 0.2 s"


@pytest.mark.parametrize("address", ["http://h:port/", "nowhere", "ftp://h/x"])
def test_what_is_no_address_is_no_answer(client: Client, address: str) -> None:
    with pytest.raises((BadAnswer, Unreachable)):
        client.get(address)
    assert client.waits == []


# --- rate limits ---

IN_20_S = "Mon, 01 Jun 2026 00:00:20 GMT"
RESET = str(int((START + timedelta(seconds=20)).timestamp()))

LIMITS = {
    "seconds": Response(429, headers={"Retry-After": "20"}),
    "date": Response(429, headers={"Retry-After": IN_20_S}),
    "secondary, 403": Response(403, headers={"Retry-After": "20"}),
    "maintenance": Response(503, headers={"Retry-After": "20"}),
    "primary": Response(403, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": RESET}),
    "primary, 429": Response(
        429, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": RESET}
    ),
}


@pytest.mark.parametrize("response", LIMITS.values(), ids=LIMITS)
def test_a_rate_limit_is_waited_for_and_the_user_is_told(
    client: Client, server: Server, page: str, response: Response
) -> None:
    server.fail("GET /page", response, times=1)
    assert client.get(page).body == b"hello"
    (waited,) = client.waits
    assert 20 <= waited <= 21
    phrase = {403: "Forbidden", 429: "Too Many Requests", 503: "Service Unavailable"}
    host = page.split("/")[2]
    said = f"{host} answers {response.status} {phrase[response.status]}: "
    when = f"trying again in {round(waited)} s, 2 of 4"
    assert client.said == [f"{said}rate limited until 2026-06-01 00:00:20 UTC, {when}"]


MINUTES = {
    "said in words": Response(403, b"You have exceeded a secondary rate limit."),
    "with a date that is none": Response(429, headers={"Retry-After": "soon"}),
    "without a word": Response(429),
}


@pytest.mark.parametrize("response", MINUTES.values(), ids=MINUTES)
def test_a_limit_without_an_end_is_a_minute_long(
    client: Client, server: Server, page: str, response: Response
) -> None:
    """As GitHub's documentation says."""
    client.network = Network(max_wait=70)
    server.fail("GET /page", response, times=1)
    assert client.get(page).body == b"hello"
    (waited,) = client.waits
    assert 60 <= waited <= 61


def test_a_limit_that_lasts_too_long_is_a_failure_at_once(
    client: Client, server: Server, page: str
) -> None:
    server.fail("GET /page", Response(429, headers={"Retry-After": "3600"}))
    with pytest.raises(RateLimited) as caught:
        client.get(page)
    assert str(caught.value) == (
        f"{page} answers 429 Too Many Requests: rate limited until 2026-06-01 01:00:00 UTC"
    )
    assert caught.value.until == START + timedelta(hours=1)
    assert (client.waits, len(server.requests())) == ([], 1)


def test_a_limit_that_is_over_already_is_no_long_wait(
    client: Client, server: Server, page: str
) -> None:
    past = Response(403, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "7"})
    server.fail("GET /page", past, times=1)
    assert client.get(page).body == b"hello"
    (waited,) = client.waits
    assert 0 <= waited <= 1


def test_of_one_limit_the_user_is_told_once(client: Client, server: Server) -> None:
    """All five meet the limit before any of them has waited."""
    met, first = threading.Barrier(5), iter(range(5))

    def limited(_request: Request) -> Response:
        if next(first, None) is None:
            return text("hello")
        met.wait(20)
        return Response(429, headers={"Retry-After": "20"})

    server.route("GET", "/limited", limited)

    async def five(http: Http) -> None:
        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(http.get, f"{server.url}/limited")

    client.moving = False
    client.run(five)
    assert len(client.waits) == 5
    assert len(client.said) == 1


def test_remaining_requests_mean_that_403_is_no_limit(
    client: Client, server: Server, page: str
) -> None:
    server.fail("GET /page", Response(403, headers={"X-RateLimit-Remaining": "59"}))
    with pytest.raises(Refused):
        client.get(page)


# --- tokens ---


@pytest.fixture
def elsewhere() -> Iterator[Server]:
    with Server(name="localhost") as running:
        running.route("GET", "/page", lambda _request: text("elsewhere"))
        yield running
    assert running.errors == []


def token(*servers: Server) -> tuple[Credential, ...]:
    return (Credential("A_TOKEN", frozenset(origin(one.url) for one in servers), "hush"),)


def test_a_token_goes_to_its_host_as_it_is_wanted(
    client: Client, server: Server, page: str
) -> None:
    client.credentials = token(server)
    client.get(page)
    client.get(page, scheme="bearer")
    client.post(page, scheme="basic")
    assert [one.authorization for one in server.requests()] == [
        None,
        "Bearer hush",
        "Basic eC1hY2Nlc3MtdG9rZW46aHVzaA==",
    ]


def test_a_token_goes_to_no_other_host(client: Client, server: Server, elsewhere: Server) -> None:
    """Another port is another host, and so is another name of the same address."""
    client.credentials = token(server)
    client.get(f"{elsewhere.url}/page", scheme="bearer")
    client.get(elsewhere.url.replace("localhost", "127.0.0.1") + "/page", scheme="bearer")
    assert [one.authorization for one in elsewhere.requests()] == [None, None]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_carries_no_token_to_another_host(
    client: Client, server: Server, elsewhere: Server, status: int
) -> None:
    """Not even where that host has a token of its own, and not back again."""
    server.route("GET", "/away", lambda _request: redirect(f"{elsewhere.url}/back", status))
    elsewhere.route("GET", "/back", lambda _request: redirect(f"{server.url}/home", status))
    server.route("GET", "/home", lambda _request: text("home"))
    client.credentials = token(server)
    assert client.get(f"{server.url}/away", scheme="bearer").body == b"home"
    assert [one.authorization for one in server.requests()] == ["Bearer hush", None]
    assert [one.authorization for one in elsewhere.requests()] == [None]


@pytest.mark.usefixtures("page")
def test_a_redirect_on_the_same_host_keeps_the_token(client: Client, server: Server) -> None:
    server.route("GET", "/old", lambda _request: redirect("/page"))
    client.credentials = token(server)
    client.get(f"{server.url}/old", scheme="bearer")
    assert [one.authorization for one in server.requests()] == ["Bearer hush"] * 2


def test_a_post_is_not_redirected(client: Client, server: Server, elsewhere: Server) -> None:
    server.route("POST", "/away", lambda _request: redirect(f"{elsewhere.url}/page", 307))
    client.credentials = token(server)
    answer = client.post(f"{server.url}/away", scheme="basic")
    assert (answer.status, answer.headers["location"]) == (307, f"{elsewhere.url}/page")
    assert elsewhere.requests() == []


def test_a_circle_of_redirects_is_left_and_not_sent_again(client: Client, server: Server) -> None:
    server.route("GET", "/round", lambda _request: redirect("/round"))
    with pytest.raises(BadAnswer, match="/round redirects in a circle"):
        client.get(f"{server.url}/round")
    assert client.waits == []


def test_a_refused_token_is_named_by_its_variable(
    client: Client, server: Server, page: str
) -> None:
    client.credentials = token(server)
    server.fail("GET /page", Response(401))
    with pytest.raises(Refused) as caught:
        client.get(page, scheme="bearer")
    assert caught.value.hint == ("the token in A_TOKEN is refused: renew it or give it read access")


def test_an_index_gets_its_own_password_and_no_token(
    client: Client, server: Server, elsewhere: Server, page: str
) -> None:
    """Also where both are of one host, and where its answer leads elsewhere."""
    own = Credential("PIP_INDEX_URL", frozenset({origin(server.url)}), "p", "u")
    client.credentials = (*token(server), own)
    server.route("GET", "/away", lambda _request: redirect(f"{elsewhere.url}/page"))
    client.get(page, scheme="index")
    client.get(page, scheme="bearer")
    client.get(f"{server.url}/away", scheme="index")
    client.get(f"{elsewhere.url}/page", scheme="index")
    basic = "Basic dTpw"
    sent = [one.authorization for one in server.requests()]
    assert sent == [basic, "Bearer hush", basic]
    assert {one.authorization for one in elsewhere.requests()} == {None}
    server.fail("GET /page", Response(403))
    with pytest.raises(Refused) as caught:
        client.get(page, scheme="index")
    assert caught.value.hint.startswith("the user or password of the index in PIP_INDEX_URL is ref")


SHOWN = {
    "what a header has": (
        httpx.LocalProtocolError("Illegal header value b'Bearer hush'"),
        "the request cannot be sent",
    ),
    "a broken answer": (httpx.RemoteProtocolError("illegal line: hush"), "it is not HTTP"),
    "a proxy": (httpx.ProxyError("407 hush"), "the proxy refuses"),
    "a number of the system": (ConnectionResetError(104, "hush"), "Connection reset by peer"),
    "no connection": (httpx.ConnectError("hush"), "no connection"),
    "a connection": (httpx.ReadError("hush"), "the connection broke off"),
    "compression": (httpx.DecodingError("hush"), "its compression is damaged"),
    "an address": (httpx.InvalidURL("hush"), "an address in it is not valid"),
    "TLS": (ssl.SSLError("hush"), "TLS fails"),
}


@pytest.mark.parametrize(("cause", "words"), SHOWN.values(), ids=SHOWN)
def test_of_a_foreign_exception_no_text_is_shown(cause: Exception, words: str) -> None:
    error: Exception = cause
    if not isinstance(cause, httpx.HTTPError | httpx.InvalidURL):
        error = httpx.ReadError("hush")
        error.__cause__ = cause
    said = str(mapped("https://u:hush@h/x", error, 30))
    assert "hush" not in said
    assert said.endswith(f": {words}")


def test_a_token_is_never_shown(client: Client, server: Server, page: str) -> None:
    client.credentials = token(server)
    server.fail("GET /page", Response(500))
    with pytest.raises(ServerFailed) as caught:
        client.get(page, scheme="bearer")
    shown_somewhere = repr((client.credentials, caught.value, client.said))
    assert "hush" not in shown_somewhere
    assert "eC1hY2" not in shown_somewhere


# --- how much is read ---


def test_a_body_has_a_limit(
    client: Client, server: Server, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(responses, "_LARGEST_BODY", 1000)
    server.fail("GET /page", Flood(5000))
    with pytest.raises(BadAnswer, match=r"^the answer of http.*/page has more than 1000 bytes$"):
        client.get(page)
    assert client.waits == []


def test_a_body_that_unpacks_to_more_has_the_same_limit(
    client: Client, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    import gzip  # noqa: PLC0415 - one test's

    monkeypatch.setattr(responses, "_LARGEST_BODY", 1000)
    bomb = Response(200, gzip.compress(bytes(100_000)), {"Content-Encoding": "gzip"})
    server.route("GET", "/bomb", lambda _request: bomb)
    with pytest.raises(BadAnswer, match=r"^the answer of http.*/bomb has more than 1000 bytes$"):
        client.get(f"{server.url}/bomb")


def test_a_body_in_a_broken_encoding_is_no_answer(client: Client, server: Server) -> None:
    broken = Response(200, b"no gzip", {"Content-Encoding": "gzip"})
    server.route("GET", "/broken", lambda _request: broken)
    with pytest.raises(BadAnswer, match="cannot be read"):
        client.get(f"{server.url}/broken")
    assert client.waits == []


def test_an_error_page_has_a_limit(
    client: Client, server: Server, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its beginning is enough to know it."""
    monkeypatch.setattr(responses, "BEGINNING", 1000)
    server.fail("GET /page", Response(404, bytes(10_000_000)))
    with pytest.raises(NotFound):
        client.get(page)


def test_a_download_has_a_limit(
    client: Client, server: Server, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "_LARGEST", 1000)
    server.fail("GET /page", Flood(500_000))
    with pytest.raises(BadAnswer, match=r"^the answer of http.*/page has more than 1000 bytes$"):
        client.download(page)


# --- downloads ---


def test_a_download_is_the_body_as_it_is_on_the_wire(client: Client, server: Server) -> None:
    """What Nix hashes: an encoding is not undone."""
    encoded = Response(200, b"\x1f\x8b raw", {"Content-Encoding": "gzip"})
    server.route("GET", "/file", lambda _request: encoded)
    assert client.download(f"{server.url}/file") == b"\x1f\x8b raw"


def test_a_download_has_a_token_only_where_it_is_wanted(
    client: Client, server: Server, elsewhere: Server, page: str
) -> None:
    client.credentials = token(server)
    assert client.download(page) == b"hello"
    assert client.download(page, scheme="bearer") == b"hello"
    assert client.download(f"{elsewhere.url}/page", scheme="bearer") == b"elsewhere"
    assert [one.authorization for one in server.requests()] == [None, "Bearer hush"]
    assert [one.authorization for one in elsewhere.requests()] == [None]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_a_downloads_redirect_carries_no_token_to_another_host(
    client: Client, server: Server, status: int, name: str
) -> None:
    """Another port of the same host is another host, too; not even back again goes the token."""
    with Server(name=name) as other:
        server.route("GET", "/away", lambda _request: redirect(f"{other.url}/back", status))
        other.route("GET", "/back", lambda _request: redirect(f"{server.url}/home", status))
        server.route("GET", "/home", lambda _request: text("home"))
        client.credentials = token(server)
        assert client.download(f"{server.url}/away", scheme="bearer") == b"home"
        assert [one.authorization for one in other.requests()] == [None]
    assert [one.authorization for one in server.requests()] == ["Bearer hush", None]


def test_a_download_that_goes_on_asks_with_the_token_again_and_shows_it_no_other_host(
    client: Client, server: Server, elsewhere: Server
) -> None:
    """The address that it was redirected to is not kept: it may have been good for once only."""
    words = iter(("first-word", "second-word"))
    content = bytes(range(256)) * 40

    def body(request: Request) -> Response:
        start = int(request.headers.get("range", "bytes=0-")[6:-1])
        ranged = {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}
        return Response(206 if start else 200, content[start:], {"ETag": '"1"', **ranged})

    server.route(
        "GET", "/away", lambda _request: redirect(f"{elsewhere.url}/body?token={next(words)}", 302)
    )
    elsewhere.route("GET", "/body", body)
    elsewhere.fail("GET /body", Cut(5000), times=1)
    client.credentials = token(server)
    assert client.download(f"{server.url}/away", scheme="bearer") == content
    assert [one.authorization for one in server.requests()] == ["Bearer hush"] * 2
    assert [(one.target, one.authorization) for one in elsewhere.requests()] == [
        ("/body?token=first-word", None),
        ("/body?token=second-word", None),
    ]
    (said,) = client.said
    assert not any(word in said for word in ("hush", "first-word", "second-word"))


@pytest.mark.parametrize("fault", TRANSIENT.values(), ids=TRANSIENT)
def test_a_download_is_begun_again(client: Client, server: Server, page: str, fault: Fault) -> None:
    server.fail("GET /page", fault, times=1)
    assert client.download(page) == b"hello"
    assert len(client.waits) == len(client.said) == 1


def test_a_download_that_is_not_there_is_not_begun_again(
    client: Client, server: Server, page: str
) -> None:
    server.fail("GET /page", Response(404))
    with pytest.raises(NotFound):
        client.download(page)
    assert client.waits == []


# --- how many at once ---


def test_no_more_requests_are_under_way_than_are_allowed(client: Client, server: Server) -> None:
    client.network = Network(concurrency=3)
    most = [0]
    now = [0]
    lock = threading.Lock()
    full = threading.Event()

    def slow(_request: Request) -> Response:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
            if now[0] == 3:
                full.set()
        full.wait(10)
        with lock:
            now[0] -= 1
        return text("done")

    server.route("GET", "/slow", slow)

    async def many(http: Http) -> None:
        async with anyio.create_task_group() as group:
            for _ in range(12):
                group.start_soon(http.get, f"{server.url}/slow")

    client.run(many)
    assert most == [3]


@pytest.mark.usefixtures("page")
def test_who_waits_holds_nobody_up(client: Client, server: Server) -> None:
    """A request that waits for a rate limit to end leaves its place to others."""
    client.network = Network(concurrency=1)
    server.fail("GET /limited", Response(429, headers={"Retry-After": "20"}), times=1)
    server.route("GET", "/limited", lambda _request: text("at last"))
    order: list[str] = []

    async def both(http: Http) -> None:
        async def one(name: str) -> None:
            await http.get(f"{server.url}/{name}")
            order.append(name)

        async with anyio.create_task_group() as group:
            group.start_soon(one, "limited")
            group.start_soon(one, "page")

    client.run(both)
    assert sorted(order) == ["limited", "page"]
    assert len(server.requests()) == 3


# --- proxies and certificates ---


def test_a_proxy_of_the_environment_is_used(
    client: Client, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url)
    monkeypatch.setenv("NO_PROXY", "")
    server.fail("GET http://far.example/x", text("through the proxy"))
    assert client.get("http://far.example/x").body == b"through the proxy"
    assert client.download("http://far.example/x") == b"through the proxy"


@pytest.mark.parametrize("hosts", ["127.0.0.1", "fd00::/8, 127.0.0.0/8"])
def test_no_proxy_names_hosts_that_are_asked_directly(
    client: Client, page: str, monkeypatch: pytest.MonkeyPatch, hosts: str
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", hosts)
    assert client.get(page).body == b"hello"
    assert client.download(page) == b"hello"


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[Server, str]]:
    """A server whose certificate only a custom authority vouches for, and that authority's file."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    with Server(name="localhost", tls=context) as running:
        running.route("GET", "/page", lambda _request: text("secure"))
        yield running, str(bundle)


def test_a_custom_authority_is_trusted_where_the_environment_says_so(
    client: Client, secure: tuple[Server, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, bundle = secure
    monkeypatch.setenv("SSL_CERT_FILE", bundle)
    assert client.get(f"{server.url}/page").body == b"secure"
    assert client.download(f"{server.url}/page") == b"secure"


def test_an_unknown_authority_is_not_trusted(client: Client, secure: tuple[Server, str]) -> None:
    client.network = Network(retries=0)
    server, _ = secure
    with pytest.raises(Unreachable, match="certificate verify failed"):
        client.get(f"{server.url}/page")


ADDRESSES = {
    "plain": ("https://h/x", "https://h/x", "https://h:443"),
    "port": ("http://h:81/x", "http://h:81/x", "http://h:81"),
    "user and password": ("https://u:p@h/x", "https://h/x", "https://h:443"),
    "query and fragment": ("https://h/x?token=1#f", "https://h/x", "https://h:443"),
    "none": ("http://h:port/", "an invalid address", ""),
}


@pytest.mark.parametrize(("url", "safe", "bound"), ADDRESSES.values(), ids=ADDRESSES)
def test_what_of_an_address_is_shown_and_what_a_token_is_bound_to(
    url: str, safe: str, bound: str
) -> None:
    assert (shown(url), origin(url)) == (safe, bound)
