"""The git protocol: requests that git itself would make, and answers that are none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from updater.errors import BadAnswer
from updater.model import HttpResponse
from updater.upstreams.ls_refs import Refs, advertised_refs, ls_refs, moved

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

A, B, C = "a" * 40, "b" * 40, "c" * 40
URL = "https://h/o/r.git"


def packets(*lines: str) -> bytes:
    return b"".join(b"%04x%s\n" % (len(line) + 5, line.encode()) for line in lines) + b"0000"


@dataclass
class Scripted:
    """Answers one request after the other, and remembers them."""

    answers: list[HttpResponse]
    asked: list[tuple[str, str, bytes]] = field(default_factory=list)

    async def get(self, url: str, **_: Any) -> HttpResponse:
        self.asked.append(("GET", url, b""))
        return self.answers.pop(0)

    async def post(self, url: str, content: bytes, **_: Any) -> HttpResponse:
        self.asked.append(("POST", url, content))
        return self.answers.pop(0)

    def kept_posts(self, *_: Any, **__: Any) -> Iterator[tuple[bytes, HttpResponse]]:
        """Nothing is kept here."""
        yield from ()

    def has_token(self, _url: str) -> bool:
        return False

    def say(self, message: str) -> None:
        raise AssertionError(message)


def answer(body: bytes, status: int = 200, url: str = URL) -> HttpResponse:
    headers: Mapping[str, str] = {}
    return HttpResponse(status, url, headers, body)


def refs_of(body: bytes) -> Refs:
    web = Scripted([answer(body)])
    return anyio.run(ls_refs, URL, ("HEAD", "refs/tags/"), web)


def test_the_request_is_one_post_of_pkt_lines() -> None:
    web = Scripted([answer(packets())])
    anyio.run(ls_refs, URL, ("HEAD", "refs/tags/"), web)
    assert web.asked == [
        (
            "POST",
            f"{URL}/git-upload-pack",
            (
                b"0014command=ls-refs\n0012agent=updater\n0017object-format=sha1\n0001"
                b"0009peel\n000csymrefs\n0014ref-prefix HEAD\n001aref-prefix refs/tags/\n0000"
            ),
        )
    ]


def test_annotated_tags_are_peeled_and_head_names_its_branch() -> None:
    refs = refs_of(
        packets(
            f"{A} HEAD symref-target:refs/heads/trunk",
            f"{A} refs/heads/trunk",
            f"{B} refs/tags/v1 peeled:{C}",
            f"{B} refs/tags/v2",
        )
    )
    assert (refs.head, refs.branches, refs.tags) == ("trunk", {"trunk": A}, {"v1": C, "v2": B})


def test_the_default_branch_is_known_from_head_alone() -> None:
    assert refs_of(packets(f"{A} HEAD symref-target:refs/heads/trunk")).branches == {"trunk": A}


def test_a_detached_head_is_no_branch() -> None:
    refs = refs_of(packets(f"{A} HEAD"))
    assert (refs.head, refs.branches) == ("", {})


def test_an_empty_repository_has_nothing() -> None:
    assert refs_of(packets()) == Refs(URL, "", {})


def test_a_name_that_is_no_utf8_is_kept() -> None:
    line = A.encode() + b" refs/tags/v\xff\n"
    refs = refs_of(b"%04x%s0000" % (len(line) + 4, line))
    assert refs.tags == {"v\udcff": A}


NONSENSE = {
    "empty": b"",
    "page": b"<html>Log in</html>",
    "cut in a line": packets(f"{A} refs/tags/v1")[:30],
    "no flush at the end": packets(f"{A} refs/tags/v1")[:-4],
    "length of nothing": b"0003",
    "empty packet": b"0004",
    "delimiter": b"00010000",
    "no object id": packets("HEAD"),
    "short object id": packets("abc refs/tags/v1"),
    "object id of another length": packets(f"{A}{A[:24]} refs/tags/v1"),
    "negative length": b"-001",
    "sideband": b"0006\x01x0000",
}


@pytest.mark.parametrize("body", [*NONSENSE.values()], ids=NONSENSE)
def test_what_is_no_answer_is_refused(body: bytes) -> None:
    with pytest.raises(
        BadAnswer, match=r"^https://h/o/r\.git does not answer in the git protocol$"
    ):
        refs_of(body)


def test_nothing_is_read_behind_the_flush_packet() -> None:
    """As git does."""
    assert refs_of(packets(f"{A} HEAD") + b"00").commits == {"HEAD": A}


def test_an_error_that_the_server_words_is_shown() -> None:
    with pytest.raises(BadAnswer, match=r"^https://h/o/r\.git: access denied, or gone$"):
        refs_of(packets("ERR access denied, or gone"))


def test_a_redirect_is_followed_as_git_does() -> None:
    """GET info/refs at the old address leads to the new one, which gets the POST again."""
    new = "https://h/n/r.git"
    web = Scripted(
        [
            answer(b"", 301),
            answer(b"", 200, f"{new}/info/refs?service=git-upload-pack"),
            answer(packets(f"{A} refs/tags/v1"), 200, f"{new}/git-upload-pack"),
        ]
    )
    refs = anyio.run(ls_refs, URL, ("refs/tags/",), web)
    assert [one[:2] for one in web.asked] == [
        ("POST", f"{URL}/git-upload-pack"),
        ("GET", f"{URL}/info/refs?service=git-upload-pack"),
        ("POST", f"{new}/git-upload-pack"),
    ]
    assert (refs.url, refs.tags) == (new, {"v1": A})


def test_a_circle_of_redirects_is_left() -> None:
    web = Scripted([answer(b"", 301), answer(b"", 200), answer(b"", 307)])
    with pytest.raises(BadAnswer, match="redirects in a circle"):
        anyio.run(ls_refs, URL, ("HEAD",), web)


def advertised(*lines: str, service: bool = True) -> Refs:
    body = packets("# service=git-upload-pack") if service else b""
    address = f"{URL}/info/refs?service=git-upload-pack"
    web = Scripted([answer(body + packets(*lines), 200, address)])
    return anyio.run(advertised_refs, URL, web)


def test_an_older_server_lists_all_refs_with_peeled_ones_behind_them() -> None:
    refs = advertised(
        f"{A} HEAD\0multi_ack symref=HEAD:refs/heads/main agent=git/1.8",
        f"{A} refs/heads/main",
        f"{B} refs/tags/v1",
        f"{C} refs/tags/v1^{{}}",
    )
    commits = {"HEAD": A, "refs/heads/main": A, "refs/tags/v1": C}
    assert refs == Refs(URL, "main", commits, {B: C})


def test_version_1_says_so_first() -> None:
    assert advertised("version 1", f"{A} refs/tags/v1\0agent=git").tags == {"v1": A}


def test_an_empty_repository_of_an_older_server_has_nothing() -> None:
    assert advertised(f"{'0' * 40} capabilities^{{}}\0agent=git").commits == {}


def test_an_older_servers_nonsense_is_refused() -> None:
    web = Scripted([answer(b"<html>")])
    with pytest.raises(BadAnswer, match="does not answer in the git protocol"):
        anyio.run(advertised_refs, URL, web)


def test_a_repository_that_moved_is_named_with_both_paths() -> None:
    (warning,) = moved("o/r", "n/r")
    assert (warning.code, warning.message) == (
        "moved",
        "o/r has moved to n/r: owner and repo are stale",
    )


def test_another_case_is_no_move() -> None:
    assert moved("O/R", "o/r") == ()
