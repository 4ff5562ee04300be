"""Makes docs/configuration.md from the models of updater/config/keys.py.

python docs/make_configuration.py > docs/configuration.md
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from msgspec import Struct, inspect

from updater.config.keys import (
    ArchiveOptions,
    BuildOptions,
    Document,
    HostOptions,
    IdentifyOptions,
    NetworkOptions,
    PackageOptions,
    PublishOptions,
    PullOptions,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = """\
# config.yaml

Every key is optional, and so is the file. A wrong key or value is an error with file, line and key.
Durations are a whole number and `s`, `m`, `h`, `d` or `w`, such as `7d`. This page is made from the
models that read the file: `python -m docs.make_configuration`. Its JSON Schema, for editors, is
[schemas/config.json](schemas/config.json).
"""

SECTIONS: tuple[tuple[str, type[Struct]], ...] = (
    ("Top level", Document),
    ("defaults: and packages: NAME:", PackageOptions),
    ("build:", BuildOptions),
    ("pull_request: (in either of them)", PullOptions),
    ("publish:", PublishOptions),
    ("hosts: NAME:", HostOptions),
    ("network:", NetworkOptions),
    ("identify:", IdentifyOptions),
    ("archives:", ArchiveOptions),
)


def page() -> str:
    """Return the whole page."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield HEAD
    for title, model in SECTIONS:
        yield f"## {title}\n"
        yield "| key | meaning |"
        yield "| --- | --- |"
        for name, meaning in meanings(model).items():
            yield f"| `{name}` | {meaning.replace('|', chr(92) + '|')} |"
        yield ""


def meanings(model: type[Struct]) -> dict[str, str]:
    """Return a model's keys with their descriptions, in its order."""
    found = inspect.type_info(model)
    fields = found.fields if isinstance(found, inspect.StructType) else ()
    return {one.name: _meaning(one.type) for one in fields}


def _meaning(kind: inspect.Type) -> str:
    said = kind.extra_json_schema if isinstance(kind, inspect.Metadata) else None
    return str((said or {}).get("description", ""))


if __name__ == "__main__":
    sys.stdout.write(page())
