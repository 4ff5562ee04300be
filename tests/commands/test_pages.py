"""Versions from a page that config.yaml names, for an address that no code host has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.loopback.messages import Response, text
from tests.project import FAKE, flat_hash

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.server import Server
    from tests.project import Project

OVERLAY = """\
final: prev: {
  other = prev.stdenv.mkDerivation {
    pname = "other";
    version = "1.9";
    src = null;
  };
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "1.9";
    src = prev.fetchurl {
      url = "SERVER/pub/tool-FORM.tar.gz";
      sha256 = "FAKE";
    };
  };
}
"""
FORMS = {"through the version": "${version}", "as text": "1.9"}
PATTERNS = {
    "one group": r"tool-([0-9][^-<]*)\.tar\.gz",
    "a named group": r"(tool|other)-(?P<version>1[^-]*)\.tar\.gz",
    "a line": r'(?m)^<a href="tool-(.+?)\.tar\.gz"',
}


@pytest.fixture
def listing(project: Project, server: Server) -> Server:
    """A page with the versions 1.9, 1.10 and a newer pre-release, and their files."""
    files = {f"tool-{version}.tar.gz": version for version in ("1.9", "1.10", "1.11rc1")}
    body = "".join(f'<a href="{name}">{name}</a>\n' for name in files)
    server.route("GET", "/pub/", lambda _request: text(body, content_type="text/html"))
    for name, version in files.items():
        content = version.encode()
        server.route("GET", f"/pub/{name}", lambda _request, own=content: Response(200, own))
    assert project.root.exists()
    return server


def written(project: Project, server: Server, form: str, pattern: str) -> tuple[Path, str]:
    """Write overlay and configuration; return the overlay's path and text."""
    page = f"{{page: '{server.url}/pub/', pattern: '{pattern}'}}"
    project.add_configuration(f"packages: {{tool: {{upstream: {page}}}}}\n")
    known = OVERLAY.replace("SERVER", server.url).replace("FORM", form).replace("FAKE", FAKE)
    return project.overlay("tool.nix", known), known


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
def test_a_bump_writes_version_and_hash_and_nothing_else(
    project: Project, listing: Server, form: str, pattern: str
) -> None:
    path, before = written(project, listing, form, pattern)
    listed = project.run("list")
    assert (listed.code, listed.out.count("  page  ")) == (0, 1)
    assert project.run("check", "--exit-code").code == 10
    assert project.run("bump").code == 0
    head, _, own = before.partition("  tool =")
    own = own.replace("1.9", "1.10").replace(FAKE, flat_hash(b"1.10"))
    assert path.read_text() == f"{head}  tool ={own}"
    assert project.run("check", "--exit-code").code == 0
    assert project.run("verify").code == 0


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ("track: tag", "held"),
        ("prereleases: true", "updated"),
        ("allow: <1.10", "held"),
    ],
)
def test_a_policy_rules_pages_too(
    project: Project, listing: Server, more: str, status: str
) -> None:
    page = rf"{{page: '{listing.url}/pub/', pattern: 'tool-(.+?)\.tar'}}"
    project.add_configuration(f"packages: {{tool: {{upstream: {page}, {more}}}}}\n")
    text = OVERLAY.replace("SERVER", listing.url).replace("FORM", "${version}")
    path = project.overlay("tool.nix", text.replace("FAKE", flat_hash(b"1.9")))
    before = path.read_text()
    rows = {row["name"]: row for row in project.run("bump", "--json").json["packages"]}
    assert rows["tool"]["status"] == status
    assert (path.read_text() == before) is (status == "held")
    if status == "updated":
        assert rows["tool"]["latest"] == "1.11rc1"


def test_a_version_without_its_file_waits(project: Project, listing: Server) -> None:
    path, before = written(project, listing, "${version}", PATTERNS["one group"])
    listing.fail("GET /pub/tool-1.10.tar.gz", text("not yet", 404))
    result = project.run("bump")
    assert result.code == 0
    assert "1.10 has no file tool-1.10.tar.gz yet" in result.out
    assert path.read_text() == before


def test_a_page_that_has_none_fails_its_package_alone(project: Project, listing: Server) -> None:
    _, before = written(project, listing, "${version}", r"nothing-(\d+)")
    result = project.run("bump", "--json")
    assert result.code == 1
    rows = {row["name"]: row for row in result.json["packages"]}
    assert (rows["tool"]["status"], rows["other"]["status"]) == ("failed", "skipped")
    assert (project.root / "overlays/tool.nix").read_text() == before


def test_a_source_that_shows_its_upstream_takes_no_page(project: Project, listing: Server) -> None:
    text = OVERLAY.replace("SERVER/pub/tool-FORM", "https://github.com/o/tool/archive/v${version}")
    project.overlay("tool.nix", text)
    page = f"{{page: '{listing.url}/pub/', pattern: '(.)'}}"
    project.add_configuration(f"packages: {{tool: {{upstream: {page}}}}}\n")
    assert project.run("check").code == 1
