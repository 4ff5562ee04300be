"""Fixtures of the checks of the loopback servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from tests.loopback.repositories import Executable, Symlink
from tests.loopback_checks.example import Example

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.loopback.github import GitHub


@pytest.fixture
def example(github: GitHub) -> Example:
    hosted = github.repository("lucidrains", "ema-pytorch")
    first = hosted.commit({"pyproject.toml": "one", "ema_pytorch/__init__.py": ""})
    hosted.tag("0.7.7", first)
    second = hosted.commit(
        {
            "pyproject.toml": "two",
            "run": Executable("#!/bin/sh\n"),
            "link": Symlink("run"),
            ".gitattributes": "secret export-ignore\n",
            "secret": "x",
        }
    )
    annotated = hosted.tag("v0.8.0", second, annotated=True)
    side = hosted.commit({"side": "1"}, branch="side/one", parents=[first])
    head = hosted.commit({"pyproject.toml": "three"})
    return Example(hosted, first, annotated, second, side, head)


@pytest.fixture
def client(github: GitHub) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=github.url) as made:
        yield made
