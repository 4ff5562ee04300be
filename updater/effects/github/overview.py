"""What a repository shows of pull requests, read by one GraphQL query.

Source: GitHub docs, GraphQL, "Queries" and "Objects". An answer holds 50 open pull requests; more
take one query more for each 50. Of those that ended it holds the 50 that changed last. A host
without GraphQL, or without a field, is asked by REST.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from github import GithubException
from msgspec import Struct

from updater.effects.github.answers import read_pull
from updater.effects.github.protection import CHECKING_RULES
from updater.effects.github.pull_nodes import (
    PULL_FIELDS,
    SHORT_PULL_FIELDS,
    read_ended_pull,
    read_login,
    read_shown_pull,
)
from updater.model import Issue

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from updater.effects.github.requests import Requests
    from updater.model import Pull

_QUERY: Final = (
    """query (
  $owner: String!, $name: String!, $base: String!, $ref: String!, $board: Boolean!,
  $pulls: String, $issues: String, $again: Boolean!%s
) {
  viewer { login }
  repository(owner: $owner, name: $name) {
    id
    ref(qualifiedName: $ref) {
      refUpdateRule { requiredStatusCheckContexts }
      rules(first: 100) {
        nodes {
          type
          parameters {
            ... on RequiredStatusChecksParameters { strictRequiredStatusChecksPolicy }
          }
        }
      }
    }
    %s
    pullRequests(
      states: OPEN, baseRefName: $base, first: 50, after: $pulls,
      orderBy: {field: CREATED_AT, direction: ASC}
    ) {
      nodes { ...whole }
      pageInfo { hasNextPage endCursor }
    }
    ended: pullRequests(
      states: [CLOSED, MERGED], baseRefName: $base, first: 50,
      orderBy: {field: UPDATED_AT, direction: DESC}
    ) @skip(if: $again) {
      nodes { ...ended }
      pageInfo { hasNextPage }
    }
    issues(first: 100, after: $issues, orderBy: {field: CREATED_AT, direction: ASC})
      @include(if: $board) {
      nodes { number body state author { __typename login } }
      pageInfo { hasNextPage endCursor }
    }
  }
}"""
    + PULL_FIELDS
    + SHORT_PULL_FIELDS
)
_REFS: Final = """refs%(number)d: refs(
      refPrefix: $at%(number)d, query: $start%(number)d, first: 100, after: $refs%(number)d
    ) {
      nodes { name prefix target { oid } }
      pageInfo { hasNextPage endCursor }
    }"""
_HEADS: Final = "refs/heads/"
_MOST_ENDED: Final = 50


class Overview(Struct, frozen=True):
    """What a repository shows when pull requests are about to be made.

    Attributes:
        login: of the token's user or App (``NAME[bot]``).
        heads: the branches whose names begin as asked, with their commits.
        pulls: the open pull requests against the base, oldest first.
        ended: those that were closed or merged, the last changed first, with what was said last.
        has_more_ended: there are more of them.
        issues: oldest first; None where they were not read.
        node: GraphQL's id of the repository; empty where the host has no GraphQL.
        is_strict: GitHub merges only branches that have the base's newest commit.
        is_checked: the base's protection or a ruleset lets only what passed some check be merged,
            as everybody may read it; else that is not known.
    """

    login: str
    heads: Mapping[str, str]
    pulls: tuple[Pull, ...]
    issues: tuple[Issue, ...] | None = None
    is_strict: bool = False
    node: str = ""
    ended: tuple[Pull, ...] = ()
    has_more_ended: bool = False
    is_checked: bool = False


def overview(requests: Requests, base: str, prefixes: Sequence[str], *, issues: bool) -> Overview:
    """Read what there is.

    Args:
        requests: to the repository.
        base: the branch that pull requests are made against.
        prefixes: what the names of the updater's branches begin with.
        issues: read the issues, too, where that costs no request.

    Raises:
        GithubException: GitHub refuses or cannot be reached.
    """
    try:
        found = _by_graphql(requests, base, prefixes, issues=issues)
    except GithubException as error:
        if not issues or not _is_about_issues(error):
            raise
        found = _by_graphql(requests, base, prefixes, issues=False)
    return found if found is not None else _by_rest(requests, base, prefixes)


def _by_graphql(
    requests: Requests, base: str, prefixes: Sequence[str], *, issues: bool
) -> Overview | None:
    lists = {"pulls": "pullRequests", "issues": "issues"}
    variables: dict[str, Any] = {**requests.named, "base": base, "ref": f"{_HEADS}{base}"}
    variables |= {"board": issues, "again": False}
    for number, prefix in enumerate(prefixes):
        folder, slash, start = prefix.rpartition("/")
        variables[f"at{number}"] = f"{_HEADS}{folder}{slash}"
        variables[f"start{number}"] = start or None
        lists[f"refs{number}"] = f"refs{number}"
    query = _query(len(prefixes))
    login = node = ""
    rules: list[Any] = []
    named: list[str] = []
    ended: dict[str, Any] = {}
    nodes: dict[str, list[Any]] = {name: [] for name in lists}
    more = True
    while more:
        answer = requests.ask_graphql(query, variables)
        if answer is None:
            return None
        login = str(answer["viewer"]["login"])
        repository = answer["repository"]
        node = str(repository["id"])
        branch = repository["ref"] or {}
        rules = list(_nodes(branch.get("rules")))
        named = (branch.get("refUpdateRule") or {}).get("requiredStatusCheckContexts") or []
        ended = repository.get("ended") or ended
        more, variables["again"] = False, True
        for name, field in lists.items():
            listed = repository.get(field)  # issues are left out where nobody asks
            if listed is None:
                continue
            nodes[name] += listed["nodes"]
            page = listed["pageInfo"]
            variables[name] = page["endCursor"] or variables.get(name)
            more = more or page["hasNextPage"]
    heads = {
        _branch(node): str(node["target"]["oid"])
        for name, listed in nodes.items()
        if name.startswith("refs")
        for node in listed
    }
    return Overview(
        login,
        {branch: head for branch, head in heads.items() if branch.startswith(tuple(prefixes))},
        tuple(map(read_shown_pull, nodes["pulls"])),
        tuple(map(_issue, nodes["issues"])) if issues else None,
        any(map(_is_strict, rules)),
        node,
        tuple(map(read_ended_pull, ended["nodes"])),
        bool(ended["pageInfo"]["hasNextPage"]),
        bool(named) or any(str(rule["type"]).lower() in CHECKING_RULES for rule in rules),
    )


def _query(count: int) -> str:
    """Return the query for branches that begin in so many ways."""
    numbers = [{"number": number} for number in range(count)]
    names = ", $at%(number)d: String!, $start%(number)d: String, $refs%(number)d: String"
    declared = "".join(names % number for number in numbers)
    return _QUERY % (declared, "\n    ".join(_REFS % number for number in numbers))


def _is_about_issues(error: GithubException) -> bool:
    """Tell whether GraphQL refused the issues, for which a token may have no right."""
    errors = error.data.get("errors", ()) if isinstance(error.data, dict) else ()
    return any("issues" in (refused.get("path") or ()) for refused in errors)


def _by_rest(requests: Requests, base: str, prefixes: Sequence[str]) -> Overview:
    listed = requests.all_of("/pulls", base=base, state="open")
    pulls = sorted(map(read_pull, listed), key=lambda pull: pull.number)
    heads: dict[str, str] = {}
    for prefix in prefixes:
        heads |= requests.heads(prefix)
    newest = {"base": base, "state": "closed", "sort": "updated", "direction": "desc"}
    ended = requests.ask("/pulls", per_page=_MOST_ENDED, **newest)
    return Overview(
        requests.login(),
        heads,
        tuple(pulls),
        ended=tuple(map(read_pull, ended)),
        has_more_ended=len(ended) == _MOST_ENDED,
    )


def _issue(node: Any) -> Issue:  # noqa: ANN401 - JSON
    return Issue(
        int(node["number"]),
        str(node["body"] or "").replace("\r\n", "\n"),
        is_open=node["state"] == "OPEN",
        author=read_login(node["author"]),
    )


def _branch(node: Any) -> str:  # noqa: ANN401 - JSON
    return f"{node['prefix']}{node['name']}".removeprefix(_HEADS)


def _is_strict(rule: Any) -> bool:  # noqa: ANN401 - JSON
    return bool((rule["parameters"] or {}).get("strictRequiredStatusChecksPolicy"))


def _nodes(listed: Any) -> Iterator[Any]:  # noqa: ANN401 - JSON
    yield from (node for node in (listed or {}).get("nodes") or () if node is not None)
