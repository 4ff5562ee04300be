"""Makes docs/configuration.md from the models of updater/config/keys.py.

python -m docs.make
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, inspect

from updater.config.keys import (
    ArchiveOptions,
    AuditOptions,
    Document,
    HostOptions,
    IdentifyOptions,
    NetworkOptions,
    PublishOptions,
    RegistryOptions,
)
from updater.config.package_keys import BuildOptions, PackageOptions, PullOptions

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = """\
# config.yaml

Every key is optional, and so is the file. It may also be called `updater.yaml`, where `config.yaml`
is another program's. It is looked for in the folder in which the command runs (or that of `-C`),
and then in each folder above, up to the root of the repository; paths in it are relative to its own
folder. With `--config FILE` they are relative to the folder in which the command runs.

A wrong key or value is an error with file, line and key. Where a list is expected, a text by itself
is a list of one. Durations are a whole number and `s`, `m`, `h`, `d` or `w`, such as `7d`. This
page is made from the models that read the file: `./task docs`. Its JSON Schema, for editors, is
[schemas/config.json](schemas/config.json).

Without the file, the updater reads `overlays/` and the files that flake.nix or default.nix imports
or calls, and says which. An example:

```yaml
overlays: [overlays]             # files, folders, globs
index: https://index.example/simple   # default: pip's configured index, else PyPI
hosts:                           # only what differs: GitHub Enterprise, a test server
  github.example.org: {kind: github, token_env: EXAMPLE_TOKEN}
network: {concurrency: 32, timeout: 30s, retries: 3, max_wait: 60s}
defaults:
  track: auto                    # auto | tag | release | commit | branch:NAME | pypi
  minimum_release_age: 3d        # younger releases are held
packages:
  bitsandbytes: {allow: ">=0.46,<0.51", ignore: ["0.48.*"]}
  vocos: {hold: the next one needs a newer torch}
  tool: {upstream: "github:owner/tool"}   # for a fetchurl address that does not show it
```

Tokens stand in the environment only. The one for github.com is read from `GITHUB_TOKEN` or
`GH_TOKEN`. It is sent to that host only, and never printed. With it, private repositories work too;
a public archive is downloaded without it.
"""

SECTIONS: tuple[tuple[str, type[Struct]], ...] = (
    ("Top level", Document),
    ("defaults: and packages: NAME:", PackageOptions),
    ("build:", BuildOptions),
    ("pull_request: (in either of them)", PullOptions),
    ("publish:", PublishOptions),
    ("hosts: NAME:", HostOptions),
    ("registries:", RegistryOptions),
    ("network:", NetworkOptions),
    ("identify:", IdentifyOptions),
    ("archives:", ArchiveOptions),
    ("audit:", AuditOptions),
)


def page() -> str:
    """Return the whole page."""
    return "\n".join(_lines())


KEYS = """\
## Which package a key of packages: names

`packages:` takes whatever a PKG argument can be. A package may be named by several keys; what they
say adds up, and where two of them say different things, the more exact key counts, wherever it
stands in the file:

1. its identity, which is file, `#` and attribute path: `overlays/a.nix#python3Packages.vocos`
2. its attribute path: `python3Packages.vocos`
3. its name, the last part of that path: `vocos`
4. its `pname`, in any spelling that PEP 503 allows: `ema_pytorch` is `ema-pytorch`
5. its file, then a folder above it: `overlays/a.nix`, `overlays/cuda`
6. a glob: `torch*`, `overlays/cuda/*`

A key that is the name of one package does not rule another one that only has it as its `pname`. A
key that names no package is told.
"""


def _lines() -> Iterator[str]:
    yield HEAD
    for title, model in SECTIONS:
        yield f"## {title}\n"
        yield "| key | meaning |"
        yield "| --- | --- |"
        for name, meaning in meanings(model).items():
            yield f"| `{name}` | {meaning.replace('|', chr(92) + '|')} |"
        yield ""
        if model is PackageOptions:
            yield KEYS


def meanings(model: type[Struct]) -> dict[str, str]:
    """Return a model's keys with their descriptions, in its order."""
    found = inspect.type_info(model)
    fields = found.fields if isinstance(found, inspect.StructType) else ()
    return {one.name: _meaning(one.type) for one in fields}


def _meaning(kind: inspect.Type) -> str:
    said = kind.extra_json_schema if isinstance(kind, inspect.Metadata) else None
    return str((said or {}).get("description", ""))
