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
    with suppress(OSError, RuntimeError, ValueError):
        host, path = urlsplit(url).hostname, next(filter(Path.is_file, _paths()), None)
        return _of_file(path, host) if path is not None and host else None
    return None


def trouble(url: str) -> str:
    """Say why a netrc file that is there tells nothing for the host of an address, and what to do.

    Empty where there is no file, or it has a login. No text of the file is in it.
    """
    import netrc  # noqa: PLC0415 - few have such a file

    with suppress(RuntimeError, ValueError):
        host, paths = urlsplit(url).hostname, _paths()
        path = next(filter(Path.is_file, paths), None)
        if path is None:
            is_named = bool(os.environ.get("NETRC")) and not paths[0].exists()
            hint = (
                f"NETRC names {paths[0]}, which is not there: write it as for pip, or unset NETRC"
            )
            return hint if is_named else ""
        try:
            entry = netrc.netrc(str(path)).authenticators(host or "")
        except netrc.NetrcParseError as error:
            return f"{path} counts for nothing, since line {error.lineno} is not netrc's: mend it"
        except (OSError, UnicodeError):
            return f"{path} cannot be read: mend it, or give yourself read access"
        if entry is None:
            return (
                f"{path} has no entry for this host: write `machine {host} login USER password "
                "PASSWORD` into it, without a port"
            )
    return ""


def _paths() -> list[Path]:
    """Return where the file may be, the first of which counts."""
    named = os.environ.get("NETRC")
    paths = [Path(named)] if named else [Path("~/.netrc"), Path("~/_netrc")]
    return [path.expanduser() for path in paths]


def _of_file(path: Path, host: str) -> Login | None:
    import netrc  # noqa: PLC0415 - few have such a file

    with suppress(netrc.NetrcParseError):
        entry = netrc.netrc(str(path)).authenticators(host)
        if entry is not None and any(entry):
            user, account, password = entry
            return Login(user or account or "", password or "", path)
    return None
