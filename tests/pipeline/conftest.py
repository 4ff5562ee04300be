"""A run over stand-ins, whose one upstream answers for every package."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.pipeline.stand_ins import World, world
from updater.choose import lookup
from updater.pipeline import deciding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., World]:
    """Return what makes the run."""

    def make(overlays: Mapping[str, str], configuration: str = "", **more: object) -> World:
        root = tmp_path / "overlays"
        root.mkdir()
        result = world(root, overlays, configuration, **more)
        monkeypatch.setattr(deciding, "UPSTREAMS", (result.upstream,))
        monkeypatch.setattr(lookup, "INDEX", result.upstream)
        return result

    return make
