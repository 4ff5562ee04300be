"""The expressions of GitHub Actions that this project's workflows use, and no others.

Whatever is not known here (a context, a function, an operator) is an error, so that no workflow is
run otherwise than GitHub would. Source: GitHub docs, "Evaluate expressions in workflows".
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_WHOLE = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<mark>&&|\|\||==|!=|[!().,])|(?P<name>[A-Za-z_][\w-]*))"
)
_STATUS: Final = ("cancelled", "always", "failure", "success")
_WORDS: Final = {"true": True, "false": False, "null": None}
_LOOSE: Final = ("inputs", "vars", "secrets", "outputs")


class UnknownExpression(AssertionError):
    """An expression that this evaluator does not know, or that names what is not there."""


def asks_for_status(condition: str) -> bool:
    """Tell whether a condition has a status function; one without is also ``success()``."""
    return any(f"{name}()" in condition for name in _STATUS)


@dataclass
class Expressions:
    """Evaluates against contexts, such as ``github`` and ``needs``."""

    contexts: Mapping[str, Any]
    cancelled: bool = False
    failed: bool = False
    functions: dict[str, Callable[..., Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.functions = {
            "cancelled": lambda: self.cancelled,
            "failure": lambda: self.failed,
            "fromJSON": json.loads,
            "toJSON": lambda value: json.dumps(value, indent=2),
        }

    def text(self, template: object) -> str:
        """Return a string with the value of each expression in it."""
        return _WHOLE.sub(lambda found: _shown(self.evaluate(found[1])), _shown(template))

    def value(self, template: Any) -> Any:
        """Return the value where a string is one expression, else as `text`; walks into data."""
        if isinstance(template, dict):
            return {name: self.value(one) for name, one in template.items()}
        if not isinstance(template, str):
            return template
        found = _WHOLE.fullmatch(template)
        return self.evaluate(found[1]) if found is not None else self.text(template)

    def holds(self, condition: str) -> bool:
        """Evaluate an ``if``."""
        found = _WHOLE.fullmatch(condition)
        return truth(self.evaluate(found[1] if found is not None else condition))

    def evaluate(self, expression: str) -> Any:
        """Return an expression's value."""
        reader = _Reader(_tokens(expression), self)
        value = reader.either()
        if reader.rest:
            raise UnknownExpression(f"{expression!r}: at {reader.rest[0]!r}")
        return value


def truth(value: object) -> bool:
    """What counts as true."""
    return value not in (False, 0, "", None)


def _tokens(expression: str) -> list[str]:
    found, place = [], 0
    text = expression.strip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise UnknownExpression(f"{expression!r}: at {text[place:]!r}")
        found.append(match[0].strip())
        place = match.end()
    return found


@dataclass
class _Reader:
    rest: list[str]
    known: Expressions

    def either(self) -> Any:
        value = self.both()
        while self._take("||"):
            other = self.both()
            value = value if truth(value) else other
        return value

    def both(self) -> Any:
        value = self.equal()
        while self._take("&&"):
            other = self.equal()
            value = other if truth(value) else value
        return value

    def equal(self) -> Any:
        value = self.single()
        for mark in ("==", "!="):
            if self._take(mark):
                return _same(value, self.single()) is (mark == "==")
        return value

    def single(self) -> Any:
        if self._take("!"):
            return not truth(self.single())
        if self._take("("):
            value = self.either()
            self._expect(")")
            return value
        if not self.rest:
            raise UnknownExpression("an expression ends too early")
        word = self.rest.pop(0)
        if word.startswith("'"):
            return word[1:-1].replace("''", "'")
        if word in _WORDS:
            return _WORDS[word]
        if self._take("("):
            return self._call(word)
        return self._read(word)

    def _call(self, name: str) -> Any:
        if name not in self.known.functions:
            raise UnknownExpression(f"no function {name} is known here")
        given = []
        while not self._take(")"):
            given.append(self.either())
            self._take(",")
        return self.known.functions[name](*given)

    def _read(self, name: str) -> Any:
        if name not in self.known.contexts:
            raise UnknownExpression(f"no context {name} is known here")
        value, loose = self.known.contexts[name], name in _LOOSE
        while self._take("."):
            part = self.rest.pop(0)
            if value is None or (not loose and part not in value):
                raise UnknownExpression(f"{name} has no {part}")
            value, loose = value.get(part), loose or part in _LOOSE
        return value

    def _take(self, mark: str) -> bool:
        if self.rest[:1] == [mark]:
            del self.rest[0]
            return True
        return False

    def _expect(self, mark: str) -> None:
        if not self._take(mark):
            raise UnknownExpression(f"expected {mark}, found {self.rest[:1]}")


def _same(one: object, other: object) -> bool:
    """Compare as GitHub does: text without case, different types as numbers."""
    if isinstance(one, str) and isinstance(other, str):
        return one.casefold() == other.casefold()
    if type(one) is type(other):
        return one == other
    return _number(one) == _number(other)


def _number(value: object) -> float:
    if value in (None, False, ""):
        return 0
    if value is True:
        return 1
    try:
        return float(str(value))
    except ValueError:
        return math.nan


def _shown(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case str() | int():
            return str(value)
    raise UnknownExpression(f"{type(value).__name__} inside a text")
