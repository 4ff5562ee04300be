"""A copy of the project in which packages are moved to one version each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.compose.trees import ProjectCopy
from updater.config.load import load
from updater.model import Package, Span

if TYPE_CHECKING:
    from pathlib import Path


def test_a_package_is_pinned_anew_where_it_was_pinned_before(tmp_path: Path) -> None:
    """Where its first source fails, the next one may have another version."""
    package = Package("a.nix", ("a",), 1, Span(0, 0), None, None, None)
    copy = ProjectCopy(load(tmp_path, None), tmp_path)
    allowed = [
        str(copy.pinned({package.identity: version}).policy(package).allow)
        for version in ("1.0", "2.0")
    ]
    assert allowed == ["==1.0", "==2.0"]
    assert copy.config.policy(package).allow is None
