"""Every rule on what an overlay says, found by the folder."""

from __future__ import annotations

from functools import cache

from updater.audit import overlay
from updater.audit.overlay.base import OverlayRule
from updater.kinds import kinds


@cache
def overlay_rules() -> tuple[OverlayRule, ...]:
    """Return every rule, in the order of their names."""
    return kinds(overlay, OverlayRule)


def rule_named(name: str) -> OverlayRule | None:
    """Return the rule of a name; None where there is none."""
    return next((rule for rule in overlay_rules() if rule.name == name), None)
