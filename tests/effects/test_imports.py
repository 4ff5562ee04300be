"""Importing what touches the outside world changes nothing in the process that does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import updater

ROOT = Path(updater.__file__).parent
MODULES = sorted(
    ".".join(("updater", *path.relative_to(ROOT).with_suffix("").parts))
    for path in (ROOT / "effects").rglob("*.py")
    if path.name != "__init__.py"
)

SCRIPT = """\
import gc, os, signal, socket, sys, threading
from importlib import import_module

def state():
    return {
        "environment": dict(os.environ),
        "folder": os.getcwd(),
        "mask": (mask := os.umask(0), os.umask(mask))[0],
        "signals": {number: signal.getsignal(number) for number in signal.valid_signals()},
        "garbage": gc.get_threshold(),
        "threads": threading.active_count(),
        "timeout": socket.getdefaulttimeout(),
        "streams": (sys.stdin, sys.stdout, sys.stderr, sys.excepthook),
        "hidden": {name for name, module in sys.modules.items() if module is None},
    }

for module in sys.argv[1:]:
    before = state()
    import_module(module)
    after = state()
    print(module, [name for name, value in before.items() if after[name] != value])
import httpx._main
print(callable(httpx._main.main))
"""


def test_an_import_leaves_the_process_as_it_is() -> None:
    """Also httpx's own command line, which is left out where httpx is imported, is still there."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *MODULES], check=True, capture_output=True, text=True
    )
    assert done.stdout.splitlines() == [*(f"{module} []" for module in MODULES), "True"]
