"""config.yaml's text -> a `Document`; an error names file, line and key, and what was expected."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
import yaml
from msgspec import Struct

from updater.config import values as spellings
from updater.config import yaml_text
from updater.config.keys import Document
from updater.config.package_keys import PackageOptions
from updater.errors import ConfigError
from updater.text import nearest, without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from updater.config.mistakes import Misfit

_MOST_SHOWN = 100  # characters of a value that is wrong
_NEAR = 0.8
# What PyYAML quotes of the text, but for single characters and its own names of what it expected.
_QUOTED = re.compile(r"'(?:(<[a-z ]+>|\\?.)|[^']*)'|\"[^\"]*\"")
_MOST_KEYS = 100  # that are looked at to tell whose file it is
# Keys of which other programs' files have some, too, and the updater's has none at the top.
_OWN = frozenset(Document.__struct_fields__)
_INNER = frozenset(PackageOptions.__struct_fields__)


class ConfigText(Struct, frozen=True):
    """A file of configuration as YAML has it.

    Attributes:
        shown: the file's name in messages.
        data: what the text says, of whatever form.
    """

    content: bytes
    shown: str
    data: object

    @property
    def is_foreign(self) -> bool:
        """Whether it is another program's: none of its keys is ours, and most resemble none."""
        data = self.data
        if not isinstance(data, dict) or not data or _OWN & data.keys():
            return False
        keys = [str(key) for key in data][:_MOST_KEYS]
        near = [key for key in keys if nearest(key, _OWN | _INNER, _NEAR)]
        return len(near) <= len(keys) / 2

    def line(self, *path: str | int) -> int | None:
        """Return the line of a key, or of an item of a list, counted from 1; None if not there."""
        node = _composed(self.content)
        lines = list(_lines(node, path))
        return lines[-1] if len(lines) == len(path) else None


def parse(content: bytes, shown: str) -> ConfigText:
    """Read a file of configuration as YAML.

    Args:
        content: its bytes.
        shown: the file's name in messages.

    Raises:
        ConfigError: as its message says.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        message = "cannot be read: it is not UTF-8"
        raise ConfigError(message, file=shown, hint="check --config") from error
    try:
        data = yaml_text.load(text)
    except ValueError as error:
        raise ConfigError(str(error), file=shown, hint="write it shorter") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        problem = _QUOTED.sub(lambda quote: f"'{quote[1] or '...'}'", error.problem or "")
        raise ConfigError(f"not valid YAML: {problem}", file=shown, line=line) from error
    except yaml.YAMLError as error:
        problem = "it has a character that YAML does not take"
        raise ConfigError(f"not valid YAML: {problem}", file=shown) from error
    return ConfigText(content, shown, data)


def read(text: ConfigText) -> Document:
    """Return what a file of configuration says.

    Raises:
        ConfigError: as its message says.
    """
    data, shown = text.data, text.shown
    if data is None:
        return Document()
    if not isinstance(data, dict):
        raise ConfigError("expected keys and values, such as `overlays: [overlays]`", file=shown)
    try:
        return msgspec.convert(data, Document, dec_hook=spellings.read)
    except msgspec.ValidationError as error:
        from updater.config.mistakes import first_misfit  # noqa: PLC0415 - only for a mistake

        raise _wrong(first_misfit(data, Document, spellings.read), text) from error


@lru_cache(maxsize=1)
def _composed(content: bytes) -> yaml.Node | None:
    return yaml.compose(content.decode("utf-8"), Loader=yaml.SafeLoader)


def _wrong(misfit: Misfit, text: ConfigText) -> ConfigError:
    node = _composed(text.content)
    # What came in through a merge key has no line of its own.
    line = next(reversed([*_lines(node, misfit.path)]), None)
    key = ".".join(map(str, misfit.path))
    if not misfit.expected:
        hint = _suggestion(str(misfit.path[-1]), misfit)
        return ConfigError("is not a known key", file=text.shown, line=line, key=key, hint=hint)
    # Cut off before it is shortened, where no @ may be left to show what is a password.
    value = without_secrets(repr(misfit.value))
    value = "nothing" if misfit.value is None else shortened(value)
    return ConfigError(f"{misfit.expected}; found {value}", file=text.shown, line=line, key=key)


def _suggestion(key: str, misfit: Misfit) -> str:
    """Say which key may have been meant, and which there are."""
    choices = f"known keys: {', '.join(misfit.keys)}"
    near = nearest(key, misfit.keys, _NEAR)
    if near:
        return f"did you mean {near}? {choices}"
    inner = nearest(key, _INNER, _NEAR) if len(misfit.path) == 1 else ""
    return (
        f"did you mean {inner}, below `defaults:` or `packages:`? {choices}" if inner else choices
    )


def _lines(node: yaml.Node | None, path: Iterable[str | int]) -> Iterator[int]:
    """Yield the line of each step into a document, as far as the steps are there."""
    for part in path:
        step = _step(node, part)
        if step is None:
            return
        yield step[0].start_mark.line + 1
        node = step[1]


def shortened(text: str) -> str:
    """Return the beginning of a long text."""
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."


def _step(node: yaml.Node | None, part: int | str) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
        return node.value[part], node.value[part]
    return None
