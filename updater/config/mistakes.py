"""What in the data does not fit a model: msgspec's errors, with their keys and in plain words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct, inspect
from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    Hook = Callable[[type, Any], Any]

# What is wrong and where; in the place of a mapping's key stands [...].
_ERROR = re.compile(r"(.*?)(?: - at (`key` in )?`\$([^`]*)`)?", re.DOTALL)
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]|\[\.\.\.\]")
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_WORDS: dict[type[inspect.Type], str] = {
    inspect.BoolType: "true or false",
    inspect.StrType: "text",
    inspect.VarTupleType: "a list",
    inspect.DictType: "keys and values",
    inspect.StructType: "keys and values",
}


class Misfit(Struct, frozen=True):
    """A key or value that a model does not take.

    Attributes:
        path: the keys and indices that lead to it.
        value: what stands there.
        expected: a sentence of what may stand there; empty where its key is not known.
        keys: the keys that are known there.
    """

    path: tuple[str | int, ...]
    value: object
    expected: str = ""
    keys: tuple[str, ...] = ()


def first_misfit(data: object, model: type[msgspec.Struct], hook: Hook) -> Misfit:
    """Return the first thing that a model refuses.

    Args:
        data: what a file says, which the model refuses.
        model: whose lists and mappings are of models, text, or what ``hook`` reads.
        hook: reads the kinds of value that msgspec does not know; its ValueErrors are sentences.
    """
    misfit = _misfit(data, _model(inspect.type_info(model)), hook)
    if misfit is None:
        raise TypeError("there is no misfit")
    return misfit


def _misfit(data: object, model: inspect.StructType, hook: Hook) -> Misfit | None:
    try:
        msgspec.convert(data, model.cls, dec_hook=hook)
    except msgspec.ValidationError as error:
        return _located(str(error), data, model, hook)
    return None


def _located(error: str, data: Any, kind: inspect.Type, hook: Hook) -> Misfit:  # noqa: ANN401 - any
    parts = _ERROR.fullmatch(error)
    message, at_key, steps = parts.groups() if parts else (error, None, None)
    path: tuple[str | int, ...] = ()
    for name, index in _STEP.findall(steps or ""):
        kind = _inside(kind, name)
        if not name and not index:
            tried = ((key, _misfit(value, _model(kind), hook)) for key, value in data.items())
            key, first = next((key, inner) for key, inner in tried if inner is not None)
            return replace(first, path=(*path, key, *first.path))
        step = name or int(index)
        path, data = (*path, step), data[step]
    unknown = _UNKNOWN.fullmatch(message)
    if unknown:
        keys = tuple(sorted(field.name for field in _model(kind).fields))
        return Misfit((*path, unknown[1]), data[unknown[1]], keys=keys)
    if at_key:
        key = next(key for key in data if not isinstance(key, str))
        return Misfit((*path, key), key, "expected text as a key")
    return _first_item(data, kind, hook, path) or Misfit(path, data, _expected(kind, message))


def _first_item(
    data: object, kind: inspect.Type, hook: Hook, path: tuple[str | int, ...]
) -> Misfit | None:
    """Return the first item of a list that the kind refuses also by itself."""
    spelled = [member.cls for member in _kinds(kind) if isinstance(member, inspect.CustomType)]
    for index, item in enumerate(data if spelled and isinstance(data, list) else ()):
        try:
            hook(spelled[0], [item])
        except ValueError as error:
            return Misfit((*path, index), item, getattr(spelled[0], "item", "") or str(error))
    return None


def _kinds(kind: inspect.Type) -> list[inspect.Type]:
    """Return what a value may be, besides null."""
    if isinstance(kind, inspect.Metadata):
        return _kinds(kind.type)
    if isinstance(kind, inspect.UnionType):
        return [inner for member in kind.types for inner in _kinds(member)]
    return [] if isinstance(kind, inspect.NoneType) else [kind]


def _model(kind: inspect.Type) -> inspect.StructType:
    return next(member for member in _kinds(kind) if isinstance(member, inspect.StructType))


def _inside(kind: inspect.Type, name: str) -> inspect.Type:
    """Return the kind of a model's field, or of the values of a mapping or list."""
    for member in _kinds(kind):
        match member:
            case inspect.StructType(fields=fields):
                return next(field.type for field in fields if field.name == name)
            case inspect.DictType(value_type=inner) | inspect.VarTupleType(item_type=inner):
                return inner
            case _:
                pass
    raise TypeError(f"{kind} has nothing inside")


def _expected(kind: inspect.Type, message: str) -> str:
    """Return the sentence of the kind itself where it has one, else what it would take."""
    kinds = _kinds(kind)
    if any(isinstance(member, inspect.CustomType) for member in kinds):
        return message
    return f"expected {' or '.join(map(_words, kinds))}"


def _words(kind: inspect.Type) -> str:
    match kind:
        case inspect.IntType(ge=least, le=None):
            return f"a whole number of at least {least}"
        case inspect.IntType(ge=least, le=most):
            return f"a whole number from {least} to {most}"
        case inspect.LiteralType(values=[value]):
            return str(value)
        case inspect.LiteralType(values=values):
            return f"one of {', '.join(map(str, values))}"
        case _:
            return _WORDS[type(kind)]
