"""Why a tree's hash cannot be computed here: for the caller to decide on, never to report as is."""

from __future__ import annotations


class Inexact(Exception):
    """This tree needs something of git that is not done here; ``git archive`` does it."""


class Unreproducible(Exception):
    """The archive of this tree depends on more than its commit, so that it has no one hash."""
