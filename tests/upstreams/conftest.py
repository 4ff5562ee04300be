"""Look-ups against the loopback servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.upstreams.asking import Asking
from updater.model import Host

if TYPE_CHECKING:
    from tests.loopback.github import GitHub
    from tests.loopback.index import Index


@pytest.fixture
def asking(github: GitHub, index: Index) -> Asking:
    """GitHub and the index, without a token."""
    host = Host("github.com", "github", github.url, github.api_url, github.graphql_url)
    return Asking({"github.com": host}, index.url)
