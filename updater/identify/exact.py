"""Why a tree's hash cannot be computed here: for the caller to decide on, never to report as is."""

from __future__ import annotations


class Inexact(Exception):
    """This tree needs something of git that is not done here; ``git archive`` does it."""


class Unreproducible(Exception):
    """This commit's archive has no hash to compare: it depends on more, or breaks a limit."""


class Passing(Unreproducible):
    """This commit's archive has a hash for a time: it says how long ago something was."""
