"""The user and password that somebody's netrc file has for a host, as pip finds them.

Source: requests' ``get_netrc_auth``, which pip asks; Python documentation, "netrc".
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit


class Login(NamedTuple):
    """What a host is to be told, and the file in which that stands."""

    user: str
    password: str
    file: Path


def login(url: str) -> Login | None:
    """Return what the host of an address is to be told: its machine's, else the default.

    None where nothing is said, as in a file that cannot be read, or is wrong.
    """
    named = os.environ.get("NETRC")
    paths = [Path(named)] if named else [Path("~/.netrc"), Path("~/_netrc")]
    with suppress(OSError, RuntimeError, ValueError):
        host = urlsplit(url).hostname
        path = next(filter(Path.is_file, map(Path.expanduser, paths)), None)
        return _of_file(path, host) if path is not None and host else None
    return None


def _of_file(path: Path, host: str) -> Login | None:
    import netrc  # noqa: PLC0415 - few have such a file

    with suppress(netrc.NetrcParseError):
        entry = netrc.netrc(str(path)).authenticators(host)
        if entry is not None and any(entry):
            user, account, password = entry
            return Login(user or account or "", password or "", path)
    return None
