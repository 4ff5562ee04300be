"""GitHub's REST API on loopback; each answer is checked against GitHub's description too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from tests.loopback.messages import text
from tests.loopback.rest import Quota, secondary_limit
from tests.loopback_checks.example import AUTHORISED

if TYPE_CHECKING:
    from tests.loopback.github import GitHub
    from tests.loopback_checks.example import Example


def test_the_repository_is_described(github: GitHub, example: Example) -> None:
    example.hosted.archived = True
    answer = httpx.get(f"{github.api_url}/repos/Lucidrains/ema-pytorch").json()
    told = ("full_name", "default_branch", "archived", "private", "html_url", "pushed_at")
    assert {name: answer[name] for name in told} == {
        "full_name": "lucidrains/ema-pytorch",
        "default_branch": "main",
        "archived": True,
        "private": False,
        "html_url": f"{github.url}/lucidrains/ema-pytorch",
        "pushed_at": "2025-01-05T00:00:00Z",
    }


def test_tags_are_listed_by_name_backwards_and_peeled(github: GitHub, example: Example) -> None:
    answer = httpx.get(f"{github.api_url}/repos/lucidrains/ema-pytorch/tags").json()
    assert [(tag["name"], tag["commit"]["sha"]) for tag in answer] == [
        ("v0.8.0", example.second),
        ("0.7.7", example.first),
    ]


def test_branches_are_listed(github: GitHub, example: Example) -> None:
    answer = httpx.get(f"{github.api_url}/repos/lucidrains/ema-pytorch/branches").json()
    assert [(branch["name"], branch["commit"]["sha"]) for branch in answer] == [
        ("main", example.head),
        ("side/one", example.side),
    ]


def test_drafts_are_not_among_the_releases(github: GitHub, example: Example) -> None:
    published = "2025-01-05T01:00:00+01:00"
    example.hosted.release("0.7.7", published)
    example.hosted.release("v0.8.0", published, prerelease=True)
    example.hosted.release("v0.9.0", published, draft=True)
    answer = httpx.get(f"{github.api_url}/repos/lucidrains/ema-pytorch/releases").json()
    assert [(one["tag_name"], one["prerelease"], one["published_at"]) for one in answer] == [
        ("v0.8.0", True, "2025-01-05T00:00:00Z"),
        ("0.7.7", False, "2025-01-05T00:00:00Z"),
    ]


def test_the_latest_release_is_the_last_full_one(github: GitHub, example: Example) -> None:
    url = f"{github.api_url}/repos/{example.hosted.full_name}/releases/latest"
    assert httpx.get(url).status_code == 404
    example.hosted.release("v0.8.0", "2025-01-02T00:00:00+00:00")
    example.hosted.release("0.7.7", "2025-01-01T00:00:00+00:00")
    example.hosted.release("v0.9.0", "2025-01-03T00:00:00+00:00", prerelease=True)
    example.hosted.release("v0.9.1", "2025-01-04T00:00:00+00:00", draft=True)
    assert httpx.get(url).json()["tag_name"] == "v0.8.0"


@pytest.mark.parametrize("path", ["git/matching-refs/tags", "git/refs/tags", "git/refs/tags/"])
def test_matching_refs_are_on_one_page_and_not_peeled(
    github: GitHub, example: Example, path: str
) -> None:
    for number in range(120):
        example.hosted.tag(f"t{number:03}", example.head)
    answer = httpx.get(f"{github.api_url}/repos/lucidrains/ema-pytorch/{path}").json()
    assert [(one["ref"], one["object"]["type"], one["object"]["sha"]) for one in answer] == [
        ("refs/tags/0.7.7", "commit", example.first),
        *((f"refs/tags/t{number:03}", "commit", example.head) for number in range(120)),
        ("refs/tags/v0.8.0", "tag", example.annotated),
    ]


def test_the_addresses_of_the_public_host_work_too(github: GitHub, example: Example) -> None:
    url = f"{github.url}/repos/{example.hosted.full_name}"
    assert httpx.get(f"{url}/commits/main").json()["sha"] == example.head
    asked = {"query": "{ viewer { login } }"}
    answer = httpx.post(f"{github.url}/graphql", json=asked, headers=AUTHORISED)
    assert answer.json() == {"data": {"viewer": {"login": "loopback"}}}


def test_a_commit_is_found_by_id_tag_or_branch(github: GitHub, example: Example) -> None:
    url = f"{github.api_url}/repos/lucidrains/ema-pytorch/commits"
    for name in (example.second, "v0.8.0", "refs/tags/v0.8.0", example.second[:10]):
        answer = httpx.get(f"{url}/{name}").json()
        told = (answer["sha"], answer["commit"]["committer"], answer["parents"][0]["sha"])
        who = {"name": "Loop Back", "email": "loop@example.org", "date": "2025-01-02T00:00:00Z"}
        assert told == (example.second, who, example.first)
    plain = httpx.get(f"{url}/side/one", headers={"Accept": "application/vnd.github.sha"})
    assert plain.text == example.side


def test_history_is_listed_newest_first_and_in_pages(github: GitHub, example: Example) -> None:
    url = f"{github.api_url}/repos/lucidrains/ema-pytorch/commits"
    first = httpx.get(url, params={"per_page": "2"})
    assert [one["sha"] for one in first.json()] == [example.head, example.second]
    assert {name: link["url"] for name, link in first.links.items()} == {
        "next": f"{url}?per_page=2&page=2",
        "last": f"{url}?per_page=2&page=2",
    }
    second = httpx.get(first.links["next"]["url"])
    assert [one["sha"] for one in second.json()] == [example.first]
    assert set(second.links) == {"prev", "first"}


@pytest.mark.parametrize(
    ("base", "head", "expected"),
    [
        ("0.7.7", "main", ("ahead", 2, 0, ["second", "head"])),
        ("main", "0.7.7", ("behind", 0, 2, [])),
        ("side/one", "v0.8.0", ("diverged", 1, 1, ["second"])),
        ("main", "main", ("identical", 0, 0, [])),
    ],
)
def test_commits_are_compared(
    github: GitHub,
    example: Example,
    base: str,
    head: str,
    expected: tuple[str, int, int, list[str]],
) -> None:
    url = f"{github.api_url}/repos/lucidrains/ema-pytorch/compare/{base}...{head}"
    answer = httpx.get(url).json()
    status, ahead, behind, commits = expected
    assert (answer["status"], answer["ahead_by"], answer["behind_by"]) == (status, ahead, behind)
    assert [one["sha"] for one in answer["commits"]] == [getattr(example, one) for one in commits]
    assert answer["merge_base_commit"]["sha"] == (
        example.head if status == "identical" else example.first
    )


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/repos/lucidrains/none", 404, "Not Found"),
        ("/repos/lucidrains/ema-pytorch/commits/none", 422, "No commit found for SHA: none"),
        ("/repos/lucidrains/ema-pytorch/compare/0.7.7...none", 404, "Not Found"),
        (
            "/repos/lucidrains/ema-pytorch/compare/main...alone",
            404,
            "No common ancestor between main and alone.",
        ),
    ],
)
def test_what_is_missing_is_told(
    github: GitHub, example: Example, path: str, status: int, message: str
) -> None:
    example.hosted.commit({"alone": "1"}, branch="alone", parents=[])
    answer = httpx.get(f"{github.api_url}{path}")
    assert (answer.status_code, answer.json()["message"]) == (status, message)


@pytest.mark.parametrize("authorization", ["Bearer wrong", "Negotiate x", "Basic %", "token"])
def test_bad_credentials_are_refused(github: GitHub, example: Example, authorization: str) -> None:
    url = f"{github.api_url}/repos/{example.hosted.full_name}"
    answer = httpx.get(url, headers={"Authorization": authorization})
    assert (answer.status_code, answer.json()) == (
        401,
        {
            "message": "Bad credentials",
            "documentation_url": "https://docs.github.com/rest",
            "status": "401",
        },
    )


def test_a_moved_repository_redirects_to_its_number(github: GitHub, example: Example) -> None:
    github.rename(example.hosted, "new-owner/ema")
    url = f"{github.api_url}/repos/lucidrains/ema-pytorch/tags?per_page=1"
    answer = httpx.get(url, follow_redirects=True)
    (moved,) = answer.history
    assert (moved.status_code, moved.json()["message"]) == (301, "Moved Permanently")
    assert moved.headers["location"] == f"{github.api_url}/repositories/1/tags?per_page=1"
    assert [tag["name"] for tag in answer.json()] == ["v0.8.0"]


def test_a_removed_repository_is_gone_under_all_its_names(github: GitHub, example: Example) -> None:
    github.rename(example.hosted, "new-owner/ema")
    github.remove(example.hosted)
    paths = ("/repos/lucidrains/ema-pytorch", "/repos/new-owner/ema", "/repositories/1")
    assert [httpx.get(github.api_url + path).status_code for path in paths] == [404, 404, 404]


def test_an_unchanged_answer_is_not_sent_again(github: GitHub, example: Example) -> None:
    url = f"{github.api_url}/repos/lucidrains/ema-pytorch/tags"
    etag = httpx.get(url).headers["etag"]
    assert httpx.get(url, headers={"If-None-Match": etag}).status_code == 304
    example.hosted.tag("v0.9.0", example.head)
    assert httpx.get(url, headers={"If-None-Match": etag}).status_code == 200


def test_a_used_up_quota_is_told(github: GitHub, example: Example) -> None:
    github.rest.anonymous = Quota(limit=2, reset=1234)
    url = f"{github.api_url}/repos/{example.hosted.full_name}"
    answers = [httpx.get(url) for _ in range(3)]
    told = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
    assert [(a.status_code, *(a.headers[name] for name in told)) for a in answers] == [
        (200, "2", "1", "1234"),
        (200, "2", "0", "1234"),
        (403, "2", "0", "1234"),
    ]
    assert httpx.get(url, headers=AUTHORISED).headers["x-ratelimit-limit"] == "5000"


def test_a_secondary_limit_names_the_wait(github: GitHub, example: Example) -> None:
    github.server.fail("/api/v3", secondary_limit(30), times=1)
    url = f"{github.api_url}/repos/{example.hosted.full_name}"
    limited = httpx.get(url)
    assert (limited.status_code, limited.headers["retry-after"]) == (403, "30")
    assert "secondary rate limit" in limited.json()["message"]
    assert httpx.get(url).status_code == 200


def test_private_repositories_need_a_token(github: GitHub) -> None:
    github.repository("lucidrains", "private", private=True).commit({"a": "1"})
    url = f"{github.api_url}/repos/lucidrains/private"
    answers = [httpx.get(url), httpx.get(url, headers=AUTHORISED)]
    assert [answer.status_code for answer in answers] == [404, 200]


def test_requests_and_faults_are_per_server(github: GitHub, example: Example) -> None:
    github.codeload.fail("/", text("down", 503))
    url = f"{github.url}/{example.hosted.full_name}/archive/0.7.7.tar.gz"
    assert httpx.get(url, follow_redirects=True).status_code == 503
    assert [len(one.requests()) for one in (github.server, github.codeload)] == [1, 1]
