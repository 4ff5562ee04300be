"""Release files whose tags are percent-encoded in their addresses, as GitHub's own links are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.loopback.messages import Response
from tests.project import FAKE, flat_hash

if TYPE_CHECKING:
    from tests.loopback.github import GitHub
    from tests.loopback.messages import Request
    from tests.project import Project

OVERLAY = """\
final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "OLD";
    src = prev.fetchurl {
      url = "https://github.com/o/tool/releases/download/PLACE";
      hash = "FAKE";
    };
  };
}
"""
# The version, the place in the address, what stands before the version in the tag; the new version,
# and the place that the address has then.
CASES = {
    "a slash": ("7897", "chromium%2F${version}/tool.tgz", "chromium/", "7900", None),
    "a slash, as text": (
        "7897",
        "chromium%2F7897/tool.tgz",
        "chromium/",
        "7900",
        "chromium%2F7900/tool.tgz",
    ),
    "a scope": ("1.2.0", "%40s%2Ft%40${version}/t-${version}.tgz", "@s/t@", "1.3.0", None),
    "a plus": ("1.2.0+1", "v1.2.0%2B1/tool.tgz", "v", "1.3.0+1", "v1.3.0%2B1/tool.tgz"),
    "a plus in the file's name": (
        "1.2.0+1",
        "v1.2.0%2b1/t-1.2.0%2B1.tgz",
        "v",
        "1.3.0+1",
        "v1.3.0%2b1/t-1.3.0%2B1.tgz",
    ),
    "a plus that is plain": ("1.2.0+1", "v${version}/t-${version}.tgz", "v", "1.3.0+1", None),
}


@pytest.mark.parametrize("name", CASES)
def test_an_encoded_tag_is_the_tag_that_it_names(
    project: Project, github: GitHub, name: str
) -> None:
    """It is found among the tags, moves, stays as it is spelled, and is true afterwards."""
    old, place, prefix, new, moved = CASES[name]
    files = {f"{prefix}{own}": f"file of {own}".encode() for own in (old, new)}
    made = github.repository("o", "tool")
    for tag in files:
        made.tag(tag, made.commit({"a": tag}))

    def download(_request: Request, tag: str) -> Response:
        return Response(200, files[tag])

    github.server.route("GET", "/o/tool/releases/download/(?P<tag>.+)/[^/]+", download)
    known = OVERLAY.replace("OLD", old).replace("PLACE", place).replace("FAKE", FAKE)
    path = project.overlay("tool.nix", known)
    assert project.run("bump").code == 0
    sri = flat_hash(files[f"{prefix}{new}"])
    expected = OVERLAY.replace("OLD", new).replace("PLACE", moved or place).replace("FAKE", sri)
    assert path.read_text() == expected
    assert project.run("check", "--exit-code").code == 0
    (row,) = project.run("verify", "--json").json["packages"]
    assert row["state"] == "true"


def test_a_tag_without_the_package_s_version_is_not_asked_for_again(project: Project) -> None:
    """The address has a release's tag already: what is missing is its version."""
    url = "chromium%2F7897/tool.tgz"
    project.overlay("tool.nix", OVERLAY.replace("OLD", "0.6.2").replace("PLACE", url))
    (row,) = project.run("list", "--json").json["packages"]
    assert row["reason"] == (
        "it is a file on 'chromium/7897', without its version 0.6.2 in its address; to follow it, "
        "give it the version that its tag has"
    )
