"""What a repository shows of pull requests, read by one GraphQL query.

Source: GitHub docs, GraphQL, "Queries" and "Objects". An answer holds 50 open pull requests; more
take one query more for each 50. Of those that ended it holds the 50 that changed last. A host
without GraphQL, or without a field, is asked by REST.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from github import GithubException
from msgspec import Struct
from msgspec.structs import replace

from updater.effects.github.answers import read_pull
from updater.model import Issue, Pull
from updater.model.moments import from_iso
from updater.model.pulls import PullComment, PullCommit, PullRequestContent
from updater.text import is_printable, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from updater.effects.github.requests import Requests
    from updater.model.pulls import PullStanding, PullState

SHORT_PULL_FIELDS: Final = """
fragment pull on PullRequest {
  number id url state title body headRefName headRefOid isCrossRepository createdAt
  author { __typename login }
  autoMergeRequest { enabledAt }
}"""
"""What `read_shown_pull` needs; without the rest it says nothing of comments and content."""

_WHOLE_PULL_FIELDS: Final = """
fragment ended on PullRequest {
  ...pull
  headRef { target { oid } }
  comments(last: 30) {
    nodes { databaseId body authorAssociation author { __typename login } }
    pageInfo { hasPreviousPage }
  }
}
fragment whole on PullRequest {
  ...ended
  mergeable mergeStateStatus
  commits(first: 10) {
    nodes { commit { oid message parents(first: 10) { nodes { oid } } } }
    pageInfo { hasNextPage }
  }
  files(first: 100) { nodes { path } pageInfo { hasNextPage } }
}"""
_QUERY: Final = (
    """query (
  $owner: String!, $name: String!, $base: String!, $ref: String!, $board: Boolean!,
  $pulls: String, $issues: String, $again: Boolean!%s
) {
  viewer { login }
  repository(owner: $owner, name: $name) {
    id
    ref(qualifiedName: $ref) {
      rules(first: 100) {
        nodes {
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
    + _WHOLE_PULL_FIELDS
    + SHORT_PULL_FIELDS
)
_STATES: Final[dict[str, PullState]] = {"OPEN": "open", "CLOSED": "closed", "MERGED": "merged"}
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
    """

    login: str
    heads: Mapping[str, str]
    pulls: tuple[Pull, ...]
    issues: tuple[Issue, ...] | None = None
    is_strict: bool = False
    node: str = ""
    ended: tuple[Pull, ...] = ()
    has_more_ended: bool = False


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
    is_strict = False
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
        is_strict = _is_strict(repository["ref"])
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
        tuple(read_shown_pull(node) for node in nodes["pulls"]),
        tuple(map(_issue, nodes["issues"])) if issues else None,
        is_strict,
        node,
        tuple(_ended_pull(node) for node in ended["nodes"]),
        bool(ended["pageInfo"]["hasNextPage"]),
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


def read_shown_pull(node: Any) -> Pull:  # noqa: ANN401 - JSON
    """Read a pull request that was asked for by `SHORT_PULL_FIELDS`, or by more than these."""
    author = _login(node["author"])
    is_whole = "commits" in node
    return Pull(
        number=int(node["number"]),
        node=str(node["id"]),
        url=printable(str(node["url"])),
        state=_STATES[node["state"]],
        title=str(node["title"]),
        body=str(node["body"] or "").replace("\r\n", "\n"),
        branch=str(node["headRefName"]),
        head=str(node["headRefOid"]),
        own=not node["isCrossRepository"],
        author=author if is_printable(author) else "",
        automerge=node["autoMergeRequest"] is not None,
        created=from_iso(node["createdAt"]),
        standing=_standing(node) if is_whole else "",
        comments=_all_comments(node["comments"]) if is_whole else None,
        content=_content(node) if is_whole else None,
    )


def _standing(node: Any) -> PullStanding:  # noqa: ANN401 - JSON
    if node["mergeable"] == "CONFLICTING" or node["mergeStateStatus"] == "DIRTY":
        return "conflicts"
    return "behind" if node["mergeStateStatus"] == "BEHIND" else ""


def _ended_pull(node: Any) -> Pull:  # noqa: ANN401 - JSON
    """Read one that ended, of which the newest comments are enough: an answer comes after them."""
    comments = _comments(node["comments"])
    left = str(node["headRef"]["target"]["oid"]) if node["headRef"] is not None else ""
    return replace(read_shown_pull(node), comments=comments, left=left)


def _all_comments(listed: Any) -> tuple[PullComment, ...] | None:  # noqa: ANN401 - JSON
    return None if listed["pageInfo"]["hasPreviousPage"] else _comments(listed)


def _comments(listed: Any) -> tuple[PullComment, ...]:  # noqa: ANN401 - JSON
    return tuple(
        PullComment(
            int(node["databaseId"] or 0),
            _login(node["author"]),
            str(node["body"]).replace("\r\n", "\n"),
            str(node["authorAssociation"]),
        )
        for node in listed["nodes"]
    )


def _content(node: Any) -> PullRequestContent | None:  # noqa: ANN401 - JSON
    commits, files = node["commits"], node["files"]
    if files is None or commits["pageInfo"]["hasNextPage"] or files["pageInfo"]["hasNextPage"]:
        return None
    return PullRequestContent(
        tuple(map(_commit, (one["commit"] for one in commits["nodes"]))),
        tuple(str(file["path"]) for file in files["nodes"]),
    )


def _commit(node: Any) -> PullCommit:  # noqa: ANN401 - JSON
    parents = tuple(str(parent["oid"]) for parent in node["parents"]["nodes"])
    return PullCommit(str(node["oid"]), parents, str(node["message"]))


def _issue(node: Any) -> Issue:  # noqa: ANN401 - JSON
    return Issue(
        int(node["number"]),
        str(node["body"] or "").replace("\r\n", "\n"),
        is_open=node["state"] == "OPEN",
        author=_login(node["author"]),
    )


def _login(actor: Any) -> str:  # noqa: ANN401 - JSON
    """Return a login as REST has it; GraphQL leaves ``[bot]`` out. A ghost has none."""
    if actor is None:
        return ""
    return f"{actor['login']}[bot]" if actor["__typename"] == "Bot" else str(actor["login"])


def _branch(node: Any) -> str:  # noqa: ANN401 - JSON
    return f"{node['prefix']}{node['name']}".removeprefix(_HEADS)


def _is_strict(ref: Any) -> bool:  # noqa: ANN401 - JSON
    return any(
        (rule["parameters"] or {}).get("strictRequiredStatusChecksPolicy")
        for rule in _nodes((ref or {}).get("rules"))
    )


def _nodes(listed: Any) -> Iterator[Any]:  # noqa: ANN401 - JSON
    yield from (node for node in (listed or {}).get("nodes") or () if node is not None)
