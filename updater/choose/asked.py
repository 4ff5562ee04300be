"""What ``--to`` names of an upstream's offer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater import choose
from updater.errors import StageError

if TYPE_CHECKING:
    from updater.model import Offer, Take


def named(to: str, offer: Offer, form: choose.TagForm | None, wider: choose.TagForm | None) -> Take:
    """Return what ``--to`` names.

    Raises:
        StageError: upstream has nothing of that name.
    """
    found = choose.choose_named(to, offer, form, wider)
    if found is None:
        offered = choose.Versions(offer.candidates, form).releases
        newest = ", ".join(one.candidate.version for one in offered[:5]) or "none"
        raise StageError(
            f"upstream has no version, tag, branch or full commit {to!r}",
            hint=f"its newest versions: {newest}",
        )
    return found
