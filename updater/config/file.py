"""config.yaml's text -> a `Document`; an error names file, line and key, and what was expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from updater.config import values as spellings
from updater.config.keys import Document
from updater.config.package_keys import PackageOptions
from updater.errors import ConfigError
from updater.text import nearest, without_secrets

if TYPE_CHECKING:
    from updater.config.kept_yaml import KeptYaml
    from updater.config.mistakes import Misfit

_MOST_SHOWN = 100  # characters of a value that is wrong
_NEAR = 0.8
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
        lines = self.lines(*path)
        return lines[-1] if len(lines) == len(path) else None

    def lines(self, *path: str | int) -> list[int]:
        """Return the lines of the steps into the text, as far as they are there."""
        from updater.config import yaml_text  # noqa: PLC0415 - as in `parse`

        return list(yaml_text.lines(self.content, path))


def parse(content: bytes, shown: str, earlier: KeptYaml | None = None) -> ConfigText:
    """Read a file of configuration as YAML.

    Args:
        content: its bytes.
        shown: the file's name in messages.
        earlier: what earlier runs read of such texts; None where nothing is kept.

    Raises:
        ConfigError: as its message says.
    """
    known = earlier.recalled(content) if earlier is not None else None
    if known is not None:
        return ConfigText(content, shown, known.data)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        message = "cannot be read: it is not UTF-8"
        raise ConfigError(message, file=shown, hint="check --config") from error
    # PyYAML takes longer to import than a small file to be read, and a large one takes longer yet.
    from updater.config import yaml_text  # noqa: PLC0415

    try:
        data = yaml_text.load(text)
    except ValueError as error:
        raise ConfigError(str(error), file=shown, hint="write it shorter") from error
    except yaml_text.NotYaml as error:
        message = f"not valid YAML: {error.problem}"
        raise ConfigError(message, file=shown, line=error.line) from error
    if earlier is not None:
        earlier.keep(content, data)
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


def _wrong(misfit: Misfit, text: ConfigText) -> ConfigError:
    # What came in through a merge key has no line of its own.
    line = next(reversed(text.lines(*misfit.path)), None)
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


def shortened(text: str) -> str:
    """Return the beginning of a long text."""
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."
