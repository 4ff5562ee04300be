"""YAML text -> Python's values, within bounds.

An alias stands for all that its anchor holds: nine lines of nine aliases each stand for hundreds of
millions of values. A number that is too long for one, and a date that no calendar has, stay text,
so that the model says what its key expects. Source: PyYAML's documentation, "Constructors".
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_LARGEST = 1 << 20
_MOST_VALUES = 100_000
_MOST_DIGITS = 18
_LONGEST_DATE = 40  # with a fraction, a zone and blanks; also a number with colons
# What PyYAML quotes of the text, but for single characters and its own names of what it expected.
_QUOTED = re.compile(r"'(?:(<[a-z ]+>|\\?.)|[^']*)'|\"[^\"]*\"")
_ASCII_CONTROL = re.compile(r"[^\t\n\r -~]")


class NotYaml(Exception):
    """A text is no YAML.

    Attributes:
        problem: what is wrong; no more of the text is in it than a character.
        line: where, counted from 1; None where that is not known.
    """

    def __init__(self, problem: str, line: int | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.line = line


def load(text: str) -> Any:  # noqa: ANN401 - whatever it says
    """Return what a text says.

    Raises:
        ValueError: it breaks a bound; its sentence says which.
        NotYaml: it is none.
    """
    if len(text) > _LARGEST:
        raise ValueError(f"has more than {_LARGEST} characters")
    try:
        return _loaded(text)
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        problem = _QUOTED.sub(lambda quote: f"'{quote[1] or '...'}'", error.problem or "")
        raise NotYaml(problem, line) from error
    except yaml.YAMLError as error:
        raise NotYaml("it has a character that YAML does not take") from error


def _loaded(text: str) -> Any:  # noqa: ANN401 - as above
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        _count(node, {}, set())
        return loader.construct_document(node)
    finally:
        loader.dispose()


def lines(content: bytes, path: Iterable[str | int]) -> Iterator[int]:
    """Yield the line of each step into a document, counted from 1, as far as the steps are there.

    Args:
        content: the text in UTF-8, which `load` took.
        path: keys, and numbers of items of lists.
    """
    node = _composed(content)
    for part in path:
        step = _step(node, part)
        if step is None:
            return
        yield step[0].start_mark.line + 1
        node = step[1]


class _Loader(yaml.SafeLoader):
    """PyYAML's, with numbers and dates that cannot be such as text."""


def _or_text(
    construct: Callable[[yaml.SafeLoader, yaml.ScalarNode], object],
) -> Callable[[yaml.SafeLoader, yaml.ScalarNode], object]:
    def read(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> object:
        try:
            if len(node.value) <= (_LONGEST_DATE if ":" in node.value else _MOST_DIGITS):
                return construct(loader, node)
        except (ValueError, OverflowError):
            pass
        return str(node.value)

    return read


for _kind in ("int", "float", "timestamp"):
    _Loader.add_constructor(
        f"tag:yaml.org,2002:{_kind}", _or_text(getattr(yaml.SafeLoader, f"construct_yaml_{_kind}"))
    )


def _has_control(text: str) -> bool:
    if text.isascii():
        return _ASCII_CONTROL.search(text) is not None
    return _control().search(text) is not None


@cache
def _control() -> re.Pattern[str]:
    """Compile what takes longer than to read most configurations."""
    return re.compile(r"[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\U0010ffff]")


def _count(node: yaml.Node, counts: dict[int, int], opened: set[int]) -> int:
    """Return how many values a node stands for, with all its aliases written out.

    Raises:
        ValueError: more than a configuration has, or itself among them.
        yaml.MarkedYAMLError: a text among them has what cannot be shown.
    """
    mark = id(node)
    if mark in opened:
        raise ValueError("has an alias that contains itself")
    if mark not in counts:
        opened.add(mark)
        inner = node.value if isinstance(node, yaml.CollectionNode) else ()
        parts = (
            part for entry in inner for part in (entry if isinstance(entry, tuple) else (entry,))
        )
        if isinstance(node, yaml.ScalarNode) and _has_control(node.value):
            problem = "a text has a control character, or half of a character"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
        counts[mark] = 1 + sum(_count(part, counts, opened) for part in parts)
        opened.discard(mark)
    if counts[mark] > _MOST_VALUES:
        raise ValueError(f"has more than {_MOST_VALUES} values once its aliases are replaced")
    return counts[mark]


@lru_cache(maxsize=1)
def _composed(content: bytes) -> yaml.Node | None:
    return yaml.compose(content.decode("utf-8"), Loader=yaml.SafeLoader)


def _step(node: yaml.Node | None, part: int | str) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
        return node.value[part], node.value[part]
    return None
