"""GitHub's GraphQL: the query for a batch of repositories, and how its answer is read.

Source: GitHub docs, "GraphQL API reference" (Repository, Ref, GitObject, Release).
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from updater.model import Candidate, CommitFacts, Host, Offer, PinWarning
from updater.upstreams.github_git import tag_page
from updater.upstreams.ls_refs import moved

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from updater.model import Relation
    from updater.upstreams.base import ProjectQuestion

Json: TypeAlias = "dict[str, Any]"

PAGE = 100
"""The most records of a connection that GitHub gives at once."""

# An annotated tag of an annotated tag is as deep as tags go in practice.
_FRAGMENTS = f"""\
fragment Repo on Repository {{
  nameWithOwner
  isArchived
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
# The pinned commit is the head that is compared with a branch, so that the words turn round.
_TURNED: Mapping[str, Relation] = {
    "IDENTICAL": "identical",
    "BEHIND": "ahead",
    "AHEAD": "behind",
    "DIVERGED": "diverged",
}


def query(questions: Sequence[ProjectQuestion]) -> str:
    """Return the query whose alias ``rN`` answers the Nth question."""
    fields = [_repository(f"r{place}", one) for place, one in enumerate(questions)]
    used = "File" in "".join(fields)
    fragments = _FRAGMENTS if used else _FRAGMENTS[: _FRAGMENTS.index("fragment File")]
    return "query {\n" + "".join(fields) + "}\n" + fragments


def _repository(alias: str, question: ProjectQuestion) -> str:
    owner, _, name = question.project.path.partition("/")
    compared = "".join(
        f" c{place}: compare(headRef: {_text(commit)}) {{ status }}"
        for place, commit in enumerate(_commits(question))
    )
    lines = [f"{alias}: repository(owner: {_text(owner)}, name: {_text(name)}) {{", "  ...Repo"]
    if compared:
        lines.append(f"  defaultBranchRef {{{compared} }}")
    for place, commit in enumerate(_commits(question)):
        lines.append(f"  k{place}: object(oid: {_text(commit)}) {{ ...Head }}")
    for place, branch in enumerate(_branches(question)):
        ref = _text(f"refs/heads/{branch}")
        lines.append(
            f"  b{place}: ref(qualifiedName: {ref}) {{ name target {{ ...Head }}{compared} }}"
        )
    for place, (branch, file) in enumerate(_files(question)):
        expression = _text(f"{branch}:{file}")
        lines.append(f"  f{place}: object(expression: {expression}) {{ ...File }}")
    if question.releases:
        lines.append(_RELEASES.rstrip())
    return "\n".join([*lines, "}", ""])


def _text(value: str) -> str:
    """Return a GraphQL string: JSON's escapes are GraphQL's."""
    return json.dumps(value)


def _commits(question: ProjectQuestion) -> Sequence[str]:
    return sorted(question.commits)


def _branches(question: ProjectQuestion) -> Sequence[str]:
    return sorted(question.branches)


def _files(question: ProjectQuestion) -> Iterator[tuple[str, str]]:
    """Yield (revision, path) for all files that are asked for."""
    branches = (f"refs/heads/{name}" for name in _branches(question))
    for revision in ("HEAD", *branches, *_commits(question)):
        for file in question.files:
            yield revision, file


def read(question: ProjectQuestion, answer: Json, host: Host) -> Offer:
    """Return a repository's offer.

    Args:
        question: what was asked.
        answer: the object under its alias.
        host: where the repository is.

    Raises:
        KeyError, TypeError, ValueError: the answer is not what was asked for.
    """
    asked, path = question.project.path, answer["nameWithOwner"]
    url = question.project.page(host.web).removesuffix(asked) + path
    dates: dict[str, datetime] = {}
    heads = _heads(question, answer)
    for head in (*heads.values(), *_objects(question, answer)):
        _note(dates, head)
    candidates = tuple(
        Candidate(
            version=ref["name"],
            ref=ref["name"],
            commit=commit["oid"],
            published=_date(commit),
            url=tag_page(url, ref["name"]),
        )
        for ref in answer["refs"]["nodes"]
        if (commit := _peeled(ref["target"])) is not None
    )
    default = answer["defaultBranchRef"]
    return Offer(
        question.project,
        candidates,
        {name: head["oid"] for name, head in heads.items()},
        default["name"] if default else "",
        f"{url}.git",
        releases=_releases(answer) if question.releases else None,
        known=CommitFacts(dates, dict(_relations(question, answer)), _contents(question, answer)),
        warnings=moved(asked, path) + _archived(answer),
    )


def _peeled(target: Json | None) -> Json | None:
    """Return the commit that a tag leads to, None where it is another kind of object."""
    while target is not None and target["__typename"] == "Tag":
        target = target.get("target")
    return target if target is not None and target["__typename"] == "Commit" else None


def _heads(question: ProjectQuestion, answer: Json) -> dict[str, Json]:
    refs = [answer["defaultBranchRef"]]
    refs += [answer.get(f"b{place}") for place, _ in enumerate(_branches(question))]
    return {ref["name"]: ref["target"] for ref in refs if ref}


def _objects(question: ProjectQuestion, answer: Json) -> Iterator[Json]:
    for place, _ in enumerate(_commits(question)):
        found = answer.get(f"k{place}")
        if found:
            yield found


def _note(dates: dict[str, datetime], commit: Json) -> None:
    date = _date(commit)
    if date is not None:
        dates[commit["oid"]] = date


def _date(commit: Json) -> datetime | None:
    date = commit.get("committedDate")
    return datetime.fromisoformat(date) if date else None


def _relations(
    question: ProjectQuestion, answer: Json
) -> Iterator[tuple[tuple[str, str], Relation]]:
    refs = [answer["defaultBranchRef"]]
    refs += [answer.get(f"b{place}") for place, _ in enumerate(_branches(question))]
    for ref in refs:
        for place, commit in enumerate(_commits(question)):
            compared = ref.get(f"c{place}") if ref else None
            if ref and compared:
                yield (commit, ref["target"]["oid"]), _TURNED[compared["status"]]


def _contents(question: ProjectQuestion, answer: Json) -> dict[str, dict[str, bytes | None]]:
    """Return commit -> path -> content; what was cut short is not known."""
    default = answer["defaultBranchRef"]
    commits = {f"refs/heads/{name}": one["oid"] for name, one in _heads(question, answer).items()}
    commits |= {"HEAD": default["target"]["oid"]} if default else {}
    commits |= {one["oid"]: one["oid"] for one in _objects(question, answer)}
    contents: dict[str, dict[str, bytes | None]] = {}
    for place, (revision, file) in enumerate(_files(question)):
        commit = commits.get(revision)
        blob = answer.get(f"f{place}")
        if commit and not (blob and blob.get("isTruncated")):
            text = blob.get("text") if blob else None
            contents.setdefault(commit, {})[file] = text.encode() if text is not None else None
    return contents


def _releases(answer: Json) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            version=one["tagName"],
            ref=one["tagName"],
            commit=(one["tagCommit"] or {}).get("oid", ""),
            published=datetime.fromisoformat(one["publishedAt"]) if one["publishedAt"] else None,
            prerelease=one["isPrerelease"],
            url=one["url"],
        )
        for one in answer["releases"]["nodes"]
        if not one["isDraft"]
    )


def _archived(answer: Json) -> tuple[PinWarning, ...]:
    if not answer["isArchived"]:
        return ()
    said = f"{answer['nameWithOwner']} is archived: no new version will come from there"
    return (PinWarning("archived", said),)
