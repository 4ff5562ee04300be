"""Headers as no honest server writes them: each is an answer of its host, and ends nothing."""

from __future__ import annotations

import gzip
import time
import zlib
from typing import TYPE_CHECKING

import pytest

from tests.bounded import MOST_KIBIBYTES, forget_peak, memory
from tests.loopback.faults import Cut
from tests.loopback.messages import Response, redirect
from updater.effects.http.addresses import origin, shown
from updater.effects.http.network import Network
from updater.errors import BadAnswer, RateLimited, Unreachable

if TYPE_CHECKING:
    from tests.effects.http.clients import Client
    from tests.loopback.server import Server

PLACES = {
    "another scheme": "ftp://h.example/x",
    "a file": "file:///etc/passwd",
    "port 99999": "http://127.0.0.1:99999/",
    "port 0": "http://127.0.0.1:0/",
    "port -1": "http://127.0.0.1:-1/",
    "a raised two as port": "http://127.0.0.1:\u00b2/",
    "5,000 digits as port": f"http://127.0.0.1:{'1' * 5_000}/",
    "half of an IPv6 address": "http://[::1",
    "a name without a letter": "http://a..example/",
    "a label of 64 letters": f"http://{'a' * 64}.example/",
    "a name of 300 letters": f"http://{'a.' * 150}example/",
    "a broken punycode": "http://xn--/",
    "half a pair": "http://h.example/%ed%a0%80\u00ed\u00a0\u0080",
    "no host": "http:///x",
    "too long": f"http://h.example/{'a' * 70_000}",
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_a_redirect_to_no_address_is_no_answer(client: Client, server: Server, place: str) -> None:
    """For tasks and for threads."""
    server.route("GET", "/away", lambda _request: redirect(place))
    with pytest.raises((BadAnswer, Unreachable)):
        client.get(f"{server.url}/away")
    with pytest.raises((BadAnswer, Unreachable)):
        client.download(f"{server.url}/away")


def test_what_is_no_address_is_said_to_be_none(client: Client, server: Server) -> None:
    server.route("GET", "/away", lambda _request: redirect("http://h.example:99999/x?key=hush"))
    with pytest.raises(BadAnswer) as caught:
        client.get(f"{server.url}/away")
    assert str(caught.value) == (
        "http://h.example:99999/x is not a valid address (expected http:// or https://, a host, "
        "and a port of at most 65535)"
    )
    assert client.waits == []


@pytest.mark.parametrize("url", PLACES.values(), ids=PLACES)
def test_whatever_is_no_address_can_be_spoken_of(url: str) -> None:
    assert "hush" not in shown(url) + origin(url)


LIMITS = {
    "a raised two": {"Retry-After": "\u00b2"},
    "5,000 digits": {"Retry-After": "1" * 5_000},
    "ten digits": {"Retry-After": "9999999999"},
    "a sign": {"Retry-After": "-5"},
    "zone +9999": {"Retry-After": "Tue, 02 Jan 2024 03:04:05 +9999"},
    "year 10000": {"Retry-After": "Sat, 01 Jan 10000 00:00:00 GMT"},
    "a comma": {"Retry-After": ","},
    "latin letters": {"Retry-After": "\u00fc"},
    "a reset of a raised two": {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "\u00b2"},
    "a reset of 5,000 digits": {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1" * 5_000},
    "a reset in year 33658": {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "999999999999"},
}


@pytest.mark.parametrize("headers", LIMITS.values(), ids=LIMITS)
def test_a_limit_until_no_time_is_a_minute_long(
    client: Client, server: Server, page: str, headers: dict[str, str]
) -> None:
    client.network = Network(retries=1, max_wait=120)
    server.fail("GET /page", Response(429, headers=headers), times=1)
    assert client.get(page).body == b"hello"
    (waited,) = client.waits
    assert 60 <= waited <= 61


def test_a_limit_of_thirty_years_is_not_waited_for(
    client: Client, server: Server, page: str
) -> None:
    server.fail("GET /page", Response(429, headers={"Retry-After": "999999999"}))
    with pytest.raises(RateLimited, match="rate limited until 2058-"):
        client.get(page)
    assert client.waits == []


def test_a_body_that_is_packed_twice_is_not_unpacked(
    client: Client, server: Server, page: str
) -> None:
    """64 kB would become 64 GB, a piece at a time."""
    packer = zlib.compressobj(1, wbits=zlib.MAX_WBITS | 16)
    inner = b"".join(packer.compress(bytes(1 << 20)) for _ in range(512)) + packer.flush()
    body = gzip.compress(inner)
    twice = Response(200, body, {"Content-Encoding": "gzip, gzip"})
    server.route("GET", "/twice", lambda _request: twice)
    forget_peak()
    before = memory("VmRSS")
    for status in (200, 404):
        server.fail("GET /page", Response(status, body, twice.headers))
        with pytest.raises(BadAnswer, match="compressed more than once"):
            client.get(page)
        with pytest.raises(BadAnswer, match="compressed more than once"):
            client.download(page)
    assert memory("VmHWM") - before < MOST_KIBIBYTES


COOKIES = {
    "without end": f"a={'b' * 60_000}",
    "a date": "a=b; expires=Sat, 01 Jan 10000 00:00:00 +9999",
    "digits": f"a=b; max-age={'1' * 5_000}; version={'1' * 5_000}",
    "blanks": f"a=b; expires={' ' * 50_000}x",
}


@pytest.mark.parametrize("cookie", COOKIES.values(), ids=COOKIES)
def test_a_cookie_is_not_even_read(client: Client, server: Server, cookie: str) -> None:
    server.route("GET", "/cookie", lambda _request: Response(200, b"hello", {"Set-Cookie": cookie}))
    started = time.process_time()
    assert client.get(f"{server.url}/cookie").body == b"hello"
    assert time.process_time() - started < 1


PARTS = ["bytes \u00b2-3/4", f"bytes 0-3/{'1' * 5_000}", f"bytes {'1' * 5_000}-3/4", "bytes", ""]


@pytest.mark.parametrize("part", PARTS, ids=range(len(PARTS)))
def test_a_part_of_no_length_is_no_part(client: Client, server: Server, part: str) -> None:
    """A download that broke off is begun anew."""
    whole = Response(200, b"0123456789", {"ETag": '"a"', "Accept-Ranges": "bytes"})
    server.route("GET", "/file", lambda _request: whole)
    server.fail("GET /file", Response(206, b"89", {"Content-Range": part}), times=1)
    server.fail("GET /file", Cut(5), times=1)
    assert client.download(f"{server.url}/file") == whole.body
    assert [one.status for one in server.exchanges()] == [200, 206, 200]
