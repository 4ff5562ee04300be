"""Where each kind of host shows what changed between two versions."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest
from msgspec.structs import replace
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from tests.report.outcomes import package
from updater.kinds import HOST_KINDS
from updater.metadata.releases import ReleaseStep
from updater.model import Project
from updater.upstreams.public_index import release_pages

PYPI = PYPI_SIMPLE_ENDPOINT.rstrip("/")

PAGES = {
    "github": "https://h.example/o/r/compare/v1...pkg%401%2B2",
    "gitea": "https://h.example/o/r/compare/v1...pkg%401%2B2",
    "gitlab": "https://h.example/o/r/-/compare/v1...pkg%401%2B2",
    "bitbucket": "https://h.example/o/r/branches/compare/pkg%401%2B2%0Dv1",
    "sourcehut": "https://h.example/o/r/log/pkg%401%2B2",  # which has no page of two
    "git": "",
}
PROJECTS = {
    "https://github.com/lucidrains/ema-pytorch": "/compare/v1...v2",
    "https://gitlab.com/group/sub/deeper/repo": "/-/compare/v1...v2",
    "https://codeberg.org/o/r": "/compare/v1...v2",
    "https://bitbucket.org/ws/r": "/branches/compare/v2%0Dv1",
    "https://git.sr.ht/~o/r": "/log/v2",
    "https://chromium.googlesource.com/v8/v8": None,
    "https://repo.or.cz/r": None,
    "https://notgithub.com/o/r": None,
    "https://github.com.evil.example/o/r": None,
    "pypi:einx": None,
}


@pytest.mark.parametrize("kind", HOST_KINDS)
def test_two_versions_have_the_page_that_their_host_has(kind: str) -> None:
    """None for a host that has none, or of which only git is known."""
    upstream = HOST_KINDS[kind]
    host, project = upstream.host("h.example", "https://h.example"), Project.parse
    page = upstream.compare_page(project("https://h.example/o/r"), host, "v1", "pkg@1+2")
    assert page == PAGES[kind]


@pytest.mark.parametrize("text", PROJECTS)
def test_a_change_leads_to_the_page_of_the_projects_own_host(text: str) -> None:
    """And nowhere where the host is not known, nothing is known before, or nothing moves."""
    hosts = {host.name: host for kind in HOST_KINDS.values() for host in kind.hosts}
    project = Project.parse(text)
    below = PROJECTS[text]
    step = ReleaseStep(package("a"), project, "1", "2", "v1", "v2")
    assert step.compare_page(hosts) == ("" if below is None else f"{text}{below}")
    for old, new in (("", "v2"), ("v1", ""), ("v1", "v1")):
        same = replace(step, old_revision=old, new_revision=new)
        assert same.compare_page(hosts) == ""


def test_a_release_on_pypi_has_a_page_and_on_another_index_none() -> None:
    assert release_pages(f"{PYPI}/", "einx")("0.2+a/b") == urljoin(
        PYPI, "/project/einx/0.2%2Ba%2Fb/"
    )
    for other in (f"{PYPI}/more", "https://index.example/simple"):
        assert release_pages(other, "einx")("0.2") == ""
