"""What the environment says of proxies, refused where it is wrong.

Sources: httpx documentation, "Environment variables"; curl(1), "ENVIRONMENT".
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from urllib.request import getproxies

import httpx

from updater.effects.http.exemptions import read_exemptions
from updater.errors import ConfigError
from updater.text import without_secrets

_EXAMPLE = "write an address such as http://proxy.example:3128, or unset it"
_SOCKS = ("socks5", "socks5h")
_LAST_PORT = 65535


def refuse_unusable_proxies() -> None:
    """Make sure that the variables that name proxies can be heeded.

    Raises:
        ConfigError: one cannot, and which.
    """
    proxies = getproxies()
    for protocol in ("http", "https", "all"):
        if value := proxies.get(protocol, ""):
            problem, hint = _problem(value if "://" in value else f"http://{value}")
            if problem:
                raise ConfigError(problem, file=_variable(f"{protocol}_proxy", value), hint=hint)
    hosts = proxies.get("no", "")
    wrong = read_exemptions(hosts)[1]
    if wrong:
        raise ConfigError(
            f"{without_secrets(wrong).rpartition('@')[2]!r} is not a host, an address or a range",
            file=_variable("no_proxy", hosts),
            hint="write them with commas, such as localhost,.example.org,10.0.0.0/8,fd00::/8",
        )


def _problem(address: str) -> tuple[str, str]:
    """Return why a proxy cannot be used, and what to do; nothing where it can."""
    shown = without_secrets(address)
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, ValueError):
        return f"{shown!r} is not an address", _EXAMPLE
    if url.scheme in _SOCKS:
        if find_spec("socksio") is not None:
            return "", ""
        return (
            f"{shown!r} is a SOCKS proxy, and they are not supported as such",
            "name an http:// proxy, or install the package socksio beside the updater",
        )
    if url.scheme not in ("http", "https"):
        return f"{shown!r} is not an http:// or https:// proxy", _EXAMPLE
    if not url.host or (url.port or 0) > _LAST_PORT:
        return f"{shown!r} names no host, or a port above {_LAST_PORT}", _EXAMPLE
    return "", ""


def _variable(name: str, value: str) -> str:
    """Return the variable that has a value, which may be in capitals."""
    return name if os.environ.get(name) == value else name.upper()
