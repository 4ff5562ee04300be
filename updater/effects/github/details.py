"""What is asked about some branches, together: their earlier pull requests, and their files.

Source: GitHub docs, GraphQL, ``Repository.pullRequests`` and ``GitObject``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from updater.effects.github.objects import in_repository, literal
from updater.effects.github.protection import ROLLUP, read_rollup
from updater.effects.github.pull_nodes import SHORT_PULL_FIELDS, read_shown_pull

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from updater.effects.github.protection import CheckState
    from updater.effects.github.requests import Requests
    from updater.model import Pull

_MOST_FIELDS: Final = 400


class Details(Struct, frozen=True):
    """What was told of branches and commits.

    Attributes:
        pulls: branch -> the pull requests from it, newest first; of those that were merged, only
            the newest. A branch that has more than twenty others is left out.
        objects: commit and path -> the id of the file or folder there; empty where nothing is.
        checks: commit -> what is reported of it; one without checks, or whose checks the token may
            not see, is left out.
        checked: the commits of which that was asked and answered.
    """

    pulls: Mapping[str, tuple[Pull, ...]] = {}
    objects: Mapping[tuple[str, str], str] = {}
    checks: Mapping[str, CheckState] = {}
    checked: frozenset[str] = frozenset()


def details(
    requests: Requests,
    branches: Sequence[str],
    places: Iterable[tuple[str, str]],
    checked: Sequence[str] = (),
) -> Details:
    """Ask about branches, and what commits have at paths; nothing is told without GraphQL.

    Args:
        requests: to the repository.
        branches: whose pull requests are asked for.
        places: commits and paths.
        checked: commits of which the checks are asked for.

    Raises:
        GithubException: GitHub refuses or cannot be reached.
    """
    places = list(dict.fromkeys(places))
    fields = [text for number, branch in enumerate(branches) for text in _pulls(number, branch)]
    fields += [
        f"o{number}: object(expression: {literal(f'{commit}:{path}')}) {{ oid }}"
        for number, (commit, path) in enumerate(places)
    ]
    fields += [
        f"c{number}: object(oid: {literal(commit)}) {{ {ROLLUP} }}"
        for number, commit in enumerate(checked)
    ]
    told: dict[str, Any] = {}
    for start in range(0, len(fields), _MOST_FIELDS):
        part = fields[start : start + _MOST_FIELDS]
        query = in_repository(part)
        if "...pull" in query:
            query += SHORT_PULL_FIELDS
        answer = requests.ask_graphql(query, requests.named)
        if answer is None:
            return Details()
        told |= answer["repository"]
    pulls = {}
    for number, branch in enumerate(branches):
        listed, merged = told[f"p{number}"], told[f"m{number}"]
        if not listed["pageInfo"]["hasNextPage"]:
            shown = [read_shown_pull(node) for node in listed["nodes"] + merged["nodes"]]
            pulls[branch] = tuple(sorted(shown, key=lambda pull: -pull.number))
    objects = {
        place: str((told[f"o{number}"] or {}).get("oid", "")) for number, place in enumerate(places)
    }
    reported = {commit: read_rollup(told[f"c{number}"]) for number, commit in enumerate(checked)}
    checks = {commit: state for commit, state in reported.items() if state is not None}
    return Details(pulls, objects, checks, frozenset(checked))


def _pulls(number: int, branch: str) -> tuple[str, str]:
    """Return the fields of a branch's pull requests."""
    named = f"headRefName: {literal(branch)}, orderBy: {{field: CREATED_AT, direction: DESC}}"
    rest = "nodes { ...pull } pageInfo { hasNextPage }"
    return (
        f"p{number}: pullRequests({named}, states: [OPEN, CLOSED], first: 20) {{ {rest} }}",
        f"m{number}: pullRequests({named}, states: MERGED, first: 1) {{ {rest} }}",
    )
