"""A vulnerability service on loopback with OSV's API.

Source: OSV's documentation, "POST /v1/query" and "POST /v1/querybatch": a batch is answered in its
order with ids and dates alone; where there is nothing, the answer is an empty object.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.loopback.messages import Request, Response, json_answer
from tests.loopback.server import Server

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self


class Osv:
    """A server with records, used as a context manager.

    Attributes:
        records: (name, version) -> records in OSV's schema.
        page: the most records of one answer.
    """

    def __init__(self) -> None:
        self.server = Server()
        self.records: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self.page = 1000
        self.server.route("POST", "/v1/querybatch", self._batch)
        self.server.route("POST", "/v1/query", self._query)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.server.close()

    def _batch(self, request: Request) -> Response:
        asked = json.loads(request.body)["queries"]
        return json_answer({"results": [self._short(self._answer(one)) for one in asked]})

    def _query(self, request: Request) -> Response:
        return json_answer(self._answer(json.loads(request.body)))

    def _answer(self, query: dict[str, Any]) -> dict[str, Any]:
        assert set(query) <= {"package", "version", "page_token"}, query
        assert query["package"].keys() == {"name", "ecosystem"}, query
        assert query["package"]["ecosystem"] == "PyPI"
        start = int(query.get("page_token", "0"))
        found = self.records.get((query["package"]["name"], query["version"]), [])
        answer: dict[str, Any] = {}
        if found[start : start + self.page]:
            answer["vulns"] = found[start : start + self.page]
        if found[start + self.page :]:
            answer["next_page_token"] = str(start + self.page)
        return answer

    @staticmethod
    def _short(answer: dict[str, Any]) -> dict[str, Any]:
        if "vulns" not in answer:
            return answer
        short = [{"id": one["id"], "modified": one["modified"]} for one in answer["vulns"]]
        return {**answer, "vulns": short}
