"""Git's objects read into Python: commits, tags, trees, and how two commits are related.

Source: git-cat-file(1), gitformat-signature(5), "Git Internals - Git Objects" of git-scm.com.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.loopback.repositories import Repository

Status = Literal["identical", "ahead", "behind", "diverged"]

SIGNATURE = re.compile(r"(?P<name>.*) <(?P<email>.*)> (?P<seconds>\d+) (?P<zone>[+-]\d{4})")


@dataclass(frozen=True, slots=True)
class Signature:
    """Who wrote, committed or tagged, and when, in their own time zone."""

    name: str
    email: str
    date: datetime


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit object."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Signature
    committer: Signature
    message: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag object; ``target`` is the object it names, which may be a tag too."""

    sha: str
    name: str
    target: str
    tagger: Signature
    message: str


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One line of a tree object."""

    name: str
    mode: int
    sha: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Where ``head`` stands to ``base``.

    Attributes:
        ahead: how many commits only ``head`` has.
        behind: how many commits only ``base`` has.
    """

    base: str
    head: str
    merge_base: str
    ahead: int
    behind: int

    @property
    def status(self) -> Status:
        """The relation in GitHub's words."""
        if self.ahead and self.behind:
            return "diverged"
        if self.ahead:
            return "ahead"
        return "behind" if self.behind else "identical"


def parse_commit(sha: str, raw: bytes) -> Commit:
    """Read a commit object."""
    headers, message = split(raw)
    return Commit(
        sha,
        headers["tree"][0],
        tuple(headers.get("parent", ())),
        parse_signature(headers["author"][0]),
        parse_signature(headers["committer"][0]),
        message,
    )


def parse_tag(sha: str, raw: bytes) -> Tag:
    """Read a tag object."""
    headers, message = split(raw)
    tagger = parse_signature(headers["tagger"][0])
    return Tag(sha, headers["tag"][0], headers["object"][0], tagger, message)


def parse_tree(raw: bytes) -> Iterator[TreeEntry]:
    """Read a tree object."""
    while raw:
        label, _, rest = raw.partition(b"\0")
        mode, _, name = label.decode().partition(" ")
        yield TreeEntry(name, int(mode, 8), rest[:20].hex())
        raw = rest[20:]


def split(raw: bytes) -> tuple[dict[str, list[str]], str]:
    """Return a commit's or tag's headers and its message."""
    head, _, message = raw.decode(errors="replace").partition("\n\n")
    headers: dict[str, list[str]] = {}
    # A line that begins with a space goes on with the header before, as in a signed commit.
    for line in head.replace("\n ", "\0").splitlines():
        name, _, value = line.partition(" ")
        headers.setdefault(name, []).append(value)
    return headers, message.rstrip("\n")


def parse_signature(written: str) -> Signature:
    """Read ``NAME <EMAIL> SECONDS ZONE``."""
    found = SIGNATURE.fullmatch(written)
    if found is None:
        raise ValueError(f"no signature of git: {written!r}")
    sign = -1 if found["zone"][0] == "-" else 1
    offset = timedelta(hours=int(found["zone"][1:3]), minutes=int(found["zone"][3:]))
    zone = timezone(sign * offset)
    date = datetime.fromtimestamp(int(found["seconds"]), zone)
    return Signature(found["name"], found["email"], date)


def read_commit(repository: Repository, sha: str) -> Commit:
    """Read one commit."""
    return parse_commit(sha, repository.read(sha)[sha][1])


def read_history(repository: Repository, *selection: str) -> Iterator[Commit]:
    """Return the commits that ``git rev-list`` selects, newest first unless asked otherwise."""
    shas = repository.git("rev-list", *selection).split()
    objects = repository.read(*shas)
    for sha in shas:
        yield parse_commit(sha, objects[sha][1])


def compare(repository: Repository, base: str, head: str) -> Comparison | None:
    """Compare two commits, None where they have no common ancestor."""
    try:
        merge_base = repository.git("merge-base", base, head)
    except subprocess.CalledProcessError:
        return None
    counted = repository.git("rev-list", "--left-right", "--count", f"{base}...{head}")
    behind, ahead = (int(count) for count in counted.split())
    return Comparison(base, head, merge_base, ahead, behind)
