"""Versions that somebody leaves out, as they are or with ``.*``: what fits none is a mistake."""

from __future__ import annotations

import re

_OPERATORS = ("<", ">", "=", "~", "!", "^")
# What stands in no version, nor in the name of a tag. Source: git-check-ref-format(1).
_FOREIGN = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]")
# What lets in exactly what an entry of `ignore` was to leave out.
_OPPOSITES = {">=": "<", ">": "<=", "<=": ">", "<": ">="}
_COMPARISON = re.compile(r"(?P<operator>[<>]=?)\s*(?P<version>[^\s,<>=!~]+)")
_ANY = re.compile(r"[0-9.]+\.[xX*]")


def fits_none(item: str) -> bool:
    """Tell whether no version and no tag can be what somebody wants to leave out."""
    text = item.removesuffix(".*")
    is_range = not text or text.startswith(_OPERATORS) or _FOREIGN.search(text) is not None
    return is_range or _ANY.fullmatch(text) is not None


def opposite(item: str) -> str:
    """Return the specifier that lets in what a comparison leaves out; empty for anything else."""
    comparison = _COMPARISON.fullmatch(item.strip())
    return f"{_OPPOSITES[comparison['operator']]}{comparison['version']}" if comparison else ""


def starred(item: str) -> str:
    """Return what was meant by ``1.x``, which is ``1.*``; empty for anything else."""
    return f"{item[:-1]}*" if _ANY.fullmatch(item) else ""
