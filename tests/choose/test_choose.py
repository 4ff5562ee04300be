"""The names that `choose` gives are imported when they are first used."""

from __future__ import annotations

import pytest

from updater import choose


def test_each_name_is_found_in_its_module() -> None:
    for name in choose.__all__:
        assert getattr(choose, name).__module__.startswith("updater.choose."), name


def test_another_name_is_missing() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'other'"):
        choose.other  # noqa: B018 - it is what raises
