"""config.yaml's text -> a `Document`; an error names file, line and key, and what was expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import yaml

from updater.config import values as spellings
from updater.config.keys import Document
from updater.config.mistakes import first_misfit
from updater.errors import ConfigError

if TYPE_CHECKING:
    from updater.config.mistakes import Misfit


def read(content: bytes, shown: str) -> Document:
    """Read what a file of configuration holds.

    Args:
        content: its bytes.
        shown: the file's name in messages.

    Raises:
        ConfigError: as its message says.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        said = "cannot be read: is not UTF-8"
        raise ConfigError(said, file=shown, hint="check --config") from error
    try:
        data = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise ConfigError(f"no valid YAML: {error.problem}", file=shown, line=line) from error
    except yaml.YAMLError as error:
        raise ConfigError(f"no valid YAML: {error}", file=shown) from error
    if data is None:
        return Document()
    if not isinstance(data, dict):
        raise ConfigError("expected keys and values, such as `overlays: [overlays]`", file=shown)
    try:
        return msgspec.convert(data, Document, dec_hook=spellings.read)
    except msgspec.ValidationError as error:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        raise _wrong(first_misfit(data, Document, spellings.read), node, shown) from error
    except UnicodeEncodeError as error:  # an escape such as "\uD800"
        raise ConfigError(f"expected text as a key; found {error.object!r}", file=shown) from error


def _wrong(misfit: Misfit, node: yaml.Node | None, shown: str) -> ConfigError:
    found, line = node, None
    for part in misfit.path:
        step = _step(found, part)
        if step is None:  # it came in through a merge key
            break
        line = step[0].start_mark.line + 1
        found = step[1]
    key = ".".join(map(str, misfit.path))
    if not misfit.expected:
        hint = f"known here: {', '.join(misfit.known)}"
        return ConfigError("is no known key", file=shown, line=line, key=key, hint=hint)
    message = f"{misfit.expected}; found {misfit.found!r}"
    return ConfigError(message, file=shown, line=line, key=key)


def _step(node: yaml.Node | None, part: int | str) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
        return node.value[part], node.value[part]
    return None
