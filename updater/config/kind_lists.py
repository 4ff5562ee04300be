"""Values that are lists of kinds, or a word for some of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self, get_args

from updater.config.base import ConfigValue
from updater.config.values import listed
from updater.model.adaptation import ADAPTATION_KINDS, AdaptationKind
from updater.model.policy import UpdateKind

if TYPE_CHECKING:
    from updater.config.base import Schema

_UPDATE_KINDS = get_args(UpdateKind)
_ADAPTED = "adapted"


class UpdateKinds(tuple[str, ...], ConfigValue):
    """Kinds of update, of which one may stand by itself; ``true`` is all that are not adapted."""

    schema: ClassVar[Schema] = {
        "anyOf": [
            {"type": "boolean"},
            {"enum": [*_UPDATE_KINDS, _ADAPTED]},
            {"type": "array", "items": {"enum": [*_UPDATE_KINDS, _ADAPTED]}},
        ]
    }

    __slots__ = ()

    def __new__(cls, value: object) -> Self:
        """Read it, or say what was expected."""
        if isinstance(value, bool):
            return super().__new__(cls, _UPDATE_KINDS if value else ())
        named = listed(value)
        kinds = (*_UPDATE_KINDS, _ADAPTED)
        if named is None or not set(named) <= set(kinds):
            raise ValueError(f"expected true, false or a list of {', '.join(kinds)}")
        return super().__new__(cls, [kind for kind in kinds if kind in named])


class Adapting(tuple[AdaptationKind, ...], ConfigValue):
    """Kinds of adaptation, of which one may stand by itself; ``auto`` is all, ``off`` none.

    A mapping names them under ``kinds``, and says with ``remove`` whether inputs may be taken out,
    and with ``add`` whether overlays may be written for what nobody has.
    """

    schema: ClassVar[Schema] = {
        "anyOf": [
            {"enum": ["auto", "off", False, *ADAPTATION_KINDS]},
            {"type": "array", "items": {"enum": list(ADAPTATION_KINDS)}},
            {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "kinds": {"type": "array", "items": {"enum": list(ADAPTATION_KINDS)}},
                    "remove": {"type": "boolean"},
                    "add": {"type": "boolean"},
                },
            },
        ]
    }

    __slots__ = ()

    def __new__(cls, value: object) -> Self:
        """Read it, or say what was expected."""
        if not isinstance(value, dict):
            return super().__new__(cls, _kinds(value))
        removes, adds = value.get("remove", False), value.get("add", False)
        are_switches = isinstance(removes, bool) and isinstance(adds, bool)
        if set(value) - {"kinds", "remove", "add"} or not are_switches:
            raise ValueError(
                "expected auto, off, a list, or {kinds: [...], remove: true, add: true}"
            )
        asked: list[AdaptationKind] = ["removals"] if removes else []
        asked += ["additions"] if adds else []
        return super().__new__(cls, (*_kinds(value.get("kinds", "auto")), *asked))


def _kinds(value: object) -> tuple[AdaptationKind, ...]:
    if value in ("auto", "off", False):  # YAML reads a bare `off` as false
        return ADAPTATION_KINDS if value == "auto" else ()
    named = listed(value)
    if named is None or not set(named) <= set(ADAPTATION_KINDS):
        raise ValueError(f"expected auto, off or a list of {', '.join(ADAPTATION_KINDS)}")
    return tuple(kind for kind in ADAPTATION_KINDS if kind in named)
