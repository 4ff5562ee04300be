"""URLs: what a token is bound to, and what a message may show."""

from __future__ import annotations

import httpx


def origin(url: str) -> str:
    """Return an address's ``scheme://host:port``, which a token is bound to; empty for none."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return ""
    port = parsed.port or {"http": 80, "https": 443}.get(parsed.scheme)
    return f"{parsed.scheme}://{parsed.host}:{port}"


def shown(url: str) -> str:
    """Return an address without user, password, query and fragment: what a message may show."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return "an address that is none"
    return str(parsed.copy_with(username=None, password=None, query=None, fragment=None))
