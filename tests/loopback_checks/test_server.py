"""The loopback server does what its routes and faults say, seen through httpx."""

from __future__ import annotations

import ssl
import threading
from typing import TYPE_CHECKING

import httpx
import pytest
import trustme

from tests.loopback.faults import Cut, Drop, Flood, Garbage, Hang, Mislabel
from tests.loopback.messages import Request, Response, redirect, text
from tests.loopback.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.loopback.faults import Fault


IMPATIENT = httpx.Timeout(60, read=0.01)


def hello(_request: Request) -> Response:
    return text("hello")


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    server.route("GET", "/hello", hello)
    server.route("GET", "/stream", lambda _request: Response(body=b"hello", chunked=True))
    server.route("POST", "/echo", lambda request: Response(body=request.body))
    with httpx.Client(base_url=server.url) as made:
        yield made


def test_a_route_answers_and_the_connection_is_kept(server: Server, client: httpx.Client) -> None:
    first = client.get("/hello", headers={"Authorization": "Bearer secret"})
    second = client.get("/hello?x=1")
    ports = [
        answer.extensions["network_stream"].get_extra_info("client_addr")
        for answer in (first, second)
    ]
    assert (first.status_code, first.text) == (200, "hello")
    assert ports[0] == ports[1]
    assert [(r.method, r.target, r.authorization) for r in server.requests()] == [
        ("GET", "/hello", "Bearer secret"),
        ("GET", "/hello?x=1", None),
    ]


def test_a_handler_gets_named_groups_of_the_unescaped_path(
    server: Server, client: httpx.Client
) -> None:
    server.route("GET", "/tag/(?P<name>.+)", lambda request, name: text(f"{name} {request.query}"))
    assert client.get("/tag/a%2Fb%2B1?x=&y=2").text == "a/b+1 {'x': '', 'y': '2'}"


def test_what_has_no_route_is_not_found(client: httpx.Client) -> None:
    assert client.get("/other").status_code == 404
    assert client.post("/hello").status_code == 404


def test_head_has_the_length_but_no_body(client: httpx.Client) -> None:
    answer = client.head("/hello")
    assert (answer.status_code, answer.headers["content-length"], answer.content) == (200, "5", b"")


@pytest.mark.parametrize("chunked", [False, True])
def test_a_request_body_arrives_whole(client: httpx.Client, *, chunked: bool) -> None:
    body = b"x" * 300_000
    answer = client.post("/echo", content=iter([body[:7], body[7:]]) if chunked else body)
    assert answer.content == body


def test_a_chunked_answer_tells_no_length(client: httpx.Client) -> None:
    answer = client.get("/stream")
    assert answer.content == b"hello"
    assert "content-length" not in answer.headers


def test_an_answer_that_the_client_holds_is_not_sent_again(
    server: Server, client: httpx.Client
) -> None:
    server.route("GET", "/tagged", lambda request: text("body").validated(request))
    etag = client.get("/tagged").headers["etag"]
    again = client.get("/tagged", headers={"If-None-Match": f'"other", {etag}'})
    other = client.get("/tagged", headers={"If-None-Match": '"other"'})
    assert (again.status_code, again.content) == (304, b"")
    assert (other.status_code, other.text) == (200, "body")
    assert [(one.status, one.sent) for one in server.exchanges()] == [(200, 4), (304, 0), (200, 4)]


def test_a_handler_that_fails_is_shown(server: Server, client: httpx.Client) -> None:
    server.route("GET", "/bug", lambda _request: text(str(1 // 0)))
    assert client.get("/bug").status_code == 500
    (trace,) = server.errors
    assert "ZeroDivisionError" in trace
    server.errors.clear()


@pytest.mark.parametrize(
    "answer",
    [
        text("no", 401),
        text("no", 403).with_headers(X_RateLimit_Remaining="0"),
        text("slow down", 429).with_headers(Retry_After="7"),
        text("oops", 502),
    ],
    ids=lambda answer: str(answer.status),
)
def test_a_response_is_sent_instead_as_often_as_asked(
    server: Server, client: httpx.Client, answer: Response
) -> None:
    injection = server.fail("GET /hello", answer, times=2)
    got = [client.get("/hello") for _ in range(3)]
    assert [one.status_code for one in got] == [answer.status, answer.status, 200]
    assert got[0].content == answer.body
    assert (
        dict(answer.headers).items()
        <= {name: got[0].headers[name] for name in answer.headers}.items()
    )
    assert injection.hits == 2


def test_a_fault_meets_only_what_matches(server: Server, client: httpx.Client) -> None:
    server.fail("POST /echo", text("no", 500), body="einx", skip=1)
    bodies = [b"einx", b"vocos", b"query einx", b"vocos"]
    got = [client.post("/echo", content=body).status_code for body in bodies]
    assert got == [200, 200, 500, 200]
    assert client.get("/hello").status_code == 200


def test_the_latest_fault_wins_and_the_earlier_one_keeps_its_times(
    server: Server, client: httpx.Client
) -> None:
    server.fail("/hello", text("earlier", 500), times=1)
    server.fail("/hello", text("later", 502), times=1)
    assert [client.get("/hello").status_code for _ in range(3)] == [502, 500, 200]


@pytest.mark.parametrize("path", ["/hello", "/stream"])
def test_drop_closes_before_the_answer(server: Server, client: httpx.Client, path: str) -> None:
    server.fail(path, Drop())
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        client.get(path)
    assert [(one.status, one.sent) for one in server.exchanges()] == [(None, 0)]


@pytest.mark.parametrize(
    ("path", "after"),
    [("/hello", 0), ("/hello", 3), ("/stream", 0), ("/stream", 3), ("/stream", 5)],
)
def test_cut_ends_in_the_body(server: Server, client: httpx.Client, path: str, after: int) -> None:
    server.fail(path, Cut(after))
    received = bytearray()

    def read(answer: httpx.Response) -> None:
        for piece in answer.iter_bytes():
            received.extend(piece)

    with client.stream("GET", path) as answer:
        assert answer.status_code == 200
        with pytest.raises(httpx.RemoteProtocolError):
            read(answer)
    assert received == b"hello"[:after]


@pytest.mark.parametrize(
    ("fault", "content_type", "content"),
    [
        (Garbage(), "text/plain; charset=utf-8", bytes(range(256))),
        (Garbage(b"{"), "text/plain; charset=utf-8", b"{"),
        (Mislabel(), "text/html", b"hello"),
        (Flood(100_000), "text/plain; charset=utf-8", bytes(100_000)),
    ],
    ids=["garbage", "chosen garbage", "wrong type", "flood"],
)
def test_the_head_or_the_body_is_wrong(
    server: Server, client: httpx.Client, fault: Fault, content_type: str, content: bytes
) -> None:
    server.fail("/hello", fault)
    answer = client.get("/hello")
    got = (answer.status_code, answer.headers["content-type"], answer.content)
    assert got == (200, content_type, content)


def test_hang_waits_until_it_is_released(server: Server, client: httpx.Client) -> None:
    hang = Hang()
    server.fail("/hello", hang, times=1)
    answers: list[str] = []
    asking = threading.Thread(target=lambda: answers.append(client.get("/hello").text))
    asking.start()
    assert hang.reached.wait(timeout=60)
    assert answers == []
    hang.release()
    asking.join()
    assert answers == ["hello"]


def test_hang_outlasts_a_client_that_gives_up(server: Server, client: httpx.Client) -> None:
    server.fail("/hello", Hang())
    with pytest.raises(httpx.ReadTimeout):
        client.get("/hello", timeout=IMPATIENT)


def test_closing_releases_what_hangs_and_ends_every_connection() -> None:
    before = serving()
    with Server() as closing, httpx.Client(base_url=closing.url) as client:
        closing.route("GET", "/hello", hello)
        assert client.get("/hello").text == "hello"
        hang = Hang()
        closing.fail("/hello", hang)
        with pytest.raises(httpx.ReadTimeout):
            client.get("/hello", timeout=IMPATIENT)
        assert hang.reached.wait(timeout=60)
    assert hang.released.is_set()
    assert serving() == before


def serving() -> set[threading.Thread]:
    """The threads of servers; the test runner may start some of its own at any time."""
    return {
        one
        for one in threading.enumerate()
        if one.name.startswith("accept ") or one.name.endswith("(_serve)")
    }


def test_a_redirect_may_lead_to_another_host(server: Server, client: httpx.Client) -> None:
    with Server(name="localhost") as other:
        other.route("GET", "/there", lambda _request: text("elsewhere"))
        server.fail("/hello", redirect(f"{other.url}/there", 302))
        answer = client.get("/hello", follow_redirects=True, headers={"Authorization": "Bearer x"})
        seen = [request.authorization for request in other.requests()]
    assert (answer.text, answer.url.host, seen) == ("elsewhere", "localhost", [None])


def test_a_server_that_remembers_answers_without_work(server: Server, client: httpx.Client) -> None:
    asked: list[Request] = []

    def count(request: Request) -> Response:
        asked.append(request)
        return text(str(len(asked)))

    server.route("POST", "/count", count)
    server.remembers = True
    answers = [client.post("/count", content=body).text for body in ("a", "b", "a")]
    answers.append(client.post("/count", content="a", headers={"Authorization": "x"}).text)
    assert answers == ["1", "2", "1", "3"]
    assert len(server.requests()) == 4


def test_https_is_spoken_with_a_certificate() -> None:
    authority = trustme.CA()
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(serving)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with Server(tls=serving) as secured:
        secured.route("GET", "/hello", hello)
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            httpx.get(f"{secured.url}/hello")
        assert httpx.get(f"{secured.url}/hello", verify=trusting).text == "hello"
