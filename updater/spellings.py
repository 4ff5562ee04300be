"""How values are spelled in config.yaml: each function reads one, or says what was expected.

All raise ValueError, which pydantic turns into an error at the key.
"""

from __future__ import annotations

import re
from datetime import timedelta

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from updater.publish.schedule import read_window

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SIZES = {
    "B": 1,
    "kB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "KiB": 1 << 10,
    "MiB": 1 << 20,
    "GiB": 1 << 30,
}
_SIZE = re.compile(r"(\d+)\s*([kMG]?B|[KMG]iB)")
_DURATION = re.compile(r"(\d+)\s*([smhdw])")
_SHORT_HOSTS = {"github": "github.com", "gitlab": "gitlab.com", "codeberg": "codeberg.org"}
_SHORT = ":, ".join(_SHORT_HOSTS) + ":"
UPDATE_KINDS = ("patch", "minor", "major", "pin")
_TRACKS = ("auto", "tag", "release", "commit", "pypi")


def duration(value: object) -> timedelta:
    """Read ``30s``, ``60m``, ``12h``, ``7d``, ``2w``; 0 needs no unit."""
    if value == 0:
        return timedelta(0)
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError("a duration is a whole number and s, m, h, d or w, such as 7d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def track(value: object) -> str:
    """Read a channel: one of the tracks, or ``branch:NAME``."""
    if isinstance(value, str) and (
        value in _TRACKS or (value.startswith("branch:") and value != "branch:")
    ):
        return value
    raise ValueError(f"expected one of {', '.join(_TRACKS)}, branch:NAME")


def specifier(value: object) -> str:
    """Read a PEP 440 version specifier."""
    try:
        return str(SpecifierSet(str(value)))
    except InvalidSpecifier as error:
        raise ValueError('expected a PEP 440 specifier, such as ">=0,<2"') from error


def tag_pattern(value: object) -> str:
    """Read a regular expression with a group named ``version``."""
    try:
        pattern = re.compile(str(value))
    except re.error as error:
        raise ValueError(f"expected a regular expression: {error}") from error
    if "version" not in pattern.groupindex:
        raise ValueError("expected a group named version, such as v(?P<version>.+)")
    return str(value)


def hold(value: object) -> str:
    """Read ``true``, ``false`` or a reason."""
    if value is True:
        return "held in config.yaml"
    if value is False:
        return ""
    if isinstance(value, str) and value.strip():
        return value
    raise ValueError("expected true, false or the reason as text")


def switch(value: object) -> object:
    """Read a boolean as the word that stands beside ``auto``."""
    return {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else value


def update_kinds(value: object) -> object:
    """Read kinds of update; ``true`` is all of them."""
    return {True: UPDATE_KINDS, False: ()}[value] if isinstance(value, bool) else several(value)


def title(value: object) -> str:
    """Read the template of a title."""
    return _template(value, "name", "old", "new")


def group_title(value: object) -> str:
    """Read the template of a group's title."""
    return _template(value, "group", "count")


def _template(value: object, needed: str, *wanted: str) -> str:
    unknown = set(re.findall(r"{(.*?)}", str(value))) - {needed, *wanted}
    if unknown or not isinstance(value, str) or f"{{{needed}}}" not in value or "\n" in value:
        others = " and ".join(f"{{{one}}}" for one in wanted)
        raise ValueError(f"expected one line with {{{needed}}}, and {others} where wanted")
    return value


def schedule(value: object) -> object:
    """Read windows of the week."""
    for one in value if isinstance(value, list) else []:
        read_window(str(one))
    return several(value)


def repository(value: object) -> str:
    """Read ``OWNER/NAME`` or ``HOST:OWNER/NAME``."""
    if isinstance(value, str) and re.fullmatch(r"(?:[\w.-]+:)?[\w.-]+/[\w.-]+", value, re.ASCII):
        return value
    raise ValueError("expected OWNER/NAME, or HOST:OWNER/NAME for a host of hosts:")


def several(value: object) -> object:
    """Read a list as a tuple."""
    return tuple(value) if isinstance(value, list) else value


def python(value: object) -> str:
    """Read a version of Python."""
    if isinstance(value, str) and re.fullmatch(r"3\.\d+(\.\d+)?", value):
        return value
    raise ValueError('expected a version of Python as text, such as "3.12"')


def upstream(value: object) -> str:
    """Read a project's identity, or the short form that `updater prefetch` takes too."""
    text = value.strip() if isinstance(value, str) else ""
    short, _, rest = text.partition(":")
    if short == "pypi" and re.fullmatch(r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?", rest, re.ASCII):
        return f"pypi:{canonicalize_name(rest)}"
    if short in _SHORT_HOSTS and re.fullmatch(r"[\w.-]+(?:/[\w.-]+)+", rest, re.ASCII):
        return f"https://{_SHORT_HOSTS[short]}/{rest.removesuffix('.git')}"
    if re.fullmatch(r"https://[^\s/@?#]+/[^\s@?#]+", text):
        return text.rstrip("/").removesuffix(".git")
    raise ValueError(f"expected {_SHORT}OWNER/REPO, pypi:NAME or https://HOST/OWNER/REPO")


def host_kind(value: object) -> str:
    """Read a kind of host."""
    from updater.hosts import HOST_KINDS  # noqa: PLC0415 - only where hosts are configured

    if value in HOST_KINDS:
        return str(value)
    raise ValueError(f"expected one of {', '.join(HOST_KINDS)}")


def address(value: object) -> str:
    """Read a base address, without a slash at its end."""
    if isinstance(value, str) and re.fullmatch(r"https?://[^\s/]+\S*", value):
        return value.rstrip("/")
    raise ValueError("expected an address that starts with https:// or http://")


def size(value: object) -> int:
    """Read a whole number of bytes, or one with a unit: ``500MB``, ``16GiB``."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    found = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None or not int(found[1]):
        raise ValueError("a size is a whole number and B, kB, MB, GB, KiB, MiB or GiB, as in 16GiB")
    return int(found[1]) * _SIZES[found[2]]
