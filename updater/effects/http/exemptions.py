"""NO_PROXY: which hosts are asked without the proxy.

Names count as httpx has them: ``example.org`` is that host and those below it, ``.example.org``
those below it alone, ``*`` every host. Addresses and ranges are those of both families, with or
without brackets. Each may have a port, and a scheme before it. Source: httpx documentation,
"Environment variables"; curl(1), "--noproxy"; Go's ``httpproxy.Config``.
"""

from __future__ import annotations

import ipaddress
import re
from contextlib import suppress
from fnmatch import fnmatchcase
from typing import TypeAlias

import httpx
from msgspec import Struct

_Range: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_ENTRY = (
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?"
    r"(?:\[(?P<inner>[^\[\]]*)\](?P<bits>/\d+)?|(?P<plain>[^\[\]]*?))"
    r"(?::(?P<port>\d{1,5}))?/?"
)
_NAME = re.compile(r"[^\s\[\]/@:?#%]+")
_PORTS = {"http": 80, "https": 443}
_LAST_PORT = 65535


class Exemption(Struct, frozen=True):
    """One entry.

    Attributes:
        scheme: the only one that it is about; an empty string for every one.
        port: the only one that it is about; None for every one.
        name: a host's, in ASCII, or a pattern; an empty string for a range.
    """

    scheme: str
    port: int | None
    name: str
    addresses: _Range | None

    def covers(self, url: httpx.URL) -> bool:
        """Tell whether an address is asked without the proxy."""
        if self.scheme not in ("", "all", url.scheme):
            return False
        if self.port not in (None, url.port or _PORTS.get(url.scheme)):
            return False
        host = url.raw_host.decode("ascii").lower().rstrip(".").strip("[]").partition("%")[0]
        if self.addresses is not None:
            with suppress(ValueError):
                return ipaddress.ip_address(host) in self.addresses
            return False
        return fnmatchcase(host, f"*.{self.name.lstrip('*.')}") or fnmatchcase(host, self.name)


def read_exemptions(text: str) -> tuple[list[Exemption], str]:
    """Read entries, with commas or blanks between them.

    Returns:
        Them, and the first entry that is none; an empty string where there is no such.
    """
    exemptions: list[Exemption] = []
    if not text.strip():
        return exemptions, ""
    for entry in re.split(r"[\s,]+", text.strip()):
        if entry:
            exemption = _read(entry)
            if exemption is None:
                return exemptions, entry
            exemptions.append(exemption)
    return exemptions, ""


def _read(entry: str) -> Exemption | None:
    addresses = _range(entry)  # before its last part is taken for a port
    if addresses is not None:
        return Exemption("", None, "", addresses)
    match = re.fullmatch(_ENTRY, entry, re.IGNORECASE)
    if match is None or int(match["port"] or 0) > _LAST_PORT:
        return None
    scheme, port = (match["scheme"] or "").lower(), int(match["port"]) if match["port"] else None
    host = match["plain"] if match["inner"] is None else match["inner"] + (match["bits"] or "")
    addresses = _range(host)
    if addresses is not None:
        return Exemption(scheme, port, "", addresses)
    name = _ascii(host) if match["inner"] is None else ""
    return Exemption(scheme, port, name, None) if name else None


def _range(text: str) -> _Range | None:
    address, _, zone = text.partition("%")
    with suppress(ValueError):
        return ipaddress.ip_network(address if zone else text, strict=False)
    return None


def _ascii(host: str) -> str:
    """Return a host's name as it is asked for; an empty string for what is none."""
    if _NAME.fullmatch(host) is None:
        return ""
    if host.isascii():
        return host.lower().rstrip(".")
    with suppress(httpx.InvalidURL, ValueError):
        plain = host.lstrip("*.")
        return host[: len(host) - len(plain)] + httpx.URL(f"http://{plain}").raw_host.decode()
    return ""
