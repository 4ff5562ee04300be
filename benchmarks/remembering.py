"""A light HTTPS server that asks another server once, and answers from memory from then on.

    python benchmarks/remembering.py CERTIFICATE LATENCY GITHUB INDEX [PROTOCOL]

Each answer comes LATENCY seconds after its request has been read, however many are under way, so
that it is the clients that are measured and not the server. It prints its port. ``/-/requests``
tells how many requests came since it was asked last, and closes idle connections. PROTOCOL is
``http/1.1``, unless it is ``h2``.
"""

from __future__ import annotations

import asyncio
import ssl
import sys
import urllib.error
import urllib.request
from contextlib import suppress

import h2.config
import h2.connection
import h2.events

# What an answer may depend on.
TELLING = ("accept", "authorization", "git-protocol", "if-none-match")
SENT_ON = (*TELLING, "content-type")
TOLD_BACK = ("content-type", "etag", "last-modified", "link", "cache-control")

Key = tuple[str, str, bytes, tuple[str | None, ...]]


class Remembering:
    """What was answered, by request.

    Args:
        github: the address of the server that knows GitHub's answers.
        index: the address of the one that knows the package index's, below ``/simple/``.
        latency: seconds before each answer.
    """

    def __init__(self, github: str, index: str, latency: float) -> None:
        self._github = github
        self._index = index
        self._latency = latency
        self._memory: dict[Key, bytes] = {}
        self._requests = 0

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection's requests, those of HTTP/1.1 one after the other."""
        if writer.get_extra_info("ssl_object").selected_alpn_protocol() == "h2":
            with suppress(OSError, ssl.SSLError):
                await _Streams(self, reader, writer).converse()
            return
        with suppress(OSError, asyncio.IncompleteReadError, ssl.SSLError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                first, *lines = head.decode("latin-1").split("\r\n")
                method, target, _ = first.split(" ")
                pairs = (line.split(":", 1) for line in lines if line)
                headers = {name.lower(): value.strip() for name, value in pairs}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                writer.write(await self.answer(method, target, headers, body))
                await writer.drain()
        writer.close()

    async def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> bytes:
        """Return the answer to a request, as HTTP/1.1 has it."""
        if target == "/-/requests":
            count, self._requests = self._requests, 0
            return _message(200, {}, str(count).encode())
        self._requests += 1
        if headers.get("host", "").startswith("api."):
            target = f"/api/v3{target}"  # where GitHub Enterprise has what is on a host of its own
        key = (method, target, body, tuple(headers.get(name) for name in TELLING))
        if key in self._memory:
            await asyncio.sleep(self._latency)
        else:
            self._memory[key] = await asyncio.to_thread(self._ask, method, target, headers, body)
        return self._memory[key]

    def _ask(self, method: str, target: str, headers: dict[str, str], body: bytes) -> bytes:
        base = self._index if target.startswith("/simple/") else self._github
        request = urllib.request.Request(  # noqa: S310 - a loopback server
            base + target,
            data=body if method == "POST" else None,
            headers={name: headers[name] for name in SENT_ON if name in headers},
            method=method,
        )
        try:
            with urllib.request.urlopen(request) as answer:  # noqa: S310 - as above
                status, found, content = answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            status, found, content = error.code, error.headers, error.read()
        told = {name: found[name] for name in TOLD_BACK if name in found}
        return _message(status, told, content)


class _Streams:
    """One connection's requests by HTTP/2, side by side. Source: RFC 9113."""

    def __init__(
        self, server: Remembering, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._peer = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        self._room = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def converse(self) -> None:
        """Answer until the client leaves."""
        self._peer.initiate_connection()
        await self._flush()
        heads: dict[int, dict[str, str]] = {}
        bodies: dict[int, bytes] = {}
        while data := await self._reader.read(65536):
            for event in self._peer.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    pairs = ((_text(name), _text(value)) for name, value in event.headers)
                    heads[event.stream_id], bodies[event.stream_id] = dict(pairs), b""
                elif isinstance(event, h2.events.DataReceived):
                    bodies[event.stream_id] += event.data
                    self._peer.acknowledge_received_data(
                        event.flow_controlled_length, event.stream_id
                    )
                elif isinstance(event, h2.events.StreamEnded):
                    stream = event.stream_id
                    work = self._answer(stream, heads.pop(stream), bodies.pop(stream))
                    task = asyncio.create_task(work)
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)
                elif isinstance(event, h2.events.WindowUpdated):
                    self._room.set()
            await self._flush()
        self._writer.close()

    async def _answer(self, stream: int, head: dict[str, str], body: bytes) -> None:
        headers = {"host": head[":authority"], **head}
        message = await self._server.answer(head[":method"], head[":path"], headers, body)
        start, _, content = message.partition(b"\r\n\r\n")
        first, *lines = start.decode("latin-1").split("\r\n")
        pairs = (line.partition(": ") for line in lines)
        told = [(":status", first.split(" ")[1]), *((name, value) for name, _, value in pairs)]
        self._peer.send_headers(stream, told, end_stream=not content)
        while content:
            room = min(
                self._peer.local_flow_control_window(stream), self._peer.max_outbound_frame_size
            )
            if not room:
                self._room.clear()
                await self._flush()
                await self._room.wait()
                continue
            self._peer.send_data(stream, content[:room], end_stream=len(content) <= room)
            content = content[room:]
        await self._flush()

    async def _flush(self) -> None:
        self._writer.write(self._peer.data_to_send())
        await self._writer.drain()


def _text(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")


def _message(status: int, headers: dict[str, str], body: bytes) -> bytes:
    lines = [f"HTTP/1.1 {status} -", *(f"{name}: {value}" for name, value in headers.items())]
    if status != 304:  # noqa: PLR2004 - Not Modified has no body
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


async def main(
    certificate: str, latency: str, github: str, index: str, protocol: str = "http/1.1"
) -> None:
    """Serve until killed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols([protocol, "http/1.1"] if protocol == "h2" else [protocol])
    context.load_cert_chain(certificate)
    remembering = Remembering(github, index, float(latency))
    server = await asyncio.start_server(
        remembering.converse, "127.0.0.1", 0, ssl=context, backlog=256, limit=1 << 20
    )
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
