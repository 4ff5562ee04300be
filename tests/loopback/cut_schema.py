"""Cut GitHub's published API descriptions down to what the loopback GitHub answers.

``python -m tests.loopback.cut_schema`` fetches both npm packages and rewrites ``github.graphql``
and ``github.openapi.json`` beside this file. Names, types and rules are kept as published;
GitHub's prose is left out.
"""

from __future__ import annotations

import json
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphql import (
    REMOVE,
    DirectiveDefinitionNode,
    DirectiveNode,
    FieldDefinitionNode,
    InterfaceTypeDefinitionNode,
    NamedTypeNode,
    ObjectTypeDefinitionNode,
    TypeDefinitionNode,
    Visitor,
    build_schema,
    parse,
    print_ast,
    visit,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphql import Node

HERE = Path(__file__).parent
GRAPHQL_FILE = HERE / "github.graphql"
OPENAPI_FILE = HERE / "github.openapi.json"


@dataclass(frozen=True, slots=True)
class Published:
    """A file of an npm package at one version."""

    package: str
    version: str
    path: str


GRAPHQL = Published("@octokit/graphql-schema", "15.26.1", "package/schema.graphql")
OPENAPI = Published("@octokit/openapi", "23.0.2", "package/generated/api.github.com.json")

GRAPHQL_FIELDS = {
    "Query": "rateLimit repository viewer",
    "Mutation": (
        "createPullRequest disablePullRequestAutoMerge enablePullRequestAutoMerge updateRefs"
    ),
    "CreatePullRequestPayload": "clientMutationId pullRequest",
    "DisablePullRequestAutoMergePayload": "clientMutationId",
    "EnablePullRequestAutoMergePayload": "clientMutationId",
    "UpdateRefsPayload": "clientMutationId",
    "Actor": "login",
    "Bot": "login",
    "RateLimit": "cost limit nodeCount remaining resetAt used",
    "User": "login",
    "Repository": (
        "databaseId defaultBranchRef diskUsage id isArchived isDisabled isEmpty isFork isPrivate "
        "issues latestRelease name nameWithOwner object pullRequests pushedAt ref refs release "
        "releases url"
    ),
    "RefConnection": "edges nodes pageInfo totalCount",
    "RefEdge": "cursor node",
    "Ref": "compare id name prefix refUpdateRule rules target",
    "RefUpdateRule": "requiredStatusCheckContexts",
    "RepositoryRuleConnection": "nodes pageInfo totalCount",
    "RepositoryRule": "parameters type",
    "RequiredStatusChecksParameters": "strictRequiredStatusChecksPolicy",
    "IssueConnection": "nodes pageInfo totalCount",
    "Issue": "author body number state title",
    "PullRequestConnection": "nodes pageInfo totalCount",
    "PullRequest": (
        "author autoMergeRequest baseRefName body comments commits createdAt files headRef "
        "headRefName headRefOid id isCrossRepository mergeable mergeStateStatus number state "
        "title url"
    ),
    "AutoMergeRequest": "enabledAt",
    "IssueCommentConnection": "nodes pageInfo totalCount",
    "IssueComment": "author authorAssociation body createdAt databaseId id url",
    "PullRequestCommitConnection": "nodes pageInfo totalCount",
    "PullRequestCommit": "commit id",
    "PullRequestChangedFileConnection": "nodes pageInfo totalCount",
    "PullRequestChangedFile": "changeType path",
    "Comparison": "aheadBy behindBy baseTarget headTarget id status",
    "ReleaseConnection": "edges nodes pageInfo totalCount",
    "ReleaseEdge": "cursor node",
    "Release": (
        "createdAt description id isDraft isPrerelease name publishedAt tag tagCommit tagName url"
    ),
    "PageInfo": "endCursor hasNextPage hasPreviousPage startCursor",
    "GitObject": "abbreviatedOid commitUrl id oid",
    "Commit": (
        "abbreviatedOid author authoredDate commitUrl committedDate committer history id message "
        "oid parents statusCheckRollup tree url"
    ),
    "StatusCheckRollup": "id state",
    "CommitConnection": "edges nodes pageInfo totalCount",
    "CommitEdge": "cursor node",
    "CommitHistoryConnection": "edges nodes pageInfo totalCount",
    "Tag": "abbreviatedOid commitUrl id message name oid tagger target",
    "Tree": "abbreviatedOid commitUrl entries id oid",
    "TreeEntry": "mode name object oid path type",
    "Blob": "abbreviatedOid byteSize commitUrl id isBinary isTruncated oid text",
    "GitActor": "date email name",
}

OPENAPI_WRITES = {
    "/repos/{owner}/{repo}/git/blobs": "post",
    "/repos/{owner}/{repo}/git/commits": "post",
    "/repos/{owner}/{repo}/git/refs": "post",
    "/repos/{owner}/{repo}/git/refs/{ref}": "patch delete",
    "/repos/{owner}/{repo}/git/trees": "post",
    "/repos/{owner}/{repo}/issues": "get post",
    "/repos/{owner}/{repo}/issues/{issue_number}": "patch",
    "/repos/{owner}/{repo}/issues/{issue_number}/assignees": "post",
    "/repos/{owner}/{repo}/issues/{issue_number}/comments": "get post",
    "/repos/{owner}/{repo}/issues/{issue_number}/labels": "post",
    "/repos/{owner}/{repo}/pulls": "get post",
    "/repos/{owner}/{repo}/pulls/{pull_number}": "patch",
    "/repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers": "post",
}
OPENAPI_PATHS = (
    "/repos/{owner}/{repo}",
    "/repos/{owner}/{repo}/branches",
    "/repos/{owner}/{repo}/branches/{branch}",
    "/repos/{owner}/{repo}/commits",
    "/repos/{owner}/{repo}/commits/{ref}",
    "/repos/{owner}/{repo}/compare/{basehead}",
    "/repos/{owner}/{repo}/collaborators/{username}/permission",
    "/repos/{owner}/{repo}/git/blobs/{file_sha}",
    "/repos/{owner}/{repo}/git/commits/{commit_sha}",
    "/repos/{owner}/{repo}/git/matching-refs/{ref}",
    "/repos/{owner}/{repo}/git/trees/{tree_sha}",
    "/repos/{owner}/{repo}/issues/comments",
    "/repos/{owner}/{repo}/pulls/{pull_number}/files",
    "/repos/{owner}/{repo}/releases",
    "/repos/{owner}/{repo}/releases/latest",
    "/repos/{owner}/{repo}/releases/tags/{tag}",
    "/repos/{owner}/{repo}/rules/branches/{branch}",
    "/repos/{owner}/{repo}/tags",
    "/repos/{owner}/{repo}/tarball/{ref}",
    "/repos/{owner}/{repo}/zipball/{ref}",
)
NAMING = frozenset({"headers", "patternProperties", "properties", "responses"})
PROSE = frozenset({"description", "example", "examples", "externalDocs", "summary", "title"})


def fetch(published: Published) -> str:
    """Return the published file, fetched with the machine's npm."""
    with tempfile.TemporaryDirectory() as folder:
        name = f"{published.package}@{published.version}"
        subprocess.run(
            ["npm", "pack", "--silent", name], cwd=folder, capture_output=True, check=True
        )
        (archive,) = Path(folder).iterdir()
        with tarfile.open(archive) as members:
            file = members.extractfile(published.path)
            if file is None:
                raise LookupError(f"{name} has no file {published.path}")
            return file.read().decode()


class Cutter(Visitor):
    """Leaves the named definitions, of object types the named fields, and no prose.

    Attributes:
        mentioned: the types that the kept parts need.
    """

    def __init__(self, leaves: set[str]) -> None:
        super().__init__()
        self.mentioned: set[str] = set()
        self._leaves = leaves
        self._fields: frozenset[str] = frozenset()

    def enter(
        self, node: Node, _key: object, _parent: object, path: list[object], _ancestors: object
    ) -> Any:
        """Decide about one node of the schema."""
        if not self._keeps(node, path):
            return REMOVE
        if isinstance(node, NamedTypeNode):
            self.mentioned.add(node.name.value)
        described = getattr(node, "description", None) is not None
        return replace(node, description=None) if described else None  # type: ignore[call-arg]

    def _keeps(self, node: Node, path: list[object]) -> bool:
        match node:
            case DirectiveNode() | DirectiveDefinitionNode():
                return False
            case ObjectTypeDefinitionNode() | InterfaceTypeDefinitionNode():
                self._fields = frozenset(GRAPHQL_FIELDS.get(node.name.value, "").split())
                return bool(self._fields)
            case FieldDefinitionNode():
                return node.name.value in self._fields
            case TypeDefinitionNode():
                return node.name.value in self._leaves
            case NamedTypeNode() if path[-2] in ("interfaces", "types"):  # of a union
                return node.name.value in GRAPHQL_FIELDS
        return True


def cut_graphql(published: str) -> str:
    """Return the schema with the fields of ``GRAPHQL_FIELDS`` and all that their arguments need.

    Raises:
        TypeError: a kept field needs an object type that ``GRAPHQL_FIELDS`` does not name.
    """
    document = parse(published, no_location=True)
    leaves: set[str] = set()
    while True:
        cutter = Cutter(leaves)
        cut = print_ast(visit(document, cutter))
        if cutter.mentioned <= leaves:
            build_schema(cut)
            return cut + "\n"
        leaves |= cutter.mentioned


def cut_openapi(published: str) -> str:
    """Return the description with the operations in use and what they refer to."""
    whole = json.loads(published)
    wanted = {**dict.fromkeys(OPENAPI_PATHS, "get"), **OPENAPI_WRITES}
    paths = {
        path: {method: without_prose(whole["paths"][path][method]) for method in methods.split()}
        for path, methods in sorted(wanted.items())
    }
    components: dict[str, dict[str, Any]] = {}
    waiting = list(references(paths))
    while waiting:
        _, _, kind, name = waiting.pop().split("/")
        if name not in components.setdefault(kind, {}):
            components[kind][name] = without_prose(whole["components"][kind][name])
            waiting += references(components[kind][name])
    answers = [*components["responses"].values()]
    answers += [
        one
        for path in paths.values()
        for operation in path.values()
        for one in operation["responses"].values()
    ]
    for answer in answers:
        if "$ref" not in answer:
            answer["description"] = ""  # which OpenAPI demands
    cut = {
        "openapi": whole["openapi"],
        "info": {"title": "cut by cut_schema.py", "version": whole["info"]["version"]},
        "servers": [{"url": "/api/v3"}],
        "paths": paths,
        "components": components,
    }
    return json.dumps(cut, indent=1, sort_keys=True) + "\n"


def without_prose(node: Any, *, names: bool = False) -> Any:
    """Return a part of an OpenAPI description without GitHub's sentences and examples.

    Args:
        node: any JSON.
        names: the keys of ``node`` are names of properties and the like, not OpenAPI's words.
    """
    if isinstance(node, list):
        return [without_prose(one) for one in node]
    if not isinstance(node, dict):
        return node
    return {
        key: without_prose(value, names=key in NAMING and not names)
        for key, value in node.items()
        if names or not (key in PROSE or key.startswith("x-"))
    }


def references(node: Any) -> Iterator[str]:
    """Return every ``$ref`` in a part of an OpenAPI description."""
    if isinstance(node, list):
        for one in node:
            yield from references(one)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref" and isinstance(value, str):
                yield value
            else:
                yield from references(value)


def main() -> None:
    """Fetch, cut and write both descriptions."""
    GRAPHQL_FILE.write_text(cut_graphql(fetch(GRAPHQL)))
    OPENAPI_FILE.write_text(cut_openapi(fetch(OPENAPI)))


if __name__ == "__main__":
    main()
