"""GitHub's GraphQL API on loopback: GitHub's published schema over real repositories."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from tests.loopback.cut_schema import GRAPHQL_FILE
from tests.loopback.graphql_limits import Refusal, Size, measure
from tests.loopback.graphql_resolvers import OBJECT_TYPES, RESOLVERS, GitObject
from tests.loopback.hosting import Credential
from tests.loopback.messages import Request, Response, json_answer
from tests.loopback.rest import Quota, problem
from tests.loopback.rest_models import zulu

if TYPE_CHECKING:
    from graphql import DocumentNode

    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted

Json = dict[str, Any]


@dataclass(slots=True)
class Query:
    """One request: the context of every resolver.

    Attributes:
        left: how many nodes may still be given before the server has had enough.
    """

    github: GitHub
    request: Request
    size: Size
    quota: Quota
    left: float

    def spend(self, nodes: list[Any]) -> list[Any]:
        """Return the nodes of a connection if the query's budget has as many left.

        Raises:
            Refusal: it has not; GitHub then leaves out these nodes and keeps the rest.
        """
        self.left -= len(nodes)
        if self.left < 0:
            message = "Resource limits for this query exceeded."
            raise Refusal("RESOURCE_LIMITS_EXCEEDED", message)
        return nodes

    def web(self, hosted: Hosted) -> str:
        """Return a repository's page."""
        return f"{self.github.url}/{hosted.full_name}"

    def object(self, hosted: Hosted, sha: str) -> GitObject:
        """Return an object of a repository."""
        return GitObject(hosted, sha)

    def rate_limit(self) -> Json:
        """Answer ``Query.rateLimit``."""
        return {
            "cost": self.size.cost,
            "limit": self.quota.limit,
            "nodeCount": self.size.nodes,
            "remaining": self.quota.remaining,
            "resetAt": zulu(datetime.fromtimestamp(self.quota.reset, UTC)),
            "used": self.quota.used,
        }


@dataclass(slots=True)
class GraphQl:
    """Answers ``POST /api/graphql``.

    Attributes:
        quota: the rate limit in points; a test may put another in its place.
        missing: the host has no GraphQL, as an old or small one.
        most_nodes: how many nodes one query may get before RESOURCE_LIMITS_EXCEEDED.
    """

    github: GitHub
    quota: Quota = field(default_factory=lambda: Quota(5000, resource="graphql"))
    most_nodes: float = float("inf")
    missing: bool = False

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        if self.missing:
            return problem(404, "Not Found")
        match self.github.credential(request):
            case Credential.NONE:
                return problem(401, "This endpoint requires you to be authenticated.")
            case Credential.WRONG:
                return problem(401, "Bad credentials")
        try:
            asked = json.loads(request.body)
        except ValueError:
            return problem(400, "Problems parsing JSON")
        if not isinstance(asked, dict) or not isinstance(asked.get("query"), str):
            return problem(400, "A query attribute must be specified and must be a string.")
        result = self._run(request, asked["query"], asked.get("variables") or {})
        return json_answer(result).with_headers(**self.quota.headers)

    def _run(self, request: Request, written: str, variables: Json) -> Json:
        try:
            document, mistakes = _read(written)
            size = measure(document, variables)
        except GraphQLError as error:
            return {"errors": [error_model(error)]}
        except Refusal as refusal:
            return {"errors": [{"type": refusal.type, "message": str(refusal)}]}
        if mistakes:
            return {"errors": [error_model(one) for one in mistakes]}
        if self.quota.remaining < size.cost:
            message = "API rate limit already exceeded for user ID 1."
            refused = {"type": "RATE_LIMIT", "code": "graphql_rate_limit", "message": message}
            return {"errors": [refused]}
        self.quota.used += size.cost
        query = Query(self.github, request, size, self.quota, self.most_nodes)
        done = execute_sync(schema(), document, context_value=query, variable_values=variables)
        for cause in (one.original_error for one in done.errors or ()):
            # Only what GitHub refuses too is an answer; anything else is a bug of this server.
            if cause and not isinstance(cause, Refusal):
                raise cause
        answered: Json = {"data": done.data}
        if done.errors:
            answered["errors"] = [error_model(one) for one in done.errors]
        return answered


@lru_cache(maxsize=256)
def _read(written: str) -> tuple[DocumentNode, list[GraphQLError]]:
    """Return a query and what the schema forbids of it: most texts are asked again and again."""
    document = parse(written)
    return document, validate(schema(), document)


@cache
def schema() -> GraphQLSchema:
    """Return the cut schema with this server's resolvers; a field without one is a dict's key."""
    made = build_schema(GRAPHQL_FILE.read_text())
    for name, kind in made.type_map.items():
        if not isinstance(kind, GraphQLObjectType):
            continue
        for field_name, known in kind.fields.items():
            known.resolve = RESOLVERS.get(name, {}).get(field_name)
            for argument_name, argument in known.args.items():
                argument.out_name = re.sub("[A-Z]", r"_\g<0>", argument_name).lower()
    git_object = made.type_map["GitObject"]
    if isinstance(git_object, GraphQLInterfaceType):
        git_object.resolve_type = lambda one, _info, _type: OBJECT_TYPES[one.kind]
    return made


def error_model(error: GraphQLError) -> Json:
    """Return an error as GitHub writes it: its type beside the message, not in extensions."""
    model: Json = {"message": error.message}
    if isinstance(error.original_error, Refusal):
        model["type"] = error.original_error.type
    if error.path:
        model["path"] = error.path
    if error.locations and model.get("type") != "RESOURCE_LIMITS_EXCEEDED":
        model["locations"] = [{"line": at.line, "column": at.column} for at in error.locations]
    return model
