"""What a reviewer wants to know of an update besides the edit: release notes and requirements.

None of it decides anything: what cannot be had is "not known".
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import anyio
from packaging.version import InvalidVersion, Version

from updater.errors import StageError
from updater.pipeline.steps import Proposed
from updater.publish.proposal import Note, Told
from updater.publish.requirements import compare, from_metadata, from_pyproject
from updater.upstreams.base import Question, Surroundings, host_of, page
from updater.upstreams.pypi import KIND as PYPI

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.effects.http import Http
    from updater.model import Candidate, Host, Outcome, Updated
    from updater.publish.requirements import Requirements

_QUERY = """query ($owner: String!, $name: String!, $old: String!, $new: String!) {
  repository(owner: $owner, name: $name) {
    releases(first: 50, orderBy: {field: CREATED_AT, direction: DESC}) {
      nodes { tagName description url isDraft }
    }
    old: object(expression: $old) { ... on Blob { text } }
    new: object(expression: $new) { ... on Blob { text } }
  }
}"""


@dataclass(frozen=True, slots=True)
class Teller:
    """Asks upstreams about updates, all side by side."""

    http: Http
    around: Surroundings

    async def tell(self, proposed: Sequence[Proposed | Outcome]) -> list[Proposed | Outcome]:
        """Return the same, each update with what is known about it."""
        found: dict[int, Told] = {}

        async def one(place: int, update: Proposed) -> None:
            try:
                found[place] = await self._about(update)
            except (StageError, ValueError, KeyError, TypeError):
                return

        async with anyio.create_task_group() as group:
            for place, update in enumerate(proposed):
                if isinstance(update, Proposed):
                    group.start_soon(one, place, update)
        return [
            replace(update, told=found.get(place, Told()))
            if isinstance(update, Proposed)
            else update
            for place, update in enumerate(proposed)
        ]

    async def _about(self, update: Proposed) -> Told:
        if update.project.startswith("pypi:"):
            return await self._on_index(update)
        host = host_of(update.project, self.around.hosts)
        return await self._on_github(update, host) if host is not None else Told()

    async def _on_index(self, update: Proposed) -> Told:
        outcome = update.outcome
        offers = await PYPI.look_up([Question(update.project)], self.around)
        offer = offers[update.project]
        old = _old(outcome)
        if isinstance(offer, StageError) or outcome.candidate is None or not old:
            return Told()
        releases = {Version(one.version): one for one in offer.candidates}
        before = await self._metadata(releases.get(Version(old)))
        after = await self._metadata(releases.get(Version(outcome.candidate.version)))
        known = before is not None and after is not None
        return Told(requirements=compare(before, after) if known and before and after else None)

    async def _metadata(self, candidate: Candidate | None) -> Requirements | None:
        """Read a wheel's metadata where the index serves it by itself. Source: PEP 658."""
        for file in candidate.distributions if candidate is not None else ():
            if file.filename.endswith(".whl"):
                answer = await self.http.get(f"{file.url.partition('#')[0]}.metadata")
                return from_metadata(answer.body)
        return None

    async def _on_github(self, update: Proposed, host: Host) -> Told:
        outcome = update.outcome
        candidate, pinned = outcome.candidate, outcome.pinned
        if candidate is None or pinned is None:
            return Told()
        old, new = pinned.commit or pinned.rev, candidate.commit or candidate.ref
        told = Told(compare=f"{page(update.project, host)}/compare/{old}...{new}" if old else "")
        _, owner, name = update.project.removeprefix("https://").split("/", 2)
        variables = {
            "owner": owner,
            "name": name,
            "old": f"{old}:pyproject.toml",
            "new": f"{new}:pyproject.toml",
        }
        content = json.dumps({"query": _QUERY, "variables": variables}).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        try:
            answer = await self.http.post(host.graphql, content, headers=headers, scheme="bearer")
            said = json.loads(answer.body)["data"]["repository"]
            before, after = (_pyproject(said[side]) for side in ("old", "new"))
            notes = _notes(said["releases"]["nodes"], outcome)
        except (StageError, ValueError, KeyError, TypeError):
            return told
        both = before is not None and after is not None
        changes = compare(before, after) if both and before and after else None
        return replace(told, notes=notes, requirements=changes)


def _old(outcome: Updated) -> str:
    """Return what was truly there where that is known, else what the label says."""
    if outcome.pinned is not None and outcome.pinned.version:
        return outcome.pinned.version
    version = outcome.package.version
    return (version.value if version is not None else None) or ""


def _pyproject(blob: Mapping[str, Any] | None) -> Requirements | None:
    text = blob.get("text") if blob else None
    return from_pyproject(text.encode()) if isinstance(text, str) else None


def _notes(releases: Sequence[Mapping[str, Any]], outcome: Updated) -> tuple[Note, ...]:
    """Return the notes of every version after the old one up to the new one, newest first."""
    candidate = outcome.candidate
    if candidate is None or not candidate.ref or candidate.version not in candidate.ref:
        return ()
    before, _, after = candidate.ref.partition(candidate.version)
    old, new = _version(_old(outcome)), _version(candidate.version)
    found = []
    for one in releases:
        tag = str(one["tagName"])
        if one["isDraft"] or not (tag.startswith(before) and tag.endswith(after)):
            continue
        version = _version(tag[len(before) : len(tag) - len(after)])
        text = str(one["description"] or "")
        if version and new and text and (old is None or old < version) and version <= new:
            found.append((version, Note(tag, str(one["url"]), text)))
    return tuple(note for _, note in sorted(found, key=lambda one: one[0], reverse=True))


def _version(text: str) -> Version | None:
    try:
        return Version(text.partition("-unstable")[0])
    except InvalidVersion:
        return None
