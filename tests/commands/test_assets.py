"""Files of releases whose name changes between releases: `asset` in config.yaml names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.loopback.messages import Response
from tests.project import FAKE, flat_hash

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted
    from tests.project import Project

OVERLAY = """\
final: prev: {
  other = prev.stdenv.mkDerivation { pname = "other"; version = "1.0"; src = null; };
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "1.0";
    src = prev.fetchurl {
      url = "https://github.com/o/tool/releases/download/URL";
      hash = "FAKE";
    };
  };
}
""".replace("FAKE", FAKE)
LINUX = {"tool_2.0_linux_x86_64.tar.gz": b"linux", "tool_2.0_darwin_x86_64.tar.gz": b"darwin"}
PATTERN = r"tool[-_].*linux.*\.tar\.gz"


@pytest.fixture
def upstream(github: GitHub) -> Hosted:
    """A repository whose release 2.0 has files of other names than its release 1.0."""
    made = github.repository("o", "tool")
    for version, assets in (("1.0", {"tool-1.0-linux-amd64.tar.gz": b"old"}), ("2.0", LINUX)):
        made.tag(f"v{version}", made.commit({"a": version}))
        made.release(f"v{version}", f"2025-01-0{version[0]}T00:00:00+00:00", assets=assets)
    served = {name: content for one in made.releases for name, content in one.assets}
    github.server.route(
        "GET",
        "/o/tool/releases/download/[^/]+/(?P<name>.+)",
        lambda _request, name: Response(200, served[name]) if name in served else Response(404),
    )
    return made


def written(project: Project, url: str, pattern: str = PATTERN) -> tuple[Path, str]:
    """Write overlay and configuration; return the overlay's path and text."""
    project.add_configuration(f"packages: {{tool: {{asset: '{pattern}'}}}}\n")
    known = OVERLAY.replace("URL", url)
    return project.overlay("tool.nix", known), known


def row(project: Project) -> dict[str, str]:
    rows = project.run("bump", "--json").json["packages"]
    return next(own for own in rows if own["name"] == "tool")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "v${version}/tool-${version}-linux-amd64.tar.gz",
            "v${version}/tool_${version}_linux_x86_64.tar.gz",
        ),
        ("v1.0/tool-1.0-linux-amd64.tar.gz", "v2.0/tool_2.0_linux_x86_64.tar.gz"),
        (
            "v1.0/${pname}-1.0-linux-amd64.tar.gz",
            "v2.0/tool_2.0_linux_x86_64.tar.gz",
        ),
    ],
    ids=["through the version", "as text", "through another name"],
)
def test_a_bump_writes_the_name_that_the_new_release_has(
    project: Project, upstream: Hosted, before: str, after: str
) -> None:
    """Its digest is the host's, so that nothing is downloaded; then all is current."""
    path, known = written(project, before)
    assert upstream.releases
    assert project.run("list").code == 0
    assert row(project)["status"] == "updated"
    head, _, own = known.partition("  tool =")
    own = own.replace(before, after).replace('"1.0"', '"2.0"').replace(FAKE, flat_hash(b"linux"))
    assert path.read_text() == f"{head}  tool ={own}"
    assert project.run("check", "--exit-code").code == 0
    assert project.run("verify").code == 0


def test_a_name_that_changes_by_its_version_alone_is_written_as_it_was(
    project: Project, upstream: Hosted
) -> None:
    upstream.tag("v3.0", upstream.commit({"a": "3"}))
    upstream.release(
        "v3.0", "2025-01-03T00:00:00+00:00", assets={"tool-3.0-linux-amd64.tar.gz": b"new"}
    )
    url = "v${version}/tool-${version}-linux-amd64.tar.gz"
    path, known = written(project, url)
    assert row(project)["status"] == "updated"
    own = known.partition("  tool =")[2].replace('"1.0"', '"3.0"')
    assert path.read_text().endswith(own.replace(FAKE, flat_hash(b"new")))


@pytest.mark.parametrize(
    ("url", "pattern", "reason"),
    [
        (
            "v${version}/tool-${version}-linux-amd64.tar.gz",
            r"tool.*\.tar\.gz",
            (
                r"`asset: tool.*\.tar\.gz` fits several files of v2.0: "
                "tool_2.0_darwin_x86_64.tar.gz, tool_2.0_linux_x86_64.tar.gz"
            ),
        ),
        (
            "v${version}/tool-${version}-linux-amd64.tar.gz",
            "none",
            (
                "`asset: none` fits no file of v2.0, which has "
                "tool_2.0_darwin_x86_64.tar.gz, tool_2.0_linux_x86_64.tar.gz"
            ),
        ),
        (
            "v${version}/tool-${version}-linux-amd64.tar.gz",
            "(?:[a-z_.0-9]+)+!",
            (
                "`asset: (?:[a-z_.0-9]+)+!` takes more than 1 s: avoid a repetition inside another "
                "one, such as (a+)+"
            ),
        ),
    ],
)
def test_no_file_or_several_are_not_guessed_at(
    project: Project, upstream: Hosted, url: str, pattern: str, reason: str
) -> None:
    path, known = written(project, url, pattern)
    assert upstream.releases
    told = row(project)
    assert (told["status"], told["reason"]) == ("held", reason)
    assert path.read_text() == known


def test_an_asset_of_what_is_no_file_of_a_release_is_told(
    project: Project, upstream: Hosted
) -> None:
    project.add_configuration("packages: {tool: {asset: x}}\n")
    text = OVERLAY.replace("releases/download/URL", "archive/v${version}.tar.gz")
    path = project.overlay("tool.nix", text)
    assert upstream.releases
    told = row(project)
    assert told["status"] == "held"
    assert told["reason"] == (
        "`asset` is set, but its source is no file of a release: leave it out"
    )
    assert path.read_text() == text


def test_without_a_pattern_a_file_of_another_name_is_waited_for(
    project: Project, upstream: Hosted
) -> None:
    text = OVERLAY.replace("URL", "v${version}/tool-${version}-linux-amd64.tar.gz")
    path = project.overlay("tool.nix", text)
    assert upstream.releases
    told = row(project)
    assert (told["status"], path.read_text()) == ("held", text)
    assert told["reason"] == "2.0 has no asset tool-2.0-linux-amd64.tar.gz yet"
