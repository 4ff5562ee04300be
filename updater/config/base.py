"""What the keys and values of config.yaml are made of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from msgspec import Meta, Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

    Schema = Mapping[str, object]


class ConfigValue:
    """A value parsed from config text. Raises ValueError, which names the expected form.

    Attributes:
        schema: what JSON Schema can say of the spelling.
        item: of a list, what each of its items must be, where that is not what the whole is.
    """

    schema: ClassVar[Schema]
    item: ClassVar[str] = ""


def matches(pattern: str, value: object) -> re.Match[str] | None:
    """Match a pattern of a schema: there, ``$`` is the very end, and not before a line end too."""
    inner = pattern.removeprefix("^").removesuffix("$")
    return re.fullmatch(inner, value) if isinstance(value, str) else None


class StrictKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """Keys of config.yaml, besides which there are no others."""


def about(description: str) -> Meta:
    """Describe a key, for the reference and for editors."""
    return Meta(description=description)
