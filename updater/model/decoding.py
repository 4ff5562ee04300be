"""How msgspec refuses what it cannot decode."""

from __future__ import annotations

from msgspec import MsgspecError

UNREADABLE = (ValueError, RecursionError, MsgspecError)
"""msgspec's own errors are ValueErrors since its 0.22 only; what is nested too deep is neither."""
