"""A download that breaks off goes on where it broke off, or is begun anew: never a wrong byte."""

from __future__ import annotations

import hashlib
import random
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import anyio
import pytest

from tests.hashing.trees import File, gzipped, make_tar
from tests.loopback.faults import Cut, Drop
from tests.loopback.messages import Request, Response
from updater.effects.http.client import Http
from updater.effects.http.network import Network
from updater.effects.http.patience import Clock
from updater.effects.nix.prefetch import Nix
from updater.errors import BrokenOff, ServerFailed, Unreachable, UpstreamError
from updater.hashing.archive import hash_archive
from updater.hashing.prefetch import Prefetcher
from updater.model import Fetch, Sri

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.loopback.server import Server


def noise(seed: int, size: int) -> bytes:
    """Return bytes in which nothing repeats, so that a piece at the wrong place shows."""
    return random.Random(seed).randbytes(size)  # noqa: S311 - no secret


CONTENT, OTHER = noise(5, 300_000), noise(6, 300_000)
ETAG = '"one"'
OLD = "Mon, 01 Jan 2024 00:00:00 GMT"


@dataclass
class Shelf:
    """Serves one file with ranges, as RFC 9110 has it.

    Attributes:
        headers: what its answers say besides.
        lie: what it makes of an answer to a request for a range.
    """

    content: bytes = CONTENT
    headers: dict[str, str] = field(default_factory=lambda: {"ETag": ETAG})
    lie: Callable[[Response, int], Response] = lambda answer, _start: answer

    def answer(self, request: Request) -> Response:
        """Answer a GET."""
        asked = re.fullmatch(r"bytes=(\d+)-", request.headers.get("range", ""))
        whole = Response(200, self.content, self.headers)
        if asked is None or request.headers["if-range"] not in self.headers.values():
            return whole
        start, size = int(asked[1]), len(self.content)
        part = replace(whole, status=206, body=self.content[start:])
        part = part.with_headers(Content_Range=f"bytes {start}-{size - 1}/{size}")
        return self.lie(part, start)


@pytest.fixture
def shelf(server: Server) -> Shelf:
    made = Shelf()
    server.route("GET", "/file.tar.gz", made.answer)
    return made


def prefetched(server: Server, *, unpack: bool = False, retries: int = 3) -> Sri:
    """Hash the file as `bump` does, with waits that are over at once."""

    async def main() -> Sri:
        async def at_once(_seconds: float) -> None:
            pass

        clock = Clock(sleep=at_once, block=lambda _seconds: None)
        network = Network(retries=retries, timeout=20.0)
        async with Http.opened(network, (), lambda _text: None, clock=clock) as http:
            fetch = Fetch(url=f"{server.url}/file.tar.gz", unpack=unpack)
            return (await Prefetcher(http, lambda: Nix({})).hash(fetch, "auto")).sri

    return anyio.run(main)


def flat(content: bytes) -> Sri:
    return Sri("sha256", hashlib.sha256(content).digest())


def ranges(server: Server) -> list[str | None]:
    """The ranges that were asked for."""
    return [request.headers.get("range") for request in server.requests()]


def sent(server: Server) -> int:
    """How many bytes of bodies went over the wire."""
    return sum(exchange.sent for exchange in server.exchanges())


# --- it goes on ---------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [{"ETag": ETAG}, {"Last-Modified": OLD}])
@pytest.mark.parametrize("cut", [1, 4096, 100_000, 299_999])
def test_a_download_goes_on_where_it_broke_off(
    server: Server, shelf: Shelf, cut: int, headers: dict[str, str]
) -> None:
    """What is sent again is the overlap that proves that it is the same."""
    shelf.headers = headers
    server.fail("GET", Cut(cut), times=1)
    assert prefetched(server) == flat(CONTENT)
    overlap = min(cut, 4096)
    assert ranges(server) == [None, f"bytes={cut - overlap}-"]
    assert sent(server) == len(CONTENT) + overlap


def test_it_goes_on_as_often_as_a_request_is_sent_again(server: Server, shelf: Shelf) -> None:
    server.fail("GET", Cut(100_000), times=3)
    assert prefetched(server) == flat(CONTENT)
    assert len(server.requests()) == 4
    assert shelf.content == CONTENT


@pytest.mark.parametrize("fault", [Drop(), Response(503), Cut(0)])
def test_what_goes_wrong_in_between_does_not_matter(
    server: Server, shelf: Shelf, fault: Drop | Response | Cut
) -> None:
    server.fail("GET", Cut(100_000), times=1)
    server.fail("GET", fault, times=1, skip=1)
    assert prefetched(server) == flat(shelf.content)
    assert ranges(server) == [None, "bytes=95904-", "bytes=95904-"]


def test_the_same_body_from_its_start_is_skipped_up_to_where_it_broke_off(
    server: Server, shelf: Shelf
) -> None:
    """The server ignores the range; the validator says that nothing changed."""
    whole = Response(200, CONTENT, shelf.headers)
    shelf.lie = lambda _answer, _start: whole
    server.fail("GET", Cut(100_000), times=1)
    assert prefetched(server) == flat(CONTENT)
    assert len(server.requests()) == 2


def test_an_archive_that_broke_off_has_the_hash_of_the_whole(server: Server, shelf: Shelf) -> None:
    """In one pass: what was unpacked already is not unpacked again."""
    files = [(b"t/%d" % number, File(noise(number, 1000))) for number in range(200)]
    shelf.content = gzipped(make_tar(files))
    server.fail("GET", Cut(len(shelf.content) // 2), times=1)
    expected = hash_archive([shelf.content], filename="x.tar.gz").sri
    assert prefetched(server, unpack=True) == expected
    assert sent(server) < len(shelf.content) + 5000


# --- it is begun anew ---------------------------------------------------------------------------

ANEW: dict[str, Callable[[Response, int], Response]] = {
    "416": lambda _answer, _start: Response(416),
    "another start": lambda answer, _start: answer.with_headers(Content_Range="bytes 0-9/300000"),
    "another size": lambda answer, start: answer.with_headers(
        Content_Range=f"bytes {start}-300000/300001"
    ),
    "no range told": lambda answer, _start: replace(answer, headers={"ETag": ETAG}),
    "other bytes": lambda answer, start: replace(answer, body=OTHER[start:]),
    "the start instead": lambda answer, _start: replace(answer, body=CONTENT),
    "a changed file": lambda _answer, _start: Response(200, CONTENT, {"ETag": '"two"'}),
    "more than there is": lambda answer, _start: replace(answer, body=answer.body + b"x"),
}


@pytest.mark.parametrize("lie", ANEW.values(), ids=ANEW)
def test_a_server_that_cannot_or_lies_is_asked_for_the_whole_again(
    server: Server, shelf: Shelf, lie: Callable[[Response, int], Response]
) -> None:
    shelf.lie = lie
    server.fail("GET", Cut(100_000), times=1)
    assert prefetched(server) == flat(CONTENT)
    assert ranges(server) == [None, "bytes=95904-", None]


def test_a_file_that_is_replaced_meanwhile_is_begun_anew(server: Server, shelf: Shelf) -> None:
    """Not a byte of the old one is in the hash of the new one."""

    def replaced(_answer: Response, _start: int) -> Response:
        shelf.content, shelf.headers = OTHER, {"ETag": '"two"'}
        return Response(200, OTHER, shelf.headers)

    shelf.lie = replaced
    server.fail("GET", Cut(100_000), times=1)
    assert prefetched(server) == flat(OTHER)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"ETag": 'W/"one"'},
        {"ETag": ETAG, "Accept-Ranges": "none"},
        {"ETag": ETAG, "Content-Encoding": "gzip"},
        {"Last-Modified": "Fri, 01 Jan 2199 00:00:00 GMT"},
        {"Last-Modified": "not a date"},
    ],
    ids=lambda headers: ", ".join(headers.values()) or "nothing",
)
def test_without_a_strong_validator_it_is_begun_anew(
    server: Server, shelf: Shelf, headers: dict[str, str]
) -> None:
    """As GitHub's archives, which have none."""
    shelf.headers = headers
    server.fail("GET", Cut(100_000), times=1)
    assert prefetched(server) == flat(CONTENT)
    assert ranges(server) == [None, None]


# --- it is given up -----------------------------------------------------------------------------


def test_a_download_that_always_breaks_off_is_given_up(server: Server, shelf: Shelf) -> None:
    """And is not begun anew after that; the message says how far it came."""
    server.fail("GET", Cut(50_000))
    with pytest.raises(BrokenOff) as caught:
        prefetched(server, retries=2)
    assert len(server.requests()) == 3
    assert shelf.content == CONTENT
    # Each try repeats the overlap.
    came = 3 * 50_000 - 2 * 4096
    said = str(caught.value)
    assert said.endswith(f"; it broke after {came} bytes and was resumed 2 times"), said


@pytest.mark.parametrize(("fault", "error"), [(Response(503), ServerFailed), (Drop(), Unreachable)])
def test_one_that_never_began_fails_as_before(
    server: Server, shelf: Shelf, fault: Response | Drop, error: type[UpstreamError]
) -> None:
    server.fail("GET", fault)
    with pytest.raises(error):
        prefetched(server, retries=2)
    assert (len(server.requests()), shelf.content) == (3, CONTENT)


def test_what_was_kept_for_a_build_is_the_whole_file(
    server: Server, shelf: Shelf, tmp_path: Path
) -> None:
    """Also where the download was continued; and nothing is left where it failed."""
    shelf.content = gzipped(make_tar([(b"t/f", File(noise(1, 100_000)))]))
    kept = tmp_path / "own" / "kept"
    kept.parent.mkdir()

    async def main() -> None:
        async with Http.opened(Network(retries=0), (), lambda _text: None) as http:
            fetch = Fetch(url=f"{server.url}/file.tar.gz", unpack=True)
            await Prefetcher(http, lambda: Nix({})).hash(fetch, "auto", kept)

    server.fail("GET", Cut(50_000), times=1)
    with pytest.raises(UpstreamError):
        anyio.run(main)
    assert list(kept.parent.iterdir()) == []
    anyio.run(main)
    assert kept.read_bytes() == shelf.content
