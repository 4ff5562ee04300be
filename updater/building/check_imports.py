"""Runs inside a Nix derivation, on the package's own Python: import the package's modules.

Standard library of any Python 3 only. In: $package, the store path; $modules, a JSON list or null.
Out: $out, a JSON object with the version of the built metadata and the imported modules.
"""

from __future__ import annotations

import importlib
import json
import os
import pathlib
import sys
import tempfile
from importlib import metadata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SUFFIXES = (".py", ".so", ".pyd")
NOT_MODULES = ("test", "tests", "testing", "example", "examples", "doc", "docs", "benchmarks")


def site_packages(package: str) -> list[str]:
    """The folders below a store path that Python imports from."""
    return [str(path) for path in pathlib.Path(package).glob("lib/python3*/site-packages")]


def top_modules(folder: str) -> Iterator[str]:
    """The modules and packages in a site-packages folder."""
    for path in sorted(pathlib.Path(folder).iterdir()):
        name = path.name.split(".")[0]
        is_module = path.suffix in SUFFIXES if path.is_file() else any(path.glob("*.py"))
        if is_module and name.isidentifier() and name[0] != "_" and name not in NOT_MODULES:
            yield name


def main() -> None:
    """Import, and write what was imported."""
    given = dict(os.environ)  # a derivation's attributes, in its own case
    folders = site_packages(given["package"])
    found = list(metadata.distributions(path=folders))
    version = found[0].version if len(found) == 1 else None
    modules = json.loads(given["modules"])
    if modules is None:
        modules = [name for folder in folders for name in top_modules(folder)]
    os.environ["HOME"] = tempfile.gettempdir()  # where imported modules put their caches
    for name in modules:
        sys.stdout.write(f"importing {name}\n")
        sys.stdout.flush()
        importlib.import_module(name)
    result = {"version": version, "modules": modules}
    pathlib.Path(given["out"]).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main()
