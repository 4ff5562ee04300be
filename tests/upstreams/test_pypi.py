"""Projects of a package index, as JSON and as HTML."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)

from tests.loopback.messages import Response, redirect, text
from tests.upstreams.asking import codes
from updater.errors import BadAnswer, NotFound, Refused
from updater.model import Candidate, Distribution, Offer, Sri
from updater.upstreams import index_page, packed_page
from updater.upstreams.pypi import KIND

if TYPE_CHECKING:
    from pathlib import Path

    from msgspec import Raw
    from packaging.version import Version

    from tests.loopback.index import Index
    from tests.upstreams.asking import Asking
    from updater.model import HttpResponse

JSON = "application/vnd.pypi.simple.v1+json"
SHA = "00" * 32


def serve(index: Index, project: str, **page: Any) -> None:
    """Let a project's page be what a test says it is."""
    page = {"meta": {"api-version": "1.1"}, "name": project, "files": [], **page}
    body = json.dumps(page).encode()
    index.server.fail(f"GET /simple/{project}/", Response(200, body, {"Content-Type": JSON}))


def file(filename: str, **more: Any) -> dict[str, Any]:
    return {"filename": filename, "url": f"../../f/{filename}", "hashes": {"sha256": SHA}, **more}


def versions(offer: Offer) -> list[str]:
    return sorted(one.version for one in offer.candidates)


def test_a_release_has_all_that_the_index_tells(asking: Asking, index: Index) -> None:
    serve(
        index,
        "a",
        files=[
            file(
                "a-1.0.tar.gz",
                size=7,
                **{"requires-python": ">=3.9", "upload-time": "2026-01-02T03:04:05.6Z"},
            ),
            file("a-1.0-py3-none-any.whl", **{"upload-time": "2026-01-02T03:04:04Z"}),
        ],
    )
    url = f"{index.server.url}/f"
    sri = Sri("sha256", bytes(32))
    assert asking.offer(KIND, "pypi:a").candidates == (
        Candidate(
            "1.0",
            published=datetime(2026, 1, 2, 3, 4, 4, tzinfo=UTC),
            distributions=(
                Distribution("a-1.0.tar.gz", f"{url}/a-1.0.tar.gz", sri, 7, ">=3.9"),
                Distribution(
                    "a-1.0-py3-none-any.whl", f"{url}/a-1.0-py3-none-any.whl", sri, None, None
                ),
            ),
        ),
    )


def test_all_projects_are_asked_and_one_missing_fails_alone(asking: Asking, index: Index) -> None:
    index.release("a", "1.0")
    index.release("b", "2.0")
    found = asking.ask(KIND, "pypi:a", "pypi:b", "pypi:gone")
    assert isinstance(found["pypi:gone"], NotFound)
    offers = {name: versions(one) for name, one in found.items() if isinstance(one, Offer)}
    assert offers == {"pypi:a": ["1.0"], "pypi:b": ["2.0"]}


def test_nobody_is_asked_for_nothing(asking: Asking, index: Index) -> None:
    assert asking.ask(KIND) == {}
    assert index.server.requests() == []


FILES = {
    "sdist": ("a-1.0.tar.gz", ["1.0"]),
    "zip": ("a-1.0.zip", ["1.0"]),
    "old bzip2": ("a-1.0.tar.bz2", ["1.0"]),
    "old tgz": ("a-1.0.tgz", ["1.0"]),
    "name with dashes": ("a-b-c-1.0.tar.gz", ["1.0"]),
    "wheel": ("a-1.0-py3-none-any.whl", ["1.0"]),
    "wheel with a build number": ("a-1.0-1-py3-none-any.whl", ["1.0"]),
    "sdist that spells its version so": ("a-2024.01.02.tar.gz", ["2024.01.02"]),
    "pre-release in an old spelling": ("a-1.0-rc1.tar.gz", ["1.0-rc1"]),
    "post-release in an old spelling": ("a-1.0-1.tar.gz", ["1.0-1"]),
    "post-release in a zip": ("A-1.0-1.zip", ["1.0-1"]),
    "name with a number": ("a-1-2.0.tar.gz", []),  # of the project a: no such version
    "another project's name": ("a-b-1.0-1.tar.gz", ["1"]),
    "egg, which no fetcher asks for": ("a-1.0-py2.7.egg", ["1.0"]),
    "installer": ("a-1.0.win32-py2.7.exe", ["1.0"]),
    "installer of a development version": ("a-1.0.dev2.win32.msi", ["1.0.dev2"]),
    "rpm": ("a-b-1.0-1.noarch.rpm", ["1.0"]),
    "no version": ("a.tar.gz", []),
    "odd version": ("a-latest.tar.gz", []),
}


@pytest.mark.parametrize(("filename", "expected"), FILES.values(), ids=FILES)
def test_which_files_are_releases(
    asking: Asking, index: Index, filename: str, expected: list[str]
) -> None:
    serve(index, "a", files=[file(filename)])
    assert versions(asking.offer(KIND, "pypi:a")) == expected


def test_a_number_in_a_projects_name_is_no_version(asking: Asking, index: Index) -> None:
    serve(index, "a-1", files=[file("a-1-2.0.tar.gz"), file("a_1-3.0-1.tar.gz")])
    assert versions(asking.offer(KIND, "pypi:a-1")) == ["2.0", "3.0-1"]


def test_files_of_one_version_are_one_release_however_spelled(asking: Asking, index: Index) -> None:
    serve(index, "a", files=[file("a-1.0-py3-none-any.whl"), file("a-1.0.0.tar.gz")])
    assert versions(asking.offer(KIND, "pypi:a")) == ["1.0.0"]


YANKED: dict[str, tuple[list[Any], str | None]] = {
    "all, with a reason": (["broken", "broken"], "broken"),
    "all, without one": ([True, True], "no reason given"),
    "one of two": (["broken", False], None),
    "none": ([False, False], None),
}


@pytest.mark.parametrize(("files", "expected"), YANKED.values(), ids=YANKED)
def test_a_release_is_yanked_when_all_its_files_are(
    asking: Asking, index: Index, files: list[Any], expected: str | None
) -> None:
    names = ("a-1.0.tar.gz", "a-1.0-py3-none-any.whl")
    listed = [file(name, yanked=yanked) for name, yanked in zip(names, files, strict=True)]
    serve(index, "a", files=listed)
    (release,) = asking.offer(KIND, "pypi:a").candidates
    assert release.yanked == expected


def test_a_file_without_sha256_has_no_hash(asking: Asking, index: Index) -> None:
    serve(index, "a", files=[{**file("a-1.0.tar.gz"), "hashes": {"md5": "0" * 32}}])
    (release,) = asking.offer(KIND, "pypi:a").candidates
    assert release.distributions[0].sri is None


def test_an_older_index_answers_in_html(asking: Asking, index: Index) -> None:
    """The same releases, as far as HTML tells them: without sizes and times."""
    index.release("a", "1.0", yanked="broken", requires_python=">=3.9")
    index.release("a", "1.1", yanked="")
    as_json = asking.offer(KIND, "pypi:a").candidates

    def html(name: str) -> Response:
        page = index._html(name, index._projects[name])
        return text(page, content_type="text/html")

    index.server.fail("GET /simple/a/", html("a"))
    as_html = asking.offer(KIND, "pypi:a").candidates
    assert [(one.version, one.yanked) for one in as_html] == [
        (one.version, one.yanked) for one in as_json
    ]
    assert [
        (one.filename, one.url, one.sri, one.requires_python)
        for release in as_html
        for one in release.distributions
    ] == [
        (one.filename, one.url, one.sri, one.requires_python)
        for release in as_json
        for one in release.distributions
    ]


NO_PAGES = {
    "no JSON": Response(200, b"\xff", {"Content-Type": JSON}),
    "no object": Response(200, b"[]", {"Content-Type": JSON}),
    "no files": Response(200, b'{"name": "a"}', {"Content-Type": JSON}),
    "files that are none": Response(200, b'{"name": "a", "files": [7]}', {"Content-Type": JSON}),
    "a digest that is none": Response(
        200,
        json.dumps(
            {"name": "a", "files": [{**file("a-1.tar.gz"), "hashes": {"sha256": "x"}}]}
        ).encode(),
        {"Content-Type": JSON},
    ),
    "a page to log in": text("<html><body>Log in</body></html>", content_type="text/html"),
}


@pytest.mark.parametrize("response", NO_PAGES.values(), ids=NO_PAGES)
def test_what_is_no_page_of_an_index_is_refused(
    asking: Asking, index: Index, response: Response
) -> None:
    index.server.fail("GET /simple/a/", response)
    failure = asking.failure(KIND, "pypi:a")
    assert isinstance(failure, BadAnswer)
    assert str(failure) == "the index does not answer for a with the Simple API's JSON"
    assert failure.hint == "check `index` in config.yaml, or pip's index-url"


def test_a_project_without_files_offers_nothing(asking: Asking, index: Index) -> None:
    serve(index, "a")
    assert asking.offer(KIND, "pypi:a").candidates == ()


def test_a_renamed_project_is_followed_and_reported(asking: Asking, index: Index) -> None:
    index.release("new-name", "1.0")
    index.server.fail("GET /simple/old-name/", redirect("/simple/new-name/"))
    offer = asking.offer(KIND, "pypi:old-name")
    assert versions(offer) == ["1.0"]
    assert [one.message for one in offer.warnings] == [
        "the index calls old-name new-name now: pname is stale"
    ]


def test_a_name_is_the_same_however_it_is_written(asking: Asking, index: Index) -> None:
    serve(index, "my-name", name="My.Name", files=[file("My_Name-1.0.tar.gz")])
    offer = asking.offer(KIND, "pypi:my-name")
    assert (versions(offer), codes(offer)) == (["1.0"], [])


STATES = {
    "archived": (
        {"status": "archived"},
        ["the index's project a is archived: no new version will come"],
    ),
    "deprecated, with a reason": (
        {"status": "deprecated", "reason": "use b"},
        ["the index's project a is deprecated: something else takes its place (use b)"],
    ),
    "quarantined": (
        {"status": "quarantined"},
        ["the index's project a is quarantined: the index considers it harmful"],
    ),
    "active": ({"status": "active"}, []),
    "a state that came later": ({"status": "sleepy"}, []),
}


@pytest.mark.parametrize(("state", "said"), STATES.values(), ids=STATES)
def test_a_projects_state_is_a_warning(
    asking: Asking, index: Index, state: dict[str, str], said: list[str]
) -> None:
    serve(index, "a", files=[file("a-1.0.tar.gz")], **{"project-status": state})
    assert [one.message for one in asking.offer(KIND, "pypi:a").warnings] == said


def test_no_token_goes_to_the_index(asking: Asking, index: Index) -> None:
    index.release("a", "1.0")
    asking.tokens[index.url] = "hush"
    asking.offer(KIND, "pypi:a")
    assert [one.authorization for one in index.server.requests()] == [None]


def test_the_files_of_a_release_are_made_where_somebody_looks_at_them(
    asking: Asking, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page has hundreds of files, and a check looks at those of a release or two."""
    index.release("a", "1.0")
    index.release("a", "2.0")
    made: list[str] = []
    files = packed_page._distributions

    def counted(packed: Raw, base: str) -> tuple[Distribution, ...]:
        distributions = files(packed, base)
        made.extend(file.filename for file in distributions)
        return distributions

    monkeypatch.setattr(packed_page, "_distributions", counted)
    first, second = asking.offer(KIND, "pypi:a").candidates
    assert (len(first.distributions), len(second.distributions), made) == (1, 1, [])
    assert [file.filename for file in second.distributions] == ["a-2.0.tar.gz"]
    assert second.distributions[0].sri is not None
    assert made == ["a-2.0.tar.gz"]


def test_an_unchanged_page_is_read_once(
    asking: Asking, index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it says is kept in place of it; a page that changed is read again."""
    asking.cache = tmp_path / "cache"
    read: list[str] = []
    pack = index_page.packed_page

    def counted(name: str, answer: HttpResponse) -> bytes:
        read.append(name)
        return pack(name, answer)

    monkeypatch.setattr(index_page, "packed_page", counted)
    index.release("a", "1.0", files=["a-1.0.tar.gz", "a-1.0-py3-none-any.whl"])
    first = asking.offer(KIND, "pypi:a")
    assert asking.offer(KIND, "pypi:a") == first
    assert read == ["a"]
    for path in (tmp_path / "cache").iterdir():
        path.write_bytes(path.read_bytes()[:5000])
    assert asking.offer(KIND, "pypi:a") == first
    index.release("a", "2.0")
    assert versions(asking.offer(KIND, "pypi:a")) == ["1.0", "2.0"]
    assert read == ["a", "a", "a"]
    assert len(index.server.requests("GET /simple/a/")) == 4


NAMES = st.sampled_from(["a", "A.b", "a_b", "a__b", "a-b", "_a", "a_", "", "ä"])
PARTS = st.sampled_from(["1.0", "1", "v1", "1.0rc1", "1.0.post1", "1+x", "1_0", "1..0", "", "x"])
TAGS = st.sampled_from(
    ["py3-none-any", "py2.py3-none-any", "py3-none", "py3..x-none-any", "1-py3-none-any", "--"]
)
ENDINGS = st.sampled_from([".whl", ".tar.gz", ".zip", ".egg", ".tar.bz2", ""])


@given(name=NAMES, version=PARTS, tags=TAGS, ending=ENDINGS, is_wheel=st.booleans())
def test_a_file_has_the_version_that_packaging_reads(
    name: str, version: str, tags: str, ending: str, *, is_wheel: bool
) -> None:
    """Plain names are read without it."""
    filename = f"{name}-{version}-{tags}.whl" if is_wheel else f"{name}-{version}{ending}"
    expected: Version | None = None
    with suppress(InvalidWheelFilename, InvalidSdistFilename):
        if filename.endswith(".whl"):
            expected = parse_wheel_filename(filename)[1]
        else:
            expected = parse_sdist_filename(filename.replace(".tar.bz2", ".tar.gz"))[1]
    assert index_page._version(filename, "another") == expected


@pytest.mark.parametrize("status", [401, 403])
def test_an_index_that_wants_a_password_says_where_to_write_it(
    asking: Asking, index: Index, status: int
) -> None:
    """Nobody wrote one: the project is not gone, and a token is not what helps."""
    index.server.fail("GET /simple/a/", Response(status))
    refused = asking.ask(KIND, "pypi:a")["pypi:a"]
    assert isinstance(refused, Refused)
    assert refused.hint == (
        "write the index's user and password into your netrc file (`~/.netrc`, or the one that "
        "NETRC names), as for pip: machine HOST login USER password PASSWORD"
    )
