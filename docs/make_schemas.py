"""Makes the JSON Schemas of config.yaml and of what ``--json`` prints.

    python -m docs.make_schemas

Source of the form: JSON Schema, draft 2020-12, as msgspec writes it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from updater.config.keys import Document
from updater.report.schema import (
    ErrorObject,
    PlanReport,
    PrefetchReport,
    Report,
    ReviewReport,
    TruthsReport,
)

if TYPE_CHECKING:
    from updater.config.values import Spelled

FOLDER = Path(__file__).parent / "schemas"
MODELS: dict[str, type[msgspec.Struct]] = {
    "config.json": Document,
    "report.json": Report,
    "truths.json": TruthsReport,
    "review.json": ReviewReport,
    "plan.json": PlanReport,
    "prefetch.json": PrefetchReport,
    "error.json": ErrorObject,
}


def schema(name: str) -> str:
    """Return one schema's text."""
    model = MODELS[name]
    _, models = msgspec.json.schema_components([model], schema_hook=_spelling)
    if name != "config.json":
        for one in models.values():
            one["required"] = list(one["properties"])  # defaults are printed, too
    made = models.pop(model.__name__) | ({"$defs": models} if models else {})
    return json.dumps(made, indent=2, sort_keys=True) + "\n"


def _spelling(kind: type[Spelled]) -> dict[str, Any]:
    return dict(kind.schema)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file in MODELS:
        (FOLDER / file).write_text(schema(file), encoding="utf-8")
