"""A repository's refs by the git protocol: one POST, no API quota.

Version 2 lists only the refs that are asked for. A server that does not know it lists all of them
in answer to ``info/refs``, as versions 0 and 1 do.
Source: git documentation, "gitprotocol-v2" (ls-refs), "gitprotocol-http" (smart clients) and
"gitprotocol-common" (pkt-line).
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct, field

from updater.effects.processes.apart import apart
from updater.errors import BadAnswer
from updater.model import Candidate, CommitFacts, Offer, PinWarning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from updater.model import Scheme
    from updater.upstreams.base import ProjectQuestion, Web

_SERVICE = "git-upload-pack"
_HEADERS = {
    "Git-Protocol": "version=2",
    "Content-Type": f"application/x-{_SERVICE}-request",
    "Accept": f"application/x-{_SERVICE}-result",
}
_REDIRECTS = (301, 302, 307, 308)
_TAGS, _BRANCHES = "refs/tags/", "refs/heads/"
_OBJECT = re.compile(r"[0-9a-f]{40}")
_SIZE = re.compile(rb"[0-9a-fA-F]{4}")
_MOST_REFS = 150_000  # of one repository: the largest have half of them


class Refs(Struct, frozen=True):
    """A repository's refs.

    Attributes:
        url: the repository's address, after redirects.
        head: the branch that HEAD names, or an empty string.
        commits: ref name -> the commit it leads to; annotated tags are peeled.
        tag_objects: the id of an annotated tag's own object -> the commit that it leads to.
    """

    url: str
    head: str
    commits: dict[str, str]
    tag_objects: dict[str, str] = field(default_factory=dict)

    @property
    def tags(self) -> dict[str, str]:
        """Tag name -> commit."""
        return _below(self.commits, _TAGS)

    @property
    def branches(self) -> dict[str, str]:
        """Branch name -> commit, the default branch among them."""
        heads = {self.head: self.commits["HEAD"]} if self.head and "HEAD" in self.commits else {}
        return heads | _below(self.commits, _BRANCHES)


def _below(commits: dict[str, str], prefix: str) -> dict[str, str]:
    return {
        name.removeprefix(prefix): commit
        for name, commit in commits.items()
        if name.startswith(prefix)
    }


def prefixes(question: ProjectQuestion) -> tuple[str, ...]:
    """Return what the names of the refs that a question is about start with."""
    return ("HEAD", _TAGS, *(f"{_BRANCHES}{name}" for name in sorted(question.branches)))


def offer(question: ProjectQuestion, refs: Refs, tag_page: Callable[[str], str]) -> Offer:
    """Return what refs say in answer to a question.

    Args:
        question: names the project.
        refs: the answer.
        tag_page: tag name -> a page about it, for people.
    """
    candidates = tuple(
        Candidate(version=name, ref=name, commit=commit, url=tag_page(name))
        for name, commit in refs.tags.items()
    )
    facts = CommitFacts(tag_objects=refs.tag_objects)
    return Offer(question.project, candidates, refs.branches, refs.head, refs.url, facts=facts)


def moved(old: str, new: str) -> tuple[PinWarning, ...]:
    """Warn that a repository has another path now; a difference in case is none."""
    if old.lower() == new.lower():
        return ()
    return (PinWarning("moved", f"{old} has moved to {new}: owner and repo are stale"),)


async def ls_refs(url: str, names: Sequence[str], web: Web, scheme: Scheme | None = None) -> Refs:
    """Return the refs of a repository whose names start with one of these.

    Args:
        url: the repository's address.
        names: such as ``HEAD``, ``refs/tags/``.
        web: HTTP.
        scheme: how to send the host's token, if there is one.

    Raises:
        UpstreamError: the repository cannot be asked, or its answer is no pkt-lines.
    """
    request = _request(names)
    answer = await web.post(f"{url}/{_SERVICE}", request, headers=_HEADERS, scheme=scheme)
    if answer.status in _REDIRECTS:
        # A POST is not sent on: ask for the service at the new address first, as git does.
        end = f"/info/refs?service={_SERVICE}"
        advertised = await web.get(f"{url}{end}", scheme=scheme)
        url = advertised.url.removesuffix(end)
        answer = await web.post(f"{url}/{_SERVICE}", request, headers=_HEADERS, scheme=scheme)
        if answer.status in _REDIRECTS:
            raise BadAnswer(f"{url} redirects in a circle", url=url)
    body = answer.body
    return await apart(partial(_refs, url, body), len(body), partial(_late, url))


async def advertised_refs(url: str, web: Web, scheme: Scheme | None = None) -> Refs:
    """Return all refs of a repository, from a server that may not know version 2.

    Raises:
        UpstreamError: the repository cannot be asked, or its answer is no pkt-lines.
    """
    end = f"/info/refs?service={_SERVICE}"
    answer = await web.get(f"{url}{end}", scheme=scheme)
    url, body = answer.url.removesuffix(end), answer.body
    return await apart(partial(_advertised, url, body), len(body), partial(_late, url))


def _late(url: str, why: str) -> BadAnswer:
    return BadAnswer(f"the answer of {url} {why}", url=url)


def _advertised(url: str, body: bytes) -> Refs:
    head = ""
    commits: dict[str, str] = {}
    tag_objects: dict[str, str] = {}
    for line in _packets(body, url, flushes=2):
        if line.startswith("#") or line == "version 1":
            continue
        text, _, capabilities = line.partition("\0")
        oid, name = _split(text, url)
        for capability in capabilities.split(" "):
            if capability.startswith("symref=HEAD:"):
                head = capability.removeprefix("symref=HEAD:").removeprefix(_BRANCHES)
        if name != "capabilities^{}":
            # The line of a tag object comes first; this one has the commit it leads to.
            tag = name.removesuffix("^{}")
            if tag != name and tag in commits:
                tag_objects[commits[tag]] = oid
            commits[tag] = oid
    return Refs(url, head, commits, tag_objects)


def _request(names: Sequence[str]) -> bytes:
    lines = ["peel\n", "symrefs\n", *(f"ref-prefix {name}\n" for name in names)]
    return b"".join(
        [
            packet("command=ls-refs\n"),
            packet("agent=updater\n"),
            packet("object-format=sha1\n"),
            b"0001",
            *(packet(line) for line in lines),
            b"0000",
        ]
    )


def packet(line: str) -> bytes:
    """Return a pkt-line."""
    data = line.encode("utf-8", "surrogateescape")
    return b"%04x" % (len(data) + 4) + data


def _packets(body: bytes, url: str, *, flushes: int = 1) -> Iterator[str]:
    """Yield the lines of pkt-lines as texts."""
    for line in packets(body, url, flushes=flushes):
        yield line.decode("utf-8", "surrogateescape").rstrip("\n")


def packets(body: bytes, url: str, *, flushes: int = 1) -> Iterator[bytes]:
    """Yield the lines of pkt-lines up to so many flush packets.

    Raises:
        BadAnswer: these are none, or too many, or one tells of an error.
    """
    position = lines = 0
    while True:
        lines += 1
        if lines > _MOST_REFS:
            raise BadAnswer(f"{url} has more than {_MOST_REFS} refs", url=url)
        head = body[position : position + 4]
        size = int(head, 16) if _SIZE.fullmatch(head) else -1
        line = body[position + 4 : position + size]
        if size == 0:
            flushes -= 1
            position += 4
            if not flushes:
                return
            continue
        if size <= 4 or len(line) != size - 4:  # noqa: PLR2004 - a pkt-line's own length is 4
            raise BadAnswer(f"{url} does not answer in the git protocol", url=url)
        if line.startswith(b"ERR "):
            text = line.removeprefix(b"ERR ").decode("utf-8", "surrogateescape").rstrip("\n")
            raise BadAnswer(f"{url}: {text}", url=url)
        yield line
        position += size


def _split(text: str, url: str) -> tuple[str, str]:
    """Return the object id and the rest of a line."""
    oid, _, rest = text.partition(" ")
    if not _OBJECT.fullmatch(oid) or not rest:
        raise BadAnswer(f"{url} does not answer in the git protocol", url=url)
    return oid, rest


def _refs(url: str, body: bytes) -> Refs:
    head = ""
    commits: dict[str, str] = {}
    tag_objects: dict[str, str] = {}
    for line in _packets(body, url):
        oid, rest = _split(line, url)
        name, *attributes = rest.split(" ")
        for attribute in attributes:
            key, _, value = attribute.partition(":")
            if key == "peeled" and _OBJECT.fullmatch(value):
                tag_objects[oid] = value
                oid = value
            elif key == "symref-target" and name == "HEAD":
                head = value.removeprefix(_BRANCHES)
        commits[name] = oid
    return Refs(url, head, commits, tag_objects)
