"""Which Pythons a release runs on, and whether the configured one is among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import Version

from updater.model.versions import read_specifier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.model import Candidate, Policy

_MINOR = 2  # numbers that a minor version of Python has
_MICROS = 50  # more releases than any of them had


def runs_on(python: Version | None, requires: str | None) -> bool:
    """Tell whether what requires these Pythons runs on one. Source: PEP 345, Requires-Python.

    Args:
        python: which one, or a minor version (``3.12``), which stands for any of its releases; None
            where it is not looked at.
        requires: a specifier, or nothing.
    """
    if python is None or not requires:
        return True
    specifier = read_specifier(requires)
    if specifier is None:
        return True  # as pip does: an index has old files with nonsense in it
    return any(specifier.contains(release, prereleases=True) for release in _pythons(python))


def _pythons(python: Version) -> Iterator[Version]:
    yield python
    if len(python.release) == _MINOR:
        yield from (Version(f"{python}.{micro}") for micro in range(1, _MICROS))


def other_python(candidate: Candidate, policy: Policy) -> Iterator[str]:
    """Say why `python` speaks against a candidate: none of its files may be installed there."""
    needed = candidate.requires_python or tuple(
        file.requires_python for file in candidate.distributions
    )
    if needed and not any(runs_on(policy.python, requirement) for requirement in needed):
        yield f"{candidate.version} needs Python {needed[0]}, but `python: {policy.python}` is set"
