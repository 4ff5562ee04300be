"""A light HTTPS server that asks another server once, and answers from memory from then on.

    python benchmarks/remembering.py CERTIFICATE LATENCY GITHUB INDEX

Each answer comes LATENCY seconds after its request has been read, however many are under way, so
that it is the clients that are measured and not the server. It prints its port. ``/-/requests``
tells how many requests came since it was asked last, and closes idle connections.
"""

from __future__ import annotations

import asyncio
import ssl
import sys
import urllib.error
import urllib.request
from contextlib import suppress

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
        """Answer one connection's requests, one after the other."""
        with suppress(OSError, asyncio.IncompleteReadError, ssl.SSLError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                first, *lines = head.decode("latin-1").split("\r\n")
                method, target, _ = first.split(" ")
                pairs = (line.split(":", 1) for line in lines if line)
                headers = {name.lower(): value.strip() for name, value in pairs}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                writer.write(await self._answer(method, target, headers, body))
                await writer.drain()
        writer.close()

    async def _answer(
        self, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> bytes:
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


def _message(status: int, headers: dict[str, str], body: bytes) -> bytes:
    lines = [f"HTTP/1.1 {status} -", *(f"{name}: {value}" for name, value in headers.items())]
    if status != 304:  # noqa: PLR2004 - Not Modified has no body
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


async def main(certificate: str, latency: str, github: str, index: str) -> None:
    """Serve until killed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
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
