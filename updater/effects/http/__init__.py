"""HTTP, bounded and retried; its exceptions end here.

httpx is imported here first, without its own command line. It would import that, with rich and
pygments, wherever click is installed, which takes as long as all else of it.
"""

from __future__ import annotations

import sys

_COMMAND_LINE = "httpx._main"

if "httpx" not in sys.modules:
    # Python's own way to say that there is no such module, for as long as httpx looks for it.
    sys.modules[_COMMAND_LINE] = None  # type: ignore[assignment]
    try:
        import httpx as _  # noqa: F401
    finally:
        del sys.modules[_COMMAND_LINE]
