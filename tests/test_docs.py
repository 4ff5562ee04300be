"""Generated pages are what their generator makes."""

from __future__ import annotations

from pathlib import Path

from docs.make_configuration import SECTIONS, page

ROOT = Path(__file__).parent.parent


def test_the_configuration_page_is_made_from_the_models() -> None:
    assert (ROOT / "docs" / "configuration.md").read_text() == page()


def test_every_key_is_explained() -> None:
    for _, model in SECTIONS:
        for name, field in model.model_fields.items():
            assert field.description, name
