"""The pure functions of text that overlays make tags and addresses with, as Nix computes them.

Whatever is not among them, has arguments of another type, or would be an error in Nix is not
computed at all. Sources: Nix manual, "Built-in functions"; nixpkgs, lib/strings.nix, lib/lists.nix,
lib/versions.nix.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote

from updater.model import Applied, Function, Listed, Reference, Span
from updater.model.labels import comes_before

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from updater.model import Argument, Part

Result: TypeAlias = "str | int | bool | list[Result]"

_COMPONENT = re.compile(r"[.-]*([0-9]+|[^0-9.-]+)")
_LONGEST = 8192
_MOST_ELEMENTS = 100  # of a list whose elements a function is applied to, which may have another


class _NotComputed(Exception):
    """A function is given what Nix would refuse, or what is not read here."""


def rendered(parts: Sequence[Part], literals: Collection[Span], new: str) -> str | None:
    """Return the text that parts make once literals read otherwise; None where it is unknown.

    Args:
        parts: those of a field.
        literals: of the package's version; none changes nothing.
        new: what they read then.
    """
    try:
        return _text(parts, dict.fromkeys(literals, new))
    except _NotComputed:
        return None


def computed(argument: Argument) -> Result | None:
    """Return what an expression is as it is written; None where that is unknown."""
    try:
        return _result(argument, {})
    except _NotComputed:
        return None


def _result(argument: Argument, texts: Mapping[Span, str]) -> Result:
    match argument:
        case Applied(function, arguments):
            if function == "if":
                condition, *branches = arguments
                chosen = branches[0 if _truth(_result(condition, texts)) else 1]
                return _result(chosen, texts)
            if function in MAPS:
                return _mapped(function, arguments, texts)
            return _applied(function, [_result(inner, texts) for inner in arguments])
        case Listed(elements):
            return [_result(element, texts) for element in elements]
        case tuple():
            return _text(argument, texts)
        case Function():
            raise _NotComputed
        case _:
            return argument


def _mapped(function: str, arguments: tuple[Argument, ...], texts: Mapping[Span, str]) -> Result:
    """Apply a function to each text of a list, and join what it makes of them."""
    *first, each, elements = arguments
    if not isinstance(each, Function):
        raise _NotComputed
    inner = _strings(_result(elements, texts))
    if len(inner) > _MOST_ELEMENTS:
        raise _NotComputed
    made = [_result(each.body, {**texts, each.argument: element}) for element in inner]
    if function == "map":
        return made
    separator = _result(first[0], texts) if first else ""
    return _applied("concatStringsSep", [separator, made])


def _text(parts: Sequence[Part], texts: Mapping[Span, str]) -> str:
    pieces = []
    for part in parts:
        match part:
            case str():
                pieces.append(part)
            case Reference(value, place):
                text = texts.get(place, value) if place is not None else value
                if text is None:
                    raise _NotComputed
                pieces.append(text)
            case Applied():
                pieces.append(_string(_result(part, texts)))
    return "".join(pieces)


def _applied(function: str, arguments: list[Result]) -> Result:
    known = FUNCTIONS[function]
    result = known(*arguments)
    if isinstance(result, str) and len(result) > _LONGEST:
        raise _NotComputed
    return result


# --- types --------------------------------------------------------------------------------------


def _string(value: Result) -> str:
    """Return a text; of letters beyond ASCII Nix counts the bytes."""
    if not isinstance(value, str) or not value.isascii():
        raise _NotComputed
    return value


def _number(value: Result) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _NotComputed
    return value


def _truth(value: Result) -> bool:
    if not isinstance(value, bool):
        raise _NotComputed
    return value


def _list(value: Result) -> list[Result]:
    if not isinstance(value, list):
        raise _NotComputed
    return value


def _nonempty(value: Result) -> list[Result]:
    elements = _list(value)
    if not elements:
        raise _NotComputed
    return elements


def _strings(value: Result) -> list[str]:
    return [_string(element) for element in _list(value)]


# --- functions ----------------------------------------------------------------------------------


def _replace_strings(olds: Result, news: Result, text: Result) -> str:
    old, new, rest = _strings(olds), _strings(news), _string(text)
    if len(old) != len(new):
        raise _NotComputed
    made, place = [], 0
    while place <= len(rest):
        found = next((at for at, word in enumerate(old) if rest.startswith(word, place)), None)
        if found is not None:
            made.append(new[found])
        if found is None or not old[found]:
            made.append(rest[place : place + 1])
            place += 1
        else:
            place += len(old[found])
    return "".join(made)


def _substring(start: Result, length: Result, text: Result) -> str:
    first, count, whole = _number(start), _number(length), _string(text)
    if first < 0:
        raise _NotComputed
    return whole[first:] if count < 0 else whole[first : first + count]


def _remove_prefix(prefix: Result, text: Result) -> str:
    return _string(text).removeprefix(_string(prefix))


def _remove_suffix(suffix: Result, text: Result) -> str:
    return _string(text).removesuffix(_string(suffix))


def _to_string(value: Result) -> str:
    match value:
        case bool():
            return "1" if value else ""
        case int():
            return str(value)
        case str():
            return _string(value)
        case list():
            if any(isinstance(element, list) for element in value):
                raise _NotComputed
            return " ".join(map(_to_string, value))


def _split_version(text: Result) -> list[Result]:
    return [match[1] for match in _COMPONENT.finditer(_string(text))]


def _element(elements: Result, index: Result) -> Result:
    inner, place = _list(elements), _number(index)
    if not 0 <= place < len(inner):
        raise _NotComputed
    return inner[place]


def _split_string(separator: Result, text: Result) -> list[Result]:
    if not _string(separator):
        raise _NotComputed
    return [*_string(text).split(_string(separator))]


def _optional(condition: Result, text: Result) -> str:
    return _string(text) if _truth(condition) else ""


def _compare(first: Result, second: Result) -> int:
    """Compare versions as Nix does: ``pre`` comes before nothing, and nothing before the rest."""
    ours, theirs = _split_version(first), _split_version(second)
    for index in range(max(len(ours), len(theirs))):
        own = str(ours[index]) if index < len(ours) else ""
        other = str(theirs[index]) if index < len(theirs) else ""
        if comes_before(own, other):
            return -1
        if comes_before(other, own):
            return 1
    return 0


def _equal(first: Result, second: Result) -> bool:
    if type(first) is not type(second) or isinstance(first, list):
        raise _NotComputed
    return first == second


def _take(count: Result, elements: Result) -> list[Result]:
    if _number(count) < 0:
        raise _NotComputed
    return _list(elements)[: _number(count)]


def _drop(count: Result, elements: Result) -> list[Result]:
    if _number(count) < 0:
        raise _NotComputed
    return _list(elements)[_number(count) :]


def _version_part(index: int) -> Callable[[Result], Result]:
    return lambda text: _element(_split_version(text), index)


FUNCTIONS: dict[str, Callable[..., Result]] = {
    "!": lambda value: not _truth(value),
    "!=": lambda first, second: not _equal(first, second),
    "&&": lambda first, second: _truth(first) and _truth(second),
    "+": lambda first, second: _string(first) + _string(second),
    "++": lambda first, second: [*_list(first), *_list(second)],
    "==": _equal,
    "||": lambda first, second: _truth(first) or _truth(second),
    "compareVersions": _compare,
    "concatStrings": lambda elements: "".join(_strings(elements)),
    "concatStringsSep": lambda text, elements: _string(text).join(_strings(elements)),
    "drop": _drop,
    "elemAt": _element,
    "escapeURL": lambda text: quote(_string(text), safe=""),
    "hasInfix": lambda infix, text: _string(infix) in _string(text),
    "hasPrefix": lambda prefix, text: _string(text).startswith(_string(prefix)),
    "hasSuffix": lambda suffix, text: _string(text).endswith(_string(suffix)),
    "head": lambda elements: _nonempty(elements)[0],
    "init": lambda elements: _nonempty(elements)[:-1],
    "last": lambda elements: _nonempty(elements)[-1],
    "length": lambda elements: len(_list(elements)),
    "major": _version_part(0),
    "majorMinor": lambda text: ".".join(_strings(_take(2, _split_version(text)))),
    "minor": _version_part(1),
    "optionalString": _optional,
    "patch": _version_part(2),
    "removePrefix": _remove_prefix,
    "removeSuffix": _remove_suffix,
    "replaceStrings": _replace_strings,
    "splitString": _split_string,
    "splitVersion": _split_version,
    "stringLength": lambda text: len(_string(text)),
    "substring": _substring,
    "tail": lambda elements: _nonempty(elements)[1:],
    "take": _take,
    "toLower": lambda text: _string(text).lower(),
    "toString": _to_string,
    "toUpper": lambda text: _string(text).upper(),
    "versionAtLeast": lambda first, second: _compare(first, second) >= 0,
    "versionOlder": lambda first, second: _compare(first, second) < 0,
}
"""The functions by their last names, and operators, each with all of its arguments."""

ARITIES = {
    **dict.fromkeys(FUNCTIONS, 2),
    **dict.fromkeys(("!", "concatStrings", "head", "init", "last", "length", "major"), 1),
    **dict.fromkeys(
        ("escapeURL", "majorMinor", "minor", "patch", "splitVersion", "stringLength", "tail"), 1
    ),
    **dict.fromkeys(("toLower", "toString", "toUpper"), 1),
    **dict.fromkeys(("concatMapStringsSep", "replaceStrings", "substring"), 3),
    **dict.fromkeys(("concatMapStrings", "map"), 2),
}
"""How many arguments each takes."""

MAPS = {"concatMapStrings": 0, "concatMapStringsSep": 1, "map": 0}
"""Those that apply a function to each element of their last argument; which argument that is."""

OF_VERSIONS = frozenset({"major", "majorMinor", "minor", "patch"})
"""Those that are found in ``lib.versions`` only."""
