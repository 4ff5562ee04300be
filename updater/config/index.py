"""The package index that is asked where config.yaml names none: pip's, else PyPI."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from updater.effects import files
from updater.effects.netrc import login
from updater.errors import ReadError
from updater.text import open_address, parted_address
from updater.upstreams import public_index

_VARIABLE = "PIP_INDEX_URL"


@dataclass(frozen=True, slots=True)
class PackageIndex:
    """A package index, and who asks it.

    Attributes:
        address: without user and password, and without a slash at its end.
        origin: what names it: a variable, a file, or that it is the default.
        user, password: that stand in the address as it is written, or else in netrc for its host;
            empty where none do.
        kept_in: what has them: the origin, or the netrc file.
    """

    address: str
    origin: str
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    kept_in: str = field(default="", repr=False, compare=False)

    @classmethod
    def written(cls, address: str, origin: str) -> PackageIndex:
        """Read an address that may have a user and a password in it, as pip's may.

        Where it does not have both, netrc is asked for its host, as pip asks.
        """
        user, _, password = parted_address(address.partition("://")[2])[0].partition(":")
        plain = open_address(address).rstrip("/")
        own = None if user and password else login(plain)
        if own is not None:
            return cls(plain, origin, own.user, own.password, str(own.file))
        return cls(plain, origin, unquote(user), unquote(password), origin)

    @property
    def is_variable(self) -> bool:
        """Whether a variable has its user and password, and no file."""
        return self.kept_in == _VARIABLE

    @property
    def is_guarded(self) -> bool:
        """Whether a user or a password is sent to it."""
        return bool(self.user or self.password)


def default_index() -> str:
    """Return the address of the index that pip is configured to use, else of PyPI."""
    return (index_of_pip() or pypi()).address


def index_of_pip() -> PackageIndex | None:
    """Return the index that pip is configured to use; None where it is not.

    Source: pip documentation, "Configuration" (environment before files, the nearer file first).
    """
    address = os.environ.get(_VARIABLE, "")
    if address:
        return PackageIndex.written(address, _VARIABLE)
    for path in filter(files.exists, _pip_files()):
        import configparser  # noqa: PLC0415 - few have such a file

        parser = configparser.RawConfigParser()
        try:
            parser.read_string(files.read(path, str(path)).decode("utf-8"))
        except (ReadError, configparser.Error, UnicodeDecodeError):
            continue
        address = parser.get("global", "index-url", fallback="").strip()
        if address:
            return PackageIndex.written(address, str(path))
    return None


def pypi() -> PackageIndex:
    """Return PyPI's own index."""
    return PackageIndex(public_index.address(), "default")


def _pip_files() -> list[Path]:
    own = os.environ.get("PIP_CONFIG_FILE")
    if own == os.devnull:
        return []
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    system = os.environ.get("XDG_CONFIG_DIRS") or "/etc/xdg"
    files = [Path(own)] if own else []
    prefix = os.environ.get("VIRTUAL_ENV")
    files += [Path(prefix) / "pip.conf"] if prefix else []
    files += [home / "pip" / "pip.conf", Path.home() / ".pip" / "pip.conf"]
    files += [Path(folder) / "pip" / "pip.conf" for folder in system.split(":")]
    return [*files, Path("/etc/pip.conf")]
