"""Files of GitHub repositories at several commits, many in a request.

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
    from collections.abc import Mapping, Sequence

    from updater.model import Host
    from updater.upstreams.base import TreeQuestion, Web

_HEADERS = {"Content-Type": "application/json"}


class _FileBlob(Struct, frozen=True, rename="camel"):
    text: str | None = None
    is_truncated: bool | None = True


class _TreeError(Struct, frozen=True):
    path: list[str | int] | None = None


class _FilesAnswer(Struct, frozen=True):
    data: dict[str, dict[str, _FileBlob | None] | None] | None = None
    errors: list[_TreeError] | None = None

    @property
    def repositories(self) -> dict[str, dict[str, _FileBlob | None]]:
        """Those that are told without an error: what has one is null, as a missing file is."""
        failed = {error.path[0] if error.path else "" for error in self.errors or ()}
        return {
            alias: blobs
            for alias, blobs in (self.data or {}).items()
            if blobs is not None and failed.isdisjoint((alias, ""))
        }


_BATCH = 25  # repositories: some three hundred files


async def read_trees(
    host: Host, questions: Sequence[TreeQuestion], web: Web
) -> dict[TreeQuestion, dict[str, dict[str, bytes | None]]]:
    """Return what `Upstream.trees_at` does, for the repositories of one host.

    Raises:
        UpstreamError: the host cannot be asked, or answers with something else.
    """
    trees: dict[TreeQuestion, dict[str, dict[str, bytes | None]]] = {}
    for start in range(0, len(questions), _BATCH):
        batch = questions[start : start + _BATCH]
        query, variables = _query(batch)
        content = json.dumps({"query": query, "variables": variables}).encode()
        answer = await web.post(host.graphql, content, headers=_HEADERS, scheme="bearer")
        try:
            reply = await read_answer(answer, _FilesAnswer)
        except BadAnswer as error:
            raise _unusable(host, batch) from error
        repositories = reply.repositories
        for number, question in enumerate(batch):
            repository, places = repositories.get(f"r{number}", {}), _places(question)
            if all(f"f{at}" in repository for at in range(len(places))):
                trees[question] = _contents(places, repository)
    if not trees:
        raise _unusable(host, questions)
    return trees


def _places(question: TreeQuestion) -> tuple[tuple[str, str], ...]:
    """Return (revision, path) for all files that are asked for: the Nth one's alias is ``fN``."""
    return tuple(product(question.revisions, question.paths))


def _contents(
    places: Sequence[tuple[str, str]], repository: Mapping[str, _FileBlob | None]
) -> dict[str, dict[str, bytes | None]]:
    contents: dict[str, dict[str, bytes | None]] = {}
    for at, (revision, path) in enumerate(places):
        blob = repository[f"f{at}"]
        if blob is None:
            contents.setdefault(revision, {})[path] = None
        elif blob.text is not None and not blob.is_truncated:
            contents.setdefault(revision, {})[path] = blob.text.encode()
    return contents


def _unusable(host: Host, questions: Sequence[TreeQuestion]) -> BadAnswer:
    projects = ", ".join(str(question.project) for question in questions)
    return BadAnswer(
        f"{host.graphql} does not answer for the files of {projects}", url=host.graphql
    )


def _query(questions: Sequence[TreeQuestion]) -> tuple[str, dict[str, str]]:
    """Return the query whose alias ``rN`` answers for the Nth repository, and its variables.

    The variable ``eN_M`` stands for what its alias ``fM`` answers.
    """
    variables: dict[str, str] = {}
    repositories = []
    for number, question in enumerate(questions):
        owner, _, name = question.project.path.partition("/")
        variables |= {f"o{number}": owner, f"n{number}": name}
        files = []
        for at, place in enumerate(_places(question)):
            variables[f"e{number}_{at}"] = ":".join(place)
            expression = f"object(expression: $e{number}_{at})"
            files.append(f"    f{at}: {expression} {{ ... on Blob {{ text isTruncated }} }}\n")
        repositories.append(
            f"  r{number}: repository(owner: $o{number}, name: $n{number}) {{\n"
            f"{''.join(files)}  }}\n"
        )
    declared = ", ".join(f"${name}: String!" for name in variables)
    return f"query ({declared}) {{\n{''.join(repositories)}}}", variables
