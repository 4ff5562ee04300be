"""How values are spelled in config.yaml: each class reads one kind, or says what was expected."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

from msgspec import Struct, structs

from updater.config.base import ConfigValue, matches
from updater.config.quantities import Duration, Size
from updater.kinds import HOST_KINDS
from updater.model.schedule import read_window
from updater.model.tag_format import EXPECTED_FORMAT, PLACEHOLDERS, TagFormat
from updater.text import has_secret, open_address

if TYPE_CHECKING:
    from updater.config.base import Schema

_LONGEST_PATTERN = 1000  # characters
_TRACKS = ("auto", "tag", "release", "commit", "pypi")


def read(kind: type[Any], value: object) -> object:
    """Read a value of one of these kinds: msgspec asks for those that it does not know itself."""
    return kind(value)


def plain(value: Any) -> Any:  # noqa: ANN401, PLR0911 - of every kind, and one return for each
    """Return a model's values, or one, as Python's own types: msgspec writes no others to JSON."""
    match value:
        case Struct():
            own = structs.asdict(value).items()
            return structs.replace(value, **{name: plain(inner) for name, inner in own})
        case dict():
            return {key: plain(inner) for key, inner in value.items()}
        case Duration():
            return value + timedelta()
        case Size():
            return int(value)
        case str():
            return str(value)
        case tuple():
            return tuple(value)
        case _:
            return value


def listed(value: object) -> list[str] | None:
    """Return a list of texts, of a text by itself one of it; None for anything else."""
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        return None
    return items


class Texts(tuple[str, ...], ConfigValue):
    """A list of texts; one may stand by itself."""

    schema: ClassVar[Schema] = {
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]
    }
    item = "expected text"

    def __new__(cls, value: object) -> Self:
        items = listed(value)
        if items is None:
            raise ValueError("expected text or a list of texts")
        return super().__new__(cls, items)


class _PatternText(str, ConfigValue):
    """A text of one form: ``pattern`` finds it, and ``expected`` says it."""

    pattern: ClassVar[str]
    expected: ClassVar[str]

    def __init_subclass__(cls) -> None:
        cls.schema = {"type": "string", "pattern": cls.pattern}

    def __new__(cls, value: object) -> Self:
        if matches(cls.pattern, value) is None:
            raise ValueError(f"expected {cls.expected}")
        return super().__new__(cls, value)


class Track(_PatternText):
    """A channel: one of the tracks, or ``branch:NAME``."""

    pattern = rf"^({'|'.join(_TRACKS)}|branch:.+)$"
    expected = f"one of {', '.join(_TRACKS)}, branch:NAME"


class Python(_PatternText):
    """A version of Python."""

    pattern = r"^3\.[0-9]{1,3}(\.[0-9]{1,3})?$"
    expected = 'a version of Python as text, such as "3.12"'


class RepositoryName(_PatternText):
    """``OWNER/NAME`` or ``HOST:OWNER/NAME``."""

    pattern = r"^([A-Za-z0-9_.-]+:)?[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$"
    expected = "OWNER/NAME, or HOST:OWNER/NAME for a host of hosts:"


class Group(_PatternText):
    """A group's name, which becomes a part of its branch's."""

    pattern = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
    expected = "a name of letters, digits, ., _ and - that begins with a letter or digit"


class PinGroup(str, ConfigValue):
    """A group's name; ``false``, which is empty, for none."""

    schema: ClassVar[Schema] = {"anyOf": [{"const": False}, Group.schema]}

    def __new__(cls, value: object) -> Self:
        if value is False:
            return super().__new__(cls, "")
        if matches(Group.pattern, value) is None:
            raise ValueError(f"expected false, or {Group.expected}")
        return super().__new__(cls, value)


class BranchPrefix(_PatternText):
    """What branches' names begin with. Source of the rules: git-check-ref-format(1)."""

    pattern = (
        r"^(?!add/)(?!.*(\.\.|\./|/\.|//|\.lock/))"  # branches of `add --pr`; what git refuses
        r"[A-Za-z0-9_][A-Za-z0-9_+./-]{0,99}$"
    )
    expected = "the beginning of a branch's name, such as `deps/`: letters, digits, -, _, + and /"


class WebAddress(_PatternText):
    """A base address, without a slash at its end."""

    pattern = r"^https?://[^\s/]+\S*$"
    expected = "an address that starts with https:// or http://"

    def __new__(cls, value: object) -> Self:
        return super().__new__(cls, value.rstrip("/") if isinstance(value, str) else value)


class OpenAddress(WebAddress):
    """A base address with nobody's name in it."""

    pattern = r"^https?://[^\s/@]+(/\S*)?$"

    def __new__(cls, value: object) -> Self:
        text = value if isinstance(value, str) else ""
        if open_address(text) != text:
            raise ValueError("expected an address without a user or password")
        return super().__new__(cls, value)


class Variable(_PatternText):
    """The name of an environment variable."""

    pattern = r"^[A-Za-z_][A-Za-z0-9_]*$"
    expected = "the name of an environment variable, and not the token itself"

    def __new__(cls, value: object) -> Self:
        name = super().__new__(cls, value)
        if has_secret(name):
            raise ValueError(f"expected {cls.expected}")
        return name


class Switch(str, ConfigValue):
    """A boolean, or ``auto``."""

    schema: ClassVar[Schema] = {"enum": ["auto", True, False, "true", "false"]}

    def __new__(cls, value: object) -> Self:
        word = str(value).lower() if isinstance(value, bool) else value
        if word not in ("auto", "true", "false"):
            raise ValueError("expected one of auto, true, false")
        return super().__new__(cls, word)


def expression(value: object) -> re.Pattern[str]:
    """Read a regular expression.

    Raises:
        ValueError: it is none, or too long.
    """
    if len(str(value)) > _LONGEST_PATTERN:
        raise ValueError(f"expected a regular expression of {_LONGEST_PATTERN} characters")
    try:
        return re.compile(str(value))
    except re.error as error:
        raise ValueError(f"expected a regular expression: {error}") from error
    except (OverflowError, RecursionError) as error:
        raise ValueError("expected a regular expression with smaller numbers") from error


class TagPattern(str, ConfigValue):
    """A regular expression with a group named ``version``."""

    schema: ClassVar[Schema] = {"type": "string", "format": "regex"}

    def __new__(cls, value: object) -> Self:
        pattern = expression(value)
        if "version" not in pattern.groupindex:
            raise ValueError("expected a group named version, such as v(?P<version>.+)")
        return super().__new__(cls, value)


class AssetPatterns(tuple[str, ...], ConfigValue):
    """Regular expressions for the names of files; one may stand by itself."""

    schema: ClassVar[Schema] = {
        "anyOf": [
            {"type": "string", "format": "regex"},
            {"type": "array", "items": {"type": "string", "format": "regex"}},
        ]
    }
    item = "expected a regular expression"

    def __new__(cls, value: object) -> Self:
        items = listed(value)
        if not items or not all(items):
            raise ValueError("expected a regular expression or a list of them")
        return super().__new__(cls, [expression(item).pattern for item in items])


class TagFormatText(_PatternText):
    """A tag with placeholders for its version."""

    pattern = rf"^[^\n]*\{{({'|'.join(PLACEHOLDERS)})\}}[^\n]*$"
    expected = EXPECTED_FORMAT

    def __new__(cls, value: object) -> Self:
        text = super().__new__(cls, value)
        TagFormat.parse(text)
        return text


class Hold(str, ConfigValue):
    """``true``, ``false`` or a reason."""

    schema: ClassVar[Schema] = {
        "anyOf": [{"type": "boolean"}, {"type": "string", "pattern": r"\S"}]
    }

    def __new__(cls, value: object) -> Self:
        if isinstance(value, bool):
            return super().__new__(cls, "held in config.yaml" if value else "")
        if isinstance(value, str) and value.strip():
            return super().__new__(cls, value)
        raise ValueError("expected true, false or the reason as text")


class HostKind(str, ConfigValue):
    """A kind of host."""

    schema: ClassVar[Schema] = {"enum": list(HOST_KINDS)}

    def __new__(cls, value: object) -> Self:
        if not isinstance(value, str) or value not in HOST_KINDS:
            raise ValueError(f"expected one of {', '.join(HOST_KINDS)}")
        return super().__new__(cls, value)


class Title(str, ConfigValue):
    """The template of a title."""

    schema: ClassVar[Schema] = {"type": "string", "pattern": r"^[^\n]*\{name\}[^\n]*$"}

    def __new__(cls, value: object) -> Self:
        return super().__new__(cls, _template(value, "name", "old", "new"))


class GroupTitle(str, ConfigValue):
    """The template of a group's title."""

    schema: ClassVar[Schema] = {"type": "string", "pattern": r"^[^\n]*\{group\}[^\n]*$"}

    def __new__(cls, value: object) -> Self:
        return super().__new__(cls, _template(value, "group", "count"))


def _template(value: object, needed: str, *optional: str) -> str:
    unknown = set(re.findall(r"{(.*?)}", str(value))) - {needed, *optional}
    if unknown or not isinstance(value, str) or f"{{{needed}}}" not in value or "\n" in value:
        others = " and ".join(f"{{{name}}}" for name in optional)
        raise ValueError(f"expected one line with {{{needed}}}, and {others} where wanted")
    return value


class Schedule(tuple[str, ...], ConfigValue):
    """Windows of the week; one may stand by itself."""

    schema: ClassVar[Schema] = Texts.schema

    def __new__(cls, value: object) -> Self:
        windows = listed(value)
        if windows is None:
            raise ValueError(
                'expected a window or a list of them, such as ["sat-sun", "mon-fri 02:00-06:00"]'
            )
        for window in windows:
            read_window(window)
        return super().__new__(cls, windows)
