"""Answers as no honest host gives them: in two seconds and 200 MB a failure of their project.

Nothing of the wrong type is left in an offer, so that no later stage meets it.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.bounded import bounded
from tests.upstreams.canned import Canned
from updater.errors import BadAnswer, UpstreamError
from updater.model import Candidate, Offer

if TYPE_CHECKING:
    from collections.abc import Iterator

JSON = {"content-type": "application/vnd.pypi.simple.v1+json"}
HTML = {"content-type": "text/html"}
COMMIT = "1" * 40
DEEP = b"[" * 200_000
DIGITS = "1" * 5_000
# Of each type one value that is not what any field of an answer has.
OTHERS: tuple[Any, ...] = (
    None,
    True,
    5,
    2**70,
    -(2**70),
    -1.5,
    "\u00b2",
    [],
    [[]],
    {},
    {"a": {}},
    "\u0000",
)

FILE: dict[str, Any] = {
    "filename": "pkg-1.0.tar.gz",
    "url": "../../f/pkg-1.0.tar.gz",
    "hashes": {"sha256": "00" * 32},
    "size": 5,
    "requires-python": ">=3.9",
    "upload-time": "2026-01-02T03:04:05Z",
    "yanked": False,
    "core-metadata": {"sha256": "00" * 32},
}
PAGE: dict[str, Any] = {
    "meta": {"api-version": "1.4"},
    "name": "pkg",
    "project-status": {"status": "archived", "reason": "no time"},
    "files": [FILE],
}
HEAD = {"__typename": "Commit", "oid": COMMIT, "committedDate": "2026-01-02T03:04:05Z"}
TAG = {"__typename": "Tag", "oid": "2" * 40, "target": HEAD}
REPOSITORY: dict[str, Any] = {
    "nameWithOwner": "o/pkg",
    "isArchived": True,
    "defaultBranchRef": {"name": "main", "target": HEAD, "c0": {"status": "AHEAD"}},
    "refs": {"totalCount": 1, "nodes": [{"name": "v1.0", "target": TAG}]},
    "releases": {
        "totalCount": 1,
        "nodes": [
            {
                "tagName": "v1.0",
                "isDraft": False,
                "isPrerelease": False,
                "publishedAt": "2026-01-02T03:04:05Z",
                "url": "https://github.com/o/pkg/releases/tag/v1.0",
                "tagCommit": {"oid": COMMIT},
            }
        ],
    },
    "k0": HEAD,
    "b0": {"name": "main", "target": HEAD, "c0": {"status": "IDENTICAL"}},
    "f0": {"text": "[project]", "isTruncated": False},
    "f1": None,
    "f2": {"text": None, "isTruncated": True},
}
ENVELOPE: dict[str, Any] = {"data": {"r0": REPOSITORY}, "errors": []}
RELEASES: dict[str, list[dict[str, Any]]] = {
    "github": [
        {
            "tag_name": "v1.0",
            "draft": False,
            "prerelease": False,
            "html_url": "https://github.com/o/pkg/releases/tag/v1.0",
            "published_at": "2026-01-02T03:04:05Z",
            "body": "new",
        }
    ],
    "gitlab": [
        {
            "tag_name": "v1.0",
            "released_at": "2026-01-02T03:04:05Z",
            "upcoming_release": False,
            "description": "new",
            "commit": {"id": COMMIT, "committed_date": "2026-01-02T03:04:05Z"},
            "_links": {"self": "https://gitlab.com/o/pkg/-/releases/v1.0"},
        }
    ],
}
RELEASES["gitea"] = RELEASES["github"]
ABOUT: dict[str, dict[str, Any]] = {
    "gitlab": {
        "path_with_namespace": "o/pkg",
        "archived": True,
        "visibility": "public",
        "releases_access_level": "enabled",
    },
    "gitea": {"full_name": "o/pkg", "archived": True, "private": False, "internal": False},
}
TAGS: dict[str, list[dict[str, Any]]] = {
    "gitlab": [{"commit": {"id": COMMIT, "committed_date": "2026-01-02T03:04:05Z"}}],
    "gitea": [{"commit": {"sha": COMMIT, "created": "2026-01-02T03:04:05Z"}}],
}


def packet(line: bytes) -> bytes:
    return b"%04x%s" % (len(line) + 4, line)


def refs(*lines: bytes) -> bytes:
    head = f"{COMMIT} HEAD symref-target:refs/heads/main\n".encode()
    return b"".join(map(packet, (head, *lines))) + b"0000"


REFS = refs(f"{COMMIT} refs/tags/v1.0\n".encode())


def of_index(body: bytes, headers: dict[str, str] = JSON) -> Canned:
    return Canned({"index.example": (body, headers)})


def of_graphql(body: bytes) -> Canned:
    listed = json.dumps(RELEASES["github"]).encode()
    return Canned({"graphql": body, r"/releases\?": listed, "git-upload-pack": REFS}, token=True)


def of_host(kind: str, **more: bytes) -> Canned:
    """Answer for one of the hosts with an API, with one of its answers as a test says."""
    made = {
        "refs": REFS,
        "releases": json.dumps(RELEASES.get(kind, [])).encode(),
        "tags": json.dumps(TAGS.get(kind, [])).encode(),
        "about": json.dumps(ABOUT.get(kind, {})).encode(),
    } | more
    return Canned(
        {
            "git-upload-pack": made["refs"],
            r"/releases\?": made["releases"],
            r"/tags\?": made["tags"],
            "": made["about"],
        }
    )


# --- whole bodies ---

BODIES = {
    "nothing": b"",
    "200,000 brackets": DEEP,
    "200,000 closed brackets": DEEP + b"]" * 200_000,
    "200,000 braces": b'{"a":' * 200_000,
    "a list": b"[]",
    "a number": b"5",
    "5,000 digits": DIGITS.encode(),
    "a huge number": b"1e999999999",
    "not UTF-8": b'{"name": "\xff"}',
    "half a pair": b'{"name": "\\ud800", "files": []}',
    "zero bytes": b"\0" * 1_000_000,
    "blanks": b" " * 1_000_000,
    "text without end": b'"' + b"a" * 1_000_000,
    "lists": b"[" + b"[]," * 2_000_000 + b"[]]",
    "escapes": b'"' + b"\\u0041" * 1_000_000 + b'"',
    "a page": b"<html>",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_that_is_no_answer_is_a_failure(body: bytes) -> None:
    """Of the index, of GraphQL, of each API and of git; GraphQL's is asked by git instead."""
    assert isinstance(bounded(lambda: of_index(body).offer("pypi")), BadAnswer)
    assert isinstance(bounded(lambda: of_graphql(body).offer("github")), Offer)
    for kind in RELEASES:
        host = of_host(kind, releases=body)
        if body != b"[]":
            assert isinstance(bounded(partial(host.offer, kind)), BadAnswer)
        for other in ("about", "tags"):
            host = of_host(kind, **{other: body})
            assert isinstance(bounded(partial(host.offer, kind)), Offer)
        assert isinstance(bounded(partial(of_host(kind, refs=body).offer, kind)), BadAnswer)
    assert isinstance(
        bounded(lambda: of_host("git", refs=body, about=body).offer("git")), BadAnswer
    )


# --- wrong types, one after the other ---


def changed(value: Any) -> Iterator[Any]:
    """Yield a value once for each part of it and each other thing that may stand in its place."""
    yield from OTHERS
    if isinstance(value, dict):
        for key, inner in value.items():
            yield {name: one for name, one in value.items() if name != key}
            yield from ({**value, key: one} for one in changed(inner))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from ([*value[:place], one, *value[place + 1 :]] for one in changed(inner))


def looked_through(result: Offer | Exception) -> None:
    """Make sure that all of an offer is of its type."""
    if not isinstance(result, Offer):
        assert isinstance(result, UpstreamError)
        return
    for one in (*result.candidates, *(result.releases or ())):
        assert isinstance(one, Candidate)
        assert all(isinstance(text, str) for text in (one.version, one.ref, one.commit, one.url))
        assert re.fullmatch(r"|[0-9a-f]{40}", one.commit)
        assert one.published is None or one.published.tzinfo is UTC
        assert one.yanked is None or isinstance(one.yanked, str)
        assert isinstance(one.prerelease, bool)
        for file in one.distributions:
            assert isinstance(file.filename + file.url + (file.requires_python or ""), str)
            assert file.size is None or isinstance(file.size, int)
            assert file.sri is None or len(file.sri.digest) == 32
    for name, head in result.branches.items():
        assert isinstance(name, str)
        assert re.fullmatch(r"[0-9a-f]{40}", head)
    assert isinstance(result.default_branch, str)
    assert isinstance(result.repository, str)
    for date in result.facts.dates.values():
        assert isinstance(date, datetime)
        assert date.tzinfo is UTC
    for files in result.facts.files.values():
        assert all(content is None or isinstance(content, bytes) for content in files.values())
    assert all(isinstance(one.message, str) for one in result.warnings)


def test_nothing_of_a_wrong_type_is_in_an_offer_of_the_index() -> None:
    assert isinstance(of_index(json.dumps(PAGE).encode()).offer("pypi"), Offer)
    for page in changed(PAGE):
        looked_through(of_index(json.dumps(page).encode()).offer("pypi"))


def test_nothing_of_a_wrong_type_is_in_an_offer_of_graphql() -> None:
    made = of_graphql(json.dumps(ENVELOPE).encode()).offer("github")
    assert isinstance(made, Offer)
    assert made.facts.files == {COMMIT: {"pyproject.toml": None}} or made.facts.files
    for envelope in changed(ENVELOPE):
        looked_through(of_graphql(json.dumps(envelope).encode()).offer("github"))


@pytest.mark.parametrize("kind", RELEASES)
def test_nothing_of_a_wrong_type_is_in_an_offer_of_a_host(kind: str) -> None:
    assert isinstance(of_host(kind).offer(kind), Offer)
    for other in changed(RELEASES[kind]):
        looked_through(of_host(kind, releases=json.dumps(other).encode()).offer(kind))
    for other in changed(TAGS.get(kind, [])):
        looked_through(of_host(kind, tags=json.dumps(other).encode()).offer(kind))
    for other in changed(ABOUT.get(kind, {})):
        looked_through(of_host(kind, about=json.dumps(other).encode()).offer(kind))


# --- the index ---


def listed(**more: Any) -> bytes:
    good = {**FILE, "filename": "pkg-0.9.tar.gz"}
    return json.dumps({**PAGE, "files": [good, {**FILE, **more}]}).encode()


DATES = {
    "without a zone": ("2026-01-02T03:04:05", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
    "year 10000": ("10000-01-01T00:00:00Z", None),
    "a zone of a hundred hours": ("2026-01-02T03:04:05+99:99", None),
    "a negative year": ("-2026-01-02T03:04:05Z", None),
    "nothing": ("", None),
    "5,000 digits": (DIGITS, None),
}


@pytest.mark.parametrize(("text", "date"), DATES.values(), ids=DATES)
def test_a_date_that_is_none_leaves_the_release(text: str, date: datetime | None) -> None:
    made = of_index(listed(**{"upload-time": text})).offer("pypi")
    assert isinstance(made, Offer)
    assert {one.version: one.published for one in made.candidates}["1.0"] == date


@pytest.mark.parametrize(
    "name",
    [f"pkg-{DIGITS}.tar.gz", f"pkg-1.{DIGITS}-py3-none-any.whl", "pkg-", ".whl", "a" * 100_000],
    ids=range(5),
)
def test_a_file_whose_version_is_none_is_no_release(name: str) -> None:
    made = of_index(listed(filename=name)).offer("pypi")
    assert isinstance(made, Offer)
    assert [one.version for one in made.candidates] == ["0.9"]


def test_many_files_take_no_long() -> None:
    """As many as the largest real project has, and more than any has."""
    files = [{**FILE, "filename": f"pkg-1.{number}.tar.gz"} for number in range(10_000)]
    body = json.dumps({**PAGE, "files": files}).encode()
    made = of_index(body).offer("pypi")
    assert isinstance(made, Offer)
    assert len(made.candidates) == 10_000
    refused = bounded(lambda: of_index(b'{"name":"a","files":[' + b"{}," * 900_000).offer("pypi"))
    assert isinstance(refused, BadAnswer)


PAGES = {
    "tags without end": b"<a " * 100_000,
    "quotations without end": b"<a b='" * 100_000,
    "a comment without end": b"<!--" * 20_000 + b"-" * 1_000_000,
    "tags": b"<a href='pkg-1.0.tar.gz'>pkg-1.0.tar.gz</a>" * 200_000,
    "tags in one another": b"<div>" * 23_000,
    "other tags in one another": b"<b></i>" * 11_000,
    "entities": b"&" * 2_000_000,
    "attributes": b"<a " + b"b=c " * 150_000 + b">",
    "half of an address": b"<a href='http://[::1'>pkg-1.0.tar.gz</a>",
    "half of a base": b"<base href='http://[::1'><a href='pkg-1.0.tar.gz'>pkg-1.0.tar.gz</a>",
    "a digest that is none": b"<a href='pkg-1.0.tar.gz#sha256=xyz'>pkg-1.0.tar.gz</a>",
    "a short digest": b"<a href='pkg-1.0.tar.gz#sha256=00'>pkg-1.0.tar.gz</a>",
    "another version of pages": b"<meta name='pypi:repository-version' content='9.0'>",
    "a version of digits": b"<meta name='pypi:repository-version' content='%s'>" % DIGITS.encode(),
    "zero bytes": b"\0" * 1_000_000,
    "an encoding": b"<meta charset='punycode'><a href='pkg-1.0.tar.gz'>pkg-1.0.tar.gz</a>",
    "a declaration": b"<!" * 50_000,
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("body", PAGES.values(), ids=PAGES)
def test_a_page_of_an_index_gets_an_answer_in_bounds(body: bytes) -> None:
    looked_through(bounded(lambda: of_index(body, HTML).offer("pypi")))


def test_a_page_with_as_many_files_as_may_be_is_read() -> None:
    link = b'<a href="../f/pkg-1.%d.tar.gz" data-requires-python="<4">pkg-1.%d.tar.gz</a>\n'
    body = b"".join(link % (number, number) for number in range(7_000))
    made = bounded(lambda: of_index(body, HTML).offer("pypi"))
    assert isinstance(made, Offer)
    assert len(made.candidates) == 7_000


# --- git ---

LINES = {
    "a size with a sign": b"+00a" + b"x" * 6,
    "a size with an underline": b"0_0a" + b"x" * 6,
    "a size with a blank": b" 00a" + b"x" * 6,
    "a size that is too large": b"ffff",
    "no end": packet(f"{COMMIT} HEAD\n".encode()),
    "an id that is none": refs(b"--upload-pack=evil refs/tags/v1\n"),
    "more refs than any repository has": packet(f"{COMMIT} refs/tags/v\n".encode()) * 200_000,
}


@pytest.mark.parametrize("body", LINES.values(), ids=LINES)
def test_lines_that_are_none_are_a_failure(body: bytes) -> None:
    host = of_host("git", refs=body, about=body)
    assert isinstance(bounded(lambda: host.offer("git")), BadAnswer)


NAMES = {
    "not UTF-8": b"v2.0\xff",
    "a control character": b"v2.0\x1b[31m",
    "60,000 letters": b"v2." + b"0" * 60_000,
    "an empty one": b"",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_tag_of_no_name_is_left_out(name: bytes) -> None:
    body = refs(COMMIT.encode() + b" refs/tags/" + name + b"\n", b"2" * 40 + b" refs/tags/v1.0\n")
    made = of_host("git", refs=body).offer("git")
    assert isinstance(made, Offer)
    assert [one.ref for one in made.candidates if one.ref] == ["v1.0"]


def test_a_head_that_is_no_commit_is_left_out() -> None:
    """It would become a word of one of git's commands."""
    answer = {"data": {"r0": {**REPOSITORY, "k0": {**HEAD, "oid": "--upload-pack=evil"}}}}
    made = of_graphql(json.dumps(answer).encode()).offer("github")
    assert isinstance(made, Offer)
    assert "--upload-pack=evil" not in repr(made)


def test_as_many_refs_as_may_be_are_read() -> None:
    lines = (f"{number:040x} refs/tags/v1.{number}\n".encode() for number in range(100_000))
    made = bounded(partial(of_host("git", refs=refs(*lines)).offer, "git"))
    assert isinstance(made, Offer)
    assert len(made.candidates) == 100_000


# --- the next page ---


def test_a_header_without_end_names_no_next_page() -> None:
    links = {"link": "<" * 90_000}
    answers = Canned(
        {
            "git-upload-pack": REFS,
            r"/releases\?": (json.dumps(RELEASES["gitea"]).encode(), links),
            "": b"{}",
        }
    )
    assert isinstance(bounded(lambda: answers.offer("gitea")), BadAnswer | Offer)
