"""Candidates and policy -> choice. Pure: the clock and all facts come in as values.

Versions are ordered as PEP 440 says, through ``packaging``. A label is not trusted: what a pin
holds comes from its tag or commit where one is known.

A name's module is imported when the name is first used: hosts are asked before anything is chosen,
and no request waits for what only an answer needs (PEP 562).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from updater.choose.commits import (
        BranchPosition,
        choose_commit,
        choose_over_commit,
        choose_settled,
        label,
        moving_name,
        replacing,
        unknown_source,
    )
    from updater.choose.interpreters import other_python, runs_on
    from updater.choose.named import choose_named
    from updater.choose.other_forms import in_other_form, newer_in_other_forms
    from updater.choose.releases import (
        choose_release,
        held_release,
        newest_offered,
        newest_release,
        other_channel,
    )
    from updater.choose.tag_forms import TagForm, TagNames, general_form
    from updater.choose.tag_shapes import tag_form
    from updater.choose.tags import Versions
    from updater.choose.tracking import (
        choose_tracking,
        expected_tracking,
        is_tag,
        listed_tracking,
        short_ref,
        tag_warnings,
    )
    from updater.choose.versions import Release, is_commit, is_shortened, label_bases, plain

__all__ = [
    "BranchPosition",
    "Release",
    "TagForm",
    "TagNames",
    "Versions",
    "choose_commit",
    "choose_named",
    "choose_over_commit",
    "choose_release",
    "choose_settled",
    "choose_tracking",
    "expected_tracking",
    "general_form",
    "held_release",
    "in_other_form",
    "is_commit",
    "is_shortened",
    "is_tag",
    "label",
    "label_bases",
    "listed_tracking",
    "moving_name",
    "newer_in_other_forms",
    "newest_offered",
    "newest_release",
    "other_channel",
    "other_python",
    "plain",
    "replacing",
    "runs_on",
    "short_ref",
    "tag_form",
    "tag_warnings",
    "unknown_source",
]

_MODULES = {
    "commits": (
        "BranchPosition",
        "choose_commit",
        "choose_over_commit",
        "choose_settled",
        "label",
        "moving_name",
        "replacing",
        "unknown_source",
    ),
    "interpreters": ("other_python", "runs_on"),
    "named": ("choose_named",),
    "other_forms": ("in_other_form", "newer_in_other_forms"),
    "releases": (
        "choose_release",
        "held_release",
        "newest_offered",
        "newest_release",
        "other_channel",
    ),
    "tag_forms": ("TagForm", "TagNames", "general_form"),
    "tag_shapes": ("tag_form",),
    "tags": ("Versions",),
    "tracking": (
        "choose_tracking",
        "expected_tracking",
        "is_tag",
        "listed_tracking",
        "short_ref",
        "tag_warnings",
    ),
    "versions": ("Release", "is_commit", "is_shortened", "label_bases", "plain"),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    """Import the module that has a name, and keep what it is."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found
