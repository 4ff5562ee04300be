"""Lists of GitHub's GraphQL API: a part at a time, between cursors.

Source: docs.github.com/graphql/guides/using-pagination-in-the-graphql-api.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from tests.loopback.graphql_limits import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from graphql import GraphQLResolveInfo

    from tests.loopback.graphql_api import Query

MOST_RECORDS = 100


def connection(
    info: GraphQLResolveInfo[Query],
    items: Sequence[Any],
    load: Callable[[Any], list[Any]],
    *,
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
    before: str | None = None,
) -> dict[str, Any]:
    """Return the part of a list that a query asks for.

    Args:
        info: names the connection and holds the query.
        items: the whole list.
        load: makes nodes of a part of it.
        first: how many from the start, or from ``after``.
        last: how many from the end, or from ``before``.
        after: the cursor of an entry.
        before: the cursor of an entry.
    """
    check_page(info.field_name, first, last)
    start = position(after) if after else 0
    end = position(before) - 1 if before else len(items)
    if first is not None:
        end = min(end, start + first)
    if last is not None:
        start = max(start, end - last)
    nodes = load(items[start:end])
    cursors = [cursor(at) for at in range(start + 1, end + 1)]
    edges = [{"cursor": at, "node": node} for at, node in zip(cursors, nodes, strict=True)]
    return {
        "totalCount": len(items),
        "nodes": lambda info: info.context.spend(nodes),
        "edges": lambda info: info.context.spend(edges),
        "pageInfo": {
            "hasNextPage": end < len(items),
            "hasPreviousPage": start > 0,
            "startCursor": cursors[0] if cursors else None,
            "endCursor": cursors[-1] if cursors else None,
        },
    }


def cursor(place: int) -> str:
    """Return the cursor of an entry, whose place counts from 1."""
    return base64.b64encode(f"cursor:{place}".encode()).decode()


def position(written: str) -> int:
    """Return the place that a cursor stands for.

    Raises:
        Refusal: it is none.
    """
    try:
        return int(base64.b64decode(written, validate=True).decode().removeprefix("cursor:"))
    except (binascii.Error, ValueError):
        raise Refusal(
            "INVALID_CURSOR_ARGUMENTS", f"`{written}` does not appear to be a valid cursor."
        ) from None


def check_page(connection: str, first: int | None, last: int | None) -> None:
    """Refuse a connection that is asked for without a length, or with too long a one.

    Raises:
        Refusal: with GitHub's type and words.
    """
    if first is None and last is None:
        raise Refusal(
            "MISSING_PAGINATION_BOUNDARIES",
            "You must provide a `first` or `last` value to properly paginate the"
            f" `{connection}` connection.",
        )
    for name, length in (("first", first), ("last", last)):
        if length is not None and length > MOST_RECORDS:
            raise Refusal(
                "EXCESSIVE_PAGINATION",
                f"Requesting {length} records on the `{connection}` connection exceeds the"
                f" `{name}` limit of {MOST_RECORDS} records.",
            )
