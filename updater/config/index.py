"""The package index that is asked where config.yaml names none: pip's, else PyPI."""

from __future__ import annotations

import os
import re
from importlib.util import find_spec
from pathlib import Path

from updater.effects import files
from updater.errors import ReadError

_ADDRESS = re.compile(r'^PYPI_SIMPLE_ENDPOINT\b.*= "(.+)"$', re.MULTILINE)


def default_index() -> str:
    """Return the index that pip is configured to use, else PyPI's, without a slash at its end."""
    return index_with_origin()[0]


def index_with_origin() -> tuple[str, str]:
    """Return that index, and what says so: a variable or a file of pip, or that it is the default.

    Source: pip documentation, "Configuration" (environment before files, the nearer file first).
    """
    address = os.environ.get("PIP_INDEX_URL", "")
    if address:
        return address.rstrip("/"), "PIP_INDEX_URL"
    import configparser  # noqa: PLC0415 - few need it

    for path in _pip_files():
        parser = configparser.RawConfigParser()
        try:
            parser.read_string(files.read(path, str(path)).decode("utf-8"))
        except (ReadError, configparser.Error, UnicodeDecodeError):
            continue
        address = parser.get("global", "index-url", fallback="").strip()
        if address:
            return address.rstrip("/"), str(path)
    return (_read_pypi() or _imported_pypi()).rstrip("/"), "default"


def _read_pypi() -> str:
    """Read PyPI's address in pypi-simple's source, or an empty string.

    To import the package for one constant takes a quarter of a second: its HTTP client comes along.
    """
    spec = find_spec("pypi_simple")
    origin = spec.origin if spec is not None else None
    source = files.find(Path(origin), origin) if origin else None
    # None in an archive, for instance.
    match = _ADDRESS.search(source.decode("utf-8")) if source is not None else None
    return match[1] if match is not None else ""


def _imported_pypi() -> str:
    from pypi_simple import PYPI_SIMPLE_ENDPOINT  # noqa: PLC0415 - see _read_pypi

    return PYPI_SIMPLE_ENDPOINT


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
