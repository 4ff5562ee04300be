"""Spans of time and numbers of bytes, as config.yaml spells them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Self

from updater.config.base import ConfigValue, matches

if TYPE_CHECKING:
    from updater.config.base import Schema

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LARGEST = 1 << 60  # bytes: what the system's own limits can hold
_LONGEST = timedelta(days=36500)
_DECIMAL = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9}
_SIZES = _DECIMAL | {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


class Duration(timedelta, ConfigValue):
    """``30s``, ``60m``, ``12h``, ``7d``, ``2w``; 0 needs no unit."""

    _PATTERN = r"^\s*([0-9]{1,8})\s*([smhdw])\s*$"
    schema: ClassVar[Schema] = {"anyOf": [{"type": "string", "pattern": _PATTERN}, {"const": 0}]}

    def __new__(cls, value: object) -> Self:
        if value == 0 and not isinstance(value, bool):
            return super().__new__(cls)
        parts = matches(cls._PATTERN, value)
        if parts is None:
            raise ValueError("a duration is a whole number and s, m, h, d or w, such as 7d")
        made = super().__new__(cls, **{_UNITS[parts[2]]: int(parts[1])})
        if made > _LONGEST:
            raise ValueError("a duration is 36500d (100 years) at most")
        return made


def duration_text(duration: timedelta) -> str:
    """Return a duration as it is written, in the largest unit it is a whole number of."""
    seconds = int(duration.total_seconds())
    units = {unit: int(timedelta(**{name: 1}).total_seconds()) for unit, name in _UNITS.items()}
    whole = (unit for unit, length in units.items() if not seconds % length)
    unit = max(whole, key=units.__getitem__)
    return f"{seconds // units[unit]}{unit}" if seconds else "0"


def size_text(size: int) -> str:
    """Return a number of bytes as it is written, in the largest unit it is a whole number of."""
    unit = max((unit for unit in _SIZES if not size % _SIZES[unit]), key=_SIZES.__getitem__)
    return f"{size // _SIZES[unit]}{unit}"


class Size(int, ConfigValue):
    """A whole number of bytes, or one with a unit: ``500MB``, ``16GiB``."""

    _PATTERN = r"^\s*(0*[1-9][0-9]{0,17})\s*([kMG]?B|[KMG]iB)\s*$"
    schema: ClassVar[Schema] = {
        "anyOf": [
            {"type": "integer", "minimum": 1, "maximum": _LARGEST},
            {"type": "string", "pattern": _PATTERN},
        ]
    }

    def __new__(cls, value: object) -> Self:
        parts = matches(cls._PATTERN, value)
        size = value if isinstance(value, int) and not isinstance(value, bool) else 0
        if parts is not None:
            size = int(parts[1]) * _SIZES[parts[2]]
        if size < 1:
            raise ValueError(
                "a size is a whole number and B, kB, MB, GB, KiB, MiB or GiB, as in 16GiB"
            )
        if size > _LARGEST:
            raise ValueError(f"a size is {_LARGEST >> 30}GiB at most")
        return super().__new__(cls, size)
