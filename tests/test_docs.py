"""Generated pages are what their generator makes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from docs.make_configuration import SECTIONS, page
from docs.make_schemas import FOLDER, MODELS, schema
from updater.options import Document

ROOT = Path(__file__).parent.parent


def test_the_configuration_page_is_made_from_the_models() -> None:
    assert (ROOT / "docs" / "configuration.md").read_text() == page()


def test_every_key_is_explained() -> None:
    for _, model in SECTIONS:
        for name, field in model.model_fields.items():
            assert field.description, name


@pytest.mark.parametrize("name", MODELS)
def test_a_schema_is_made_from_its_model(name: str) -> None:
    assert (FOLDER / name).read_text() == schema(name)


def test_the_config_schema_says_what_the_command_accepts() -> None:
    """A key that the schema does not know is refused by the command too, and the other way."""
    made = json.loads(schema("config.json"))
    assert made["additionalProperties"] is False
    assert sorted(made["properties"]) == sorted(Document.model_fields)
