"""URLs: which can be asked, what a token is bound to, and what a message may show."""

from __future__ import annotations

from functools import lru_cache

import httpx

from updater.errors import BadAnswer

_SCHEMES = ("http", "https")
_LONGEST_HOST, _LONGEST_LABEL, _LAST_PORT = 253, 63, 65535
# Each address is looked at several times while it is asked.
_UNDER_WAY = 256


def origin(url: str) -> str:
    """Return an address's ``scheme://host:port``, which a token is bound to; empty for none."""
    parsed = _parsed(url)
    if parsed is None:
        return ""
    port = parsed.port or {"http": 80, "https": 443}.get(parsed.scheme)
    return f"{parsed.scheme}://{parsed.host}:{port}"


@lru_cache(maxsize=_UNDER_WAY)
def shown(url: str) -> str:
    """Return an address without user, password, query and fragment: what a message may show."""
    parsed = _parsed(url)
    if parsed is None:
        return "an invalid address"
    return str(parsed.copy_with(username=None, password=None, query=None, fragment=None))


def refuse_unusable(url: str) -> None:
    """Make sure that an address can be asked; upstreams name addresses, and redirect to them.

    Source: RFC 1035, section 2.3.4 (the length of names); RFC 9293, section 3.1 (ports).

    Raises:
        BadAnswer: its scheme is not http or https, or no name or port is such.
    """
    parsed = _parsed(url)
    if parsed is None or parsed.scheme not in _SCHEMES or not _is_reachable(parsed):
        where = shown(url)
        raise BadAnswer(
            f"{where} is not a valid address (expected http:// or https://, a host, and a port of "
            f"at most {_LAST_PORT})",
            url=where,
        )


def _is_reachable(url: httpx.URL) -> bool:
    labels = url.raw_host.removesuffix(b".").split(b".")
    named = len(url.raw_host) <= _LONGEST_HOST and all(
        0 < len(label) <= _LONGEST_LABEL for label in labels
    )
    return named and (url.port is None or 0 < url.port <= _LAST_PORT)


@lru_cache(maxsize=_UNDER_WAY)
def _parsed(url: str) -> httpx.URL | None:
    """Return an address's parts, None where it has none: its host's name is decoded, too."""
    try:
        parsed = httpx.URL(url)
        parsed.host.encode()
    except (httpx.InvalidURL, ValueError):
        return None
    return parsed
