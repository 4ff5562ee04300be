"""Asks the configured source which vulnerabilities are known of both releases of each update.

One batch for all; only what has any is asked for in full. A source that cannot be asked is told of
and stops nothing. Source: OSV's documentation, "POST /v1/querybatch", "POST /v1/query".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct, field

from updater.errors import BadAnswer, PublishError, StageError, bugs_at
from updater.metadata.releases import index_project, versions
from updater.model.research import Vulnerabilities
from updater.publish.research.osv import fixed, read
from updater.upstreams.answers import read_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packaging.version import Version

    from updater.effects.http.client import Http
    from updater.model.research import Vulnerability
    from updater.pipeline.proposed import ProposedUpdate

_MOST = 1000  # queries of one batch
_PAGES = 20
_HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}

QueryKey: TypeAlias = "tuple[str, Version]"


class VulnerabilityDatabase(Struct):
    """A service with OSV's API.

    Attributes:
        address: without a slash at the end, and without the API's version.
    """

    http: Http
    address: str
    _vulnerabilities: dict[QueryKey, tuple[Vulnerability, ...]] = field(default_factory=dict)

    async def about(self, updates: Sequence[ProposedUpdate]) -> list[Vulnerabilities | None]:
        """Return what is known of each update, in their order; None where it has no version."""
        pairs = [_query_keys(update) for update in updates]
        keys = list(dict.fromkeys(key for pair in pairs if pair for key in pair))
        problem = ""
        try:
            with bugs_at(PublishError.stage):
                for start in range(0, len(keys), _MOST):
                    await self._ask(keys[start : start + _MOST])
        except StageError as error:
            self.http.say(f"vulnerabilities are not known: {error}")
            problem = "the source could not be asked"
        return [self._compare(pair, problem) if pair else None for pair in pairs]

    def _compare(self, pair: tuple[QueryKey, QueryKey], problem: str) -> Vulnerabilities:
        old, new = pair
        name = new[0]
        if problem:
            return Vulnerabilities(name, problem=problem)
        before, after = self._vulnerabilities[old], self._vulnerabilities[new]
        return Vulnerabilities(name, fixed(before, after), after)

    async def _ask(self, keys: Sequence[QueryKey]) -> None:
        """Ask about releases, and keep what is known of each.

        Raises:
            UpstreamError: the service cannot be asked, or answers in another form than OSV's.
        """
        try:
            await self._ask_all(keys)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            problem = f"{self.address} does not answer in OSV's format"
            raise BadAnswer(problem, url=self.address) from error

    async def _ask_all(self, keys: Sequence[QueryKey]) -> None:
        answer = await self._post("querybatch", {"queries": [_query(key) for key in keys]})
        results = answer["results"]
        if len(results) != len(keys):
            raise ValueError(f"{len(results)} answers to {len(keys)} questions")
        for key, result in zip(keys, results, strict=True):
            has_any = (result or {}).get("vulns") or (result or {}).get("next_page_token")
            self._vulnerabilities[key] = read(await self._in_full(key)) if has_any else ()

    async def _in_full(self, key: QueryKey) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = []
        query = _query(key)
        for _ in range(_PAGES):
            answer = await self._post("query", query)
            records += answer.get("vulns") or ()
            token = answer.get("next_page_token")
            if not token:
                return records
            query = {**query, "page_token": token}
        raise ValueError(f"{key[0]} {key[1]}: more than {_PAGES} pages")

    async def _post(self, verb: str, content: dict[str, Any]) -> dict[str, Any]:
        url = f"{self.address}/v1/{verb}"
        answer = await self.http.post(url, json.dumps(content).encode(), headers=_HEADERS)
        return await read_answer(answer, dict[str, Any])


def _query_keys(update: ProposedUpdate) -> tuple[QueryKey, QueryKey] | None:
    project = index_project(update.outcome.package, update.project)
    old, new = versions(update.outcome.old, update.outcome.new)
    if project is None or old is None or new is None:
        return None
    return (project.path, old), (project.path, new)


def _query(key: QueryKey) -> dict[str, Any]:
    name, version = key
    return {"package": {"name": name, "ecosystem": "PyPI"}, "version": str(version)}
