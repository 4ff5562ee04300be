"""A repository's refs by the git protocol, version 2: one POST, no API quota.

Source: git documentation, "gitprotocol-v2" (ls-refs) and "gitprotocol-common" (pkt-line).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from updater.errors import BadAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from updater.model import Scheme
    from updater.upstreams.base import Web

_SERVICE = "git-upload-pack"
_HEADERS = {
    "Git-Protocol": "version=2",
    "Content-Type": f"application/x-{_SERVICE}-request",
    "Accept": f"application/x-{_SERVICE}-result",
}
_REDIRECTS = (301, 302, 307, 308)


@dataclass(frozen=True, slots=True)
class Refs:
    """A repository's refs.

    Attributes:
        url: the repository's address, after redirects.
        head: the branch that HEAD names, or an empty string.
        commits: ref name -> the commit it leads to; annotated tags are peeled.
    """

    url: str
    head: str
    commits: dict[str, str]


async def ls_refs(
    url: str, prefixes: Sequence[str], web: Web, scheme: Scheme | None = None
) -> Refs:
    """Return the refs of a repository whose names start with one of the prefixes.

    Args:
        url: the repository's address, without ``.git``.
        prefixes: such as ``HEAD``, ``refs/tags/``.
        web: HTTP.
        scheme: how to send the host's token, if there is one.

    Raises:
        UpstreamError: the repository cannot be asked, or its answer is no pkt-lines.
    """
    request = _request(prefixes)
    answer = await web.post(f"{url}.git/{_SERVICE}", request, headers=_HEADERS, scheme=scheme)
    if answer.status in _REDIRECTS:
        # A POST is not sent on: ask for the service at the new address first, as git does.
        end = f"/info/refs?service={_SERVICE}"
        found = await web.get(f"{url}.git{end}", scheme=scheme)
        url = found.url.removesuffix(end).removesuffix(".git")
        answer = await web.post(f"{url}.git/{_SERVICE}", request, headers=_HEADERS, scheme=scheme)
        if answer.status in _REDIRECTS:
            raise BadAnswer(f"{url} redirects in a circle", url=url)
    return _refs(url, answer.body)


def _request(prefixes: Sequence[str]) -> bytes:
    lines = ["peel\n", "symrefs\n", *(f"ref-prefix {prefix}\n" for prefix in prefixes)]
    return b"".join(
        [
            _packet("command=ls-refs\n"),
            _packet("agent=updater\n"),
            _packet("object-format=sha1\n"),
            b"0001",
            *(_packet(line) for line in lines),
            b"0000",
        ]
    )


def _packet(line: str) -> bytes:
    data = line.encode()
    return b"%04x" % (len(data) + 4) + data


def _packets(body: bytes, url: str) -> Iterator[str]:
    position = 0
    while True:
        try:
            size = int(body[position : position + 4], 16)
        except ValueError:
            size = -1
        if size == 0:
            return
        line = body[position + 4 : position + size]
        if size <= 4 or len(line) != size - 4:  # noqa: PLR2004 - a pkt-line's own length is 4
            raise BadAnswer(f"{url} does not answer in the git protocol", url=url)
        yield line.decode("utf-8", "surrogateescape").rstrip("\n")
        position += size


def _refs(url: str, body: bytes) -> Refs:
    head = ""
    commits: dict[str, str] = {}
    for line in _packets(body, url):
        oid, _, rest = line.partition(" ")
        name, *attributes = rest.split(" ")
        for attribute in attributes:
            key, _, value = attribute.partition(":")
            if key == "peeled":
                oid = value
            elif key == "symref-target" and name == "HEAD":
                head = value.removeprefix("refs/heads/")
        commits[name] = oid
    return Refs(url, head, commits)
