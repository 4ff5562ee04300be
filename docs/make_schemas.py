"""Makes the JSON Schemas of config.yaml and of what ``--json`` prints.

    python -m docs.make_schemas

Source of the form: JSON Schema, draft 2020-12, as pydantic writes it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from updater.options import Document
from updater.report.schema import ErrorObject, PlanReport, PrefetchReport, Report, Reviews, Truths

if TYPE_CHECKING:
    from pydantic import BaseModel

FOLDER = Path(__file__).parent / "schemas"
MODELS: dict[str, type[BaseModel]] = {
    "config.json": Document,
    "report.json": Report,
    "truths.json": Truths,
    "review.json": Reviews,
    "plan.json": PlanReport,
    "prefetch.json": PrefetchReport,
    "error.json": ErrorObject,
}


def schema(name: str) -> str:
    """Return one schema's text."""
    mode: Literal["validation", "serialization"] = (
        "validation" if name == "config.json" else "serialization"
    )
    made = MODELS[name].model_json_schema(by_alias=True, mode=mode)
    return json.dumps(made, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file in MODELS:
        (FOLDER / file).write_text(schema(file), encoding="utf-8")
