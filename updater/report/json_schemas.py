"""The JSON Schemas of config.yaml and of what ``--json`` prints, made from the models.

Source of the form: JSON Schema, draft 2020-12, as msgspec writes it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

from updater.config.keys import Document
from updater.report.audit_schema import AuditReport
from updater.report.schema import (
    CompositionReport,
    ConversionReport,
    ErrorObject,
    PlanReport,
    PrefetchReport,
    Report,
    ReviewReport,
    SettingsReport,
    StartReport,
    TruthsReport,
)

if TYPE_CHECKING:
    from updater.config.base import ConfigValue

MODELS: dict[str, type[msgspec.Struct]] = {
    "config": Document,
    "report": Report,
    "truths": TruthsReport,
    "review": ReviewReport,
    "audit": AuditReport,
    "plan": PlanReport,
    "prefetch": PrefetchReport,
    "conversion": ConversionReport,
    "settings": SettingsReport,
    "composition": CompositionReport,
    "start": StartReport,
    "error": ErrorObject,
}
"""The schemas by name, config.yaml's first."""


def json_schema(name: str) -> str:
    """Return one schema's text."""
    model = MODELS[name]
    _, models = msgspec.json.schema_components([model], schema_hook=_spelling)
    if model is not Document:
        for part in models.values():
            part["required"] = list(part["properties"])  # defaults are printed, too
    made = models.pop(model.__name__) | ({"$defs": models} if models else {})
    return json.dumps(made, indent=2, sort_keys=True) + "\n"


def _spelling(kind: type[ConfigValue]) -> dict[str, Any]:
    return dict(kind.schema)
