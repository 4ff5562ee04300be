"""What GitHub's GraphQL API refuses to answer, and what a query costs.

Source: docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    VariableNode,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import DocumentNode, SelectionSetNode

CONNECTIONS = frozenset(
    {
        "comments",
        "commits",
        "files",
        "history",
        "issues",
        "parents",
        "pullRequests",
        "refs",
        "releases",
        "rules",
    }
)
MOST_NODES = 500_000
REQUESTS_A_POINT = 100


class Refusal(Exception):
    """A part of a query is not answered.

    Attributes:
        type: GitHub's word for the reason, such as ``NOT_FOUND``.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.type = kind


@dataclass(frozen=True, slots=True)
class Size:
    """How much a query asks for at most.

    Attributes:
        nodes: entries of all its connections, each as long as asked for.
        requests: how often a connection is read.
    """

    nodes: int = 0
    requests: int = 0

    def __add__(self, other: Size) -> Size:
        return Size(self.nodes + other.nodes, self.requests + other.requests)

    @property
    def cost(self) -> int:
        """The points that the query takes off the rate limit."""
        return max(1, round(self.requests / REQUESTS_A_POINT))


def measure(document: DocumentNode, variables: Mapping[str, Any]) -> Size:
    """Return the size of a document's operations.

    Raises:
        Refusal: the query may return more nodes than GitHub allows.
    """
    fragments = {
        one.name.value: one.selection_set
        for one in document.definitions
        if isinstance(one, FragmentDefinitionNode)
    }

    def inside(selections: SelectionSetNode | None, times: int) -> Size:
        total = Size()
        for one in selections.selections if selections else ():
            match one:
                case FieldNode() if one.name.value in CONNECTIONS:
                    length = records(one, variables)
                    total += Size(times * length, times)
                    total += inside(one.selection_set, times * length)
                case FieldNode() | InlineFragmentNode():
                    total += inside(one.selection_set, times)
                case FragmentSpreadNode():
                    total += inside(fragments[one.name.value], times)
        return total

    size = Size()
    for one in document.definitions:
        if isinstance(one, OperationDefinitionNode):
            size += inside(one.selection_set, 1)
    if size.nodes > MOST_NODES:
        raise Refusal(
            "MAX_NODE_LIMIT_EXCEEDED",
            f"This query requests up to {size.nodes:,} possible nodes"
            f" which exceeds the maximum limit of {MOST_NODES:,}.",
        )
    return size


def records(field: FieldNode, variables: Mapping[str, Any]) -> int:
    """Return how many entries of a connection are asked for."""
    for argument in field.arguments or ():
        if argument.name.value in ("first", "last"):
            match argument.value:
                case IntValueNode(value=written):
                    return int(written)
                case VariableNode(name=name):
                    return int(variables.get(name.value) or 0)
    return 0
