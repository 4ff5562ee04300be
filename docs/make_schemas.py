"""Makes docs/schemas: the JSON Schemas of config.yaml and of what ``--json`` prints.

python -m docs.make_schemas
"""

from __future__ import annotations

from pathlib import Path

from updater.report.json_schemas import MODELS, json_schema

FOLDER = Path(__file__).parent / "schemas"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in MODELS:
        (FOLDER / f"{name}.json").write_text(json_schema(name), encoding="utf-8")
