"""Run `python -m build` with each hook of the back end in a copy of this process.

``make_wheel.py ARGUMENTS...``: those of `build`, whose messages and exit code these are. It starts
two new interpreters for a wheel, and each of them imports the back end: most of a small build.
Source: PEP 517; pyproject-hooks' documentation, "Subprocess runners".
"""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
import tomllib
import traceback
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pyproject_hooks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def run(
    cmd: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None
) -> None:
    """Run ``PYTHON SCRIPT ARGUMENTS...`` in a copy of this process.

    Raises:
        subprocess.CalledProcessError: it fails.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    copy = os.fork()
    if not copy:
        os._exit(hook(cmd[1:], cwd, extra_environ or {}))
    _, status = os.waitpid(copy, 0)
    if status:
        raise subprocess.CalledProcessError(os.waitstatus_to_exitcode(status), cmd)


def hook(script: Sequence[str], cwd: str | None, variables: Mapping[str, str]) -> int:
    """Run a script in this process and return its exit code."""
    os.environ.update(variables)
    if cwd:
        os.chdir(cwd)
    sys.argv = [*script]
    code = 0
    try:
        runpy.run_path(script[0], run_name="__main__")
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - as the interpreter does at its end
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def main() -> None:
    """Import the back end once, if it is installed, and build."""
    with suppress(Exception):  # what goes wrong goes wrong in the hook again, which says it
        project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
        import_module(project["build-system"]["build-backend"].partition(":")[0])
    # Before the first import of `build`, which takes it as a default
    pyproject_hooks.default_subprocess_runner = run
    import_module("build.__main__").main(sys.argv[1:], "python -m build")


if __name__ == "__main__":
    main()
