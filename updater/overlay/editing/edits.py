"""Byte edits: none touches another, and all are applied from back to front."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from updater.errors import PatchError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from updater.model import Edit


def apply_edits(data: bytes, edits: Iterable[Edit]) -> bytes:
    """Apply edits, given in any order; none replaces what another one does."""
    parts: list[bytes] = []
    end = len(data)
    for edit in sorted(edits, key=lambda edit: edit.span, reverse=True):
        parts += data[edit.span.end : end], edit.new
        end = edit.span.start
    return b"".join((data[:end], *reversed(parts)))


def apart(whose: str, edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Return edits in the order of the file; none touches what another one replaces.

    Raises:
        PatchError: two overlap.
    """
    ordered = tuple(sorted(edits, key=lambda edit: edit.span))
    for previous, following in itertools.pairwise(ordered):
        if following.span.start < previous.span.end:
            raise PatchError(f"{whose}: two edits overlap")
    return ordered
