"""GitHub's GraphQL API on loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.loopback.repositories import Symlink
from tests.loopback.rest import Quota
from tests.loopback_checks.example import AUTHORISED

if TYPE_CHECKING:
    from tests.loopback.github import GitHub
    from tests.loopback_checks.example import Example

HEAD = """
query Head($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) {
    nameWithOwner isArchived isEmpty isPrivate url databaseId
    defaultBranchRef { name prefix target { __typename oid ... on Commit { committedDate } } }
  }
}
"""
TAGS = """
query Tags($first: Int!, $after: String, $order: RefOrder, $query: String) {
  repository(owner: "lucidrains", name: "ema-pytorch") {
    refs(
      refPrefix: "refs/tags/", first: $first, after: $after, orderBy: $order, query: $query
    ) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes { name }
    }
  }
}
"""


def ask(github: GitHub, query: str, /, **variables: object) -> Any:
    answer = httpx.post(
        github.graphql_url, json={"query": query, "variables": variables}, headers=AUTHORISED
    )
    assert answer.status_code == 200
    return answer.json()


def test_a_repository_and_its_head_are_told(github: GitHub, example: Example) -> None:
    example.hosted.archived = True
    assert ask(github, HEAD, owner="Lucidrains", name="ema-pytorch") == {
        "data": {
            "repository": {
                "nameWithOwner": "lucidrains/ema-pytorch",
                "isArchived": True,
                "isEmpty": False,
                "isPrivate": False,
                "url": f"{github.url}/lucidrains/ema-pytorch",
                "databaseId": 1,
                "defaultBranchRef": {
                    "name": "main",
                    "prefix": "refs/heads/",
                    "target": {
                        "__typename": "Commit",
                        "oid": example.head,
                        "committedDate": "2025-01-05T00:00:00Z",
                    },
                },
            }
        }
    }


def test_an_empty_repository_has_no_head(github: GitHub) -> None:
    github.repository("lucidrains", "empty")
    told = ask(github, HEAD, owner="lucidrains", name="empty")["data"]["repository"]
    assert (told["isEmpty"], told["defaultBranchRef"]) == (True, None)


def test_a_moved_repository_is_found_under_its_old_name(github: GitHub, example: Example) -> None:
    github.rename(example.hosted, "new-owner/ema")
    told = ask(github, HEAD, owner="lucidrains", name="ema-pytorch")
    assert told["data"]["repository"]["nameWithOwner"] == "new-owner/ema"
    query = '{ repository(owner: "lucidrains", name: "ema-pytorch", followRenames: false) { id } }'
    assert ask(github, query)["errors"][0]["type"] == "NOT_FOUND"


def test_one_missing_repository_leaves_the_others(github: GitHub, example: Example) -> None:
    query = """{
      a: repository(owner: "lucidrains", name: "none") { name }
      b: repository(owner: "lucidrains", name: "ema-pytorch") { name }
    }"""
    assert ask(github, query) == {
        "data": {"a": None, "b": {"name": example.hosted.name}},
        "errors": [
            {
                "type": "NOT_FOUND",
                "path": ["a"],
                "locations": [{"line": 2, "column": 7}],
                "message": "Could not resolve to a Repository with the name 'lucidrains/none'.",
            }
        ],
    }


def test_tags_are_told_with_what_they_name(github: GitHub, example: Example) -> None:
    query = """{ repository(owner: "lucidrains", name: "ema-pytorch") {
      refs(refPrefix: "refs/tags/", first: 10) { nodes { name target {
        __typename oid
        ... on Commit { committedDate }
        ... on Tag { name tagger { name date } target { oid ... on Commit { committedDate } } }
      } } }
    } }"""
    inner = example.hosted.tag(
        "inner", example.first, annotated=True, date="2025-02-01T00:00:00+01:00"
    )
    outer = example.hosted.tag("outer", inner, annotated=True, date="2025-03-01T00:00:00+00:00")
    first = {"oid": example.first, "committedDate": "2025-01-01T00:00:00Z"}
    second = {"oid": example.second, "committedDate": "2025-01-02T00:00:00Z"}

    def tag(oid: str, name: str, date: str, target: dict[str, str]) -> dict[str, Any]:
        tagger = {"name": "Loop Back", "date": date}
        return {"__typename": "Tag", "oid": oid, "name": name, "tagger": tagger, "target": target}

    assert ask(github, query)["data"]["repository"]["refs"]["nodes"] == [
        {"name": "0.7.7", "target": {"__typename": "Commit", **first}},
        {"name": "inner", "target": tag(inner, "inner", "2025-02-01T00:00:00+01:00", first)},
        {
            "name": "outer",
            "target": tag(outer, "outer", "2025-03-01T00:00:00+00:00", {"oid": inner}),
        },
        {
            "name": "v0.8.0",
            "target": tag(example.annotated, "v0.8.0", "2025-01-03T00:00:00+00:00", second),
        },
    ]


@pytest.mark.parametrize(
    ("variables", "names"),
    [
        ({"first": 9}, ["0.10", "0.7.7", "0.9", "v0.8.0"]),
        (
            {"first": 9, "order": {"field": "ALPHABETICAL", "direction": "DESC"}},
            ["v0.8.0", "0.9", "0.7.7", "0.10"],
        ),
        (
            {"first": 9, "order": {"field": "TAG_COMMIT_DATE", "direction": "DESC"}},
            ["0.10", "v0.8.0", "0.9", "0.7.7"],
        ),
        ({"first": 9, "query": "V0"}, ["v0.8.0"]),
        ({"first": 2}, ["0.10", "0.7.7"]),
    ],
    ids=["by name", "by name backwards", "by date backwards", "that contain a word", "first two"],
)
def test_tags_come_in_the_order_asked_for(
    github: GitHub, example: Example, variables: dict[str, object], names: list[str]
) -> None:
    example.hosted.tag("0.10", example.head)
    example.hosted.tag("0.9", example.first)
    refs = ask(github, TAGS, **variables)["data"]["repository"]["refs"]
    assert [node["name"] for node in refs["nodes"]] == names
    assert refs["totalCount"] == (1 if "query" in variables else 4)


def test_pages_follow_each_other(github: GitHub, example: Example) -> None:
    for number in range(120):
        example.hosted.tag(f"t{number:03}", example.head)
    names: list[str] = []
    after, pages = None, 0
    while pages == 0 or after:
        refs = ask(github, TAGS, first=50, after=after)["data"]["repository"]["refs"]
        names += [node["name"] for node in refs["nodes"]]
        after = refs["pageInfo"]["endCursor"] if refs["pageInfo"]["hasNextPage"] else None
        pages += 1
    assert names == ["0.7.7", *(f"t{number:03}" for number in range(120)), "v0.8.0"]
    assert pages == 3


def test_pages_go_backwards_too(github: GitHub, example: Example) -> None:
    query = """query Q($before: String) { repository(owner: "lucidrains", name: "ema-pytorch") {
      refs(refPrefix: "refs/", last: 2, before: $before) {
        pageInfo { hasPreviousPage startCursor }
        edges { cursor node { name } }
      }
    } }"""
    assert example.hosted.full_name == "lucidrains/ema-pytorch"
    last = ask(github, query)["data"]["repository"]["refs"]
    before = ask(github, query, before=last["pageInfo"]["startCursor"])
    first = before["data"]["repository"]["refs"]
    names = [[edge["node"]["name"] for edge in page["edges"]] for page in (first, last)]
    assert names == [["main", "side/one"], ["0.7.7", "v0.8.0"]]
    assert [page["pageInfo"]["hasPreviousPage"] for page in (first, last)] == [False, True]
    assert first["edges"][0]["cursor"] == first["pageInfo"]["startCursor"]


def test_files_of_a_commit_are_read(github: GitHub, example: Example) -> None:
    example.hosted.commit({"big": "x" * 512_001, "binary": b"\0", "pointer": Symlink("big")})
    query = """{ repository(owner: "lucidrains", name: "ema-pytorch") {
      pyproject: object(expression: "HEAD:pyproject.toml") { ... on Blob { text isTruncated } }
      tagged: object(expression: "0.7.7:pyproject.toml") { ... on Blob { text } }
      missing: object(expression: "HEAD:setup.py") { ... on Blob { text } }
      binary: object(expression: "HEAD:binary") { ... on Blob { text isBinary byteSize } }
      big: object(expression: "HEAD:big") { ... on Blob { isTruncated byteSize } }
      package: object(expression: "HEAD:ema_pytorch") {
        __typename ... on Tree { entries { name type mode object { ... on Blob { text } } } }
      }
    } }"""
    assert ask(github, query)["data"]["repository"] == {
        "pyproject": {"text": "three", "isTruncated": False},
        "tagged": {"text": "one"},
        "missing": None,
        "binary": {"text": None, "isBinary": True, "byteSize": 1},
        "big": {"isTruncated": True, "byteSize": 512_001},
        "package": {
            "__typename": "Tree",
            "entries": [
                {"name": "__init__.py", "type": "blob", "mode": 0o100644, "object": {"text": ""}}
            ],
        },
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("refs/tags/v0.8.0", "annotated"),
        ("v0.8.0", "annotated"),
        ("main", "head"),
        ("refs/heads/side/one", "side"),
        ("none", None),
    ],
)
def test_one_ref_is_found_by_its_name(
    github: GitHub, example: Example, name: str, expected: str | None
) -> None:
    query = """query Q($name: String!) { repository(owner: "lucidrains", name: "ema-pytorch") {
      ref(qualifiedName: $name) { target { oid } }
    } }"""
    found = ask(github, query, name=name)["data"]["repository"]["ref"]
    assert found == (expected and {"target": {"oid": getattr(example, expected)}})


def test_history_is_told(github: GitHub, example: Example) -> None:
    query = """{ repository(owner: "lucidrains", name: "ema-pytorch") { object(expression: "main") {
      ... on Commit {
        message author { email }
        history(first: 2) { totalCount nodes { oid } }
        touching: history(first: 9, path: "run") { nodes { oid } }
        parents(first: 1) { nodes { oid } }
      }
    } } }"""
    assert ask(github, query)["data"]["repository"]["object"] == {
        "message": "change",
        "author": {"email": "loop@example.org"},
        "history": {"totalCount": 3, "nodes": [{"oid": example.head}, {"oid": example.second}]},
        "touching": {"nodes": [{"oid": example.second}]},
        "parents": {"nodes": [{"oid": example.second}]},
    }


@pytest.mark.parametrize(
    ("base", "head", "expected"),
    [
        ("0.7.7", "main", {"status": "AHEAD", "aheadBy": 2, "behindBy": 0}),
        ("main", "0.7.7", {"status": "BEHIND", "aheadBy": 0, "behindBy": 2}),
        ("side/one", "main", {"status": "DIVERGED", "aheadBy": 2, "behindBy": 1}),
        ("v0.8.0", "v0.8.0", {"status": "IDENTICAL", "aheadBy": 0, "behindBy": 0}),
        ("main", "none", None),
        ("main", "alone", None),
    ],
)
def test_refs_are_compared(
    github: GitHub, example: Example, base: str, head: str, expected: object
) -> None:
    example.hosted.commit({"alone": "1"}, branch="alone", parents=[])
    query = """query Q($base: String!, $head: String!) {
      repository(owner: "lucidrains", name: "ema-pytorch") {
        ref(qualifiedName: $base) { compare(headRef: $head) { status aheadBy behindBy } }
      }
    }"""
    told = ask(github, query, base=base, head=head)["data"]["repository"]
    assert told == {"ref": {"compare": expected}}


@pytest.mark.parametrize("writable", [False, True])
def test_releases_are_told_and_drafts_to_who_may_write(
    github: GitHub, example: Example, *, writable: bool
) -> None:
    example.hosted.writable = writable
    example.hosted.release("0.7.7", "2025-01-01T00:00:00+00:00")
    example.hosted.release("v0.8.0", "2025-01-02T00:00:00+00:00", prerelease=True)
    example.hosted.release("v0.9.0", "2025-01-03T00:00:00+00:00", draft=True)
    query = """{ repository(owner: "lucidrains", name: "ema-pytorch") {
      latestRelease { tagName }
      releases(first: 9, orderBy: {field: CREATED_AT, direction: DESC}) {
        nodes { tagName isDraft isPrerelease publishedAt createdAt tagCommit { oid } }
      }
    } }"""

    def release(tag: str, day: int, commit: str | None, **more: object) -> dict[str, object]:
        date = f"2025-01-0{day}T00:00:00Z"
        told = {"tagName": tag, "isDraft": False, "isPrerelease": False, "createdAt": date}
        return {**told, "publishedAt": date, "tagCommit": commit and {"oid": commit}, **more}

    draft = release("v0.9.0", 3, None, isDraft=True, publishedAt=None)
    assert ask(github, query)["data"]["repository"] == {
        "latestRelease": {"tagName": "0.7.7"},
        "releases": {
            "nodes": [
                *([draft] if writable else []),
                release("v0.8.0", 2, example.second, isPrerelease=True),
                release("0.7.7", 1, example.first),
            ]
        },
    }


# --- refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, "This endpoint requires you to be authenticated."),
        ({"Authorization": "Bearer wrong"}, "Bad credentials"),
    ],
    ids=["none", "wrong"],
)
def test_a_valid_token_is_needed(github: GitHub, headers: dict[str, str], message: str) -> None:
    answer = httpx.post(github.graphql_url, json={"query": "{viewer{login}}"}, headers=headers)
    assert (answer.status_code, answer.json()["message"]) == (401, message)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{", "Problems parsing JSON"),
        ("[]", "A query attribute must be specified and must be a string."),
        ('{"query": 1}', "A query attribute must be specified and must be a string."),
    ],
)
def test_a_body_that_is_no_question_is_refused(github: GitHub, body: str, message: str) -> None:
    answer = httpx.post(github.graphql_url, content=body, headers=AUTHORISED)
    assert (answer.status_code, answer.json()["message"]) == (400, message)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{ viewer { login }", "Syntax Error: Expected Name, found <EOF>."),
        ("{ viewer { nope } }", "Cannot query field 'nope' on type 'User'."),
    ],
)
def test_a_query_that_the_schema_forbids_has_no_data(
    github: GitHub, query: str, message: str
) -> None:
    answer = ask(github, query)
    assert set(answer) == {"errors"}
    assert [error["message"] for error in answer["errors"]] == [message]


def test_a_private_repository_is_told_to_who_has_a_token(github: GitHub) -> None:
    github.repository("lucidrains", "private", private=True)
    told = ask(github, HEAD, owner="lucidrains", name="private")
    assert told["data"]["repository"]["isPrivate"] is True


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        (
            "",
            "MISSING_PAGINATION_BOUNDARIES",
            (
                "You must provide a `first` or `last` value to properly paginate the"
                " `refs` connection."
            ),
        ),
        (
            ", first: 101",
            "EXCESSIVE_PAGINATION",
            (
                "Requesting 101 records on the `refs` connection exceeds the"
                " `first` limit of 100 records."
            ),
        ),
        (
            ', first: 1, after: "x"',
            "INVALID_CURSOR_ARGUMENTS",
            "`x` does not appear to be a valid cursor.",
        ),
    ],
)
@pytest.mark.usefixtures("example")
def test_a_list_is_asked_for_in_pages(
    github: GitHub, arguments: str, kind: str, message: str
) -> None:
    query = f"""{{ repository(owner: "lucidrains", name: "ema-pytorch") {{
      name refs(refPrefix: "refs/tags/"{arguments}) {{ totalCount }}
    }} }}"""
    told = ask(github, query)
    (error,) = told["errors"]
    assert told["data"] == {"repository": {"name": "ema-pytorch", "refs": None}}
    assert (error["type"], error["message"], error["path"]) == (
        kind,
        message,
        ["repository", "refs"],
    )


def test_a_query_for_too_many_nodes_is_refused_whole(github: GitHub) -> None:
    query = """query Q($n: Int!) { repository(owner: "a", name: "b") { ...tags } }
    fragment tags on Repository { refs(refPrefix: "refs/heads/", first: $n) { nodes { target {
      ... on Commit { history(first: 100) { nodes { parents(first: 100) { totalCount } } } }
    } } } }"""
    told = ask(github, query, n=100)
    message = (
        "This query requests up to 1,010,100 possible nodes"
        " which exceeds the maximum limit of 500,000."
    )
    assert told == {"errors": [{"type": "MAX_NODE_LIMIT_EXCEEDED", "message": message}]}


def test_a_server_that_had_enough_keeps_what_it_has(github: GitHub, example: Example) -> None:
    github.graphql.most_nodes = 3
    query = """{
      a: repository(owner: "lucidrains", name: "ema-pytorch") {
        refs(refPrefix: "refs/tags/", first: 9) { nodes { name } }
      }
      b: repository(owner: "lucidrains", name: "ema-pytorch") {
        name refs(refPrefix: "refs/tags/", first: 9) { totalCount nodes { name } }
      }
    }"""
    assert ask(github, query) == {
        "data": {
            "a": {"refs": {"nodes": [{"name": "0.7.7"}, {"name": "v0.8.0"}]}},
            "b": {"name": example.hosted.name, "refs": {"totalCount": 2, "nodes": None}},
        },
        "errors": [
            {
                "type": "RESOURCE_LIMITS_EXCEEDED",
                "path": ["b", "refs", "nodes"],
                "message": "Resource limits for this query exceeded.",
            }
        ],
    }


def test_points_are_counted_and_told(github: GitHub, example: Example) -> None:
    many = "".join(
        f'r{number}: repository(owner: "lucidrains", name: "{example.hosted.name}")'
        ' { refs(refPrefix: "refs/tags/", first: 100) { totalCount } } '
        for number in range(200)
    )
    limits = "rateLimit { cost limit nodeCount remaining used resetAt }"
    github.graphql.quota = Quota(limit=4, reset=1735689600, resource="graphql")
    told = ask(github, f"{{ {many} {limits} }}")["data"]["rateLimit"]
    assert told == {
        "cost": 2,
        "limit": 4,
        "nodeCount": 20_000,
        "remaining": 2,
        "used": 2,
        "resetAt": "2025-01-01T00:00:00Z",
    }
    assert ask(github, f"{{ {limits} }}")["data"]["rateLimit"]["cost"] == 1
    answer = httpx.post(github.graphql_url, json={"query": f"{{ {many} }}"}, headers=AUTHORISED)
    assert answer.json() == {
        "errors": [
            {
                "type": "RATE_LIMIT",
                "code": "graphql_rate_limit",
                "message": "API rate limit already exceeded for user ID 1.",
            }
        ]
    }
    told = ("x-ratelimit-remaining", "x-ratelimit-resource", "x-ratelimit-reset")
    assert [answer.headers[name] for name in told] == ["1", "graphql", "1735689600"]
