"""Whether a commit is behind another, by one request of the git protocol.

Who has a commit asks for another one, and gets a pack of what is missing: of a commit behind his
own that is nothing. Only commits are asked for, so that the pack of a release has some kilobytes.
Source: git documentation, "gitprotocol-v2" (fetch) and "gitformat-pack".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.errors import BadAnswer
from updater.upstreams.ls_refs import packet, packets

if TYPE_CHECKING:
    from updater.model import Scheme
    from updater.upstreams.base import Web

_SERVICE = "git-upload-pack"
_HEADERS = {
    "Git-Protocol": "version=2",
    "Content-Type": f"application/x-{_SERVICE}-request",
    "Accept": f"application/x-{_SERVICE}-result",
}
_OF_PACK = 1  # the band; the others have progress and errors
_HEADER = 12  # bytes: PACK, the version, and the number of objects


async def is_contained(
    url: str, commit: str, other_commit: str, web: Web, scheme: Scheme | None = None
) -> bool:
    """Tell whether a commit is another one, or an ancestor of it.

    Args:
        url: the repository's address.
        commit: one that the repository offers.
        other_commit: one that it offers too.
        web: HTTP.
        scheme: how to send the host's token, if there is one.

    Raises:
        UpstreamError: the repository cannot be asked, or does not answer in packs.
    """
    body = b"".join(
        [
            packet("command=fetch\n"),
            packet("agent=updater\n"),
            packet("object-format=sha1\n"),
            b"0001",
            packet("no-progress\n"),
            packet("filter tree:0\n"),
            packet(f"want {commit}\n"),
            packet(f"have {other_commit}\n"),
            packet("done\n"),
            b"0000",
        ]
    )
    answer = await web.post(f"{url}/{_SERVICE}", body, headers=_HEADERS, scheme=scheme)
    return _objects(answer.body, url) == 0


def _objects(body: bytes, url: str) -> int:
    """Return how many objects the pack of an answer has.

    Raises:
        BadAnswer: there is no pack in it.
    """
    pack, in_pack = b"", False
    for line in packets(body, url):
        if in_pack and line[:1] == bytes([_OF_PACK]):
            pack += line[1 : 1 + _HEADER]
            if len(pack) >= _HEADER:
                break
        in_pack = in_pack or line == b"packfile\n"
    if len(pack) < _HEADER or not pack.startswith(b"PACK"):
        raise BadAnswer(f"{url} does not answer with a pack", url=url)
    return int.from_bytes(pack[8:_HEADER], "big")
