"""GitHub's GraphQL: the query for a batch of repositories.

Source: GitHub docs, "GraphQL API reference" (Repository, Ref, GitObject, Release).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from updater.upstreams.base import ProjectQuestion

Json: TypeAlias = "dict[str, Any]"

PAGE = 100
"""The most records of a connection that GitHub gives at once."""

# An annotated tag of an annotated tag is as deep as tags go in practice.
_FRAGMENTS = f"""\
fragment Repo on Repository {{
  nameWithOwner
  isArchived
  diskUsage
  defaultBranchRef {{ name target {{ ...Head }} }}
  refs(refPrefix: "refs/tags/", first: {PAGE}) {{
    totalCount
    nodes {{ name target {{ ...Head ... on Tag {{ target {{ ...Head ... on Tag {{ target {{ ...Head }} }} }} }} }} }}
  }}
}}
fragment Head on GitObject {{ __typename oid ... on Commit {{ committedDate }} }}
fragment File on GitObject {{ ... on Blob {{ text isTruncated }} }}
"""  # noqa: E501 - the query is one line where its parts are one thought
_RELEASES = f"""\
  releases(first: {PAGE}, orderBy: {{field: CREATED_AT, direction: DESC}}) {{
    totalCount
    nodes {{ tagName isDraft isPrerelease publishedAt url tagCommit {{ oid }} }}
  }}
"""


def query(questions: Sequence[ProjectQuestion], further: str = "") -> str:
    """Return the query whose alias ``rN`` answers the Nth question.

    Args:
        questions: of repositories.
        further: fields besides theirs.
    """
    fields = [_repository(f"r{place}", question) for place, question in enumerate(questions)]
    used = "File" in "".join(fields)
    fragments = _FRAGMENTS if used else _FRAGMENTS[: _FRAGMENTS.index("fragment File")]
    return "query {\n" + "".join(fields) + further + "}\n" + fragments


def answered_by(question: ProjectQuestion, text: str) -> str | None:
    """Return the alias that answers a question in a query, None where none does."""
    fields = _repository("", question)
    place = text.find(fields)
    return text[text.rfind("\n", 0, place) + 1 : place] if place >= 0 else None


def _repository(alias: str, question: ProjectQuestion) -> str:
    owner, _, name = question.project.path.partition("/")
    compared = "".join(
        f" c{place}: compare(headRef: {_text(commit)}) {{ status }}"
        for place, commit in enumerate(commits(question))
    )
    lines = [f"{alias}: repository(owner: {_text(owner)}, name: {_text(name)}) {{", "  ...Repo"]
    if compared:
        lines.append(f"  defaultBranchRef {{{compared} }}")
    for place, commit in enumerate(commits(question)):
        lines.append(f"  k{place}: object(oid: {_text(commit)}) {{ ...Head }}")
    for place, branch in enumerate(branches(question)):
        ref = _text(f"refs/heads/{branch}")
        lines.append(
            f"  b{place}: ref(qualifiedName: {ref}) {{ name target {{ ...Head }}{compared} }}"
        )
    for place, (branch, file) in enumerate(files(question)):
        expression = _text(f"{branch}:{file}")
        lines.append(f"  f{place}: object(expression: {expression}) {{ ...File }}")
    if question.releases:
        lines.append(_RELEASES.rstrip())
    return "\n".join([*lines, "}", ""])


def _text(value: str) -> str:
    """Return a GraphQL string: JSON's escapes are GraphQL's."""
    return json.dumps(value)


def commits(question: ProjectQuestion) -> Sequence[str]:
    """Return the commits that are asked for: the Nth one's alias is ``kN``."""
    return sorted(question.commits)


def branches(question: ProjectQuestion) -> Sequence[str]:
    """Return the branches that are asked for: the Nth one's alias is ``bN``."""
    return sorted(question.branches)


def files(question: ProjectQuestion) -> Iterator[tuple[str, str]]:
    """Yield (revision, path) for all files that are asked for: the Nth one's alias is ``fN``."""
    heads = (f"refs/heads/{name}" for name in branches(question))
    for revision in ("HEAD", *heads, *commits(question)):
        for file in question.files:
            yield revision, file
