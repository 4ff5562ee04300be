"""Which version a pin holds where its label need not say so."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.errors import UpstreamError
from updater.model import Candidate

if TYPE_CHECKING:
    from updater.choose.repository import PinnedRepository
    from updater.model import Pinned


async def truly_pinned(repository: PinnedRepository, pinned: Pinned, new: Candidate) -> Pinned:
    """Return what a pin holds with its version, as far as it can be had: labels may lie.

    Args:
        repository: the package, and what its repository offers.
        pinned: what is known of the pin.
        new: what it moves to.
    """
    if pinned.commit is None or pinned.version is not None:
        return pinned
    if pinned.commit == new.commit:
        return replace(pinned, version=new.version)
    held = Candidate(version="", commit=pinned.commit)
    with suppress(UpstreamError):
        async with repository.commits() as commits:
            held = await repository.labelled(held, commits)
    return replace(pinned, version=held.version or None)
