"""A client, and a page to ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.effects.http.clients import Client
from tests.loopback.messages import text

if TYPE_CHECKING:
    from tests.loopback.server import Server


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def page(server: Server) -> str:
    """A page that says what it was asked for."""
    server.route(".*", "/page", lambda _request: text("hello", content_type="text/x"))
    server.route("GET", "/page", lambda _request: text("hello", content_type="text/x"))
    server.route("POST", "/page", lambda request: text(request.body.decode()))
    return f"{server.url}/page"
