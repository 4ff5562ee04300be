"""Where each kind of host shows what changed between two versions."""

from __future__ import annotations

import pytest

from updater.kinds import HOST_KINDS
from updater.model import Project

PAGES = {
    "github": "https://h.example/o/r/compare/v1...pkg%401%2B2",
    "gitea": "https://h.example/o/r/compare/v1...pkg%401%2B2",
    "gitlab": "https://h.example/o/r/-/compare/v1...pkg%401%2B2",
    "bitbucket": "https://h.example/o/r/branches/compare/pkg%401%2B2%0Dv1",
    "sourcehut": "",  # shows one commit at a time
    "git": "",
}


@pytest.mark.parametrize("kind", HOST_KINDS)
def test_two_versions_have_the_page_that_their_host_has(kind: str) -> None:
    """None for a host that has none, or of which only git is known."""
    upstream = HOST_KINDS[kind]
    host, project = upstream.host("h.example", "https://h.example"), Project.parse
    page = upstream.compare_page(project("https://h.example/o/r"), host, "v1", "pkg@1+2")
    assert page == PAGES[kind]
