"""Files of a GitHub repository at several commits, in one request.

Source: GitHub docs, "GraphQL API reference" (Repository.object, Blob).
"""

from __future__ import annotations

import json
from itertools import product
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.errors import BadAnswer
from updater.upstreams.answers import read_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.model import Host, Project
    from updater.upstreams.base import Web

_HEADERS = {"Content-Type": "application/json"}


class _FileBlob(Struct, frozen=True, rename="camel"):
    text: str | None = None
    is_truncated: bool | None = True


class _FilesData(Struct, frozen=True):
    repository: dict[str, _FileBlob | None] | None = None


class _FilesAnswer(Struct, frozen=True):
    data: _FilesData | None = None


async def read_files(
    project: Project, host: Host, revisions: Sequence[str], paths: Sequence[str], web: Web
) -> dict[str, dict[str, bytes]]:
    """Return revision -> path -> content; what is not there, or is cut short, is missing.

    Raises:
        UpstreamError: the host cannot be asked, or answers with something else.
    """
    places = dict(enumerate(product(revisions, paths)))
    owner, _, name = project.path.partition("/")
    variables = {f"e{number}": ":".join(place) for number, place in places.items()}
    content = {
        "query": _query(len(places)),
        "variables": {"owner": owner, "name": name, **variables},
    }
    answer = await web.post(
        host.graphql, json.dumps(content).encode(), headers=_HEADERS, scheme="bearer"
    )
    try:
        reply = await read_answer(answer, _FilesAnswer)
    except BadAnswer as error:
        raise _unusable(host, project) from error
    repository = reply.data.repository if reply.data is not None else None
    if repository is None or any(f"f{number}" not in repository for number in places):
        raise _unusable(host, project)
    contents: dict[str, dict[str, bytes]] = {}
    for number, (revision, path) in places.items():
        blob = repository[f"f{number}"]
        if blob is not None and blob.text is not None and not blob.is_truncated:
            contents.setdefault(revision, {})[path] = blob.text.encode()
    return contents


def _unusable(host: Host, project: Project) -> BadAnswer:
    return BadAnswer(f"{host.graphql} does not answer for the files of {project}", url=host.graphql)


def _query(count: int) -> str:
    """Return the query whose alias ``fN`` answers for the file of the variable ``eN``."""
    variables = "".join(f", $e{number}: String!" for number in range(count))
    files = "".join(
        f"    f{number}: object(expression: $e{number}) {{ ... on Blob {{ text isTruncated }} }}\n"
        for number in range(count)
    )
    return (
        f"query ($owner: String!, $name: String!{variables}) {{\n"
        f"  repository(owner: $owner, name: $name) {{\n{files}  }}\n}}"
    )
