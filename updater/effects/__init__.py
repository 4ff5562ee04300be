"""The outside world: the only folder that imports httpx, runs a program or writes a file."""

import sys

# httpx imports its own command line, with rich and pygments, wherever click is installed: it takes
# as long as all else of it. None makes that import fail as it does where click is not installed.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # Python's own way to say so
