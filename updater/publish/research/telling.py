"""What a reviewer wants to know of an update besides the edit.

Release notes, requirements, licence and vulnerabilities decide nothing: what cannot be had is "not
known". What the audit says of them is added to the update's warnings.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import anyio
from msgspec import Struct
from msgspec.structs import replace

from updater.audit.base import Step, examine
from updater.errors import StageError
from updater.kinds import rules
from updater.metadata.release import FILES, compare
from updater.metadata.releases import ProjectFiles, ReleasePair, ReleaseReader
from updater.pipeline.proposed import Proposed
from updater.publish.research.notes import Notes
from updater.publish.research.vulnerabilities import VulnerabilityDatabase

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from updater.choose.run import Run
    from updater.model import Host, Outcome
    from updater.model.research import Research

_FIELDS = "\n".join(
    f"    {side}{number}: object(expression: ${side}{number}) {{ ... on Blob {{ text }} }}"
    for side in ("old", "new")
    for number in range(len(FILES))
)
_VARIABLES = ", ".join(
    f"${side}{number}: String!" for side in ("old", "new") for number in range(len(FILES))
)
_QUERY = f"""query ($owner: String!, $name: String!, {_VARIABLES}) {{
  repository(owner: $owner, name: $name) {{
{_FIELDS}
  }}
}}"""
_COMPARE = {"gitlab": "/-/compare/{}...{}"}


class Teller(Struct, frozen=True):
    """Asks upstreams about updates, all side by side."""

    run: Run

    async def tell(self, proposed: Sequence[Proposed | Outcome]) -> list[Proposed | Outcome]:
        """Return the same, each update with what is known about it."""
        updates = [one for one in proposed if isinstance(one, Proposed)]
        found: dict[str, Research] = {}

        async def one(update: Proposed) -> None:
            found[update.outcome.package.identity] = await self._about(update)

        async with anyio.create_task_group() as group:
            for update in updates:
                group.start_soon(one, update)
        address = self.run.config.document.vulnerabilities
        if address is not None and updates:
            for update, said in zip(
                updates,
                await VulnerabilityDatabase(self.run.http, address).about(updates),
                strict=True,
            ):
                identity = update.outcome.package.identity
                found[identity] = replace(found[identity], vulnerabilities=said)
        return [
            _audited(one, found[one.outcome.package.identity], self.run.now)
            if isinstance(one, Proposed)
            else one
            for one in proposed
        ]

    async def _about(self, update: Proposed) -> Research:
        own = update.project.on_index
        host = update.project.on(self.run.config.hosts)
        told, trees = update.told, ProjectFiles({}, {})
        if host is not None:
            told, trees = await self._on_host(update, host)
        index = own or self.run.config.policy(update.outcome.package).cross_check
        try:
            said = await ReleaseReader(self.run.http, self.run.surroundings).read(
                update.outcome, update.project, trees, index=index
            )
        except (StageError, ValueError, KeyError, TypeError):
            said = ReleasePair()
        notes = await Notes(self.run.surroundings).about(update, said.after)
        return replace(told, notes=notes, difference=compare(said.before, said.after))

    async def _on_host(self, update: Proposed, host: Host) -> tuple[Research, ProjectFiles]:
        """Return the comparison's page, and the project files at both commits."""
        outcome, told, nothing = update.outcome, update.told, ProjectFiles({}, {})
        candidate, pinned = outcome.candidate, outcome.pinned
        if candidate is None or pinned is None:
            return told, nothing
        old, new = pinned.commit or pinned.rev, candidate.commit or candidate.ref
        if old and new and old != new:
            path = _COMPARE.get(host.kind, "/compare/{}...{}").format(old, new)
            told = replace(told, compare=f"{update.project.page(host.web)}{path}")
        if host.kind != "github":
            return told, nothing
        owner, _, name = update.project.path.partition("/")
        variables = {"owner": owner, "name": name}
        for side, commit in (("old", old), ("new", new)):
            variables |= {f"{side}{place}": f"{commit}:{file}" for place, file in enumerate(FILES)}
        content = json.dumps({"query": _QUERY, "variables": variables}).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        try:
            answer = await self.run.http.post(
                host.graphql, content, headers=headers, scheme="bearer"
            )
            said = json.loads(answer.body)["data"]["repository"]
            return told, ProjectFiles(_files(said, "old"), _files(said, "new"))
        except (StageError, ValueError, KeyError, TypeError, AttributeError):
            return told, nothing


def _audited(update: Proposed, told: Research, now: datetime) -> Proposed:
    """Add what the audit says now that more is known."""
    outcome = update.outcome
    if outcome.candidate is None:
        return replace(update, told=told)
    known = told.vulnerabilities.known if told.vulnerabilities is not None else ()
    step = Step(
        outcome.old,
        outcome.candidate,
        now,
        licences=told.difference.licences,
        vulnerabilities=tuple(one.key for one in known),
    )
    codes = {warning.code for warning in outcome.warnings}
    more = tuple(one for one in examine(step, rules()) if one.code not in codes)
    return replace(update, told=told, outcome=replace(outcome, warnings=outcome.warnings + more))


def _files(said: Mapping[str, Any], side: str) -> dict[str, bytes]:
    found = {}
    for place, file in enumerate(FILES):
        text = (said[f"{side}{place}"] or {}).get("text")
        if isinstance(text, str):
            found[file] = text.encode()
    return found
